"""Damages a .gir file in many ways; each has to be refused with a sentence, nothing printed by the program.

  damage.py GENE SOURCE TEMP
"""
import os
import random
import subprocess
import sys

gene, source, temp = sys.argv[1:]
os.makedirs(temp, exist_ok=True)
program = os.path.join(temp, "p.gene")
with open(source) as f, open(program, "w") as out:
    out.write(f.read())
subprocess.run([gene, "compile", "-o", "out", "p.gene"], cwd=temp, check=True, stdout=subprocess.DEVNULL)
whole = open(os.path.join(temp, "out", "p.gir"), "rb").read()


def run(data):
    path = os.path.join(temp, "d.gir")
    with open(path, "wb") as out:
        out.write(data)
    return subprocess.run([gene, "run", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


good = run(whole)
if good.returncode != 0 or not good.stdout.startswith("hello world 3 x"):
    sys.exit(f"the whole file does not run: {good}")

damaged = []
chance = random.Random(1)
for at in list(range(0, 160, 3)) + chance.sample(range(160, len(whole)), 150):
    changed = bytearray(whole)
    changed[at] ^= 1 << chance.randrange(8)
    damaged.append((f"bit flipped in byte {at}", bytes(changed)))
for size in [0, 1, 3, 4, 8, 100, 159, 160, len(whole) // 2, len(whole) - 1]:
    damaged.append((f"cut to {size} bytes", whole[:size]))
damaged.append(("text", b"XXXX" + whole[4:]))
for what, data in damaged:
    result = run(data)
    if result.returncode != 1 or result.stdout or "Invalid GIR file" not in result.stderr:
        sys.exit(f"{what}: {result}")
    if what == "text" and "magic mismatch. Expected GENE but got XXXX. Please recompile the source file." not in result.stderr:
        sys.exit(f"{what}: {result}")
