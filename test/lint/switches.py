#!/usr/bin/env python3
"""No `default:` in a switch over the kinds of values (Kind): a new row of the table has to be answered where it matters, and
without a default the compiler says where.

LISTED are the files that still have such switches. The list only gets shorter: a file that has none any more leaves it.
"""
import re

from tree import ROOT, finish, sources

# How many such switches a file still has.
LISTED = {
    "runtime/abi/Iteration.cpp": 1,
    "runtime/builtins/Freeze.cpp": 1,
    "runtime/builtins/Globals.cpp": 1,
    "runtime/heap/Counts.cpp": 1,
    "runtime/object/Environment.cpp": 1,
    "runtime/object/Equality.cpp": 2,
    "runtime/object/Kinds.cpp": 1,
    "runtime/object/Members.cpp": 2,
    "runtime/object/Print.cpp": 2,
    "runtime/object/ToForm.cpp": 1,
    "runtime/object/Types.cpp": 2,
}

SWITCH = re.compile(r"\bswitch \(")
TABLE = re.compile(r"\bcase (?:ir::|gene::)?(Kind)::\w+:")


def closing(text, at, pair):
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += {pair[0]: 1, pair[1]: -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return len(text)


def bare(text):
    """The text with comments and literals blanked out, every character in its place."""
    blank = lambda m: re.sub(r"[^\n]", " ", m[0])
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)


def switches(text):
    """(line, body) of each switch, without the bodies of switches inside of it."""
    text = bare(text)
    for m in SWITCH.finditer(text):
        start = closing(text, m.end() - 1, "()")
        opening = text.find("{", start)
        body = text[opening + 1:closing(text, opening, "{}") - 1]
        for inner in list(SWITCH.finditer(body)):
            first = body.find("{", inner.end())
            body = body[:first] + re.sub(r"[^\n]", " ", body[first:closing(body, first, "{}")]) + body[closing(body, first, "{}"):]
        yield text[:m.start()].count("\n") + 1, body


def main():
    count, found = 0, {}
    for path in sources():
        for line, body in switches((ROOT / path).read_text()):
            table = TABLE.search(body)
            count += bool(table)
            if not table or not re.search(r"\bdefault:", body):
                continue
            found.setdefault(str(path), []).append(f"{path}:{line}: a switch over {table[1]} with a default")
    problems = [f"{line}: name the cases, or ask the table ({path} may have {LISTED.get(path, 0)})"
                for path, lines in found.items() if len(lines) > LISTED.get(path, 0) for line in lines]
    problems += [f"test/lint/switches.py: {p} has no such default any more: take it off the list" for p in LISTED if p not in found]
    if count < 5:
        problems.append(f"only {count} switches over Kind were found: has their notation changed?")
    finish(problems, f"{count} switches over Kind, {len(LISTED)} files listed")


if __name__ == "__main__":
    main()
