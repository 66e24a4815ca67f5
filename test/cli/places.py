"""Runs the commands in places that are unusual: places.py GENE FOLDER.

The home cannot be written to, is not there or is not said; TMPDIR is not said, empty or a folder with a blank; all paths have blanks and
letters beyond ASCII, that of the command too. Nothing may fail, and no output may differ from one place to the next.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

gene, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]) / "my füße \U0001f9ec"
shutil.rmtree(folder, ignore_errors=True)
(folder / "sub dir").mkdir(parents=True)
(folder / "temp & files").mkdir()
(folder / "main ä.gene").write_text('(import greet from "./sub dir/a pärt")\n(println (greet "wörld") $args)\n'
                                    '(var f (File/read "./dä ta.txt"))\n(println f (eval `(1 + 2)))\n')
(folder / "sub dir/a pärt.gene").write_text('(fn greet [name] #"hello #{name}")\n(export [greet])\n')
(folder / "dä ta.txt").write_text("data")

# The command itself in such a folder, beside its libraries.
installed = folder / "tools ü"
(installed / "bin").mkdir(parents=True)
shutil.copy(gene, installed / "bin/gene")
(installed / "lib").mkdir()
(installed / "lib/gene").symlink_to(gene.parent.parent / "lib/gene")

plain = {k: v for k, v in os.environ.items() if k not in ("HOME", "TMPDIR", "GENE_CACHE", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
places = {
    "a home that cannot be written to": {"HOME": "/proc"},
    "a home that is not there": {"HOME": "/proc/none", "TMPDIR": ""},
    "no home": {},
    "paths with blanks": {"HOME": str(folder), "TMPDIR": str(folder / "temp & files"), "XDG_CACHE_HOME": str(folder / "cä che")},
}


def run(environment, *command, text=""):
    done = subprocess.run([str(word) for word in command], cwd=folder, env=plain | environment, input=text, capture_output=True, text=True)
    if done.returncode:
        print(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


for name, environment in places.items():
    print(f"--- {name}")
    command = installed / "bin/gene"
    for path in ("a prögram", "out püt", "words"):
        subprocess.run(["rm", "-rf", folder / path], check=True)
    print(run(environment, command, "run", "main ä.gene", "ß t"), end="")
    run(environment, command, "build", "main ä.gene", "-o", "a prögram")
    print(run(environment, folder / "a prögram", "ß t"), end="")
    run(environment, command, "compile", "main ä.gene", "-o", "out püt")
    print(run(environment, command, "run", "out püt/main ä.gir", "ß t"), end="")
    run(environment, command, "check", "main ä.gene")
    run(environment, command, "fmt", "--check", "main ä.gene")
    print(run(environment, command, "repl", text="(40 + 2)\n").splitlines()[-2])
    run(environment, command, "new", "words")
    print(run(environment, command, "test", "--root", "words").splitlines()[-1])
for arguments in (("build", "main ä.gene", "-o", "x"), ("test", "--root", "words")):
    done = subprocess.run([gene, *arguments], cwd=folder, env=plain | {"TMPDIR": "/proc/none"}, capture_output=True, text=True)
    print(done.returncode, done.stderr, end="")
