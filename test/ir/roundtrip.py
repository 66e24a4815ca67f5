#!/usr/bin/env python3
"""parse(print(p)) prints the same, and is accepted by the verifier: for the IR of every program below test/language and
docs/examples at -O2, of every eighth one at -O0 too.

  roundtrip.py GENE
"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    gene = sys.argv[1]
    programs = sorted([*(ROOT / "test/language").glob("*.gene"), *(ROOT / "docs/examples").glob("*.gene")])
    failed = checked = 0
    for number, program in enumerate(programs):
        for level in ("-O0", "-O2") if number % 8 == 0 else ("-O2",):
            built = subprocess.run([gene, "build", "--emit=ir", level, str(program)], capture_output=True)
            if built.returncode:
                break  # programs that show a compile-time error
            read = subprocess.run([gene, "opt", "-"], input=built.stdout, capture_output=True)
            checked += 1
            if read.stdout != built.stdout:
                failed += 1
                print(f"{program.relative_to(ROOT)} {level}: {read.stderr.decode()[:300] or 'prints differently'}")
    print(f"{checked} texts, {failed} failed")
    sys.exit(1 if failed or checked < 200 else 0)


main()
