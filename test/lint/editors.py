#!/usr/bin/env python3
"""The editors' lists of words are those of frontend/analysis/SpecialForms.def: of the forms and words that it shows to users."""
import json
import re

from tree import ROOT, finish

EDITORS = ROOT / "editors"


def of_compiler():
    text = (ROOT / "frontend/analysis/SpecialForms.def").read_text()
    rows = re.findall(r'^(?:SPECIAL\("([^"]+)", \w+|WORD\("([^"]+)"), [^"]*"((?:[^"\\]|\\.)*)"', text, re.M)
    return {form or word for form, word, shape in rows if shape}


def of_vscode():
    grammar = json.loads((EDITORS / "vscode/syntaxes/gene.tmLanguage.json").read_text())["repository"]
    patterns = [grammar["head"]["match"], grammar["word"]["patterns"][0]["match"]]
    words = {"self"} if "self" in grammar["word"]["patterns"][1]["match"] else set()
    for pattern in patterns:
        words |= {w.replace("\\", "") for w in re.search(r"\)\(([^()]+)\)\(\?=", pattern)[1].split("|")}
    return words


def of_vim():
    text = (EDITORS / "vim/syntax/gene.vim").read_text()
    lines = re.findall(r"^syntax keyword gene(?:Form|Self) (.*)$", text, re.M)
    return {word for line in lines for word in line.split()}


def of_emacs():
    text = (EDITORS / "emacs/gene-mode.el").read_text()
    words = set(re.findall(r'"([^"]+)"', re.search(r"defconst gene-mode-forms\s+'\(([^)]*)\)", text)[1]))
    return words | ({"self"} if "\\\\(self\\\\)" in text else set())


def of_tree_sitter():
    text = (EDITORS / "tree-sitter-gene/queries/highlights.scm").read_text()
    words = {word for group in re.findall(r'#match\? @keyword "\^\(([^"]*)\)\$"', text) for word in group.split("|")}
    return {word.replace("\\\\", "") for word in words} | ({"self"} if '"self"' in text else set())


def main():
    expected = of_compiler()
    problems = [] if len(expected) > 40 else ["frontend/analysis/SpecialForms.def: the rows are not understood"]
    for where, words in (("vscode/syntaxes/gene.tmLanguage.json", of_vscode()), ("vim/syntax/gene.vim", of_vim()), ("emacs/gene-mode.el", of_emacs()),
                         ("tree-sitter-gene/queries/highlights.scm", of_tree_sitter())):
        problems += [f"editors/{where}: {word} is missing" for word in sorted(expected - words)]
        problems += [f"editors/{where}: {word} is no word of the language" for word in sorted(words - expected)]
    for name in ("package.json", "language-configuration.json", "snippets/gene.json"):
        json.loads((EDITORS / "vscode" / name).read_text())
    finish(problems, f"{len(expected)} words")


main()
