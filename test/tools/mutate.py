#!/usr/bin/env python3
"""Breaks our own code in one small way at a time, and shows whether the tests notice it.

  mutate.py [--build build/release] [--seed N] [--count N] [--minutes N] [--only PATH[:LINE]] [--trust]
  mutate.py --list [--only PATH[:LINE]]

A mutant has one operator, comparison or constant changed, or one statement or `if` dropped, in a file of codegen/passes, runtime/object or
frontend/lower. It is made in a copy of the tree: the file is compiled and put into a copy of its library, and `gene` and the unit tests
are linked with that. Then tests run, those programs first that noticed earlier mutants, until one fails:

  vm        the programs of test/language, in the VM
  near      test/passes, unit, ir, bytecode, analysis: before the programs for codegen/passes
  native    every fourth of the programs, as executables (-O2)
  rest      test/diag, syntax, limits

A mutant that does not compile, or whose object is the same byte for byte, is not counted. --count: how many are made, in turn in each
folder, chosen by --seed. --minutes: none is begun after that. --only: all of that file or line. The tests run once without a mutant, and
what fails then is left out; --trust does without. The exit code is 1 when nothing was counted.
"""
import argparse
import os
import random
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from both import stack_size  # noqa: E402
from omissions import LIT, ROOT, Copy, finished  # noqa: E402

FOLDERS = ("codegen/passes", "runtime/object", "frontend/lower")
NEAR = ("passes", "unit", "ir", "bytecode", "analysis")
REST = ("diag", "syntax", "limits")
PROGRAMS = ("bin/gene", "test/unit/gene_unit")
PROCESSORS = 2
SECONDS, MEMORY = 30, 8 << 30  # that a process of a test may take: a mutant that goes on for ever is noticed

Mutant = namedtuple("Mutant", "path line column before after")

# Binary operators have blanks around them (clang-format): `<` alone is the bracket of a template.
SWAPS = {" == ": " != ", " != ": " == ", " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " && ": " || ", " || ": " && ",
         " + ": " - ", " - ": " + ", " & ": " | ", " | ": " & ", " += ": " -= ", " -= ": " += ", "true": "false", "false": "true"}
SWAP = re.compile("|".join(rf"\b{key}\b" if key.isalpha() else re.escape(key) for key in SWAPS))
NEGATION = re.compile(r"(?<![\w)\]])!(?=[\w(*])")
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
STATEMENT = re.compile(r"if \(.*\) .+;|(\+\+|--|\*)?(?!static|return|delete|GENE_)[\w:>.\[\]()-]+(\(.*\)| [-+|&]?= .*|\+\+|--);")
QUIET = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|//.*')


def mutants(path):
    """All mutants of a file."""
    found, begins = [], False  # begins: whether a statement may begin in this line
    for number, text in enumerate((ROOT / path).read_text().split("\n"), 1):
        code = QUIET.sub(lambda part: ("\0" if part[0][0] == "/" else "_") * len(part[0]), text).rstrip("\0 ")
        if not code or code.startswith(("#", "using ")) or "static_assert" in code:
            continue
        found += [Mutant(path, number, m.start() + 1, m[0], SWAPS[m[0]]) for m in SWAP.finditer(code)]
        found += [Mutant(path, number, m.start() + 1, "!", "") for m in NEGATION.finditer(code)]
        found += [Mutant(path, number, m.start() + 1, m[0], "1" if m[0] == "0" else str(int(m[0]) - 1)) for m in NUMBER.finditer(code)]
        indent = len(code) - len(code.lstrip())
        if indent and begins and STATEMENT.fullmatch(code, indent):
            found.append(Mutant(path, number, indent + 1, text[indent:len(code)], "{}"))
        begins = code.endswith((";", "{", "}", ")", "else"))
    return found


def sample(seed, count):
    """That many mutants, in turn of each folder."""
    chosen = []
    for folder in FOLDERS:
        every = [m for path in sorted((ROOT / folder).glob("*.cpp")) for m in mutants(str(path.relative_to(ROOT)))]
        chosen.append(random.Random(f"{seed} {folder}").sample(every, min(len(every), -(-count // len(FOLDERS)))))
    return [m for turn in zip(*chosen) for m in turn][:count]


class Broken:
    """A build in which one file is that of a mutant: the programs that are linked anew, the rest by links."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.tree = folder / "tree"
        self.tree.mkdir()
        self.copy = Copy(build, self.tree)
        self.commands = {target: self.command(target) for target in PROGRAMS}
        self.originals = {}  # the objects of files as they are
        self.programs = folder / "build"

    def command(self, target):
        done = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", target], text=True, check=True, capture_output=True)
        return shlex.split(done.stdout.strip().split("\n")[-1].removeprefix(": && ").removesuffix(" && :"))

    def object(self, path, name):
        """The object of a file of the tree, or None when it does not compile."""
        output = self.folder / name / (Path(path).name + ".o")
        output.parent.mkdir(exist_ok=True)
        output.unlink(missing_ok=True)
        code, _ = self.copy.compile(path, "-w", "-o", str(output))
        return None if code else output

    def make(self, mutant):
        """Makes the programs; what is wrong with the mutant, or None."""
        source = self.tree / mutant.path
        text = source.read_text()
        if mutant.path not in self.originals:
            self.originals[mutant.path] = self.object(mutant.path, "original").read_bytes()
        lines = text.split("\n")
        line, at = lines[mutant.line - 1], mutant.column - 1
        lines[mutant.line - 1] = line[:at] + mutant.after + line[at + len(mutant.before):]
        source.write_text("\n".join(lines))
        changed = self.object(mutant.path, "changed")
        source.write_text(text)
        if not changed:
            return "does not compile"
        if changed.read_bytes() == self.originals[mutant.path]:
            return "the same object"
        return None if self.link(mutant.path, changed) else "does not link"

    def link(self, path=None, changed=None):
        """Links the programs, with that object if there is one."""
        shutil.rmtree(self.programs, ignore_errors=True)
        archives = self.programs / "lib/gene"
        archives.mkdir(parents=True)
        for file in (self.build / "lib/gene").iterdir():
            (archives / file.name).symlink_to(file)
        (self.programs / "test/fuzz").mkdir(parents=True)
        (self.programs / "test/fuzz/gene_fuzz").symlink_to(self.build / "test/fuzz/gene_fuzz")
        if changed:
            libraries = dict.fromkeys(word for word in self.commands["bin/gene"] if word.startswith("lib/gene/"))
            if not any(self.with_object(library, path, changed, archives) for library in libraries):
                raise SystemExit(f"{path} is in no library")
        for target, command in self.commands.items():
            words = [str(self.programs / w) if w.startswith("lib/gene/") else w for w in command]
            words[words.index("-o") + 1] = str(self.programs / target)
            (self.programs / target).parent.mkdir(parents=True, exist_ok=True)
            if finished(words, self.build)[0]:
                return False
        return True

    def with_object(self, library, path, changed, archives):
        """Makes the library with that object, if it belongs to it."""
        made = Path(self.copy.archive(library, path, changed, self.folder))
        if not made.is_absolute():
            return False
        (archives / made.name).unlink()
        made.rename(archives / made.name)
        return True


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def runs(command, folder, environment):
    """(its exit code, its output) of a program; None when it takes too long."""
    try:
        done = subprocess.run(command, cwd=folder, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=4 * SECONDS, preexec_fn=limited)
    except subprocess.TimeoutExpired:
        return None
    return done.returncode, done.stdout.decode(errors="replace")


class Tests:
    """The tests, in the order in which they notice most."""

    def __init__(self, programs):
        self.programs = programs
        self.language = sorted((ROOT / "test/language").glob("*.gene"))
        self.noticed = Counter()  # mutants, by test
        self.seconds = Counter()
        self.failing = set()      # without any mutant
        self.stop = False

    def program(self, path, native):
        """Does a program of test/language do what it should?"""
        exit, arguments = path.with_suffix(".exit"), path.with_suffix(".args")
        want = int(exit.read_text()) if exit.exists() else 0, path.with_suffix(".out").read_text()
        environment = {"GENE_CHECK_LEAKS": "1", "GENE_CACHE": "off"} | stack_size(path)
        gene, words = str(self.programs / "bin/gene"), arguments.read_text().split() if arguments.exists() else []
        if not native:
            return runs([gene, "run", "--no-gir-cache", path.name, *words], path.parent, environment) == want
        with tempfile.TemporaryDirectory() as folder:
            built = runs([gene, "build", "-O2", "-o", f"{folder}/program", path.name], path.parent, environment)
            if built != (0, ""):
                return built and built[0] == 1 == want[0]
            return runs([f"{folder}/program", *words], path.parent, environment) == want

    def programs_of(self, stage, all_of_them):
        """The names of the programs that fail: the first, or all."""
        failed = []
        self.stop = False

        def one(path):
            name = f"{stage} {path.name}"
            if self.stop or name in self.failing:
                return
            start = time.monotonic()
            if not self.program(path, stage == "native"):
                failed.append(name)
                self.stop = not all_of_them
            elif all_of_them:
                self.seconds[name] = time.monotonic() - start
        order = sorted(self.language[::4] if stage == "native" else self.language, key=lambda path: (-self.noticed[f"{stage} {path.name}"], self.seconds[f"{stage} {path.name}"]))
        with ThreadPoolExecutor(PROCESSORS) as pool:
            list(pool.map(one, order))
        return failed

    def lit(self, folders, all_of_them):
        """The names of the tests of these folders that fail: the first, or all."""
        known = "|".join(re.escape(name.removeprefix("lit ")) for name in self.failing if name.startswith("lit "))
        command = [LIT, "-v", f"-j{PROCESSORS}", *([] if all_of_them else ["--max-failures=1"]),
                   *([f"--filter-out=:: ({known})$"] if known else []), *[str(ROOT / "test" / folder) for folder in folders]]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"GENE_BUILD": str(self.programs)}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", preexec_fn=limited)
        failed = re.findall(r"^(?:FAIL|TIMEOUT|UNRESOLVED): gene :: (\S+)", done.stdout, re.M)
        return [f"lit {name}" for name in failed] or (["lit"] if done.returncode else [])

    def stages(self, path="", all_of_them=False):
        """(a stage, what fails in it), one after the other: for a mutant of that file."""
        first = [("vm", lambda: self.programs_of("vm", all_of_them)), ("near", lambda: self.lit(NEAR, all_of_them))]
        if path.startswith("codegen"):
            first.reverse()
        for name, run in first:
            yield name, run()
        yield "native", self.programs_of("native", all_of_them)
        yield "rest", self.lit(REST, all_of_them)

    def without_mutant(self):
        for stage, failed in self.stages(all_of_them=True):
            self.failing.update(failed)
            print(f"without a mutant, {stage}: {', '.join(failed) or 'no test fails'}", flush=True)

    def notice(self, path):
        """The test that fails with a mutant of that file, or None."""
        for _, failed in self.stages(path):
            if failed:
                self.noticed[failed[0]] += 1
                return failed[0]
        return None


def shown(mutant):
    return f"{mutant.path}:{mutant.line}:{mutant.column}: `{mutant.before.strip()}` to `{mutant.after.strip()}`"


def summary(counted, options):
    """The table of docs/reliability.md."""
    rows = ["| folder | mutants | noticed | survive | share |", "|---|---:|---:|---:|---:|"]
    for folder in (*FOLDERS, "all"):
        noticed, survive = (sum(n for (f, o), n in counted.items() if o == outcome and folder in (f, "all"))
                            for outcome in ("noticed", "survives"))
        if noticed + survive:
            rows.append(f"| {folder} | {noticed + survive} | {noticed} | {survive} | {100 * noticed / (noticed + survive):.0f} % |")
    skipped = sum(n for (_, o), n in counted.items() if o not in ("noticed", "survives"))
    return f"{date.today()}, `test/tools/mutate.py {options}`, {skipped} more that do not compile or are the same:\n\n" + "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--only", default="")
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    path, _, line = options.only.partition(":")
    chosen = [m for m in mutants(path) if line in ("", str(m.line))] if path else sample(options.seed, options.count)
    if options.list:
        return print("\n".join(shown(m) for m in chosen))
    until, counted = time.monotonic() + 60 * options.minutes, Counter()
    with tempfile.TemporaryDirectory() as temporary:
        broken = Broken(options.build.resolve(), Path(temporary))
        tests = Tests(broken.programs)
        if not options.trust:
            broken.link()
            tests.without_mutant()
        for mutant in chosen:
            if time.monotonic() > until:
                break
            start, wrong = time.monotonic(), broken.make(mutant)
            found = None if wrong else tests.notice(mutant.path)
            outcome = wrong or ("noticed" if found else "survives")
            counted[os.path.dirname(mutant.path), outcome] += 1
            print(f"{outcome:16} {time.monotonic() - start:5.0f} s  {shown(mutant)}{f': {found}' if found else ''}", flush=True)
    print("\n" + summary(counted, f"--only {options.only}" if path else f"--seed {options.seed} --count {options.count}"))
    return 0 if any(o in ("noticed", "survives") for _, o in counted) else 1


if __name__ == "__main__":
    sys.exit(main())
