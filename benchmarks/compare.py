#!/usr/bin/env python3
"""Compares the working tree with another revision: `./dev bench --compare REV [options]`.

  compare.py --base GENE --head GENE [-b LIST] [-n RUNS] [--no-counts]

Times are wall clock, the least of several runs, interleaved over both revisions and both engines, at the full sizes.
Instruction counts come from valgrind at the small sizes (where it is there): they tell a change from noise. cachegrind counts
them, as callgrind takes the jumps from handler to handler of the VM for calls that never return.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import choose_benchmarks
from engines import BENCHMARKS, HERE, Problem
from measure import measure, note, progress
from tables import geomean, markdown, show_ratio, show_seconds


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="the gene command of the other revision")
    parser.add_argument("--head", required=True, help="the gene command of this tree")
    parser.add_argument("-b", "--benchmarks", metavar="LIST", help="benchmarks and groups, with commas (all)")
    parser.add_argument("-n", "--runs", type=int, default=3, help="runs of each (3)")
    parser.add_argument("--no-counts", action="store_true", help="do not count instructions")
    return parser.parse_args()


def commands(gene, name, folder):
    """{engine: command without its size} of one revision; an engine that cannot build is left out."""
    source = HERE / name / f"{name}.gene"
    exe = folder / f"{name}-native"
    folder.mkdir(exist_ok=True)
    found = {"vm": [gene, "run", str(source)]}
    done = subprocess.run([gene, "build", str(source), "-o", str(exe)], capture_output=True, text=True)
    if done.returncode == 0:
        found["native"] = [str(exe)]
    else:
        note(f"{name}: {gene} does not build it: {done.stderr.strip()[:200]}")
    return found


def count_instructions(command):
    done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command],
                          capture_output=True, text=True)
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    return int(found[1].replace(",", "")) if done.returncode == 0 and found else None


def compare(name, sizes, options, folder):
    """Rows of (engine, seconds before, after, instructions before, after), None where it failed."""
    full, small = (str(size) for size in sizes)
    before = commands(options.base, name, folder / "base")
    after = commands(options.head, name, folder / "head")
    rows = []
    for engine in ("vm", "native"):
        pair = [side.get(engine) for side in (before, after)]
        if None in pair:
            continue
        walls, outputs = ([], []), set()
        for _ in range(options.runs):
            for command, into in zip(pair, walls):
                progress(f"{name}, {engine}")
                once = measure([*command, full], 300)
                if once["state"] != "ok":
                    note(f"{name}, {engine}: {once['state']}: {once['errors'][:200]}")
                    continue
                into.append(once["wall"])
                outputs.add(once["output"])
        if len(outputs) > 1:
            note(f"{name}, {engine}: THE OUTPUTS DIFFER")
        seconds = [min(each) if each else None for each in walls]
        counts = [None, None]
        if not options.no_counts:
            progress(f"{name}, {engine}: instructions")
            counts = [count_instructions([*command, small]) for command in pair]
        rows.append((engine, *seconds, *counts))
    return rows


def ratio(before, after):
    return after / before if before and after else None


def main():
    options = parse_arguments()
    if not options.no_counts and shutil.which("valgrind") is None:
        note("valgrind is not there: no instruction counts")
        options.no_counts = True
    sizes = {name: s for names in BENCHMARKS.values() for name, s in names.items()}
    lines, ratios = [], {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for _, name in choose_benchmarks(options.benchmarks):
            for engine, before, after, fewer, more in compare(name, sizes[name], options, Path(folder)):
                time, count = ratio(before, after), ratio(fewer, more)
                ratios.setdefault(engine, []).append((time, count))
                lines.append([name, engine] + [show_seconds(s) if s else "failed" for s in (before, after)]
                             + [show_ratio(time)] + [f"{c / 1e6:,.1f}" if c else "" for c in (fewer, more)]
                             + [show_ratio(count)])
    progress("")
    for engine, pairs in ratios.items():
        times, counts = ([r for r in column if r] for column in zip(*pairs))
        lines.append(["**geometric mean**", engine, "", "", show_ratio(geomean(times) if times else None), "", "",
                      show_ratio(geomean(counts) if counts else None)])
    print(markdown(["benchmark", "engine", "before, s", "after, s", "ratio", "before, M instructions", "after",
                    "ratio"], lines))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"compare.py: {problem}")
    except KeyboardInterrupt:
        sys.exit("\ncompare.py: interrupted")
