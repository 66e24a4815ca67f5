#!/usr/bin/env python3
"""Commands whose n-th call of the system fails: each time they say so and end with exit code 1, or do what they always do; no file is left half
written, and none that nobody asked for.

  fail_calls.py GENE [--step N] [--most N] [COMMAND...]

COMMAND: build compile run cached fmt cache new, all without one. CALLS says which calls there are (test/tools/fail_calls.c).
--step N --most M: every N-th one, at most M of each call of each command; the whole loop without.
"""
import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CALLS = {"open": errno.EMFILE, "read": errno.EIO, "write": errno.ENOSPC, "rename": errno.EACCES, "map": errno.ENOMEM, "start": errno.EAGAIN,
         "close": errno.EIO}
# What gcc and lld leave behind where a call of theirs fails is theirs.
TOOLS = ("tmp", "tmp/cc*", "exe.*.tmp*")
PROGRAM = """(import area from "./lib")
(class Square (ctor [a] (/a = a)) (method area [] (area /a)))
(println ((new Square 3) .area))
"""
LIBRARY = "(fn area [a]\n(a * a))\n"
EXPECTED = "9\n"


class Case:
    """A command, the files that it makes or changes, and whether they are as they should be."""

    def __init__(self, name, words, changes=(), check=None, output="", prepare=None):
        self.name, self.words, self.changes, self.check, self.output, self.prepare = name, words, changes, check, output, prepare


def runs(gene, folder, *words, **environment):
    done = subprocess.run([*words], cwd=folder, capture_output=True, text=True, env=os.environ | {"GENE_CACHE": "off"} | environment)
    return done.returncode == 0 and done.stdout == EXPECTED


def cases(gene):
    def executable(folder):
        return runs(gene, folder, "./exe")

    def bytecode(folder):
        return runs(gene, folder, gene, "run", "gir/p.gir")

    def source(folder):
        return (folder / "lib.gene").read_text() in (LIBRARY, "(fn area [a]\n  (a * a))\n")

    def kept(folder):
        return runs(gene, folder, gene, "run", "p.gene", GENE_CACHE=str(folder / "cache"))

    def add(folder):
        subprocess.run([gene, "cache", "add", "p.gene"], cwd=folder, env=os.environ | {"GENE_CACHE": str(folder / "cache")}, check=True,
                       capture_output=True)

    return [
        Case("run", ["run", "p.gene"], output=EXPECTED),
        Case("compile", ["compile", "p.gene", "-o", "gir"], ["gir", "gir/p.gir"], bytecode, None),
        Case("fmt", ["fmt", "lib.gene"], ["lib.gene"], source, None),
        Case("build", ["build", "p.gene", "-o", "exe"], ["exe"], executable, None),
        Case("cached", ["run", "p.gene"], ["cache", "cache/*"], kept, EXPECTED, add),
        Case("cache", ["cache", "add", "p.gene"], ["cache", "cache/*"], kept, None),
        Case("new", ["new", "pkg"], ["pkg", "pkg/*", "pkg/*/*"], None, None),
    ]


def files(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*")} - {"count"}


class Injector:
    def __init__(self, gene, library, work):
        self.gene, self.library, self.work = gene, library, work

    def once(self, case, call, at):
        """What is wrong with the command whose `at`-th call fails, or None; and how many calls there were."""
        folder = Path(tempfile.mkdtemp(dir=self.work))
        (folder / "tmp").mkdir()
        (folder / "p.gene").write_text(PROGRAM)
        (folder / "lib.gene").write_text(LIBRARY)
        (folder / "count").write_bytes(bytes(8))
        if case.prepare:
            case.prepare(folder)
        before = files(folder)
        environment = os.environ | {
            "LD_PRELOAD": str(self.library), "FAIL_CALL": call, "FAIL_AT": str(at), "FAIL_ERRNO": str(CALLS[call]),
            "FAIL_COUNT": str(folder / "count"), "TMPDIR": str(folder / "tmp"),
            "GENE_CACHE": str(folder / "cache") if case.name in ("cache", "cached") else "off"}
        try:
            done = subprocess.run([self.gene, *case.words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  errors="replace", timeout=60)
        except subprocess.TimeoutExpired:
            return "it hangs", 0
        count = int.from_bytes((folder / "count").read_bytes(), "little")
        problem = self.judge(case, folder, before, done)
        shutil.rmtree(folder)
        return problem and f"{problem} (exit code {done.returncode}): {done.stderr.strip()[-300:]}", count

    def judge(self, case, folder, before, done):
        if done.returncode not in (0, 1):
            return "it ends by a signal, or with another exit code"
        if done.returncode == 1 and "rror" not in done.stderr:
            return "it does not say what failed"
        if done.returncode == 0 and case.output is not None and done.stdout != case.output:
            return f"it prints something else: {done.stdout!r}"
        allowed = [*case.changes, *TOOLS]
        more = [f for f in files(folder) - before if not any(Path(f).match(c) or f == c for c in allowed)]
        if more:
            return f"files are left: {more}"
        made = case.name not in ("build", "compile") or (folder / case.changes[-1]).exists()
        if done.returncode == 0 and not made:
            return "it succeeds, and there is no file"
        if case.check and made and not case.check(folder):
            return "what it has written is not whole"
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gene", type=os.path.abspath)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--most", type=int, default=1 << 30)
    parser.add_argument("--verbose", action="store_true", help="say how many calls there are")
    parser.add_argument("commands", nargs="*")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="gene-fail-"))
    library = work / "fail_calls.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", library, Path(__file__).with_suffix(".c"), "-ldl"], check=True)
    injector, failures, total = Injector(options.gene, library, work), 0, 0
    for case in cases(options.gene):
        if options.commands and case.name not in options.commands:
            continue
        for call in CALLS:
            problem, count = injector.once(case, call, 0)
            if problem:
                print(f"{case.name}: without a failure: {problem}")
                failures += 1
                break
            if options.verbose:
                print(f"{case.name}: {count} of {call}", flush=True)
            numbers = list(range(1, count + 1, options.step))[:options.most]
            for at in numbers:
                total += 1
                problem, _ = injector.once(case, call, at)
                if problem:
                    failures += 1
                    print(f"{case.name}, {call} {at} of {count}: {problem}", flush=True)
    shutil.rmtree(work)
    print(f"{total} failures of calls: {failures} problems")
    return 1 if failures else 0


sys.exit(main())
