#!/usr/bin/env python3
"""Which lines the test suites run: a table by folder, in Markdown. `./dev coverage` builds and calls this.

  coverage.py BUILD [--keep] [lit arguments]

BUILD is the folder of a build of the preset `coverage`. The suites run with LLVM_PROFILE_FILE set; native programs that tests make are
linked with the counting runtime, so that what they run counts. --keep uses the profiles of the last run.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path("/usr/lib/llvm-22/bin")
# Not those that run nothing, and not thousands of damaged programs: each process writes a profile.
SUITES = [p.name for p in sorted((ROOT / "test").iterdir()) if p.is_dir() and p.name not in ("lint", "tools", "fuzz", "bench")]
ENOUGH = 80.0
BATCH = 400             # profiles that are merged at a time
LONGEST_PROCESS = 60.0  # seconds after which a profile is complete


def run_suites(build, profiles, merged, arguments):
    """All suites that run programs. That executables are small is not so here: what fails is said, and counts."""
    for old in [*profiles.glob("*.profraw"), *merged.parent.glob(merged.name)]:
        old.unlink()
    profiles.mkdir(exist_ok=True)
    # A file for each process and each of its modules; %c: written while it runs, so that it counts how ever it ends.
    environment = os.environ | {"GENE_BUILD": str(build), "LLVM_PROFILE_FILE": f"{profiles}/%p-%m%c.profraw"}
    command = [str(BIN / "lit"), "-sv", *arguments, *[str(ROOT / "test" / s) for s in SUITES]]
    lit = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sys.stderr)
    seen = {}
    while True:
        ended = lit.poll() is not None
        for path in profiles.glob("*.profraw"):
            seen.setdefault(path, time.monotonic())
        done = [path for path, since in seen.items() if ended or time.monotonic() - since > LONGEST_PROCESS]
        if ended or len(done) >= BATCH:
            merge(done, merged)
            seen = {path: since for path, since in seen.items() if path.exists()}
        if ended:
            return
        time.sleep(5)


def merge(files, merged):
    """Adds profiles to the merged one, and removes them: thousands of them are a lot of disk."""
    for start in range(0, len(files), BATCH):
        batch = files[start:start + BATCH]
        command = [BIN / "llvm-profdata", "merge", "-sparse", "-failure-mode=all", "-o", f"{merged}.new"]
        command += [path for path in [merged, *batch] if path.exists()]
        # Of a process that a signal ended at once there is a file without a header: not a failure, if there are others.
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        os.replace(f"{merged}.new", merged)
        for path in batch:
            path.unlink()


def summaries(build, merged):
    """{file: (lines, lines run, functions, functions run)}"""
    objects = [build / "bin/gene", build / "lib/gene/libgene_llvm.so", build / "test/unit/gene_unit"]
    command = [BIN / "llvm-cov", "export", "--summary-only", f"--instr-profile={merged}", objects[0],
               *[f"--object={o}" for o in objects[1:]]]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = {}
    for file in json.loads(done.stdout)["data"][0]["files"]:
        path = Path(file["filename"])
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ("frontend", "codegen", "runtime", "driver"):
            lines, functions = file["summary"]["lines"], file["summary"]["functions"]
            found[path.relative_to(ROOT)] = (lines["count"], lines["covered"], functions["count"], functions["covered"])
    return found


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def table(files):
    folders = {}
    for path, numbers in files.items():
        folder = "/".join(path.parts[:2]) if len(path.parts) > 2 else path.parts[0]
        folders.setdefault(folder, []).append(numbers)
    folders["all"] = list(files.values())
    lines = ["| folder | lines | run | functions | run |", "|---|---:|---:|---:|---:|"]
    for folder, rows in folders.items():
        count, covered, functions, called = (sum(row[i] for row in rows) for i in range(4))
        lines.append(f"| `{folder}` | {count} | {percent(covered, count):.1f} % | {functions} | {percent(called, functions):.1f} % |")
    return "\n".join(lines)


def low(files):
    """The files of which less than ENOUGH is run."""
    lines = ["| file | lines | run |", "|---|---:|---:|"]
    for path, (count, covered, _, _) in sorted(files.items(), key=lambda item: percent(item[1][1], item[1][0])):
        if percent(covered, count) < ENOUGH:
            lines.append(f"| `{path}` | {count} | {percent(covered, count):.1f} % |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--keep", action="store_true")
    options, arguments = parser.parse_known_args()
    build = options.build.resolve()
    profiles, merged = build / "profiles", build / "coverage.profdata"
    if not options.keep:
        run_suites(build, profiles, merged, arguments)
    files = summaries(build, merged)
    print(f"{date.today()}, `./dev coverage`:\n\n{table(files)}\n")
    print(f"Files below {ENOUGH:.0f} %:\n\n{low(files)}")


if __name__ == "__main__":
    main()
