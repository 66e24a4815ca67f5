#!/usr/bin/env python3
"""Runs all test suites.

  run_all.py [--parts N] [--part K] [lit arguments]

release   everything, also what is marked `REQUIRES: slow`
          and the language suite twice more, run with native code from the cache, and in the VM whose calls go to native code
          and again under torture: reconcile at every allocation, poisoned cells, counts verified, in the VM and natively at -O2
debug     AddressSanitizer, UndefinedBehaviorSanitizer, slow assertions, IR verified after every pass, and torture:
          unit tests, passes, IR, bytecode, a part of the language suite, and without torture of the diagnostics. They are dealt out
          to N parts (4) by lit; which one is run follows from the commit, so that each is run now and then. --parts 1 runs all of them.
tsan      ThreadSanitizer: the unit tests that use threads, and the programs with fibers, actors and servers on threads in the VM, in
          the order of several seeds (test/cli/schedules.test)

The last line is 'N passed, M failed'; the exit code is 0 only when M is 0 and something ran.
"""
import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIT = "/usr/lib/llvm-22/bin/lit"
TORTURE = {"GENE_TEST_STRESS": "1", "GENE_STRESS": "reconcile,poison,verify"}


def part_of_commit(parts):
    """1 to `parts`, by the name of the commit; 1 without git."""
    if not shutil.which("git"):
        return 1
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return int(done.stdout[:8], 16) % parts + 1 if done.returncode == 0 and done.stdout else 1


def runs(options):
    """(build, suites, environment, further arguments of lit, what it is called)"""
    part = options.part or part_of_commit(options.parts)
    yield "release", ["test"], {"GENE_TEST_SLOW": "1"}, [], "everything"
    yield "release", ["test/language"], {"GENE_TEST_CACHE": "1"}, [], "language, native code from the cache"
    yield "release", ["test/language"], {"GENE_TEST_ENTERED": "1"}, [], "language, native code entered by the VM"
    yield "release", ["test/language"], TORTURE, [], "language, under torture"
    yield "debug", ["test/unit", "test/passes", "test/ir", "test/bytecode"], TORTURE, [], "unit tests, passes, IR, bytecode"
    shard, which = [f"--num-shards={options.parts}", f"--run-shard={part}"], f"part {part} of {options.parts} (--parts 1: all)"
    yield "debug", ["test/language"], TORTURE, shard, f"language, {which}"
    yield "debug", ["test/diag"], {}, shard, f"diagnostics, {which}"
    yield "tsan", ["test/unit"], {}, ["--filter=Contexts|InThreads"], "unit tests that use threads"
    yield "tsan", ["test/cli/schedules.test"], {}, [], "programs that use threads"


def run(build, suites, environment, further, name, arguments):
    """One lit run over a build; returns (passed, failed)."""
    command = [LIT, "-sv", "--allow-empty-runs", *further, *arguments, *[str(ROOT / s) for s in suites]]
    print(f"--- {build}: {name}", flush=True)
    environment = os.environ | environment | {"GENE_BUILD": str(ROOT / "build" / build)}
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
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
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"--- {build}: {passed} passed, {failed} failed, {time.monotonic() - start:.0f} s, {used:.0f} s of CPU", flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=4, metavar="N")
    parser.add_argument("--part", type=int, metavar="K")
    options, arguments = parser.parse_known_args()
    passed = failed = 0
    for build, suites, environment, further, name in runs(options):
        p, f = run(build, suites, environment, further, name, arguments)
        passed, failed = passed + p, failed + f
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
