#!/usr/bin/env python3
"""Are the rows of the limits in docs/reliability.md those that are tested? rows.py ROOT"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import syntax

root = sys.argv[1]
with open(os.path.join(root, "docs/reliability.md"), encoding="utf-8") as f:
    section = re.search(r"^## Limits$(.*?)^## ", f.read(), re.M | re.S)[1]
told = re.findall(r"^\| `([a-z_0-9.]+)` \|", section, re.M)
with open(os.path.join(root, "test/limits/runtime.gene"), encoding="utf-8") as f:
    tested = re.findall(r'^\(report "([a-z_0-9.]+)"', f.read(), re.M)
tested += [row[0] for row in syntax.ROWS]
for name in sorted(set(told) ^ set(tested)):
    print(f"{name}: {'no test' if name in told else 'not in docs/reliability.md'}")
print(f"all of {len(told)} rows" if sorted(told) == sorted(tested) else f"{len(told)} rows, {len(tested)} tests")
