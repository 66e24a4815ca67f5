#!/usr/bin/env python3
"""Structs of heap objects hold what they refer to in Slots, which count: no Value and no object pointer.

A field that does not own what it points to says so in its line: `// uncounted: why`.
"""
import re

from tree import ROOT, finish, sources

STRUCT = re.compile(r"struct (\w+) : (?:Object|\w+Object) \{")
FIELD = re.compile(r"^\s*(?:const )?(Value|\w*Object\s*\*)\s*\*?\s*\w+(?:\[[^\]]*\])?\s*(?:=[^;(]*)?(?:\{\})?;")


def bodies(text):
    """(name, first line number, lines) of each heap struct."""
    for m in STRUCT.finditer(text):
        depth, end = 1, m.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield m[1], text[:m.end()].count("\n") + 1, text[m.end():end].split("\n")


def main():
    problems, count = [], 0
    for path in sources():
        for name, first, lines in bodies((ROOT / path).read_text()):
            count += 1
            depth = 0
            for i, line in enumerate(lines):
                if depth == 0 and FIELD.match(line) and "// uncounted:" not in line:
                    problems.append(f"{path}:{first + i}: {name} holds a reference that is not counted: {line.strip()}")
                depth += line.count("{") - line.count("}")
    if count < 20:
        problems.append(f"only {count} heap structs were found: has their notation changed?")
    finish(problems, f"{count} structs")


main()
