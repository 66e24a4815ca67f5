#!/usr/bin/env python3
"""What has to be on a list is on it: every .cpp in the CMakeLists.txt or sources.cmake of its folder, or of one above; every table of
built-ins in Tables.def."""
import re

from tree import ROOT, finish, tracked

FOLDERS = ("frontend", "codegen", "runtime", "driver")


def is_built(path):
    """Is a source named by a list of its folder, or of one above? A sources.cmake names files as the folder above sees them."""
    for folder in path.parents:
        for name in ("CMakeLists.txt", "sources.cmake"):
            file = ROOT / folder / name
            if file.exists():
                seen_from = folder.parent if name == "sources.cmake" else folder
                if re.search(rf"(?<![\w/]){re.escape(str(path.relative_to(seen_from)))}(?!\w)", file.read_text()):
                    return True
    return False


def main():
    files = [p for p in tracked() if p.suffix == ".cpp" and (p.parts[0] in FOLDERS or p.parts[:2] == ("test", "unit"))]
    problems = [f"{path}: no CMakeLists.txt or sources.cmake names it" for path in files if not is_built(path)]
    listed = set(re.findall(r"^(?:[A-Z]+_)?TABLE\((\w+)\)", (ROOT / "runtime/builtins/Tables.def").read_text(), re.M))
    tables = {}
    for path in files:
        for name in re.findall(r"^BUILTIN_TABLE\((\w+),", (ROOT / path).read_text(), re.M):
            tables[name] = path
    problems += [f"{path}: {name} is not in Tables.def" for name, path in tables.items() if name not in listed]
    if len(files) < 200 or len(tables) < 40:
        problems.append(f"only {len(files)} files and {len(tables)} tables were found")
    finish(problems, f"{len(files)} files, {len(tables)} tables")


main()
