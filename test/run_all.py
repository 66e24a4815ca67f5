#!/usr/bin/env python3
"""Runs all test suites.

  run_all.py [--parts N] [--part K] [lit arguments]

release   everything, also what is marked `REQUIRES: slow`; of the seeds of schedules-many.test and of the omissions, a part
cached    a part of the language suite, run with native code from the cache
entered   another part in the VM whose calls go to native code
parts     a part of the language suite natively, with code generation in parts of 20 instructions
torture   a half of the language suite with reconcile at every allocation, poisoned cells, counts verified, in the VM and natively
          at -O2
debug     AddressSanitizer, UndefinedBehaviorSanitizer, slow assertions, IR verified after every pass, and torture:
          unit tests, passes, IR, bytecode, a part of the language suite
messages  the same build without torture: the inputs of the fuzzers, a part of the diagnostics
tsan      ThreadSanitizer: the unit tests that use threads, and the programs with fibers, actors and servers on threads in the VM, in
          the order of several seeds (test/cli/schedules.test)

A part is one of N (4); which one is run follows from the commit, so that each is run now and then, and is printed. --parts 1 runs
all of everything.
One run of lit has the tests of all suites, so that the long ones of one go on beside those of others, one more than there are
processors, as some wait: each suite is a folder of build/suites with its settings, which loads lit.cfg.py.

The last line is 'N passed, M failed'; the exit code is 0 only when M is 0 and something ran.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITES = ROOT / "build" / "suites"
LIT = "/usr/lib/llvm-22/bin/lit"
TORTURE = {"GENE_TEST_STRESS": "1", "GENE_STRESS": "reconcile,poison,verify"}
FAILURES = ("FAIL", "TIMEOUT", "UNRESOLVED", "XPASS")


def part_of_commit(parts):
    """1 to `parts`, by the name of the commit; 1 without git."""
    if not shutil.which("git"):
        return 1
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return int(done.stdout[:8], 16) % parts + 1 if done.returncode == 0 and done.stdout else 1


def dealt(folder, suffixes, part, parts):
    """The tests of that part, as paths in test/."""
    tests = sorted(path for path in (ROOT / "test" / folder).iterdir() if path.suffix in suffixes)
    return [f"{folder}/{path.name}" for path in tests[part - 1::parts]]


def suites(part, parts):
    """(name, build, settings, what of test/)"""
    yield "release", "release", {"GENE_TEST_SLOW": "1", "GENE_TEST_PART": f"{part}/{parts}"}, [""]
    halves = min(parts, 2)
    yield "cached", "release", {"GENE_TEST_CACHE": "1"}, dealt("language", [".gene"], part, parts)
    yield "entered", "release", {"GENE_TEST_ENTERED": "1"}, dealt("language", [".gene"], part % parts + 1, parts)
    yield "parts", "release", {"GENE_TEST_PARTS": "20"}, dealt("language", [".gene"], part, parts)
    yield "torture", "release", TORTURE, dealt("language", [".gene"], (part - 1) % halves + 1, halves)
    yield "debug", "debug", TORTURE, ["unit", "passes", "ir", "bytecode", *dealt("language", [".gene"], part, parts)]
    yield "messages", "debug", {}, ["fuzz/replay.test", *dealt("diag", [".test", ".ir"], part, parts)]
    yield "tsan", "tsan", {"GENE_TEST_UNITS": "Contexts|InThreads"}, ["unit", "cli/schedules.test"]


def prepare(name, build, settings):
    """The folder of a suite."""
    folder = SUITES / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lit.site.cfg.py").write_text(
        f"config.gene_suite, config.gene_folder = {name!r}, {str(folder)!r}\n"
        f"config.gene_settings = {settings | {'GENE_BUILD': str(ROOT / 'build' / build)}!r}\n"
        f"lit_config.load_config(config, {str(ROOT / 'test/lit.cfg.py')!r})\n")
    return folder


def counted(results):
    """{suite: a counter of its passed, failed and seconds} of lit's JSON."""
    counts = {}
    for test in results["tests"]:
        count = counts.setdefault(test["name"].partition(" :: ")[0], Counter())
        count["passed"] += test["code"] == "PASS"
        count["failed"] += test["code"] in FAILURES
        count["seconds"] += test["elapsed"] or 0
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=4, metavar="N")
    parser.add_argument("--part", type=int, metavar="K")
    options, arguments = parser.parse_known_args()
    part = options.part or part_of_commit(options.parts)
    print(f"part {part} of {options.parts}, by the commit (--part K: another, --parts 1: all): of the suites cached, "
          "entered, parts, torture, debug, messages; of seeds and omissions", flush=True)
    tests = [str(folder / test) for name, build, settings, within in suites(part, options.parts)
             for folder in [prepare(name, build, settings)] for test in within]
    output = SUITES / "results.json"
    output.unlink(missing_ok=True)
    workers = len(os.sched_getaffinity(0)) + 1
    code = subprocess.run([LIT, "-sv", f"-j{workers}", "--allow-empty-runs", f"--output={output}", *arguments, *tests],
                          cwd=ROOT).returncode
    if not output.exists():
        sys.exit(code or 1)
    total = Counter()
    for suite, count in counted(json.loads(output.read_text())).items():
        total += count
        print(f"--- {suite}: {count['passed']} passed, {count['failed']} failed, {count['seconds']:.0f} s")
    failed = total["failed"] or int(code != 0)
    print(f"{total['passed']} passed, {failed} failed")
    sys.exit(1 if failed or not total["passed"] else 0)


if __name__ == "__main__":
    main()
