#!/usr/bin/env python3
"""What native code calls is in the `gene` executable, where code of the cache looks for it: exported.py GENE."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = {"runtime/abi/Entry.def": r"^ENTRY\((\w+)", "runtime/abi/Fastpath.def": r"^FAST\((\w+)",
        "runtime/builtins/Libraries.def": r"^LIBRARY\((\w+)"}

listed = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], capture_output=True, text=True, check=True).stdout
exported = {line.split()[-1] for line in listed.splitlines()}
wanted = {"gene_install_async", "gene_install_evaluator"}
for path, row in ROWS.items():
    names = re.findall(row, (ROOT / path).read_text(), re.M)
    assert names, path
    wanted |= {f"gene_library_{n}" if "Libraries" in path else n for n in names}
if missing := sorted(wanted - exported):
    sys.exit(f"not exported: {', '.join(missing)}")
print(f"{len(wanted)} exported")
