"""The tracked files of the tree, for the lint tests."""
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("frontend", "codegen", "runtime", "driver")


def tracked():
    """Paths relative to the root; without git (a source archive, or a machine that has none) every file that is no build product."""
    names = None
    if shutil.which("git"):
        done = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True,
                              capture_output=True)
        if done.returncode == 0:
            names = done.stdout.split("\n")
    if names is None:
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if not {"build", ".git", "__pycache__"} & set(p.parts)]
    return [Path(n) for n in names if n and (ROOT / n).is_file()]


def sources():
    return [p for p in tracked() if p.parts[0] in SOURCE_FOLDERS and p.suffix in (".cpp", ".h", ".inc", ".def")]


def finish(problems, counted):
    for line in problems:
        print(line)
    print(f"{counted}: {len(problems)} problems")
    raise SystemExit(1 if problems else 0)
