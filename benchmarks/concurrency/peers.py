#!/usr/bin/env python3
"""The programs of this folder beside the same ones for Erlang/OTP, Node and Go, where these are installed: tables in Markdown.

  peers.py [--gene GENE] [--rounds N] [PROGRAM…]

Needs GNU time. Each cell of the first table is processor time, user and system, and the most memory; each row's programs run one after the
other, pinned to one processor, round after round, so that what else the machine does falls on all alike. The best round is shown, and
behind ± how far the worst one was above it. `erl +S 1` has one scheduler, as ours has one thread. The second table has the programs with threads,
`workers_*`, pinned to two processors: the time that passed, and processor time.
"""
import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def measure(command, folder, threads):
    """(user and system, KB, passed), or None where it failed."""
    processors = sorted(os.sched_getaffinity(0))[:2 if threads else 1]
    timed = ["/usr/bin/time", "-f", "%U %S %M %e", "taskset", "-c", ",".join(map(str, processors)), *command]
    done = subprocess.run(timed, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    user, system, kilobytes, passed = done.stderr.split("\n")[-2].split()
    return float(user) + float(system), int(kilobytes), float(passed)


def cell(rounds, threads):
    """What the rounds of one program say."""
    if None in rounds:
        return "failed"
    used, kilobytes, passed = (min(r[i] for r in rounds) for i in range(3))
    value, values = (passed, [r[2] for r in rounds]) if threads else (used, [r[0] for r in rounds])
    spread = f" ±{100 * (max(values) - value) / max(value, 0.01):.0f}%"
    return f"{passed:.2f} s{spread} ({used:.2f} s)" if threads else f"{used:.2f} s{spread}, {kilobytes // 1024} MB"


def engines(gene, folder):
    """(name, command for a program, or None where it has no such program)"""
    def ours(name):
        subprocess.run([gene, "build", HERE / f"{name}.gene", "-o", folder / name], check=True)
        return [folder / name]
    yield "gene, native", ours
    yield "gene, VM", lambda name: [gene, "run", HERE / f"{name}.gene"]
    if shutil.which("erlc"):
        subprocess.run(["erlc", "-o", folder, HERE / "peers/peers.erl"], check=True)
        yield "Erlang/OTP", lambda name: ["erl", "+S", "2" if needs_threads(name) else "1", "+P", "2000000", "-noshell", "-s", "peers", name, "-s", "init", "stop"]
    if shutil.which("node"):
        source = (HERE / "peers/peers.js").read_text()
        yield "Node", lambda name: ["node", HERE / "peers/peers.js", name] if f" {name}()" in source else None


    if shutil.which("go"):
        subprocess.run(["go", "build", "-o", folder / "peers", HERE / "peers/peers.go"], check=True)
        yield "Go", lambda name: [folder / "peers", name]


def needs_threads(name):
    return name.startswith("workers_")


def table(names, all_engines, folder, threads, rounds):
    print("| program | " + " | ".join(name for name, _ in all_engines) + " |")
    print("|---" * (len(all_engines) + 1) + "|")
    for name in names:
        commands = [command_of(name) for _, command_of in all_engines]
        runs = [[measure(command, folder, threads) if command else None for command in commands] for _ in range(rounds)]
        cells = [cell([r[i] for r in runs], threads) if command else "–" for i, command in enumerate(commands)]
        print(f"| `{name}` | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gene", default=str(HERE.parent.parent / "build/release/bin/gene"))
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    options = parser.parse_args()
    names = options.programs or sorted(p.stem for p in HERE.glob("*.gene"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        all_engines = list(engines(options.gene, folder))
        for threads in (False, True):
            chosen = [name for name in names if needs_threads(name) == threads]
            if chosen:
                table(chosen, all_engines, folder, threads, options.rounds)
                print()


if __name__ == "__main__":
    main()
