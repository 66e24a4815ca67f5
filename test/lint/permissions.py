#!/usr/bin/env python3
"""Rows of built-ins whose code reaches the world outside say what the sandbox has to grant: a letter of Permissions.def, or `-`.

A row is looked at where its function, or one of the same file that it uses, names one of REACHES.
"""
import re

from tree import ROOT, finish, sources

# What cannot be done without leave. Streams that are open already, the clock and the memory are everybody's.
REACHES = (r"pathArgument|mayUse|mayName|mayStart|raiseRefused|openForReading|openForWriting|writeWholeFile|replaceFile|copyFile|removeFile|"
           r"renameFile|createDirectories|removeTree|listDirectory|walkTree|globPaths|createTemporary|environmentValue|"
           r"setEnvironmentValue|environmentEntries|currentDirectory|homeDirectory|absolutePath|relativePath|expandHome|openLibrary|"
           r"fopen|std::(?:getenv|system|rename|remove)|"
           r"::(?:open|openat|creat|stat|lstat|access|chmod|chown|truncate|link|symlink|readlink|realpath|unlink|rmdir|mkdir|rename|chdir|"
           r"utimensat|opendir|socket|connect|bind|uname|sigaction|kill|fork|dlopen|setenv|getenv|posix_spawn\w*)")
FUNCTION = re.compile(r"^(?:template <.*>\n)?(?:static |constexpr |inline )*[\w:<>*&, ]+?[ *&](\w+)\([^;{}]*\)(?: const)? \{\n(.*?)^\}$",
                      re.M | re.S)
ROW = re.compile(r'^    \{"([^"]+)",\s*([\w:<>&*, ]+?),\s*(?:"[^"]*"\s*|[A-Z_]+\s*)+,\s*"([A-Za-z-]*)",', re.M)


def letters():
    text = (ROOT / "runtime/support/Permissions.def").read_text()
    return set(re.findall(r"^PERMISSION\(\w+, '(.)'", text, re.M)) | {"-"}


def reaching(text):
    """The functions of a file that reach the world outside, also by others of it."""
    bodies = {}
    for name, body in FUNCTION.findall(text):
        bodies[name] = bodies.get(name, "") + body
    found = {name for name, body in bodies.items() if re.search(rf"(?<![\w.>])(?:{REACHES})\(", body)}
    while True:
        more = {name for name, body in bodies.items() if name not in found and found & set(re.findall(r"(?<![.>\w])\w+(?=[(<,)])", body))}
        if not more:
            return found
        found |= more


def main():
    known, problems, count = letters(), [], 0
    for path in sources():
        text = (ROOT / path).read_text()
        if path.parts[0] != "runtime" or "BUILTIN_TABLE(" not in text:
            continue
        outside = reaching(text)
        for name, function, effects in ROW.findall(text):
            count += 1
            if set(re.findall(r"\w+", function)) & outside and not set(effects) & known:
                line = text[:text.index('{"' + name + '"')].count("\n") + 1
                problems.append(f"{path}:{line}: the row of '{name}' does not say what the sandbox has to grant: a letter of "
                                "runtime/support/Permissions.def, or '-'")
    if count < 400:
        problems.append(f"only {count} rows were found: has their notation changed?")
    finish(problems, f"{count} rows")


main()
