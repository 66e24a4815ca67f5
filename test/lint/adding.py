#!/usr/bin/env python3
"""docs/adding.md: the files of a list are those in which the names of its example stand.

A list is a table `| FILES | what |`; the next line `Example: NAMES` ends it. Files and names stand in backquotes; a file may be a
pattern, of which each must fit something. Tests that the list does not name may have the names, too.
"""
import re

from tree import ROOT, finish, tracked

DOCUMENT = "docs/adding.md"
NAMES_FILES = (DOCUMENT, "docs/coverage.md")  # what they name is no part of an addition


def lists(text):
    """(title, patterns of files, names)"""
    title, patterns = None, []
    for line in text.split("\n"):
        if line.startswith("## "):
            title, patterns = line[3:], []
        elif m := re.match(r"\| (`[^|]*`) \|", line):
            patterns += re.findall(r"`([^`]+)`", m[1])
        elif line.startswith("Example:") and patterns:
            yield title, patterns, re.findall(r"`([^`]+)`", line)
            patterns = []


def files_with(names, texts):
    """The files in which one of the names stands, as a word."""
    pattern = re.compile("|".join(rf"(?<![\w.-]){re.escape(n)}(?![\w-])" for n in names))
    return {path for path, text in texts.items() if pattern.search(text)}


def main():
    texts = {p: (ROOT / p).read_text(errors="replace") for p in tracked()
             if str(p) not in NAMES_FILES and p.parts[0] != "benchmarks"}
    problems, count = [], 0
    for title, patterns, names in lists((ROOT / DOCUMENT).read_text()):
        count += 1
        found = files_with(names, texts)
        if not names:
            problems.append(f"{title}: the example has no names")
        problems += [f"{title}: {pattern} has none of {', '.join(names)}" for pattern in patterns
                     if not any(path.match(pattern) for path in found)]
        problems += [f"{title}: {path} is missing; it has one of {', '.join(names)}" for path in sorted(found)
                     if path.parts[0] != "test" and not any(path.match(pattern) for pattern in patterns)]
    if count < 8:
        problems.append(f"only {count} lists were understood")
    finish(problems, f"{count} lists")


main()
