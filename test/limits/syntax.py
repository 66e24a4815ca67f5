#!/usr/bin/env python3
"""Sources that are large or deep in one way each, at a limit (or far within what there is none for) and beyond it: rows of
docs/reliability.md. What fits is run in the VM and as an executable, what does not has its diagnostic.

  syntax.py --gene PATH
"""
import argparse
import os
import subprocess
import sys
import tempfile


def nested(before, inside, after, n):
    return before * n + inside + after * n


# (row, what fits, what it prints, what does not, what is said about it)
ROWS = [
    ("source.nested", "(println " + nested("(do ", "1", ")", 2000) + ")", "1", nested("(", "", ")", 30000), "nested more than 20000 levels deep"),
    ("arrays.nested", "(println (" + nested("[", "", "]", 3000) + " .size))", "1", nested("[", "", "}", 30000), "error"),
    ("maps.nested", "(println (" + nested("{^a ", "1", "}", 3000) + " .size))", "1", nested("{^a ", "1", "]", 30000), "error"),
    ("quotes.nested", "(var q " + nested("`", "a", "", 20000) + ") (println 1)", "1", "(var q " + nested("`", "", "", 20000) + ")", "error"),
    ("functions.nested", "(println (" + nested("(fn [] ", "1", ")", 100) + "))", None, nested("(fn [] ", "1", ")", 30000), "nested more than 20000 levels deep"),
    ("brackets.open", "(println 1)", "1", "(" * 5000, "EOF while reading"),
    ("operators.chained", "(println (1" + " + 1" * 20000 + "))", "20001", "(println (1" + " + 1" * 20000 + " +))", "error"),
    ("steps.chained", "(println (1 " + "; + 1 " * 2000 + "))", None, "(1 " + "; + 1 " * 30000 + ")", "nested more than 20000 levels deep"),
    ("parameters", "(fn f [" + " ".join(f"p{i}" for i in range(10000)) + "] p9999) (println (f " + " ".join(str(i) for i in range(10000)) + "))", "9999",
     "(fn f [" + " ".join(f"p{i}" for i in range(10001)) + "] 1)", "a function has at most 10000 parameters"),
    ("arguments", "(fn f [a...] (a .size)) (println (f " + "1 " * 5000 + "))", "5000", "(fn f [a] 1) (f " + "1 " * 5000 + ")", "too many positional arguments"),
    ("array.items", "(println ([" + "1 " * 20000 + "] .size))", "20000", "(println ([" + "1 " * 100000 + "}", "error"),
    ("map.entries", "(println ({" + " ".join(f"^k{i} {i}" for i in range(5000)) + "} .size))", "5000", "{" + " ".join(f"^k{i} {i}" for i in range(100)), "EOF while reading"),
    ("local.variables", "(fn f [] " + " ".join(f"(var v{i} {i})" for i in range(2000)) + " v1999) (println (f))", "1999", "(fn f [] v2000) (f)", "v2000 is not defined"),
    ("global.variables", " ".join(f"(var v{i} {i})" for i in range(20000)) + " (println v19999)", "19999", "(println v20000)", "v20000 is not defined"),
    ("branches", "(var x 1999) (println (if false 0 " + " ".join(f"elif (x == {i}) {i}" for i in range(2000)) + " else -1))", "1999", "(if false 0 elif)", "error"),
    ("classes", " ".join(f"(class A{i} (method m [] {i}))" for i in range(1500)) + " (println ((new A1499) .m))", "1499", "(class A < B)", "B is not defined"),
    ("class.chain", "(class A0 (method m [] 7))" + " ".join(f"(class A{i + 1} < A{i})" for i in range(1500)) + " (println ((new A1500) .m))", "7", "(class A < A)", "error"),
    ("int.literal", "(println 9223372036854775807)", "9223372036854775807", "(println 9223372036854775808)", "integer outside of valid range"),
    ("int.digits", "(println " + "0" * 5000 + "7)", "7", "(println " + "9" * 100000 + ")", "integer outside of valid range"),
    ("float.digits", "(println 0." + "1" * 100000 + ")", "0.1111111111111111", "(println 1e)", "error"),
    ("symbol.length", "(var " + "x" * 100000 + " 1) (println " + "x" * 100000 + ")", "1", "(println " + "y" * 1000 + ")", "is not defined"),
    ("string.length", '(println ("' + "x" * 3000000 + '" .size))', "3000000", '(println "' + "x" * 3000000, "read_string failure"),
    ("interpolations", '(println (#"' + "#{1}" * 20000 + '" .size))', "20000", '(println #"#{1")', "error"),
    ("path.segments", "(var a {}) (println a" + "/x" * 2000 + ")", "void", "(println b" + "/x" * 2000 + ")", "b is not defined"),
    ("pattern.nested", "(var " + nested("[", "a", "]", 300) + " " + nested("[", "5", "]", 300) + ") (println a)", "5", "(var " + nested("[", "a b", "]", 300) + " [1]) (println a)",
     "Expected 2 arguments, got 1"),
    ("line.length", "(println " + " " * 1000000 + "1)", "1", " " * 1000000 + "(println x)", "x is not defined"),
    ("nul", '(println ("a\0b" .size))', "3", "(\0)", "error"),
    ("utf8", '(println ("é" .size))', "1", None, None),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gene", required=True, type=os.path.abspath)
    gene = parser.parse_args().gene
    problems = []

    def run(row, command, folder, code, expected):
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
        said = (done.stdout if code == 0 else done.stderr).decode(errors="replace")
        if done.returncode != code or (expected is not None and (said.strip() != expected if code == 0 else expected not in said)):
            problems.append(f"{row}: {' '.join(command[1:])}: {done.returncode} {said[:300]!r} {done.stderr[-300:]!r}")

    with tempfile.TemporaryDirectory() as folder:
        for row, fits, output, beyond, message in ROWS:
            with open(os.path.join(folder, "fits.gene"), "w", encoding="utf-8") as f:
                f.write(fits)
            for level in "01":
                run(row, [gene, "run", "--no-jit", "-O" + level, "fits.gene"], folder, 0, output)
            run(row, [gene, "build", "fits.gene", "-o", "fits"], folder, 0, None)
            run(row, [os.path.join(folder, "fits")], folder, 0, output)
            if beyond is None:
                continue
            with open(os.path.join(folder, "beyond.gene"), "w", encoding="utf-8") as f:
                f.write(beyond)
            run(row, [gene, "run", "--no-jit", "beyond.gene"], folder, 1, message)
    print("\n".join(problems) or f"{len(ROWS)} rows")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
