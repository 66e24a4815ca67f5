#!/usr/bin/env python3
"""Makes the figures of docs/reliability.md, and prints them as they stand there.

  reliability.py [--build build/release] [--quick | --minutes N] [--seed N]

Counted: lines, tests, the lines that run by the profile of the last `./dev coverage`. --quick prints only these. The other figures take the
time that --minutes gives them (30): of it four tenths for the fuzzers, which are run when `./dev fuzz` has built them, two for
random programs, one for damaged sources, one for damaged .gir files, two for mutants. The seed is the date, so that every day tries something
else. A figure stands in the table when it was made in this call. The exit code is 1 when anything was found.
"""
import argparse
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lint"), str(HERE.parent / "fuzz")]
import coverage  # noqa: E402
import fuzz  # noqa: E402
from tree import ROOT, SOURCE_FOLDERS, sources, tracked  # noqa: E402

LIT = "/usr/lib/llvm-22/bin/lit"
SHARES = {"fuzzers": 0.4, "programs": 0.2, "sources": 0.1, "images": 0.1, "mutants": 0.2}


def lines(paths):
    """Lines that are not blank."""
    return sum(bool(line.strip()) for path in paths for line in (ROOT / path).read_text(errors="replace").split("\n"))


def sizes():
    code = lines(sources())
    tests = lines(p for p in tracked() if p.parts[0] == "test" and p.parts[:3] != ("test", "fuzz", "seeds"))
    yield f"lines of code ({', '.join(SOURCE_FOLDERS)})", f"{code:,}"
    yield "lines of tests", f"{tests:,}: {tests / code:.2f} for each line of code"


def tests(build):
    done = subprocess.run([LIT, "--show-tests", str(ROOT / "test")], cwd=ROOT, env={"GENE_BUILD": str(build), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True)
    folders = Counter(name.partition("/")[0] for name in re.findall(r"^  gene :: (\S+)", done.stdout, re.M))
    each = ", ".join(f"{count:,} in `{folder}`" for folder, count in folders.most_common())
    yield "tests of lit", f"{sum(folders.values()):,}: {each}"


def covered():
    """The lines that run, by a profile that is there."""
    build = ROOT / "build/coverage"
    profile = build / "coverage.profdata"
    if profile.exists():
        found = coverage.summaries(build, profile).values()
        share = coverage.percent(sum(row[1] for row in found), sum(row[0] for row in found))
        yield "lines that the tests run", f"{share:.1f} % (profile of {datetime.fromtimestamp(profile.stat().st_mtime):%F})"


def campaign(seconds, batch, command):
    """Runs a fuzzer in batches, each from another number, until the time is over: (inputs, seconds, reports of batches that failed)."""
    start, done, reports = time.monotonic(), 0, []
    while time.monotonic() - start < seconds:
        finished = subprocess.run([sys.executable, *map(str, command(done))], cwd=ROOT, capture_output=True, text=True, errors="replace")
        done += batch
        if finished.returncode:
            reports.append(finished.stdout + finished.stderr)
    return done, time.monotonic() - start, reports


def campaigns(gene, seed, seconds):
    """(a row, what was found) of each campaign without coverage."""
    programs = sorted((ROOT / "test/language").glob("*.gene"))
    damage = [HERE.parent / "fuzz/mutate.py", "--gene", gene, "--count", 100]
    kinds = {
        "programs": ("random programs, in the VM and at -O0 and -O2", 40, lambda n: [
            HERE.parent / "fuzz/compare.py", "--gene", gene, "--from", 1000 * seed + n, "--count", 40, "--batch", 10]),
        "sources": ("damaged sources, parsed, checked, run", 100, lambda n: [*damage, "--seed", seed + n, *programs]),
        "images": ("damaged `.gir` files with the right checksum", 100, lambda n: [*damage, "--seed", seed + n, "--gir", "--parts", *programs[::7]]),
    }
    for kind, (name, batch, command) in kinds.items():
        done, took, reports = campaign(seconds * SHARES[kind], batch, command)
        yield (name, f"{done:,} in {took:.0f} s: {f'{len(reports)} batches with findings' if reports else 'no finding'}"), reports


def mutants(build, seed, seconds):
    """The table of mutate.py; None when there was no time for a mutant."""
    command = [sys.executable, str(HERE / "mutate.py"), "--build", str(build), "--seed", str(seed), "--count", "1000", "--trust",
               "--minutes", f"{seconds / 60:.2f}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
    print("\n".join(re.findall(r"^survives .*", done.stdout, re.M)), file=sys.stderr)
    return done.stdout[done.stdout.index("| folder |"):].strip() if done.returncode == 0 else None


def fuzzers(seconds):
    """(the table, logs of findings) of each target."""
    rows, each = ["| target | seconds | inputs | a second | edges covered |", "|---|---:|---:|---:|---:|"], max(2, int(seconds / len(fuzz.known())))
    runs = [fuzz.fuzz(name, each) for name in fuzz.known()]
    rows += [f"| `{run.target}` | {each} | {run.inputs:,} | {run.rate:,} | {run.edges:,} |" for run in runs]
    return "\n".join(rows), [str(run.finding) for run in runs if run.finding]


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return f", commit {done.stdout.strip()}" if done.returncode == 0 else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(f"{date.today():%y%m%d}"))
    options = parser.parse_args()
    build, seconds, findings, missing = options.build.resolve(), 60 * options.minutes, [], []
    how = "--quick" if options.quick else f"--minutes {options.minutes:g}"
    print(f"{date.today()}, `./dev reliability {how}`{commit()}, seed {options.seed}:\n\n| what | figure |\n|---|---|")

    def row(name, figure):
        print(f"| {name} | {figure} |", flush=True)
    for name, figure in (*sizes(), *tests(build)):
        row(name, figure)
    coverage_rows = list(covered())
    for name, figure in coverage_rows:
        row(name, figure)
    missing += [] if coverage_rows else ["the lines that run (`./dev coverage` makes the profile)"]
    if options.quick:
        missing.append("what takes time (`--minutes`)")
    else:
        for (name, figure), reports in campaigns(build / "bin/gene", options.seed, seconds):
            row(name, figure)
            findings += reports
        if table := mutants(build, options.seed, seconds * SHARES["mutants"]):
            print(f"\n{table}", flush=True)
        else:
            missing.append("the mutants (no time)")
        if fuzz.PROGRAM.exists():
            table, logs = fuzzers(seconds * SHARES["fuzzers"])
            print(f"\n{table}")
            findings += logs
        else:
            missing.append("the fuzzers (`./dev fuzz TARGET` builds them)")
    if missing:
        print(f"\nNot made in this call: {'; '.join(missing)}.")
    for finding in findings:
        print(f"\nfound: {finding}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
