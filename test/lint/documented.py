#!/usr/bin/env python3
"""Every source file has its line in docs/architecture.md, and every line its file.

A section `### folder/` holds lines `| NAME | role |`; NAME is one file or several: `Array.h` `Array.cpp`.

  documented.py           checks
  documented.py --add     adds missing lines, with the first sentence of the file; drops lines of files that are gone
"""
import re
import sys

from tree import ROOT, finish, sources

DOCUMENT = ROOT / "docs/architecture.md"


def lines_of_document():
    """{path: role}"""
    found, folder = {}, None
    for line in DOCUMENT.read_text().split("\n"):
        if m := re.match(r"### `(.+)/`$", line):
            folder = m[1]
        elif line.startswith("#"):
            folder = None
        elif folder and (m := re.match(r"\| (`[^|]+`) \| (.*) \|$", line)):
            for name in re.findall(r"`([^`]+)`", m[1]):
                found[f"{folder}/{name}"] = m[2].strip()
    return found


def first_sentence(path):
    """What the comment at the beginning of a file says first."""
    text = []
    for line in (ROOT / path).read_text().split("\n")[:16]:
        if line.startswith("//") and not line.startswith("///"):  # that tells about a declaration
            text.append(line[2:].strip())
        elif text:
            break
    return re.split(r"(?<=[\w`)])\.(?: |$)", " ".join(text))[0].rstrip(".:;,").replace("|", "\\|")


def add(missing, gone):
    """A .cpp that begins without a sentence shares the line of its header."""
    def header(path):
        return path[:-4] + ".h" if path.endswith(".cpp") and not first_sentence(path) else path

    lines = []
    folder = None
    for line in DOCUMENT.read_text().split("\n"):
        if m := re.match(r"### `(.+)/`$", line):
            folder = m[1]
        if folder and line.startswith("| `"):
            names = [n for n in re.findall(r"`([^`]+)`", line.split("|")[1]) if f"{folder}/{n}" not in gone]
            if not names:
                continue
            names += [p.rsplit("/", 1)[1] for p in missing if p != header(p) and header(p) == f"{folder}/{names[0]}"]
            line = "| " + " ".join(f"`{n}`" for n in names) + " |" + line.split("|", 2)[2]
        if folder and not line and lines[-1].startswith("|"):  # the end of a table
            for path in [p for p in missing if p.rsplit("/", 1)[0] == folder and p == header(p)]:
                names = [path] + [p for p in missing if p != path and header(p) == path]
                lines.append("| " + " ".join(f"`{n.rsplit('/', 1)[1]}`" for n in names)
                             + f" | {first_sentence(path)} |")
        lines.append(line)
    DOCUMENT.write_text("\n".join(lines))


def main():
    documented = lines_of_document()
    files = {str(p) for p in sources()}
    if sys.argv[1:] == ["--add"]:
        return add(sorted(files - set(documented)), set(documented) - files)
    problems = [f"docs/architecture.md: a line for {p} is missing in the section of its folder "
                "(test/lint/documented.py --add writes it)"
                for p in sorted(files - set(documented))]
    problems += [f"docs/architecture.md: {p} is not there" for p in sorted(set(documented) - files)]
    problems += [f"docs/architecture.md: {p} has no role" for p, role in documented.items() if len(role) < 8 or role[0] == "/"]
    finish(problems, f"{len(files)} files")


main()
