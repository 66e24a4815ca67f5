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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "test/fuzz/seeds"
BUILD = ROOT / "build/fuzz"
SOURCES = ("reader", "printer", "run")


def targets(program):
    return sorted(subprocess.run([program], capture_output=True, text=True).stdout.split())


def fuzz(name, seconds, options):
    corpus, found = BUILD / "corpus" / name, BUILD / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    folders = [str(corpus), str(SEEDS / name)]
    if name in SOURCES:
        folders.append(str(ROOT / "test/language"))
    environment = os.environ | {"GENE_FUZZ_TARGET": name, "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0"}
    command = [str(BUILD / "test/fuzz/gene_fuzz"), f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4096", "-max_len=4096",
               f"-dict={ROOT / 'test/fuzz/gene.dict'}", f"-artifact_prefix={found}/{name}-", "-print_final_stats=1", *options, *folders]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    log = BUILD / f"{name}.log"
    log.write_text(done.stdout)
    number = {key: int(value) for key, value in re.findall(r"stat::(\w+):\s+(\d+)", done.stdout)}
    covered = re.findall(r"cov: (\d+)", done.stdout)
    print(f"{name}: {number.get('number_of_executed_units', 0)} inputs, {number.get('average_exec_per_sec', 0)} a second, "
          f"{covered[-1] if covered else 0} edges covered, {'no finding' if done.returncode == 0 else f'a finding: {log}'}", flush=True)
    return done.returncode != 0


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
    known = sorted(p.name for p in SEEDS.iterdir())
    if not words or words[0] not in [*known, "all"]:
        print(f"usage: ./dev fuzz TARGET [SECONDS]\ntargets: all {' '.join(known)}", file=sys.stderr)
        return 2
    seconds = words[1] if len(words) > 1 else "60"
    names = known if words[0] == "all" else [words[0]]
    return 1 if sum(fuzz(name, seconds, words[2:]) for name in names) else 0


raise SystemExit(main())
