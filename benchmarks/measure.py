"""Running programs and taking their figures: time, memory, output, interleaved over the engines."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from engines import ENGINES, HERE, resolve

PROGRESS = sys.stderr.isatty()


def note(text):
    if PROGRESS:
        print("\r\033[K", end="", file=sys.stderr)
    print(text, file=sys.stderr, flush=True)


def progress(text):
    if PROGRESS:
        columns = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + text[:columns], end="", file=sys.stderr, flush=True)


def fill(command, **values):
    return [filled for word in command
            for filled in (resolve(word) if word.startswith("$") else [word.format(**values)])]


def limit_memory(process, memory):
    """Limits the address space from outside: a preexec_fn would make starting slower."""
    if memory:
        try:
            resource.prlimit(process.pid, resource.RLIMIT_AS, (memory << 20, memory << 20))
        except (ProcessLookupError, AttributeError):
            pass


def measure(command, timeout, memory=None):
    """Runs a command once; gives its status, output and figures."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=err)
        limit_memory(process, memory)
        expired = threading.Event()

        def stop():
            expired.set()
            process.kill()

        timer = threading.Timer(timeout, stop)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace").strip()
        err.seek(0)
        errors = err.read().decode(errors="replace").strip()
    if expired.is_set():
        state = f"timeout after {timeout:g} s"
    elif process.returncode < 0:
        state = f"killed by {signal.Signals(-process.returncode).name}"
    elif process.returncode:
        state = f"exit status {process.returncode}"
    else:
        state = "ok"
    return dict(state=state, output=output, errors=errors, wall=wall,
                user=usage.ru_utime, system=usage.ru_stime, rss_kb=usage.ru_maxrss)


def peak_memory(command, timeout, memory=None):
    """The peak resident memory of a run, watched from outside. The figure that
    wait4 gives has the size of this very process as its floor."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    limit_memory(process, memory)
    peak = 0
    end = time.monotonic() + timeout
    while process.poll() is None:
        if time.monotonic() > end:
            process.kill()
        try:
            for line in open(f"/proc/{process.pid}/status"):
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]))
        except OSError:
            pass
        time.sleep(0.0005)
    return peak


def complaint(once):
    """The line of a failed run's output that most likely says why."""
    lines = (once["errors"] or once["output"]).splitlines()
    if not lines:
        return ""
    return ": " + (lines[-1] if lines[0].startswith("Traceback") else lines[0])[:200]


def find_source(name, engine):
    for ending in engine["source"]:
        path = HERE / name / f"{name}.{ending}"
        if path.exists():
            return path
    return None


def build(name, engine_name, source, folder):
    """Builds the program if the engine needs that; gives (exe, seconds, problem)."""
    engine = ENGINES[engine_name]
    exe = folder / f"{name}-{engine_name}"
    if "build" not in engine:
        return exe, None, None
    values = dict(src=str(source), exe=str(exe))
    start = time.perf_counter()
    done = subprocess.run(fill(engine["build"], **values), text=True,
                          input=engine.get("stdin", "").format(**values),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds = time.perf_counter() - start
    if done.returncode or not exe.exists():
        return exe, seconds, "build failed: " + (done.stdout.strip().splitlines() or ["?"])[-1]
    return exe, seconds, None


def result_key(engine_name, size_class):
    return f"{engine_name}@{size_class}"


def run_benchmark(name, sizes, engines, base, options, folder, at):
    """Measures one benchmark; gives {engine@class: figures}."""
    full, small = (size * options.scale for size in sizes)
    size_of = {"full": full, "small": small}
    plan = []
    for engine_name in engines:
        small_only = options.quick or ENGINES[engine_name].get("size") == "small"
        plan.append((engine_name, "small" if small_only else "full"))
    # The base also runs at the small size where another engine needs it.
    if any(c == "small" for _, c in plan) and (base, "small") not in plan:
        plan.append((base, "small"))

    results = {}
    ready = []
    built = {}
    for engine_name, size_class in plan:
        source = find_source(name, ENGINES[engine_name])
        if source is None:
            continue
        if engine_name not in built:
            progress(f"{at} {name}: building for {engine_name}")
            built[engine_name] = build(name, engine_name, source, folder)
        exe, seconds, problem = built[engine_name]
        figures = dict(size=size_of[size_class], wall=[], user=[], system=[], rss_kb=0,
                       state="ok", output=None)
        if seconds is not None:
            figures["build"] = seconds
        key = result_key(engine_name, size_class)
        results[key] = figures
        if problem:
            figures["state"] = problem
            note(f"{name}: {engine_name}: {problem}")
            continue
        command = fill(ENGINES[engine_name]["run"], src=str(source), exe=str(exe),
                       n=str(size_of[size_class]))
        ready.append((engine_name, key, command, figures))

    for turn in range(options.runs):
        for engine_name, key, command, figures in ready:
            if turn >= ENGINES[engine_name].get("runs", options.runs):
                continue
            spent = sum(figures["wall"])
            if figures["state"] != "ok" or (turn > 0 and spent > options.budget):
                continue
            progress(f"{at} {name}: run {turn + 1}/{options.runs} {engine_name} "
                     f"(size {figures['size']})")
            once = measure(command, options.timeout, ENGINES[engine_name].get("memory"))
            if once["state"] != "ok":
                figures["state"] = once["state"]
                note(f"{name}: {engine_name}: {once['state']}{complaint(once)}")
                continue
            if figures["output"] is not None and figures["output"] != once["output"]:
                figures["state"] = "unsteady output"
                note(f"{name}: {engine_name}: the output differs from run to run")
            figures["output"] = once["output"]
            for field in ("wall", "user", "system"):
                figures[field].append(once[field])
            figures["rss_kb"] = max(figures["rss_kb"], once["rss_kb"])
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.1
    for engine_name, key, command, figures in ready:
        if figures["rss_kb"] >= floor:
            continue
        figures["rss_kb"] = 0
        if (figures["state"] == "ok" and name != "startup"
                and "memory" in options.show.split(",")):
            progress(f"{at} {name}: memory {engine_name}")
            figures["rss_kb"] = peak_memory(command, options.timeout,
                                            ENGINES[engine_name].get("memory"))
    check_outputs(name, results)
    return results


def check_outputs(name, results):
    """All that ran at one size must have printed the same."""
    by_size = {}
    for key, figures in results.items():
        if figures["state"] == "ok" and figures["output"] is not None:
            by_size.setdefault(figures["size"], {}).setdefault(
                figures["output"], []).append((key, figures))
    for size, outputs in by_size.items():
        if len(outputs) < 2:
            continue
        right = max(outputs, key=lambda text: len(outputs[text]))
        note(f"{name}: THE OUTPUTS DIFFER at size {size}:")
        for text, who in sorted(outputs.items(), key=lambda item: -len(item[1])):
            names = ", ".join(sorted({key.split("@")[0] for key, _ in who}))
            shown = text.replace("\n", " | ")
            note(f"    {shown[:70]!r} from {names}")
            if text != right:
                for _, figures in who:
                    figures["state"] = "wrong output"
