#!/usr/bin/env python3
"""Runs programs of test/language under many schedules: GENE_SCHEDULE=1 … N.

  seeds.py --gene GENE [--seeds N] [--first S] [--part K/N] [--native] PROGRAM.gene…

Each run has to print what PROGRAM.out says and to end with exit code 0 and no live object (GENE_CHECK_LEAKS), in the order of
every seed. A failure names its seed: GENE_SCHEDULE=SEED shows it again. --native builds the programs and runs the executables,
else the VM runs them. --part 2/4: only the second quarter of the seeds. The programs wait most of the time, so several run at once.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = 300  # a hang, not a measurement
AT_ONCE = 6


def run(command, seed):
    environment = os.environ | {"GENE_SCHEDULE": str(seed), "GENE_CHECK_LEAKS": "1"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, b"", b"no end\n"
    return done.returncode, done.stdout, done.stderr


def check(program, command, seed):
    """What is wrong with one run; empty when nothing is."""
    expected = program.with_suffix(".out").read_bytes()
    code, out, errors = run(command, seed)
    if code == 0 and out == expected:
        return ""
    what = f"exit code {code}" if out == expected else f"exit code {code}, other output:\n{out.decode(errors='replace')}"
    return f"GENE_SCHEDULE={seed} {' '.join(map(str, command))}\n{what}\n{errors.decode(errors='replace')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gene", required=True)
    parser.add_argument("--seeds", type=int, default=200, metavar="N")
    parser.add_argument("--first", type=int, default=1, metavar="S")
    parser.add_argument("--part", default="1/1", metavar="K/N")
    parser.add_argument("--native", action="store_true")
    parser.add_argument("programs", nargs="+", type=Path)
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    each = options.seeds // parts
    first = options.first + (part - 1) * each
    seeds = range(first, options.first + options.seeds if part == parts else first + each)
    runs = failed = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        for program in options.programs:
            command = [options.gene, "run", program]
            if options.native:
                executable = Path(folder) / program.stem
                subprocess.run([options.gene, "build", program, "-o", executable], check=True)
                command = [executable]
            for problem in pool.map(lambda seed: check(program, command, seed), seeds):
                runs += 1
                if problem:
                    failed += 1
                    print(problem, file=sys.stderr)
    print(f"{runs} runs, {failed} failed")
    return 1 if failed or runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
