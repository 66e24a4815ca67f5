#!/usr/bin/env python3
"""Measures everything and writes benchmarks/RESULTS.md, RESULTS.svg and results.json: `./dev bench` without arguments.

  results.py              measure all, write all
  results.py --quick      small sizes and two runs: to try the command, not for the record
  results.py --report     measure nothing: write RESULTS.md and RESULTS.svg from results.json
  results.py … --into DIR another folder for the three files

What stands between the two HAND lines of RESULTS.md is kept: it says what is behind the figures.
"""
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from bench import measure_all, noisy, to_json
from chart import chart
from compiletime import measure_compiler
from engines import DEFAULT_BASE, HERE, Problem
from measure import note
from tables import Figures, build_table, calls_table, memory_table, ratio_table, seconds_table
from targets import targets_table

BEGIN, END = "<!-- HAND: begin -->", "<!-- HAND: end -->"
PLACE = "## What is behind the figures\n\nNothing has been written here yet.\n"


def options_for(quick):
    return SimpleNamespace(benchmarks=None, engines=None, base=DEFAULT_BASE, runs=2 if quick else 5, quick=quick,
                           stat="min", by="wall", net=False, show="memory", timeout=120, budget=60)


def revision():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True)
    return done.stdout.strip()


def hand_written(path):
    """The section of the file that is kept, with its lines."""
    text = path.read_text() if path.exists() else ""
    if BEGIN in text and END in text:
        return text[text.index(BEGIN):text.index(END) + len(END)]
    return f"{BEGIN}\n{PLACE}{END}"


def failures(data):
    return [f"{name}: {key.split('@')[0]}: {figures['state']}" for name, results in data["results"].items()
            for key, figures in results.items() if figures["state"] != "ok"]


def page(data, kept):
    options = options_for(data.get("quick", False))
    figures = Figures(data, options)
    engines = figures.engines()
    wrong = failures(data)
    versions = "\n".join(f"- {name}: {version}" for name, version in data["engines"].items() if version)
    parts = [
        "# Results",
        "Written by `./dev bench` from `results.json`, except for the part between the HAND lines. Which program does "
        "what: [README.md](README.md).",
        f"Measured on {data['date']}, {data['machine']}; gene {data['revision']}; best of {data['runs']} interleaved "
        "runs." + (" **Small sizes: a trial, not a record.**" if data.get("quick") else ""),
        versions,
        "![Geometric means by group](RESULTS.svg)",
        "## Targets", targets_table(figures, data),
        kept,
    ]
    for title, table in (("Times", ratio_table(figures, engines, options)),
                         ("Seconds", seconds_table(figures, engines, options)),
                         ("Calls", calls_table(figures, engines, options)),
                         ("Memory", memory_table(figures, engines)), ("Build times", build_table(figures, engines))):
        if table:
            parts += [f"## {title}", table]
    if wrong:
        parts += ["## Not right", "\n".join("- " + line for line in wrong)]
    return "\n\n".join(part for part in parts if part) + "\n"


def main():
    words = sys.argv[1:]
    into = HERE
    if "--into" in words[:-1]:
        at = words.index("--into")
        into = Path(words[at + 1])
        del words[at:at + 2]
    if any(word not in ("--quick", "--report") for word in words):
        sys.exit(__doc__.strip())
    kept_figures = into / "results.json"
    if "--report" in words:
        data = json.loads(kept_figures.read_text())
    else:
        quick = "--quick" in words
        data = measure_all(options_for(quick))
        data |= dict(quick=quick, revision=revision(), **measure_compiler(2 if quick else 5))
        data["results"] = data.pop("results")  # last in the file
        kept_figures.write_text(to_json(data))
    path = into / "RESULTS.md"
    path.write_text(page(data, hand_written(path)))
    (into / "RESULTS.svg").write_text(chart(Figures(data, options_for(False)), DEFAULT_BASE))
    shaky = noisy(data)
    if shaky:
        note("median far above the best: " + ", ".join(shaky))
    for line in failures(data):
        note("not right: " + line)
    print(f"written: RESULTS.md, RESULTS.svg and results.json in {into}")
    return 1 if failures(data) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"results.py: {problem}")
    except KeyboardInterrupt:
        sys.exit("\nresults.py: interrupted")
