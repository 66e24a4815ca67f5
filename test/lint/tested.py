#!/usr/bin/env python3
"""What a table of names gives to users is used by a test: special forms and built-ins by a program, commands by a test that runs
them."""
import re

from tree import ROOT, finish, tracked


def texts(*endings):
    return "\n".join((ROOT / p).read_text(errors="replace") for p in tracked()
                     if p.parts[0] == "test" and p.suffix in endings)


def special_forms():
    return re.findall(r'^SPECIAL\("([^"]+)"', (ROOT / "frontend/analysis/SpecialForms.def").read_text(), re.M)


def builtins():
    """Names of the reference, which another test keeps like the tables; one of several names is enough."""
    for line in (ROOT / "docs/language/builtins.md").read_text().split("\n"):
        if line.startswith("| `"):
            yield re.findall(r"`([^`]+)`", line.split("|")[1])


def commands():
    return re.findall(r'^COMMAND\(\w+, "([^"]+)"', (ROOT / "driver/Commands.def").read_text(), re.M)


def stands(name, text):
    return re.search(rf"(?<![\w$-]){re.escape(name)}(?![\w!?-])", text)


def main():
    programs, scripts = texts(".gene", ".test"), texts(".test", ".ir", ".py")
    forms, rows, names = special_forms(), list(builtins()), commands()
    problems = [f"special form {n}: no program of test/ uses it" for n in forms
                if not re.search(rf"\({re.escape(n)}(?![\w!-])", programs)]
    problems += [f"built-in {row[0]}: no program of test/ uses it" for row in rows
                 if not any(stands(n, programs) for n in row)]
    problems += [f"command {n}: no test runs it" for n in names if not re.search(rf"gene {n}\b", scripts)]
    if len(forms) < 40 or len(rows) < 200 or len(names) < 10:
        problems.append(f"the tables were not understood: {len(forms)} {len(rows)} {len(names)}")
    finish(problems, f"{len(forms)} special forms, {len(rows)} built-ins, {len(names)} commands")


main()
