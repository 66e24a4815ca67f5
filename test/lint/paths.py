#!/usr/bin/env python3
"""A path or file that a comment or a document names is there.

In comments of sources, tests and scripts, and in all of a document but its examples: a path that begins with a folder of the
root, or a file name with an ending of ours. A word that only looks like one is listed in NO_PATH with its reason.
"""
import re

from tree import ROOT, finish, tracked

FOLDERS = "frontend|codegen|runtime|driver|test|docs|benchmarks"
ENDINGS = "h|cpp|def|inc|cmake|md|py"
PATH = re.compile(rf"(?<![\w/.<$%{{@-])(?:\.\./)*((?:{FOLDERS})/[\w*][\w./*-]*)")
FILE = re.compile(rf"(?<![\w/.*$%-])([\w-]+\.(?:{ENDINGS}))\b(?![/(])")
OUTSIDE = re.compile(r"(?<![\w/])(?:\.\./)?shared/[\w./-]+")

# Comments by the kind of file; documents are read whole.
COMMENT = {".cpp": r"//.*", ".h": r"//.*", ".inc": r"//.*", ".def": r"//.*", ".py": r"#.*", ".cmake": r"#.*", ".txt": r"#.*", ".test": r"^# (?!RUN)(?!\w*CHECK).*"}

# name: why it is no file of the tree
NO_PATH = {
    "01-syntax.md": "a chapter of the language reference",
    "19-cli.md": "a chapter of the language reference",
    "stdio.h": "C",
    "test/language/NAME.gene": "stands for all",
    "test/passes/NAME": "stands for all",
}
REFERENCE = "../shared/language/"  # docs/language/status.md says once where the language reference is


def exists(path, names):
    """Is it a file or folder, without its ending perhaps, or a pattern that fits some?"""
    path = path.rstrip("./")
    if "*" in path:
        return any(ROOT.glob(path))
    return (ROOT / path).exists() or any(n.startswith(path + ".") for n in names)


def lines(path):
    """(number, text) of what is to be read."""
    example = False
    for number, line in enumerate((ROOT / path).read_text(errors="replace").split("\n"), 1):
        if path.suffix != ".md":
            if m := re.search(COMMENT[path.suffix], line):
                yield number, m[0]
            continue
        if line.startswith("```"):
            example = not example
        if not example and not line.startswith("    "):
            yield number, line


def main():
    files = tracked()
    names = [str(p) for p in files]
    basenames = {p.name for p in files}
    problems, count = [], 0
    for path in files:
        if path.suffix != ".md" and path.suffix not in COMMENT or path.name == "RESULTS.md":
            continue
        for number, text in lines(path):
            text = re.sub(r"https?://\S+", "", text)
            for word in PATH.findall(text):
                count += 1
                if word not in NO_PATH and not exists(word, names):
                    problems.append(f"{path}:{number}: {word} is not there")
            for word in FILE.findall(text):
                count += 1
                if word not in basenames and word not in NO_PATH:
                    problems.append(f"{path}:{number}: there is no file {word}")
            problems += [f"{path}:{number}: {word} is outside of this tree" for word in OUTSIDE.findall(text) if word != REFERENCE]
    if count < 300:
        problems.append(f"only {count} paths were found")
    finish(problems, f"{count} paths")


main()
