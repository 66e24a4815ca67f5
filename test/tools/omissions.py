#!/usr/bin/env python3
"""Removes parts of additions one by one and shows what notices it.

  omissions.py [--build build/release] [--only WORD] [--part K/N]
  omissions.py --table | --check

Each row of OMISSIONS takes a part of an example of docs/adding.md out of a copy of the tree and names the check that must fail, and what
it must say: the compiler on one file, the linker, a lint or a test. Files are compiled by the commands of compile_commands.json; a link
takes everything else from the build, which has to be of this tree. --part 2/4: every fourth row, from the second. --table prints the
table of docs/adding.md; --check compares.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lint"))
from tree import ROOT, tracked  # noqa: E402

LIT = "/usr/lib/llvm-22/bin/lit"


@dataclass
class Omission:
    addition: str  # as the lists of docs/adding.md are called
    part: str      # what is left out
    path: str      # in this file,
    pattern: str   # this
    instead: str   # becomes this
    check: str     # compile FILE | link PROGRAM FILE | run FILE TEST | lint NAME | test TEST
    says: str      # a pattern of what the check says


BODY = r"[^\n]*\{\n(?:(?!\}).*\n)*\}\n"  # from the line of a function's head to its end

OMISSIONS = [
    # --- instructions
    Omission("instruction", "a column of the row", "runtime/abi/Instructions.def", r'(RUNTIME\(UnwrapFails, .*) Class,', r"\1",
             "compile runtime/abi/Instructions.cpp", "too few arguments provided to function-like macro"),
    Omission("instruction", "the name of an immediate", "runtime/abi/Instructions.def", r'(INST\(ScopeNew, .*)"slots:int"', r'\1"room:int"',
             "compile runtime/abi/Instructions.cpp", "ScopeNew: immediates are NAME:kind"),
    Omission("instruction", "an effect that there is", "runtime/abi/Instructions.def", r'(INST\(ScopeNew, .*)"a"', r'\1"z"',
             "compile runtime/abi/Instructions.cpp", "ScopeNew: a letter that is no effect"),
    Omission("instruction", "the row", "runtime/abi/Instructions.def", r"INST\(ScopeNew, .*\n", "",
             "compile frontend/lower/Functions.cpp", "no member named 'ScopeNew'"),
    Omission("instruction", "the entry's prototype", "runtime/abi/Entry.def", r"ENTRY\(gene_unwrap_fails, .*\n", "",
             "compile runtime/vm/RuntimeTable.cpp", "gene_unwrap_fails"),
    Omission("instruction", "the entry", "runtime/abi/Enums.cpp", r"Value gene_unwrap_fails\(" + BODY, "",
             "link gene runtime/abi/Enums.cpp", "undefined symbol: gene_unwrap_fails"),
    Omission("instruction", "the opcode", "runtime/vm/Opcodes.def", r"OPCODE\(ScopeNew, .*\n", "",
             "compile codegen/bytecode/Select.cpp", "no member named 'ScopeNew' in '?gene::(vm::)?Opcode"),
    Omission("instruction", "the handler", "runtime/vm/Handlers.inc", r"HANDLER\(ScopeNew\) \{\n(?:  .*\n)*\}\n", "",
             "compile runtime/vm/Interpreter.cpp", "ScopeNew"),
    Omission("instruction", "the slow path", "runtime/vm/Handlers.inc", r"SLOW_PATH\(ScopeNew\) \{\n(?:  .*\n)*\}\n", "",
             "compile runtime/vm/Interpreter.cpp", "ScopeNew"),
    Omission("instruction", "the VM's emitter", "codegen/bytecode/Select.cpp", r"void Select::emitScopeNew\(" + BODY, "",
             "link gene codegen/bytecode/Select.cpp", "undefined symbol: gene::bytecode::Select::emitScopeNew"),
    Omission("instruction", "the native emitter", "codegen/llvm/EmitData.cpp", r"void FunctionEmitter::emitScopeNew\(" + BODY, "",
             "link native codegen/llvm/EmitData.cpp", r"undefined symbol: .*FunctionEmitter::emitScopeNew"),
    # --- built-ins
    Omission("built-in", "the function", "runtime/builtins/Globals.cpp", r"Value typesEquivalent\(" + BODY, "",
             "compile runtime/builtins/Globals.cpp", "undeclared identifier 'typesEquivalent'"),
    Omission("built-in", "its row", "runtime/builtins/Globals.cpp", r'    \{"types_equivalent (?:[^{}]|\{[^}]*\})*\},\n', "",
             "compile runtime/builtins/Globals.cpp", "unused function 'typesEquivalent'"),
    Omission("built-in", "what it takes and gives", "runtime/builtins/Globals.cpp",
             r'(\{"types_equivalent [^"]*", typesEquivalent,) "[^"]*",', r"\1",
             "compile runtime/builtins/Globals.cpp", "no matching constructor"),
    Omission("built-in", "what comes out", "runtime/builtins/Globals.cpp", '"a b -> Bool"', '"a b -> "',
             "compile runtime/builtins/Globals.cpp", "a class is missing"),
    Omission("built-in", "the arrow", "runtime/builtins/Globals.cpp", '"a b -> Bool"', '"a b Bool"',
             "compile runtime/builtins/Globals.cpp", "the arrow is missing"),
    Omission("built-in", "an effect of those that run code", "runtime/builtins/Globals.cpp",
             r'(\{"set_env", setEnv, "name:String value -> Nil",) "RrwacX"', r'\1 "RwacX"',
             "compile runtime/builtins/Globals.cpp", "Gene code may have all effects"),
    Omission("built-in", "what it needs in a sandbox", "runtime/builtins/Globals.cpp", r'("get_env", getEnv, .*)"RrwaE"', r'\1"Rrwa"',
             "lint permissions", "the row of 'get_env' does not say what the sandbox has to grant"),
    Omission("built-in", "its documentation", "runtime/builtins/Globals.cpp",
             r'"do two types accept the same[^"]*"', '""',
             "compile runtime/builtins/Globals.cpp", "the documentation is missing"),
    Omission("built-in", "its line in the reference", "docs/language/builtins.md", r"\| `types_equivalent`.*\n", "",
             "test cli/builtins.test", "types_equivalent"),
    Omission("built-in", "its test", "test", r"types_equiv(alent)?\b", "same_types",
             "lint tested", "built-in types_equivalent"),
    Omission("built-in", "the row of its table", "runtime/builtins/Tables.def", r"REGEX_TABLE\(regexConstructors\)\n", "",
             "lint listed", "regexConstructors"),
    # --- special forms
    Omission("special form", "the row", "frontend/analysis/SpecialForms.def", r'SPECIAL\("repeat", .*\n', "",
             "compile frontend/analysis/Control.cpp", "repeatForm"),
    Omission("special form", "the handler", "frontend/analysis/Control.cpp", r"Analyzer::Node\* Analyzer::repeatForm\(" + BODY, "",
             "link gene frontend/analysis/Control.cpp", r"undefined symbol: .*Analyzer::repeatForm"),
    Omission("special form", "the node", "frontend/analysis/Ast.h", r"struct Repeat : LoopBase \{\n(?:  .*\n)*\};\n", "",
             "compile frontend/lower/Expressions.cpp", "Repeat"),
    Omission("special form", "its case in lowering", "frontend/lower/Expressions.cpp", r" *case ast::NodeKind::Repeat: .*\n", "",
             "compile frontend/lower/Expressions.cpp", "enumeration value 'Repeat' not handled"),
    Omission("special form", "its lowering", "frontend/lower/Loops.cpp", r"Lowering::Value\* Lowering::repeat\(" + BODY, "",
             "link gene frontend/lower/Loops.cpp", r"undefined symbol: .*Lowering::repeat\("),
    Omission("special form", "its test", "test/diag/functions.test", r"\(fnx \[a\] a\).*\n", "",
             "lint tested", "special form fnx:"),
    # --- kinds
    Omission("kind", "its traits", "runtime/value/Kinds.def", r'(KIND\(RegexMatch, RegexMatchObject, .*), [^,"]*\)', r"\1)",
             "compile runtime/object/Kinds.cpp", "too few arguments provided to function-like macro"),
    Omission("kind", "the struct", "runtime/object/Objects.h", r"struct RegexMatchObject : Object \{\n(?:  .*\n)*\};\n", "",
             "compile runtime/collector/Cycles.cpp", "RegexMatchObject"),
    Omission("kind", "what it refers to", "runtime/object/Objects.h", r"(struct RegexMatchObject : Object \{\n  Slot .*\n)(?:  .*\n)*", r"\1",
             "compile runtime/collector/Cycles.cpp", "forEachSlot"),
    Omission("kind", "counting what it refers to", "runtime/object/Objects.h", r"(struct RegexMatchObject : Object \{\n) *Slot ", r"\1  Value ",
             "lint slots", "RegexMatchObject"),
    Omission("kind", "the function of a trait", "runtime/object/Members.cpp", r"Value memberOf\(Context&, RegexMatchObject\*" + BODY, "",
             "compile runtime/object/Members.cpp", "no matching function for call to 'memberOf'"),
    Omission("kind", "its printer", "runtime/object/Print.cpp", r"  void print\(const RangeObject\* .*\n(?:    .*\n)*  \}\n", "",
             "compile runtime/object/Print.cpp", "RangeObject"),
    # --- passes
    Omission("pass", "the row", "codegen/passes/Passes.def", r"PASS\(Function, expandLoops, .*\n", "",
             "compile codegen/passes/Pipeline.cpp", "an unknown pass"),
    Omission("pass", "the pass", "codegen/passes/ExpandLoops.cpp", r"bool expandLoops\(" + BODY, "",
             "link gene codegen/passes/ExpandLoops.cpp", "undefined symbol: gene::expandLoops|unused"),
    Omission("pass", "its place in the pipeline", "codegen/passes/Pipeline.cpp", r'"expand-loops",', "",
             "compile codegen/passes/Pipeline.cpp", "a pass that never runs"),
    Omission("pass", "its file in CMakeLists.txt", "codegen/passes/CMakeLists.txt", r"\bExpandLoops\.cpp", "",
             "lint listed", "ExpandLoops.cpp"),
    Omission("pass", "its section", "docs/passes.md", r"## expand-loops\n", "",
             "test docs/passes.test", "expand-loops"),
    Omission("pass", "its tests", "test/passes/expand-loops", "", "",
             "test docs/passes.test", "expand-loops"),
    Omission("pass", "the line of its file", "docs/architecture.md", r"\| `ExpandLoops\.cpp`.*\n", "",
             "lint documented", "ExpandLoops.cpp"),
    # --- diagnostics
    Omission("diagnostic", "the row", "frontend/syntax/Diagnostics.def", r"DIAG\(E0114, .*\n", "",
             "compile frontend/syntax/LexStrings.cpp", "no member named 'UnclosedRegex'"),
    Omission("diagnostic", "who reports it", "frontend/syntax/Diagnostics.def", r"(DIAG\(E0114, .*\n)", r'\1DIAG(E0199, Error, Silent, "EOF")\n',
             "lint diagnostics", "E0199 Silent: nothing reports it"),
    Omission("diagnostic", "its test", "test/language", "EOF while reading regex literal", "EOF",
             "lint diagnostics", "E0114 UnclosedRegex: no test expects"),
    Omission("diagnostic", "its page", "driver/Explanations.def", r"(?s)EXPLAIN\(E0114,.*?(?=EXPLAIN\()", "",
             "run driver/Explain.cpp diag/explain.test", "E0114"),
    # --- commands
    Omission("command", "the row", "driver/Commands.def", r"COMMAND\(gir, .*\n", "",
             "run driver/main.cpp llvm/reproducible.test", "Unknown command: gir"),
    Omission("command", "the command", "driver/Gir.cpp", r"(?s)int gir\(Arguments.*?\n\}\n", "",
             "link gene driver/Gir.cpp", r"undefined symbol: gene::driver::gir"),
    Omission("command", "its file in CMakeLists.txt", "driver/CMakeLists.txt", r"\bGir\.cpp", "",
             "lint listed", "Gir.cpp"),
    Omission("command", "its tests", "test", r"gene gir\b", "gene show",
             "lint tested", "command gir:"),
]


class Copy:
    """A copy of the tree, in which one part at a time is missing."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        for path in tracked():
            if path.parts[0] != "benchmarks":
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, folder / path)
        self.commands = {entry["file"]: entry["command"] for entry in json.loads((build / "compile_commands.json").read_text())}

    def remove(self, omission):
        """Leaves the part out; returns what puts it back, or None if it is not there."""
        path = self.folder / omission.path
        if not omission.pattern:
            aside = self.folder.parent / "aside"
            path.rename(aside)
            return lambda: aside.rename(path)
        before = {}
        for file in [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]:
            text = file.read_text(errors="surrogateescape")
            changed, count = re.subn(omission.pattern, omission.instead, text)
            if count:
                before[file] = text
                file.write_text(changed, errors="surrogateescape")

        def restore():
            for file, text in before.items():
                file.write_text(text, errors="surrogateescape")
        return restore if before else None

    def compile(self, name, *further):
        """The compiler's exit code and words; the command of the build, on the copy."""
        words = shlex.split(self.commands[str(ROOT / name)])
        if words[0].endswith("ccache"):
            words = words[1:]
        output = words.index("-o")
        del words[output:output + 2]
        if "-fsyntax-only" in further:
            words.remove("-c")
        words = [re.sub(rf"{re.escape(str(ROOT))}(?!/build)(?=/|$)", str(self.folder), w) for w in words]
        return finished(words + list(further), self.build)

    def link(self, program, name, output):
        """Links a program of the build with the object of one changed file."""
        changed = output.parent / Path(name).name.replace(".cpp", ".cpp.o")
        code, said = self.compile(name, "-w", "-o", str(changed))
        if code:
            return code, said
        target = {"gene": "bin/gene", "native": "codegen/llvm/libgene_llvm_complete.so"}[program]
        commands = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", target], text=True, check=True,
                                  capture_output=True).stdout.strip().split("\n")
        words = shlex.split(commands[-1].removeprefix(": && ").removesuffix(" && :"))
        words[words.index("-o") + 1] = str(output)
        for at, word in enumerate(words):
            if source(word) == name:
                words[at] = str(changed)
            elif word.startswith("lib/gene/"):
                words[at] = self.archive(word, name, changed, output.parent)
        return finished(words, self.build)

    def archive(self, word, name, changed, folder):
        """The archive of the build, or if the changed object belongs to it a copy with that."""
        said = subprocess.run(["ninja", "-C", str(self.build), "-t", "query", word], text=True, check=True, capture_output=True).stdout
        members = re.findall(r"^ +(\S+\.o)$", said, re.M)
        others = [m for m in members if source(m) != name]
        if len(others) == len(members):
            return word
        copy = folder / Path(word).name
        if not copy.exists():
            subprocess.run(["llvm-ar-22", "crs", str(copy), *others, str(changed)], cwd=self.build, check=True)
        return str(copy)

    def run(self, check):
        """Does a check; its exit code and words."""
        kind, *words = check.split()
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as scratch:
            output = Path(scratch) / "bin" / "gene"
            output.parent.mkdir()
            if kind == "compile":
                return self.compile(words[0], "-fsyntax-only")
            if kind == "link":
                return self.link(words[0], words[1], output)
            if kind == "lint":
                return finished([sys.executable, f"test/lint/{words[0]}.py"], self.folder)
            build = self.build
            if kind == "run":
                code, said = self.link("gene", words[0], output)
                if code:
                    return 0, "does not link: " + said
                (Path(scratch) / "lib").symlink_to(self.build / "lib")
                build, words = Path(scratch), words[1:]
            return finished([LIT, "-a", str(self.folder / "test" / words[0])], self.folder, GENE_BUILD=str(build))


def source(object):
    """The source of an object of the build."""
    return re.sub(r"CMakeFiles/\w+\.dir/", "", object).removesuffix(".o")


def finished(command, folder, **environment):
    done = subprocess.run(command, cwd=folder, text=True, errors="replace", env=os.environ | environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


NOTICES = {"compile": "does not compile", "link": "does not link", "run": "the test `{}` fails", "lint": "the lint `{}` fails",
           "test": "the test `{}` fails"}


def table():
    lines = ["| addition | without | what notices |", "|---|---|---|"]
    for o in OMISSIONS:
        kind, *words = o.check.split()
        word = f"test/lint/{words[0]}.py" if kind == "lint" else f"test/{words[-1]}"
        lines.append(f"| {o.addition} | {o.part} | {NOTICES[kind].format(word)} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--only", default="")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.table:
        return print(table(), end="")
    if options.check:
        sys.exit(0 if table() in (ROOT / "docs/adding.md").read_text() else "docs/adding.md: not the table of omissions.py --table")
    part, parts = map(int, options.part.split("/"))
    chosen = [o for o in OMISSIONS[part - 1::parts] if options.only in f"{o.addition}: {o.part}"]
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "tree"
        folder.mkdir()
        copy = Copy(options.build.resolve(), folder)
        for o in chosen:
            name = f"{o.addition}: {o.part}"
            restore = copy.remove(o)
            if not restore:
                failures += 1
                print(f"FAIL {name}: {o.path} has no {o.pattern}")
                continue
            code, said = copy.run(o.check)
            restore()
            noticed = code != 0 and re.search(o.says, said)
            failures += not noticed
            print(f"{'ok  ' if noticed else 'FAIL'} {name}: {o.check}", flush=True)
            if not noticed:
                print(f"  exit code {code}; expected: {o.says}\n" + "\n".join("  " + line for line in said.split("\n")[:25]))
    print(f"{len(chosen)} omissions: {failures} problems")
    sys.exit(1 if failures or not chosen else 0)


if __name__ == "__main__":
    main()
