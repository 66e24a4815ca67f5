#!/usr/bin/env python3
"""Sizes, headers and build products: what a tracked file must not be."""
import re

from tree import ROOT, finish, tracked

TEXT = (".cpp", ".h", ".inc", ".def", ".py", ".cmake")
PRODUCTS = re.compile(r"(^|/)(build|__pycache__|Output)/|\.(o|a|so|gir|pyc|bc|d|log|tmp|orig|rej)$")
LONGEST = 500
COMMENTED, WIDEST = (".cpp", ".h", ".inc", ".def"), 132


def main():
    problems, files = [], tracked()
    for path in files:
        name = str(path)
        if PRODUCTS.search(name):
            problems.append(f"{name}: a build product")
        if path.suffix not in TEXT:
            continue
        text = (ROOT / path).read_text()
        lines = text.split("\n")
        if len(lines) - 1 > LONGEST:
            problems.append(f"{name}: {len(lines) - 1} lines")
        if path.suffix == ".h" and path.name != "gene.h" and not text.startswith("#pragma once\n//"):
            problems.append(f"{name}: begins with #pragma once and a comment that says what it is")
        if not text.endswith("\n") or text.endswith("\n\n"):
            problems.append(f"{name}: ends in one line break")
        for number, line in enumerate(lines, 1):
            if path.suffix in COMMENTED and len(line) > WIDEST and re.match(r"\s*//", line) and "──" not in line:
                problems.append(f"{name}:{number}: a comment of {len(line)} characters")
            if "\t" in line or line.endswith((" ", "\r")):
                problems.append(f"{name}:{number}: a tab, or blanks at the end")
            if re.search(r"\b(TODO|FIXME|XXX)\b", line) and '"' not in line:
                problems.append(f"{name}:{number}: an open end: {line.strip()}")
    finish(problems, f"{len(files)} files")


main()
