#!/usr/bin/env python3
"""Runs all test suites: everything on the release build, the language suite again on the stress build.

  run_all.py [lit arguments]

The last line is 'N passed, M failed'; the exit code is 0 only when M is 0 and something ran.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIT = "/usr/lib/llvm-22/bin/lit"
RUNS = [
    ("release", ["test"], {}),
    ("stress", ["test/language"], {"GENE_TEST_STRESS": "1"}),
]


def run(build, suites, environment, arguments):
    """One lit run over a build; returns (passed, failed)."""
    command = [LIT, "-sv", *arguments, *[str(ROOT / s) for s in suites]]
    print(f"--- {build}: {' '.join(suites)}", flush=True)
    environment = os.environ | environment | {"GENE_BUILD": str(ROOT / "build" / build)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    passed = failed = 0
    for line in process.stdout:
        print(line, end="", flush=True)
        if m := re.match(r"\s*(Passed|Failed|Timed Out|Unresolved|Unexpectedly Passed)\s*:\s*(\d+)", line):
            if m.group(1) == "Passed":
                passed += int(m.group(2))
            else:
                failed += int(m.group(2))
    if process.wait() != 0 and failed == 0:
        failed = 1
    return passed, failed


def main():
    passed = failed = 0
    for build, suites, environment in RUNS:
        p, f = run(build, suites, environment, sys.argv[1:])
        passed, failed = passed + p, failed + f
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
