#!/usr/bin/env python3
"""Families of programs that grow: twice the program is at most 2.3 times the code, in the IR after all passes, in bytecode and in
what LLVM makes of it.

  families.py GENE [--size N] [--show] [NAME ...]

Counts instructions, not seconds: what is counted is the same on every machine. `--show` prints a line for each family.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT = 2.3
SLACK = 150  # for what is made another way from some size on
FAMILIES = {}


def family(make):
    FAMILIES[make.__name__] = make
    return make


def lines(n, line):
    return "\n".join(line(i) for i in range(n))


def words(n, word):
    return " ".join(word(i) for i in range(n))


@family
def functions(n):
    return lines(n, lambda i: f"(fn f{i} [x] (x + {i}))") + "\n(println [" + words(n, lambda i: f"f{i}") + "])"


@family
def chain(n):
    """Each function calls the one before twice: copies of copies would double with every one."""
    return ("(fn f0 [x] (x + 1))\n" + lines(n - 1, lambda i: f"(fn f{i + 1} [x] ((f{i} x) + (f{i} x)))")
            + f"\n(if (0 == 1) (println (f{n - 1} 1)))")


@family
def mutual(n):
    return lines(n, lambda i: f"(fn f{i} [n] (if (n <= 0) {i} else (f{(i + 1) % n} (n - 1))))") + "\n(println (f0 1000))"


@family
def statements(n):
    return ("(fn f [a b]\n" + lines(n, lambda i: f'(var v{i} (a/x + b/{i})) (if (v{i} > 3) (a .set_y v{i}) else (b .add #"n#{{v{i}}}"))')
            + ")\n(println f)")


@family
def conditions(n):
    return ("(fn f [x] " + "".join(f"(if (x > {i}) " for i in range(n)) + "x" + "".join(f" else {i})" for i in reversed(range(n)))
            + f")\n(println (f {n // 2}))")


@family
def elifs(n):
    return "(fn f [x] (if (x == -1) 0 " + words(n, lambda i: f"elif (x == {i}) {2 * i}") + " else -1))\n(println (f 3))"


@family
def cases(n):
    return "(fn f [x] (case x " + words(n, lambda i: f'when {i} "v{i}"') + ' else "no"))\n(println (f 3))'


@family
def conjunction(n):
    return "(fn f [x y] (if (" + " && ".join(f"(g x {i})" for i in range(n)) + ") 1 else 2))\n(fn g [a b] (a != b))\n(println (f 1 2))"


@family
def alternatives(n):
    return "(fn f [x y] (" + " || ".join(f"((x == {i}) && (y != {i}))" for i in range(n)) + "))\n(println (f 1 2))"


@family
def operands(n):
    return "(fn f [x] (x" + " + x" * n + "))\n(println (f 1))"


@family
def loops(n):
    return ("(fn f [x] (var a 0) (var s 0.5)\n" + lines(n, lambda i: f"(for i in (range 1 x) (a += i) (if (i == {i}) (s += a)))")
            + "\n[a s])\n(println (f 3))")


@family
def nested_loops(n):
    return ("(fn f [x a] (var s 0)\n" + "".join(f"(for i{i} in (range 1 x) " for i in range(n)) + "(s += a/0)" + ")" * n
            + "\ns)\n(println (f 1 [5]))")


@family
def captures(n):
    return ("(fn f [x] (var s 0) (var fs [])\n" + lines(n, lambda i: f"(fs .add (fn [] (s += {i}) (x + s)))")
            + "\n(fs .map (fn [g] (g))))\n(println ((f 3) .size))")


@family
def classes(n):
    return (lines(n, lambda i: f"(class C{i} (ctor [a] (/a = a)) (method get [] /a) (method m{i} [x] (x + /a)) (method n [] {i}))")
            + "\n(fn g [o] ((o .get) + (o .n)))\n(println " + words(n, lambda i: f"(g (new C{i} 1))") + ")")


@family
def inheritance(n):
    return ("(class C0 (method m [] 0))\n"
            + lines(n - 1, lambda i: f"(class C{i + 1} < C{i} (method m [] ((super .m) + 1)) (method x{i} [] 1))")
            + f"\n(println ((new C{n - 1}) .m))")


@family
def receivers(n):
    return (lines(n, lambda i: f"(class C{i} (method m [x] (x + {i})))") + "\n(var os [" + words(n, lambda i: f"(new C{i})")
            + "])\n(fn f [] (var s 0) (for o in os (s += (o .m 1))) s)\n(println (f))")


@family
def attempts(n):
    return ("(fn f [x] (var a 0)\n"
            + lines(n, lambda i: f'(try (a += x) (if (a == {i}) (throw "e")) catch * (a = 0) finally (a += 1))') + "\na)\n(println (f 3))")


@family
def array_of_variables(n):
    return "(fn f [a b] [" + words(n, lambda i: f'a "s{i}" b') + "])\n(println ((f 1 2) .size))"


@family
def maps(n):
    return "(fn f [x y] {" + words(n, lambda i: f"^k{i} {{^a x ^b {{^c y}}}}") + "})\n(println ((f 1 2) .size))"


@family
def concatenation(n):
    return "(fn f [s] (++ " + words(n, lambda i: f's "{i}"') + '))\n(println ((f "x") .length))'


@family
def interpolation(n):
    return '(fn f [x] #"' + "a#{x}b" * n + '")\n(println ((f 1) .length))'


@family
def maps_of_arrays(n):
    return "(fn f [a]\n" + lines(n, lambda i: f"(var b{i} (a .map (fn [x] (x + {i}))))") + f"\nb{n - 1})\n(println (f [1 2]))"


@family
def enums(n):
    return ("(enum E " + words(n, lambda i: f"(V{i} a b)") + ")\n(fn f [e] (case e " + words(n, lambda i: f"when (V{i} a b) (a + (b * {i}))")
            + f"))\n(for e in [(E/V0 1 2) (E/V{n - 1} 1 2)] (println (f e)))")


@family
def destructuring(n):
    return ("(fn f [v] (var [" + words(n, lambda i: f"a{i} = {i}") + " r...] v) (+ " + words(n, lambda i: f"a{i}")
            + "))\n(println (f [1 2]))")


@family
def generator(n):
    return "(fn g* [x]\n" + lines(n, lambda i: f"(yield (x + {i}))") + ")\n(var s 0)(for v in (g* 1) (s += v))(println s)"


def count(gene, folder, kind, source):
    """Instructions: lines that do something."""
    path = pathlib.Path(folder, "program.gene")
    path.write_text(source)
    if kind == "bytecode":
        command = [gene, "compile", "-f", "pretty", path]
    else:
        command = [gene, "build", "-O2", f"--emit={kind}", path, "-o", "-"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr[:2000]}")
    pattern = r"^    \(" if kind == "ir" else r"^  \S"
    return len(re.findall(pattern, done.stdout, re.M))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gene")
    parser.add_argument("--size", type=int, default=60)
    parser.add_argument("--kinds", default="ir,bytecode")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--print", action="store_true", help="the programs of that size, nothing else")
    parser.add_argument("names", nargs="*")
    args = parser.parse_intermixed_args()
    if args.print:
        print("\n".join(FAMILIES[name](args.size) for name in args.names))
        return
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names or FAMILIES:
            make = FAMILIES[name]
            for kind in args.kinds.split(","):
                small, large = (count(args.gene, folder, kind, make(n)) for n in (args.size, 2 * args.size))
                if args.show:
                    print(f"{name:20} {kind:9} {small:7} {large:7} {large / max(small, 1):5.2f}")
                if large > LIMIT * small + SLACK:
                    failed += 1
                    print(f"{name}: {small} instructions of {kind} at {args.size}, {large} at twice the size")
    sys.exit(failed != 0)


main()
