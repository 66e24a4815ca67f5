#!/usr/bin/env python3
"""No `default:` in a switch over the kinds of values (Kind): a new row of the table has to be answered where it matters, and
without a default the compiler says where.
"""
import re

from tree import ROOT, finish, sources

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
    count, problems = 0, []
    for path in sources():
        for line, body in switches((ROOT / path).read_text()):
            table = TABLE.search(body)
            if not table and "runtime/value/Kinds.def" not in body:
                continue
            count += 1
            if re.search(r"\bdefault:", body):
                problems.append(f"{path}:{line}: a switch over Kind with a default: name the cases, or ask the table")
    if not count:
        problems.append("no switches over Kind were found: has their notation changed?")
    finish(problems, f"{count} switches over Kind")


if __name__ == "__main__":
    main()
