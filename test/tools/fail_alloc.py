#!/usr/bin/env python3
"""Runs a program again and again, memory running out at another allocation each time: it has to print what it always prints, or an
error that says so, and leave nothing behind.

  fail_alloc.py [--step N] [--most N] COMMAND...

The first run counts how far the program gets (`reconcile` makes every allocation take the path where they are counted).
"""
import argparse
import os
import subprocess
import sys


def run(command, number):
    stress = f"reconcile,poison,fail-alloc={number}" if number else "reconcile,poison"
    environment = os.environ | {"GENE_STRESS": stress, "GENE_CHECK_LEAKS": "1"}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--most", type=int, default=2000)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    usual = run(options.command, 0)
    if usual.returncode != 0:
        sys.exit(f"{options.command}: {usual.returncode} {usual.stderr.decode(errors='replace')}")
    told = quiet = 0
    for number in range(1, options.most + 1, options.step):
        done = run(options.command, number)
        error = done.stderr.decode(errors="replace")
        if done.returncode == 1 and "out of memory" in error or done.returncode == 0 and b"out of memory" in done.stdout:
            told += 1
        elif done.returncode == 0 and done.stdout == usual.stdout:
            quiet += 1  # what ran out was not needed any more, or was made by the command itself
        else:
            sys.exit(f"fail-alloc={number}: {done.returncode} {error[-500:]}")
    print(f"told {'often' if told > 10 else told}, otherwise as usual")


if __name__ == "__main__":
    main()
