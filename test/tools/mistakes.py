#!/usr/bin/env python3
"""Runs each NAME.gene of a folder and compares its standard error with NAME.err.

  mistakes.py [--update] GENE FOLDER
"""
import os
import subprocess
import sys
from pathlib import Path


def main():
    update = "--update" in sys.argv
    gene, folder = [a for a in sys.argv[1:] if a != "--update"]
    gene, folder = os.path.abspath(gene), Path(folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GENE_")}
    programs = sorted(p for p in folder.glob("*.gene") if not p.name.startswith("_"))
    wrong = 0
    for program in programs:
        done = subprocess.run([gene, "run", "--stack-size", "8M", program.name], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, env=environment)
        said = done.stderr.decode().replace(str(folder.resolve()) + "/", "FOLDER/").replace(str(folder.resolve()), "FOLDER")
        expected = program.with_suffix(".err")
        if update:
            expected.write_text(said)
        elif not expected.exists() or said != expected.read_text():
            wrong += 1
            print(f"--- {program.name}: expected\n{expected.read_text() if expected.exists() else ''}--- got\n{said}")
        if done.returncode < 0 or not said:
            wrong += 1
            print(f"--- {program.name}: exit code {done.returncode}, {len(said)} bytes said")
    if len(programs) < 40:
        sys.exit(f"only {len(programs)} programs in {folder}")
    sys.exit(f"{wrong} of {len(programs)} differ" if wrong else 0)


main()
