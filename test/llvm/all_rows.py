#!/usr/bin/env python3
"""Prints IR text with every row of Instructions.def once: with all its results used, outside and inside of `try`.

  all_rows.py Instructions.def
"""
import re
import sys

IMMEDIATES = {
    "int": "1", "symbol": "name", "function": "other", "global": "g", "shape": "[_ _]", "form": "`(a b)",
}
CONTROL = {"jump", "branch", "switch", "return", "unreachable"}


def rows(path):
    text = re.sub(r"//.*", "", open(path).read())
    for match in re.finditer(r'^(?:INST|RUNTIME)\((\w+), "([^"]*)", "([^"]*)", "([^"]*)", (\w+), "([^"]*)"', text, re.M):
        yield match.groups()


def instruction(mnemonic, operands, immediates, result, handler):
    words = [mnemonic]
    words += [IMMEDIATES[i.split(":")[1]] for i in immediates.split() if not i.endswith(":cache")]
    names = operands.split()
    count = len(names) - 1 + 2 if names and names[-1].endswith("...") else len(names)
    if mnemonic == "call.known":
        words += ["absent", "a"]
    elif mnemonic == "concat":
        words += ["a", '"text"', "1.5", "'x'", "nil"]
    else:
        words += ["a", "b", "c", "d", "a", "b"][:count]
    text = " ".join(words) + (" ^handler caught" if handler else "")
    return f"(v = {text})" if result != "None" else f"({text})"


def functions(path):
    """The names and texts of functions with one row each."""
    yield "other", "(func other [x] ^captures 2\n  (block entry [x]\n    (return x)))"
    for _, mnemonic, operands, immediates, result, effects in rows(path):
        if mnemonic in CONTROL:
            continue
        value = "v" if result != "None" else "nil"
        for handler in (False, True) if "R" in effects else (False,):
            name = mnemonic + ("-try" if handler else "")
            lines = [f"(func {name} [a b c d] ^captures 2", "  (block entry [a b c d]",
                     f"    {instruction(mnemonic, operands, immediates, result, handler)}"]
            if handler:
                lines += ["    (jump next))", "  (block caught [exception]", "    (return exception))", "  (block next []"]
            if result == "Bool":
                lines += ["    (branch v yes no))", "  (block yes []", "    (return a))", "  (block no []"]
            yield name, "\n".join(lines + [f"    (return {value})))"])


def main():
    all_functions = list(functions(sys.argv[1]))
    print("(global g)\n(func main []\n  (block entry []")
    for name, _ in all_functions:
        print(f"    (v-{name} = closure {name} nil nil)\n    (global.set g v-{name})")
    print("    (return nil)))")
    for _, text in all_functions:
        print(text)


main()
