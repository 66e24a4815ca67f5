#!/usr/bin/env python3
"""No `default:` over the operations of the IR: what is alike is said by the row (Instructions.def), so that a new row is not
forgotten in a list. Said once by operation, with a default: codegen/ir/Arithmetic.cpp."""
import re

from tree import ROOT, finish, sources

ALLOWED = {"codegen/ir/Arithmetic.cpp"}
SWITCH = re.compile(r"\bswitch \(")
CASE = re.compile(r"\bcase (?:ir::)?Op::\w+")


def body(text, start):
    """The text of the braces that open behind `start`."""
    first = text.index("{", start)
    depth = 0
    for at in range(first, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[first:at]
    return text[first:]


def main():
    problems, switches = [], 0
    for path in sources():
        if path.suffix == ".def" or str(path) in ALLOWED:
            continue
        text = (ROOT / path).read_text()
        for found in SWITCH.finditer(text):
            inside = body(text, found.start())
            if CASE.search(inside):
                switches += 1
                if re.search(r"\bdefault:", inside):
                    line = text.count("\n", 0, found.start()) + 1
                    problems.append(f"{path}:{line}: a switch over Op with a default: ask the row, or name the instructions")
    if switches == 0:
        problems.append("no switch over Op was found: this check looks for the wrong thing")
    finish(problems, f"{switches} switches")


main()
