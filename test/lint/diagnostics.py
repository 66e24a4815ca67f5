#!/usr/bin/env python3
"""Every diagnostic of Diagnostics.def is reported, and seen by a test: its text stands in a file below test/, holes filled in."""
import re

from tree import ROOT, finish, sources, tracked

DIAG = re.compile(r'^DIAG\((\w+), \w+, (\w+), "(.*)"\)$', re.M)

# Texts that are a hole and nothing else: what a test has to say instead.
WHOLE = {"E0110": r"Date literal requires|Invalid (month|day|hour|minute|second|date)|Expected \d-digit",
         "E0501": r"GENE\.MODULE\.NOT_FOUND",
         "E0111": r"parse_hex|parse_bin|parse_base64|invalid byte literal"}


def pattern(code, text):
    if code in WHOLE:
        return re.compile(WHOLE[code])
    pieces = [re.escape(piece) for piece in re.split(r"\{\d\}", text)]
    # In FileCheck lines brackets are doubled or written as patterns; anything may stand in a hole.
    return re.compile(r"[^\n]*?".join(pieces))


def main():
    texts = [(ROOT / p).read_text(errors="replace") for p in tracked()
             if p.parts[0] == "test" and p.parts[1] not in ("lint", "tools")]
    everything = "\n".join(texts)
    rows = DIAG.findall((ROOT / "frontend/syntax/Diagnostics.def").read_text())
    problems = [f"{code} {name}: no test expects \"{text}\"" for code, name, text in rows
                if not pattern(code, text.replace('\\"', '"').replace("\\\\", "\\")).search(everything)]
    reports = "\n".join((ROOT / p).read_text() for p in sources() if p.suffix != ".def")
    problems += [f"{code} {name}: nothing reports it" for code, name, _ in rows if not re.search(rf"Diag::{name}\b", reports)]
    codes = [code for code, _, _ in rows]
    problems += [f"{code} is given twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if len(rows) < 50:
        problems.append("the table was not understood")
    finish(problems, f"{len(rows)} diagnostics")


main()
