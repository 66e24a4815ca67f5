"""What there is to measure: the engines, the benchmarks, and how words on the command line choose among them."""

import os
import shlex
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ["GENE_CACHE"] = "off"  # `gene run` is the VM, unless an engine names a folder

# ---------------------------------------------------------------------------
# Engines: name -> how to run a benchmark's program with it.
#   source   the endings to look for, the first that is there is taken
#   run      the command that is timed; {src} {exe} {n} are filled in, and
#            $NAME stands for an environment variable
#   build    a command to run first, timed separately; stdin is given to it
#   runs     at most so many runs, for engines that are slow
#   size     "small" for engines too slow (or too leaky) for the full sizes
#   memory   limit of the address space in MiB, for engines that may run away (Gene reserves
#            more than it uses: no limit there)
#   version  a command that names the version
#   on_request  left out unless it is named
# ---------------------------------------------------------------------------
ENGINES = {
    "c": dict(
        source=["c"],
        build=["gcc", "-O2", "{src}", "-o", "{exe}", "-lm"],
        run=["{exe}", "{n}"],
        version=["gcc", "--version"]),
    "luajit": dict(
        source=["luajit.lua", "lua"],
        run=["luajit", "{src}", "{n}"],
        version=["luajit", "-v"]),
    "luajit-joff": dict(
        source=["luajit.lua", "lua"],
        run=["luajit", "-joff", "{src}", "{n}"],
        version=["luajit", "-v"]),
    "lua": dict(
        source=["lua"],
        run=["lua5.4", "{src}", "{n}"],
        version=["lua5.4", "-v"]),
    "node": dict(
        source=["js"],
        run=["node", "{src}", "{n}"],
        version=["node", "--version"]),
    "python": dict(
        source=["py"],
        run=[sys.executable, "{src}", "{n}"],
        runs=2,
        version=[sys.executable, "--version"]),
    "pypy": dict(
        source=["py"],
        run=["pypy3", "{src}", "{n}"],
        version=["pypy3", "--version"]),
    "chez": dict(
        source=["ss"],
        build=["scheme", "-q"],
        stdin='(optimize-level 2) (compile-program "{src}" "{exe}")',
        run=["scheme", "--program", "{exe}", "{n}"],
        version=["scheme", "--version"]),
    "upstream": dict(
        source=["gene"],
        run=["$UPSTREAM_GENE", "run", "--no-gir-cache", "{src}", "{n}"],
        size="small", memory=6000),
    "upstream-typed": dict(
        source=["typed.gene"],
        run=["$UPSTREAM_GENE", "run", "--no-gir-cache", "{src}", "{n}"],
        size="small", memory=6000),
    "upstream-native": dict(  # its code generator, for typed functions of numbers
        source=["typed.gene"],
        run=["$UPSTREAM_GENE", "run", "--no-gir-cache", "--native-code", "{src}", "{n}"],
        size="small", memory=6000, on_request=True),
    "gene-native": dict(
        source=["gene"],
        build=["$GENE", "build", "{src}", "-o", "{exe}"],
        run=["{exe}", "{n}"]),
    "gene-native-typed": dict(
        source=["typed.gene"],
        build=["$GENE", "build", "{src}", "-o", "{exe}"],
        run=["{exe}", "{n}"]),
    "gene-vm": dict(
        source=["gene"],
        run=["$GENE", "run", "{src}", "{n}"]),
    "gene-vm-typed": dict(
        source=["typed.gene"],
        run=["$GENE", "run", "{src}", "{n}"]),
    "gene-run": dict(  # native code from the cache, as from the second run on
        source=["gene"],
        build=["env", "GENE_CACHE={exe}", "$GENE", "cache", "add", "{src}"],
        run=["env", "GENE_CACHE={exe}", "$GENE", "run", "{src}", "{n}"],
        on_request=True),
    "gene-run-first": dict(  # nothing in the cache: the compiler works beside the program, and goes on for a while behind it
        source=["gene"],
        build=["touch", "{exe}"],
        run=["sh", "-c", 'rm -rf "$1"; GENE_CACHE="$1" exec "$2" run "$3" "$4"', "sh", "{exe}", "$GENE", "{src}", "{n}"],
        on_request=True),
}

DEFAULT_BASE = "lua"

# ---------------------------------------------------------------------------
# Benchmarks: group -> name -> (full size, small size).
# The full size keeps Lua 5.4 busy for about a second.
# ---------------------------------------------------------------------------
BENCHMARKS = {
    "startup": {
        "startup": (0, 0),
    },
    "calls": {
        "fib": (36, 30),
        "tak": (10, 8),
        "ack": (150, 10),
        "calls0": (50000000, 3000000),
        "calls1": (50000000, 3000000),
        "calls4": (50000000, 3000000),
        "closures": (5000000, 40000),
        "mutual": (200000, 20000),
    },
    "numeric": {
        "loopsum": (30000000, 3000000),
        "nbody": (400000, 30000),
        "mandelbrot": (1100, 300),
        "spectralnorm": (700, 150),
        "sieve": (8000000, 1000000),
        "matmul": (360, 120),
        "collatz": (300000, 30000),
    },
    "data": {
        "arrays": (1500, 150),
        "maps": (5000, 300),
        "strings": (8000, 1000),
        "binarytrees": (14, 11),
        "fannkuch": (10, 9),
        "nqueens": (13, 11),
        "permute": (10, 9),
        "jsondoc": (500, 300),
        "genes": (3000, 200),
    },
    "objects": {
        "method_calls": (4000000, 300000),
        "fields": (8000000, 500000),
        "scheduler": (300000, 30000),
        "constraints": (1000, 60),
        "loopfinder": (1000, 30),
        "queuesim": (400000, 30000),
        "polymorphism": (150000, 10000),
        "exceptions": (3000000, 200000),
        "generators": (60000, 10000),
        "macros": (3000000, 40000),
    },
}

# Groups that say something of their own and stay out of the overall mean.
OUTSIDE_MEAN = {"startup"}


def fib_calls(n):
    a, b = 0, 1
    for _ in range(n + 1):
        a, b = b, a + b
    return 2 * a - 1


# What one run of these does, for the table of calls per second.
CALLS = {
    "fib": fib_calls,
    "calls0": lambda n: n,
    "calls1": lambda n: n,
    "calls4": lambda n: n,
}


class Problem(Exception):
    """A mistake of the user's, to be told without a trace."""


# --- Choosing ---------------------------------------------------------------

def all_benchmarks():
    return [(group, name) for group, names in BENCHMARKS.items() for name in names]


def choose_benchmarks(text):
    known = all_benchmarks()
    if not text:
        return known
    chosen = []
    for word in text.split(","):
        hits = [(g, n) for g, n in known if word in (g, n)]
        if not hits:
            raise Problem(f"no benchmark or group is called {word!r}; there are: "
                          + ", ".join(list(BENCHMARKS) + [n for _, n in known]))
        chosen += [h for h in hits if h not in chosen]
    return sorted(chosen, key=known.index)


def resolve(word):
    """The words that an environment variable stands for; none if it is not set."""
    return shlex.split(os.environ.get(word[1:], "")) if word.startswith("$") else [word]


def missing_tool(engine):
    """What keeps the engine from running here, in words; nothing if it is there."""
    for command in (engine.get("build"), engine["run"]):
        if not command or command[0] == "{exe}":
            continue
        tool = resolve(command[0])
        if not tool:
            return f"{command[0]} is not set"
        if shutil.which(tool[0]) is None:
            return f"{tool[0]} is not there"
    return None
