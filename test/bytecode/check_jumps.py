"""Disassembles the jump handlers of the interpreter in an executable and refuses conditional moves.

A cmov on pc makes the next instruction wait for the comparison: up to twice the time of a loop (docs/bytecode.md).
"""
import re
import subprocess
import sys

listing = subprocess.run(
    ["llvm-objdump", "-d", "--no-show-raw-insn", "--no-leading-addr", sys.argv[1]],
    stdout=subprocess.PIPE, text=True, check=True).stdout
handlers = wrong = 0
name = None
for line in listing.splitlines():
    if m := re.match(r"(?:[0-9a-f]+ )?<(.*)>:$", line):
        name = m.group(1) if re.search(r"handle[A-Za-z]*Jump\w*", m.group(1)) else None
        handlers += name is not None
    elif name and "cmov" in line:
        print(f"{name}: {line.strip()}")
        wrong += 1
if handlers < 20:
    sys.exit(f"only {handlers} jump handlers were found: are there symbols in {sys.argv[1]}?")
sys.exit(1 if wrong else 0)
