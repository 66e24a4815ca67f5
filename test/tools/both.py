#!/usr/bin/env python3
"""Runs a program on every engine and compares.

  both.py --gene PATH [--stress] [--expect FILE.out [--exit N]] PROGRAM [args...]

Engines: the VM from source, the VM from a .gir file, native code at -O0 and at -O2; with GENE_TEST_CACHE the VM from source and
`gene run` with native code from the cache; with GENE_TEST_ENTERED the VM and the VM whose calls go to native code: all of them, and
every second function's, so that calls cross in both directions; with GENE_TEST_PARTS the VM and native code in parts of that size. All must print the same and end with the same exit code; GENE_CHECK_LEAKS makes a live object at the end exit code 99. Prints the common output, so that
it can be piped to FileCheck, or compares it with FILE.out.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


FROM_CACHE = "native code from the cache"
ENTERED = re.compile(r"native code of \d+ functions? and \d+ loops? is entered")


def engines(gene, program, folder, stress):
    """(name, commands to prepare, command to run)"""
    gir, exe0, exe2 = folder / (program.stem + ".gir"), folder / "O0", folder / "O2"
    yield "vm", [], [gene, "run", "--no-gir-cache", program.name]
    if os.environ.get("GENE_TEST_CACHE"):
        kept = ["env", f"GENE_CACHE={folder / 'cache'}", gene]
        yield "cache", [[*kept, "cache", "add", program.name]], [*kept, "run", "--jit-log", program.name]
        return
    if os.environ.get("GENE_TEST_ENTERED"):
        kept = ["env", f"GENE_CACHE={folder / 'cache'}", "GENE_JIT_DELAY=1000000"]
        add = [[*kept, gene, "cache", "add", "--entries", program.name]]
        # A tail call from one engine to the other takes stack.
        for which in ("all",) if stack_size(program) else ("all", "even", "odd"):
            chosen = [f"GENE_JIT_ENTERED={which}"] if which != "all" else []
            yield f"entered ({which})", add if which == "all" else [], [*kept, *chosen, gene, "run", "--jit-log", program.name]
        return
    if size := os.environ.get("GENE_TEST_PARTS"):
        for level, exe in (("-O0", exe0), ("-O2", exe2)):
            parts = [gene, "build", level, f"--part-size={size}", "-o", str(exe), program.name]
            yield f"native {level} in parts", [parts], [str(exe)]
        return
    if not stress:
        yield "gir", [[gene, "compile", "--force", "-o", str(folder), program.name]], [gene, "run", str(gir)]
        yield "native -O0", [[gene, "build", "-O0", "-o", str(exe0), program.name]], [str(exe0)]
    yield "native -O2", [[gene, "build", "-O2", "-o", str(exe2), program.name]], [str(exe2)]


def stack_size(program):
    """A program whose first line is `# stack SIZE` runs with a stack of that size: tail calls do not grow it."""
    with open(program, errors="replace") as source:
        first = source.readline().split()
    return {"GENE_STACK_SIZE": first[2]} if first[:2] == ["#", "stack"] else {}


def run(command, cwd, environment):
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
    return done.stdout.decode(errors="replace"), done.returncode, done.stderr.decode(errors="replace")


def outcome(prepare, command, cwd, environment, args):
    for step in prepare:
        out, code, err = run(step, cwd, environment)
        if code != 0:
            return "", code, err  # a program that does not compile prints nothing
    return run([*command, *args], cwd, environment)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gene", required=True)
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--expect", type=Path)
    parser.add_argument("--exit", type=int, default=0)
    parser.add_argument("program", type=Path)
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    options.gene = os.path.abspath(options.gene)  # programs run in their own folder
    environment = os.environ | {"GENE_CHECK_LEAKS": "1"} | stack_size(options.program)
    want = (options.expect.read_text(), options.exit) if options.expect else None
    with tempfile.TemporaryDirectory() as folder:
        for name, prepare, command in engines(options.gene, options.program, Path(folder), options.stress):
            try:
                out, code, err = outcome(prepare, command, options.program.parent.resolve(), environment, options.args)
            except subprocess.TimeoutExpired:
                sys.exit(f"{name}: timed out")
            if name.startswith("entered") and code != 1 and not ENTERED.search(err):
                sys.exit(f"{name}: the native code was not used\n{err}")
            if name == "cache" and code != 1 and FROM_CACHE not in err:
                sys.exit(f"{name}: the native code was not used\n{err}")
            if code < 0 or code == 99:
                sys.exit(f"{name}: exit code {code}\n{err}")
            if want is None:
                want = (out, code)
            if (out, code) != want:
                lines = list(zip(want[0].splitlines() + ["<end>"], out.splitlines() + ["<end>"]))
                differs = next((i for i, (a, b) in enumerate(lines) if a != b), 0)
                a, b = lines[differs]
                sys.exit(f"{name}: exit code {code}, expected {want[1]}; line {differs + 1}: expected {a!r}, got {b!r}\n{err}")
    if not options.expect:
        sys.stdout.write(want[0])
        sys.exit(want[1])


if __name__ == "__main__":
    main()
