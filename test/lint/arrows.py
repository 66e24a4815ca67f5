#!/usr/bin/env python3
"""Every #include of ours, and every USES of a CMake library, follows an arrow of the table in docs/architecture.md.

Inside the runtime a file includes only what stands before its own folder in LAYERS.
"""
import re

from tree import ROOT, finish, sources

ROW = re.compile(r"^\| `(\w+)` \| (`[^|]+`) \| [^|]* \| ([^|]*) \|$", re.M)

LAYERS = ("support", "system", "value", "heap", "object", "collector", "profile", "builtins", "vm", "abi", "image", "async", "http", "sql", "ai", "capi")
# What the runtime agrees on with generated code is declared in abi/ and may be included by all.
CONTRACT = {"abi/CallKinds.h", "abi/Caches.h", "abi/Entry.h", "abi/Instructions.def", "abi/Instructions.h",
            "abi/InstructionRows.h", "abi/MethodTable.h", "abi/Operations.h"}


def upward_in_runtime(files):
    """(place, file, included file), without `runtime/`, of each include of a folder that stands later in LAYERS."""
    for path in files:
        if path.parts[0] != "runtime" or len(path.parts) != 3:
            continue
        for number, line in enumerate((ROOT / path).read_text().split("\n"), 1):
            m = re.match(r'\s*#\s*include "runtime/((\w+)/[^"]+)"', line)
            if m and m[1] not in CONTRACT and LAYERS.index(m[2]) > LAYERS.index(path.parts[1]):
                yield f"{path}:{number}", "/".join(path.parts[1:]), m[1]


def table():
    """Folders by library, and the libraries each may use, itself included, closed over the arrows."""
    folders, uses = {}, {}
    for name, paths, arrows in ROW.findall((ROOT / "docs/architecture.md").read_text()):
        for path in re.findall(r"`([^`]+)`", paths):
            folders[path.rstrip("/")] = name
        uses[name] = {name, *re.findall(r"`(\w+)`", arrows)}
    return folders, uses


def closure(uses):
    closed = {name: set(direct) for name, direct in uses.items()}
    while True:
        grown = {name: set().union(*(closed.get(n, {n}) for n in names)) for name, names in closed.items()}
        if grown == closed:
            return closed
        closed = grown


def library_of(path, folders):
    """By the longest folder or file of the table that contains the path."""
    found = [f for f in folders if path == f or path.startswith(f + "/")]
    return folders[max(found, key=len)] if found else None


def main():
    folders, uses = table()
    problems = [f"docs/architecture.md: the arrows of {name} lead back to it" for name, names in closure(uses).items()
                if any(name in closure(uses)[other] for other in names if other != name)]
    allowed = closure(uses)
    problems += [f"docs/architecture.md: `{f}` is not there" for f in folders if not (ROOT / f).exists()]
    files = sources()
    for path in files:
        mine = library_of(str(path), folders)
        if mine is None:
            problems.append(f"{path}: its folder is in no row of the table")
            continue
        for number, line in enumerate((ROOT / path).read_text().split("\n"), 1):
            m = re.match(r'\s*#\s*include "((?:frontend|codegen|runtime|driver)/[^"]+)"', line)
            if not m:
                continue
            theirs = library_of(m[1], folders)
            if theirs not in allowed[mine]:
                problems.append(f"{path}:{number}: {mine} must not include {m[1]} of {theirs}")
    for cmake in sorted(ROOT.glob("[fcrd]*/**/CMakeLists.txt")):
        for name, words in re.findall(r"gene_library\((\w+).*?USES([^)]*)\)", cmake.read_text(), re.S):
            for used in re.findall(r"\bgene_\w+", words):
                if used not in allowed.get(name, ()):
                    problems.append(f"{cmake.relative_to(ROOT)}: no arrow from {name} to {used}")
    problems += [f"{place}: {includer} must not include {included}: the arrows of the runtime are {' ← '.join(LAYERS)}"
                 for place, includer, included in upward_in_runtime(files)]
    finish(problems, f"{len(files)} files, {len(uses)} libraries")


main()
