#!/usr/bin/env python3
"""clang-format has nothing to change; `./dev format` does it."""
import subprocess

from tree import ROOT, finish, tracked


def main():
    files = [str(p) for p in tracked() if p.suffix in (".cpp", ".h")]
    done = subprocess.run(["clang-format-22", "--dry-run", "--Werror", "--ferror-limit=1", *files], cwd=ROOT, text=True,
                          capture_output=True)
    problems = [line for line in done.stderr.split("\n") if "error:" in line]
    if done.returncode and not problems:
        problems = [done.stderr.strip() or "clang-format failed"]
    finish(problems, f"{len(files)} files")


main()
