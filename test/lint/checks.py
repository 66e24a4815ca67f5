#!/usr/bin/env python3
"""Tests can fail: every FileCheck prefix that a RUN line asks for expects something (CHECK-NOT alone is content with any
other output), and no RUN line drops the exit code of what it tests.
"""
import re

from tree import ROOT, finish, tracked

# A command whose exit code nobody sees: `|| true`, or something behind it that always succeeds.
DROPPED = re.compile(r"\|\|\s*(?:true|:)(?=\s|;|\)|'|$)|;\s*(?:true|:)(?=\s|;|\)|'|$)")


def run_lines(text):
    """(line number, command); a line that ends in a backslash goes on in the next one."""
    lines = [(n, m[1]) for n, line in enumerate(text.split("\n"), 1) if (m := re.search(r"RUN:\s*(.*)", line))]
    joined = []
    for number, line in lines:
        if joined and joined[-1][1].endswith("\\"):
            joined[-1] = (joined[-1][0], joined[-1][1][:-1] + line)
        else:
            joined.append((number, line))
    return joined


def prefixes(command):
    """The prefixes of each FileCheck in a command."""
    for call in re.findall(r"\bFileCheck\b([^|;&]*)", command):
        named = re.findall(r"--?check-prefix(?:es)?[= ]([\w,-]+)", call)
        yield [p for names in named for p in names.split(",")] or ["CHECK"]


def main():
    problems, count = [], 0
    for path in tracked():
        if path.parts[0] != "test" or path.suffix not in (".test", ".ir"):
            continue
        text = (ROOT / path).read_text()
        for number, command in run_lines(text):
            if DROPPED.search(command):
                problems.append(f"{path}:{number}: the exit code is dropped; test it, or write it into what is checked")
            for names in prefixes(command):
                count += 1
                if not any(re.search(rf"\b{name}(?:-NEXT|-SAME|-LABEL|-DAG|-COUNT-\d+)?(?:\{{LITERAL\}})?:", text) for name in names):
                    problems.append(f"{path}:{number}: FileCheck expects nothing but what is not there ({', '.join(names)})")
    if count < 200:
        problems.append(f"only {count} calls of FileCheck were found")
    finish(problems, f"{count} calls of FileCheck")


main()
