#!/usr/bin/env python3
"""Damages sources and bytecode in many ways: every command has to end with an exit code of its own, never a signal or a hang.

  mutate.py --gene PATH [--seed N] [--count K] [--gir [--sign | --parts]] [--jobs J] FILE...

Bytes and whole tokens are deleted, doubled, replaced, moved; parts of other files are put in. A changed program is given
to `gene parse`, `gene check` and `gene run`; with --gir the bytes of the compiled program are changed and run, with --sign
under a checksum that is right again, so that the verifier has to find it (where libxxhash is installed), with --parts by one
who knows the format (gir.py). A program that
merely runs long is stopped and doesn't count: a mutation may well make a loop endless.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gir
import pool

INTERESTING = [b"(", b")", b"[", b"]", b"{", b"}", b'"', b"`", b"%", b"^", b"#", b"'", b"/", b"\\", b";", b"...", b"#\"", b'"""',
               b"#{", b"#<", b">#", b"#/", b"\0", b"\xff", b"\xc3", b"9223372036854775807", b"-", b"0x", b"1e999", b".", b"->", b"=",
               b"(fn ", b"(try ", b"(yield)", b"(class A < A)", b"$caller_eval", b"(eval `", b"^^", b"^!", b"catch", b"finally",
               b"self", b"nil", b"super", b"(break)", b"(return)", b"@", b"<x>", b"{{", b"}}", b"2024-01-", b"25:", b"!", b"*", b"?"]
TOKEN = re.compile(rb'"[^"]*"|[()\[\]{}]|[^\s()\[\]{}"]+')


def mutate(chance, data, others):
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        tokens = list(TOKEN.finditer(data))
        how = chance.randrange(9)
        at = chance.randrange(len(data) + 1)
        if how == 0:
            data = data[:at] + data[at + chance.choice([1, 1, 2, 10, 100]):]
        elif how == 1:
            data = data[:at] + chance.choice(INTERESTING) + data[at:]
        elif how == 2:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1:]
        elif how == 3:
            end = at + chance.choice([1, 5, 50])
            data = data[:end] + data[at:end] * chance.choice([1, 2, 20]) + data[end:]
        elif how == 4 and tokens:
            t = chance.choice(tokens)
            data = data[:t.start()] + data[t.end():]
        elif how == 5 and tokens:
            t, u = chance.choice(tokens), chance.choice(tokens)
            data = data[:t.start()] + u.group() + data[t.end():]
        elif how == 6 and tokens:
            t = chance.choice(tokens)
            data = data[:t.start()] + chance.choice(INTERESTING) + data[t.end():]
        elif how == 7:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data = data[:at] + other[start:start + chance.choice([5, 50, 500])] + data[at:]
        else:
            data = data[:at]
    return data


def flip(chance, data):
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 4, 30])):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
    return bytes(changed[: chance.randrange(len(changed) + 1)]) if chance.randrange(5) == 0 else bytes(changed)


def run(command, folder, seconds):
    """The exit code, or None when it was stopped."""
    # A mutated program may print for ever or eat memory: both are bounded.
    limits = ["bash", "-c", 'ulimit -v 4000000; exec "$@"', "-"]
    try:
        return subprocess.run(limits + command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def one(gene, number, name, data):
    """What went wrong with one damaged file, or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        commands = [["run", name]] if name.endswith(".gir") else [["parse", name], ["check", name], ["run", "--no-gir-cache", name]]
        for command in commands:
            done = run([gene, *command], folder, 60 if command[0] != "run" else 5)
            if done is None and command[0] == "run":
                continue
            if done is None or done.returncode < 0:
                kept = os.path.join(tempfile.gettempdir(), f"mutation-{number}-{os.getpid()}{os.path.splitext(name)[1]}")
                with open(kept, "wb") as f:
                    f.write(data)
                error = done.stderr.decode(errors="replace")[-300:] if done else ""
                return f"gene {command[0]} {kept}: {'hangs' if done is None else done.returncode} {error}"
    return None


def main():
    parser = argparse.ArgumentParser()
    pool.add_options(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--gir", action="store_true")
    parser.add_argument("--sign", action="store_true")
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    gene = options.gene
    sources = []
    for name in options.files:
        with open(name, "rb") as f:
            sources.append(f.read())
    if options.gir:
        compiled = []
        with tempfile.TemporaryDirectory() as folder:
            for i, name in enumerate(options.files):
                if subprocess.run([gene, "compile", "--force", "-o", os.path.join(folder, str(i)), os.path.basename(name)],
                                  cwd=os.path.dirname(name) or ".", capture_output=True).returncode == 0:
                    with open(os.path.join(folder, str(i), os.path.basename(name).replace(".gene", ".gir")), "rb") as f:
                        compiled.append(gir.image_of(f.read()))
        sources = compiled
        if not all(gir.sign(image) == image for image in compiled):
            sys.exit("gir.py does not know the checksum of this compiler's images")
    chance = random.Random(options.seed)
    work = []
    for number in range(options.count):
        data = chance.choice(sources)
        if options.gir:
            damaged = gir.mutate(chance, data) if options.parts else flip(chance, data)
            work.append((number, "p.gir", gir.sign(damaged) if options.sign else damaged))
        else:
            work.append((number, "p.gene", mutate(chance, data, sources)))
    problems = [p for p in pool.run_all(lambda w: one(gene, *w), work, options.jobs) if p]
    for problem in problems:
        print(problem)
    print(f"{options.count} mutations, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
