#!/usr/bin/env python3
"""Runs random programs of gen.py in the VM and as native code at -O0 and -O2, and compares.

  compare.py --gene PATH [--from N] [--count K] [--batch B] [--small] [--gir] [--entered] [--jobs J] [--reduce]

With --entered: in the VM, and in the VM whose calls go to native code, all of them and every second function's.
Output, exit code and the report of an uncaught error must be the same, no live object left at the end. With --reduce the
first seed that differs is made smaller by leaving out statements, and printed.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gen
import pool

ENVIRONMENT = os.environ | {"GENE_CHECK_LEAKS": "1"}


def run(command, folder):
    try:
        done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "", "timed out", ""
    error = done.stderr.decode(errors="replace")
    # Warnings stand before it, and what the compiler has seen coming behind it: an executable says neither.
    report = re.search(r"^\S+:\d+:\d+: error: .*?(?=^\S+:\d+:\d+: warning: |\Z)", error, re.M | re.S)
    return done.stdout.decode(errors="replace"), done.returncode, report.group() if report else ""


def outcomes(gene, text, engines):
    """{engine: (output, exit code, report)} for one program."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "p.gene").write_text(text)
        result = {}
        for engine in engines:
            if engine == "vm":
                command = [gene, "run", "--no-gir-cache", "p.gene"]
            elif engine.startswith("entered"):
                kept = ["env", "GENE_CACHE=" + folder + "/kept", "GENE_JIT_DELAY=1000000"]
                if engine == "entered":
                    run([*kept, gene, "cache", "add", "--entries", "p.gene"], folder)
                else:
                    kept.append("GENE_JIT_ENTERED=" + engine.partition("-")[2])
                command = [*kept, gene, "run", "p.gene"]
            elif engine == "gir":
                run([gene, "compile", "--force", "-o", "out", "p.gene"], folder)
                command = [gene, "run", "out/p.gir"]
            else:
                try:
                    done = subprocess.run([gene, "build", engine, "--verify-ir", "-o", "exe", "p.gene"], cwd=folder,
                                          capture_output=True, timeout=600)
                except subprocess.TimeoutExpired:
                    result[engine] = ("", "build timed out", "")
                    continue
                if done.returncode != 0:
                    result[engine] = ("", f"build failed ({done.returncode})", done.stderr.decode(errors="replace"))
                    continue
                command = ["./exe"]
            result[engine] = run(command, folder)
        return result


def difference(result):
    """What is wrong with the outcomes, or None."""
    engines = list(result)
    first = result[engines[0]]
    for engine in engines:
        out, code, report = result[engine]
        if not isinstance(code, int) or code not in (0, 1):
            return f"{engine}: {code} {report}"
        if (out, code) != first[:2]:
            pairs = zip(first[0].splitlines() + ["<end>"], out.splitlines() + ["<end>"])
            a, b = next(((a, b) for a, b in pairs if a != b), (first[1], code))
            return f"{engine}: {b!r} instead of {a!r}"
        if report != first[2]:
            return f"{engine}: report {report!r} instead of {first[2]!r}"
    return None


def reduce(gene, seed, text_of, engines):
    """The statements to leave out of `seed` so that it still differs."""
    program = gen.Program(seed)
    program.text()  # numbers its statements; small ones have fewer
    skip, size = [], max(program.statements // 2, 1)
    while size:
        at = 0
        while at < program.statements:
            more = [i for i in range(at, at + size) if i not in skip]
            if more and difference(outcomes(gene, text_of(seed, skip + more), engines)):
                skip += more
            at += size
        size //= 2
    return skip


def main():
    parser = argparse.ArgumentParser()
    pool.add_options(parser)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--gir", action="store_true")
    parser.add_argument("--entered", action="store_true")
    parser.add_argument("--reduce", action="store_true")
    options = parser.parse_args()
    gene = options.gene
    engines = ["vm", *(["gir"] if options.gir else []), "-O0", "-O2"]
    if options.entered:
        engines = ["vm", "entered", "entered-even", "entered-odd"]
    last = options.first + options.count
    batches = [range(n, min(n + options.batch, last)) for n in range(options.first, last, options.batch)]

    def text_of(seed, skip=()):
        return gen.Program(seed, skip, options.small).text()

    def differing(seeds):
        together = difference(outcomes(gene, "\n".join(map(text_of, seeds)), engines))
        if not together:
            return []
        alone = [(seed, difference(outcomes(gene, text_of(seed), engines))) for seed in seeds]
        return [(s, d) for s, d in alone if d] or [(seeds[0], f"with the {len(seeds) - 1} behind it: {together}")]

    found = []
    for seed, what in (pair for pairs in pool.run_all(differing, batches, options.jobs) for pair in pairs):
        print(f"seed {seed}: {what}", flush=True)
        found.append((seed, what))
    if found and options.reduce:
        print(text_of(found[0][0], reduce(gene, found[0][0], text_of, engines)))
    if not found:
        print(f"{options.count} programs, no difference")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
