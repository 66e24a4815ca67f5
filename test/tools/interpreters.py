"""Runs language tests with options of `gene run` that choose another interpreter, and compares what they print.

  interpreters.py GENE PATTERN OPTION...    PATTERN: names of tests in test/language, as a shell pattern
"""
import glob
import os
import subprocess
import sys

gene, pattern, *options = sys.argv[1:]
folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "language")
count = wrong = 0
for program in sorted(glob.glob(os.path.join(folder, pattern + ".gene"))):
    stem = program[:-len(".gene")]
    if os.path.exists(stem + ".args") or not os.path.exists(stem + ".out"):
        continue
    ran = subprocess.run([gene, "run", *options, os.path.basename(program)], cwd=folder, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    with open(stem + ".out", "rb") as file:
        expected = file.read()
    count += 1
    if ran.stdout != expected or ran.returncode < 0:
        print(f"{os.path.basename(program)} differs, exit code {ran.returncode}")
        wrong += 1
if count < 20:
    sys.exit(f"only {count} programs match {pattern}")
sys.exit(1 if wrong else 0)
