#!/usr/bin/env python3
"""Makes the extension for Visual Studio Code, as its own tool does: vsix.py OUTPUT

OUTPUT/vscode is a copy of editors/vscode with what npm installs for it, OUTPUT/gene.vsix the extension. What was installed stays, and is
used again as long as package.json is the same. The exit code is 3 where npm is not there or cannot reach its registry.
  vsix.py --tree-sitter OUTPUT   installs tree-sitter's command in OUTPUT/tree-sitter instead, for the tests of its grammar. npm's package
fetches it from elsewhere: where that cannot be reached the exit code is 3, too.
"""
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNREACHABLE = 3


def installed(tree):
    """Runs npm, unless it did for this package.json."""
    wanted, stamp = (tree / "package.json").read_text(), tree / "node_modules/.package.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    npm = shutil.which("npm")
    if not npm:
        print("vsix.py: there is no npm", file=sys.stderr)
        return False
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--fetch-retries=1",
                           "--fetch-timeout=60000"], cwd=tree, text=True, capture_output=True)
    if done.returncode != 0:
        print(f"vsix.py: npm cannot install what the extension needs:\n{done.stderr[-2000:]}", file=sys.stderr)
        return False
    stamp.write_text(wanted)
    return True


def install_tree_sitter(output):
    tree = output / "tree-sitter"
    if (tree / "node_modules/tree-sitter-cli/tree-sitter").exists():
        return True
    tree.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "editors/tree-sitter-gene/package.json", tree)
    npm = shutil.which("npm")
    done = npm and subprocess.run([npm, "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=tree, capture_output=True)
    if done and done.returncode == 0:
        return True
    print("vsix.py: tree-sitter's command cannot be installed", file=sys.stderr)
    return False


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--tree-sitter":
        sys.exit(0 if install_tree_sitter(Path(sys.argv[2]).resolve()) else UNREACHABLE)
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    output = Path(sys.argv[1]).resolve()
    tree = output / "vscode"
    tree.mkdir(parents=True, exist_ok=True)
    # What was installed for build/editors is that for others, too.
    ready = ROOT / "build/editors/vscode"
    if ready != tree and (ready / "node_modules/.package.json").exists():
        shutil.copytree(ready / "node_modules", tree / "node_modules", symlinks=True, dirs_exist_ok=True)
    shutil.copytree(ROOT / "editors/vscode", tree, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / "LICENSE", tree / "LICENSE")
    if not installed(tree):
        sys.exit(UNREACHABLE)
    subprocess.run([tree / "node_modules/.bin/vsce", "package", "--allow-missing-repository", "--out", output / "gene.vsix"],
                   cwd=tree, check=True, stdout=sys.stderr)
    print(output / "gene.vsix")


main()
