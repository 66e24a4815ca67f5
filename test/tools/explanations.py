#!/usr/bin/env python3
"""Checks driver/Explanations.def: a page for each error and warning, whose examples say what they are about.

  explanations.py GENE ROOT
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

STRING = r'("(?:[^"\\]|\\.)*")'
ROW = re.compile(rf"^EXPLAIN\((\w+), {STRING},\s+{STRING},\s+{STRING}\)$", re.M)


def codes(gene, folder, source):
    path = Path(folder) / "a.gene"
    path.write_text(source + "\n")
    done = subprocess.run([gene, "check", "--warn", "all", path.name], cwd=folder, capture_output=True, timeout=60)
    if done.returncode not in (0, 1):
        return [f"exit code {done.returncode}"]
    return re.findall(r"\[([EW]\d{4})\]$", done.stderr.decode(), re.M)


def main():
    gene, root = os.path.abspath(sys.argv[1]), Path(sys.argv[2])
    rows = ROW.findall((root / "driver/Explanations.def").read_text())
    wanted = re.findall(r"^DIAG\(([EW]\d+),", (root / "frontend/syntax/Diagnostics.def").read_text(), re.M)
    problems = [f"{c}: no page" for c in sorted(set(wanted) - {r[0] for r in rows})]
    problems += [f"{c}: a page and no such code" for c in sorted({r[0] for r in rows} - set(wanted))]
    with tempfile.TemporaryDirectory() as folder:
        for code, text, wrong, right in rows:
            wrong, right = json.loads(wrong), json.loads(right)
            if len(json.loads(text)) < 20:
                problems.append(f"{code}: says nothing")
            if wrong and code not in codes(gene, folder, wrong):
                problems.append(f"{code}: the wrong example gets {codes(gene, folder, wrong)}")
            if right and codes(gene, folder, right):
                problems.append(f"{code}: the right example gets {codes(gene, folder, right)}")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
