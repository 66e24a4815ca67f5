"""The compiler's own speed and the costs of starting: a generated program through the reader, to .gir and natively;
an empty program on the VM against Lua's; a native hello against C's; what a call of a leaf function allocates."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engines import HERE, resolve
from measure import measure, note, progress

sys.path.insert(0, str(HERE / "compile"))
from generate import program  # noqa: E402

LINES, NATIVE_LINES = 100_000, 1_000
HELLO_C = '#include <stdio.h>\nint main(void) { puts("hello"); }\n'


def best(commands, runs):
    """The least wall time of each command, run interleaved; nothing if one fails."""
    walls = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            once = measure([str(word) for word in command], 300)
            if once["state"] != "ok":
                note(f"{name}: {once['state']}: {once['errors'][:200]}")
                return None
            walls[name].append(once["wall"])
    return {name: min(all_walls) for name, all_walls in walls.items()}


def compile_speed(gene, folder, runs):
    """Megabytes and lines a second, seconds for 1,000 lines; the empty program's time is taken off the first two."""
    large, small, empty = folder / "large.gene", folder / "small.gene", folder / "empty.gene"
    large.write_text(program(LINES))
    small.write_text(program(NATIVE_LINES))
    empty.write_text("\n")
    lines = large.read_text().count("\n")
    progress("compile time")
    gir = [*gene, "compile", "--force", "-o", folder]
    times = best({"read": [*gene, "parse", "--quiet", large], "read-empty": [*gene, "parse", "--quiet", empty],
                  "gir": [*gir, large], "gir-empty": [*gir, empty],
                  "native": [*gene, "build", "-O2", small, "-o", folder / "small"]}, runs)
    if not times:
        return {}
    outputs = {subprocess.run([str(w) for w in c], capture_output=True, text=True).stdout
               for c in ([*gene, "run", small], [folder / "small"])}
    if len(outputs) != 1:
        note(f"the generated program prints {outputs}")
        return {}
    return dict(bytes=large.stat().st_size, lines=lines, native_lines=small.read_text().count("\n"),
                reader_mb_s=large.stat().st_size / 1e6 / (times["read"] - times["read-empty"]),
                gir_lines_s=lines / (times["gir"] - times["gir-empty"]), native_s=times["native"])


def starting(gene, folder, runs):
    """Seconds from start to end of programs of one line."""
    hello, c, lua = folder / "hello.gene", folder / "hello.c", folder / "hello.lua"
    hello.write_text('(println "hello")\n')
    c.write_text(HELLO_C)
    lua.write_text('print("hello")\n')
    subprocess.run(["gcc", "-O2", str(c), "-o", str(folder / "hello-c")], check=True)
    subprocess.run([*gene, "build", str(hello), "-o", str(folder / "hello-gene")], check=True)
    progress("starting")
    times = best({"gene run": [*gene, "run", hello], "lua5.4": ["lua5.4", lua],
                  "native": [folder / "hello-gene"], "c": [folder / "hello-c"]}, 8 * runs)
    return dict(times or {}, native_bytes=(folder / "hello-gene").stat().st_size)


def statistics_of(command):
    """The `name: number` lines that --stats and GENE_STATS print."""
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"GENE_STATS": "1"})
    return {m[1]: int(m[2]) for m in re.finditer(r"^ *([a-z][a-z ]*?): +(\d+)", done.stderr, re.M)}


def leaf_call(gene, folder):
    """What 100,000 more calls of a leaf function add to the runtime's counters, per call; not the calls themselves."""
    source = HERE / "calls1" / "calls1.gene"
    subprocess.run([*gene, "build", str(source), "-o", str(folder / "leaf")], check=True)
    result = {}
    for engine, command in (("gene-vm", [*gene, "run", str(source)]), ("gene-native", [str(folder / "leaf")])):
        few, many = (statistics_of([*command, str(n)]) for n in (1_000, 101_000))
        result[engine] = {name: (many[name] - few.get(name, 0)) / 100_000 for name in many
                          if name != "calls" and "per call" not in name and "microseconds" not in name}
    return result


def measure_compiler(runs):
    """All of it, as one dictionary for the JSON file."""
    gene = resolve("$GENE")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        figures = dict(compile=compile_speed(gene, folder, runs), start=starting(gene, folder, runs),
                       leaf=leaf_call(gene, folder))
    progress("")
    note(f"compile times and starting, {time.monotonic() - started:.0f} s")
    return figures
