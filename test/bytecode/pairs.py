"""Every pair of Pairs.def and JumpPairs.def: a function that compiles to it, called with ints, boxed ints, floats and what raises.

  pairs.py TREE            prints the program
  pairs.py TREE LISTING    says which pairs are not in the program's bytecode
"""
import re
import sys
from pathlib import Path

SIGNS = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Mod": "%", "BitAnd": "&&", "BitOr": "||", "BitXor": "&|&", "Shl": "<<",
         "Shr": ">>", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
VALUES = ["0", "1", "-3", "40", "140737488355327", "4611686018427387904", "2.5", '"text"']
CASES = 3  # of four, for each pair: the sum of the indices of the values


def rows(tree, name):
    text = (tree / "runtime/vm" / name).read_text()
    return [[word.strip() for word in row.split(",")] for row in re.findall(r"^PAIR\((.*)\)", text, re.M)]


def operation(name):
    """The sign, and the right operand if it is an immediate."""
    immediate = name.endswith("I") and name[:-1] in SIGNS
    return SIGNS[name[:-1] if immediate else name], "3" if immediate else None


def functions(tree):
    """(name of the pair's opcode, its function)"""
    for first, _, second, _, order in rows(tree, "Pairs.def"):
        (sign, right), (sign2, right2) = operation(first), operation(second)
        inner = f"(a {sign} {right or 'b'})"
        outer = f"(c {sign2} {inner})" if order else f"({inner} {sign2} {right2 or 'c'})"
        # && and || are bit operations of Ints only: the compiler has to know.
        parameters = "a: Int b: Int c: Int" if {"&&", "||"} & {sign, sign2} else "a b c"
        yield first + second + order, f"(fn [{parameters}] {outer})"
    for first, test in rows(tree, "JumpPairs.def"):
        sign, _ = operation(first)
        sign2 = SIGNS[test.removeprefix("Jump").removeprefix("Not")]
        # A jump over the first branch if the test fails; the loop goes back if it holds.
        if "Not" in test:
            yield first + test, f'(fn [a b c] (if ((a {sign} b) {sign2} c) "yes" else "no"))'
        else:
            yield first + test, (f"(fn [a b c] (var n 0) (while ((a {sign} b) {sign2} c) (n = (n + 1)) (if (n > 3) (break)) "
                                 "(a = (a + b))) n)")


def program(tree):
    lines = ["(var pairs ["]
    for name, function in functions(tree):
        lines.append(f'  ["{name}" {function}]')
    lines += ["])", f"(var values [{' '.join(VALUES)}])", f"(var last {len(VALUES) - 1})",
              "(for [name f] in pairs", "  (println name)",
              "  (for i in (range 0 last) (for j in (range 0 last) (for k in (range 0 last)",
              f"    (if ((i + j * 2 + k * 3) % 4 < {CASES})",
              "      (var [a b c] [(values .get i) (values .get j) (values .get k)])",
              "      (try (println a b c (f a b c))", '       catch * (println a b c "!" $ex/message)))))))']
    return "\n".join(lines)


def main():
    tree = Path(sys.argv[1])
    if len(sys.argv) == 2:
        return print(program(tree))
    listing = Path(sys.argv[2]).read_text()
    # How || becomes one instruction depends on what is around it.
    missing = [name for name, _ in functions(tree) if "BitOr" not in name and not re.search(rf"^\s*{name}\b", listing, re.M)]
    sys.exit(f"not compiled to: {' '.join(missing)}" if missing else 0)


main()
