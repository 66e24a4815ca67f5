#!/usr/bin/env python3
"""Runs a fuzzer that coverage guides (test/fuzz/targets), or replays its inputs.

  fuzz.py TARGET [SECONDS] [libFuzzer's options]    60 seconds by default; `all`: each target for that long, one after the other
  fuzz.py --replay BUILD [--runs N]                 every target's seeds with the program of another build, and N inputs made of them

What is found is kept in build/fuzz/corpus/TARGET, beside test/fuzz/seeds/TARGET; an input that breaks something in build/fuzz/found. A
finding is mended, and its input, made small (-minimize_crash=1), becomes a seed. Targets that take sources begin with test/language, too.
"""
import os
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "test/fuzz/seeds"
BUILD = ROOT / "build/fuzz"
SOURCES = ("reader", "printer", "run")
PROGRAM = BUILD / "test/fuzz/gene_fuzz"

Run = namedtuple("Run", "target inputs rate edges finding")  # finding: the log of a run that found something, else None


def targets(program):
    return sorted(subprocess.run([program], capture_output=True, text=True).stdout.split())


def known():
    """The names of all targets."""
    return sorted(p.name for p in SEEDS.iterdir())


def fuzz(name, seconds, options=()):
    """Runs a target for that long."""
    corpus, found = BUILD / "corpus" / name, BUILD / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    folders = [str(corpus), str(SEEDS / name)]
    if name in SOURCES:
        folders.append(str(ROOT / "test/language"))
    environment = os.environ | {"GENE_FUZZ_TARGET": name, "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0"}
    command = [str(PROGRAM), f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4096", "-max_len=4096",
               f"-dict={ROOT / 'test/fuzz/gene.dict'}", f"-artifact_prefix={found}/{name}-", "-print_final_stats=1", *options, *folders]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    log = BUILD / f"{name}.log"
    log.write_text(done.stdout)
    number = {key: int(value) for key, value in re.findall(r"stat::(\w+):\s+(\d+)", done.stdout)}
    covered = re.findall(r"cov: (\d+)", done.stdout)
    return Run(name, number.get("number_of_executed_units", 0), number.get("average_exec_per_sec", 0), int(covered[-1]) if covered else 0,
               log if done.returncode else None)


def fuzz_each(names, seconds, options):
    """Runs targets one after the other; how many found something."""
    findings = 0
    for run in (fuzz(name, seconds, options) for name in names):
        print(f"{run.target}: {run.inputs} inputs, {run.rate} a second, {run.edges} edges covered, "
              f"{f'a finding: {run.finding}' if run.finding else 'no finding'}", flush=True)
        findings += run.finding is not None
    return findings


def replay(build, runs):
    program = Path(build) / "test/fuzz/gene_fuzz"
    failed = 0
    for name in targets(program):
        seeds = sorted(str(p) for p in (SEEDS / name).iterdir())
        if not seeds:
            print(f"{name}: has no seeds")
            failed += 1
        done = subprocess.run([program, name, "--runs", runs, *seeds], capture_output=True, text=True, errors="replace", timeout=300)
        if done.returncode != 0:
            print(f"{name}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
            failed += 1
    print(f"{failed} failed")
    return failed


def main():
    words = sys.argv[1:]
    if words[:1] == ["--replay"] and len(words) >= 2:
        return 1 if replay(words[1], words[3] if words[2:3] == ["--runs"] else "0") else 0
    if not words or words[0] not in [*known(), "all"]:
        print(f"usage: ./dev fuzz TARGET [SECONDS]\ntargets: all {' '.join(known())}", file=sys.stderr)
        return 2
    seconds = words[1] if len(words) > 1 else "60"
    return 1 if fuzz_each(known() if words[0] == "all" else words[:1], seconds, words[2:]) else 0


if __name__ == "__main__":
    sys.exit(main())
