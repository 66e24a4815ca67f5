#!/usr/bin/env python3
"""No function is longer than MOST lines, from its name to its closing bracket. LONGER names the few that are one table or one switch;
the list only gets shorter.
"""
import re

from tree import ROOT, finish, sources

MOST = 80
LONGER = {
}

# What stands in front of a bracket that opens a scope of declarations, and what of one that begins a value.
SCOPE = re.compile(r"\b(namespace|extern \"\"|class|struct|union|enum)\b[^()=]*$|\bnamespace\b[^;]*$")
NAME = re.compile(r"([~\w:]+(?:<[^<>]*>)?|operator\S+)\s*\(")


def blanked(text):
    """The text with comments, strings and lines of the preprocessor emptied; line breaks stay."""
    pattern = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w])'(?:\\.|[^'\\\n])+'|^[ \t]*\#(?:\\\n|[^\n])*""",
                         re.S | re.M | re.X)

    def blank(m):
        kept = "\n" * m[0].count("\n")
        return '""' + kept if m[0].startswith(('"', "R")) else "0" + kept if m[0].startswith("'") else kept
    return pattern.sub(blank, text)


def functions(text):
    """(name, first line, last line) of each function that is defined at the level of a namespace or a class."""
    text = blanked(text)
    found, stack, start, line = [], [], 0, 1
    for at, c in enumerate(text):
        if c == "\n":
            line += 1
            head = text[start:at]
            if re.fullmatch(r"\s*[A-Z][A-Z_]+\(.*\)\s*", head, re.S) and head.count("(") == head.count(")"):
                start = at  # a macro that stands for declarations
        declares = all(kind == "scope" for kind, *_ in stack)
        if c == "{":
            head = text[start:at]
            if not declares:
                stack.append(("body",))
            elif SCOPE.search(head) and not NAME.search(head.split("=")[0]):
                stack.append(("scope",))
            elif (m := NAME.search(head)) and text[at - 1].isspace() and not re.search(r"=\s*$", head):
                begin = line - head.count("\n") + head[:m.start()].count("\n")
                stack.append(("function", m[1], begin))
            else:
                stack.append(("body",))
            if stack[-1][0] == "scope":
                start = at + 1
        elif c == "}" and stack:
            kind = stack.pop()
            if kind[0] == "function":
                found.append((kind[1], kind[2], line))
            if all(k[0] == "scope" for k in stack):
                if kind[0] != "body" or text[at + 1:at + 2] in ("\n", ";"):
                    start = at + 1
        elif c == ";" and declares and text[start:at].count("(") == text[start:at].count(")"):
            start = at + 1
    return found


def test_itself():
    body = "  f(\"{\");\n" * MOST
    for head, scope in (("int f(int a = g(1)) {{", ""), ("A::A(int b) : a_(b), c_{{1}} {{", ""), ("HANDLER(Add) {{", "struct H {\nSTEP(Add, x(y))"),
                        ("[[nodiscard]] T f() const {{", "class C : B<int> {\n public:\n"), ("template <class F>\nvoid f(F&& g) {{", "namespace n {")):
        text = scope + "\n" + head.format() + "\n" + body + "}\n" + ("}" if scope else "")
        assert [last - first + 1 for _, first, last in functions(text)] == [MOST + 2], (head, functions(text))


def main():
    test_itself()
    problems, count, seen = [], 0, set()
    for path in sources():
        for name, first, last in functions((ROOT / path).read_text()):
            count += 1
            if last - first + 1 <= MOST:
                continue
            if (str(path), name) in LONGER:
                seen.add((str(path), name))
            else:
                problems.append(f"{path}:{first}: {name} has {last - first + 1} lines")
    problems += [f"test/lint/functions.py: {name} of {path} is short by now: take it off LONGER" for path, name in sorted(set(LONGER) - seen)]
    if count < 4000:
        problems.append(f"only {count} functions were found: has their notation changed?")
    finish(problems, f"{count} functions")


if __name__ == "__main__":
    main()
