#!/usr/bin/env python3
"""Runs the examples of docs/book/*.md and compares what they print with what the page shows.

  book.py --gene PATH [--native] [--update] [PAGE.md...]

In a page, a fence is one of
  ```gene                a program; the ```output fence behind it is what it prints, to the byte; without one it prints nothing
  ```gene file=NAME      a file that later fences of the page use; it is not run
  ```gene part           a fragment that only has to parse
  ```output              standard output of the program before it
  ```output exit=1       exit code, and standard output followed by standard error
  ```console             shell lines behind `$ `, each followed by what it prints (both streams); run in the page's folder of files
`gene` in a console is the one being tested. With --native a program is also built at -O2 and has to print the same.
--update writes what came instead. The last line is 'N passed, M failed'; the exit code is 0 only when M is 0.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FENCE = re.compile(r"^```(gene|output|console)\b([^\n]*)\n(.*?)^```$", re.M | re.S)
LIMIT = 60  # seconds for one program


class Page:
    def __init__(self, path, gene, native):
        self.path, self.gene, self.native = path, gene, native
        self.text = path.read_text()
        self.passed = 0
        self.failures = []
        self.updates = []  # (start, end, text) of fences whose contents should be something else

    def run(self):
        fences = list(FENCE.finditer(self.text))
        with tempfile.TemporaryDirectory() as folder:
            self.folder = Path(folder)
            for i, fence in enumerate(fences):
                following = fences[i + 1] if i + 1 < len(fences) else None
                shown = following if following and following[1] == "output" else None
                if fence[1] == "gene":
                    self.program(fence, shown)
                elif fence[1] == "console":
                    self.console(fence)
        return self

    def program(self, fence, shown):
        words = fence[2].split()
        if name := next((w[5:] for w in words if w.startswith("file=")), None):
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence[3])
            return
        file = self.folder / "example.gene"
        file.write_text(fence[3])
        if "part" in words:
            result = self.execute([self.gene, "parse", "example.gene"])
            self.judge(fence, "" if result.returncode == 0 else result.stderr, "")
            return
        attributes = shown[2] if shown else ""
        wanted_exit = int(m[1]) if (m := re.search(r"exit=(\d+)", attributes)) else 0
        wanted = shown[3] if shown else ""
        commands = [[self.gene, "run", "example.gene"]]
        if self.native:
            built = self.execute([self.gene, "build", "example.gene", "-o", "example"])
            if built.returncode == 0:
                commands.append(["./example"])
            elif wanted_exit == 0:
                self.failures.append(f"{self.place(fence)}: does not build: {built.stderr}")
        for command in commands:
            result = self.execute(command)
            got = result.stdout + (result.stderr if wanted_exit else "")
            if result.returncode != wanted_exit:
                self.failures.append(f"{self.place(fence)}: exit code {result.returncode}: {result.stderr}")
                return
            if not self.judge(fence, got, wanted, shown):
                return

    def console(self, fence):
        got = ""
        for line in fence[3].splitlines():
            if line.startswith("$ "):
                result = self.execute(["bash", "-c", line[2:] + " 2>&1"])
                got += line + "\n" + result.stdout
        self.judge(fence, got, fence[3], fence)

    def execute(self, command):
        path = os.pathsep.join([str(Path(self.gene).parent), "/usr/bin", "/bin"])
        environment = os.environ | {"PATH": path, "NO_COLOR": "1", "TZ": "UTC"}
        return subprocess.run(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=LIMIT)

    def place(self, fence):
        return f"{self.path}:{self.text.count(chr(10), 0, fence.start()) + 1}"

    def judge(self, fence, got, wanted, shown=None):
        if got == wanted:
            self.passed += 1
            return True
        self.failures.append(f"{self.place(fence)}: prints\n{got}--- the page shows\n{wanted}")
        if shown:
            self.updates.append((shown.start(3), shown.end(3), got))
        return False

    def update(self):
        text = self.text
        for start, end, got in reversed(self.updates):
            text = text[:start] + got + text[end:]
        if text != self.text:
            self.path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gene", required=True)
    parser.add_argument("--native", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", nargs="*", type=Path)
    arguments = parser.parse_args()
    book = Path(__file__).resolve().parent.parent.parent / "docs" / "book"
    passed = failed = 0
    for path in arguments.pages or sorted(book.glob("*.md")):
        page = Page(path, os.path.abspath(arguments.gene), arguments.native).run()
        for failure in page.failures:
            print(failure)
        if arguments.update:
            page.update()
        passed, failed = passed + page.passed, failed + len(page.failures)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
