"""Figures as Markdown tables: ratios to a base engine with geometric means, seconds, calls, memory, build times."""

import math
import statistics

from engines import BENCHMARKS, CALLS, ENGINES, OUTSIDE_MEAN, Problem, all_benchmarks, choose_benchmarks
from measure import result_key

def value_of(figures, options):
    """The number that stands for an engine's runs; nothing if it did not run well."""
    if figures is None or figures["state"] != "ok" or not figures["wall"]:
        return None
    samples = figures["user"] if options.by == "user" else figures["wall"]
    number = min(samples) if options.stat == "min" else statistics.median(samples)
    return max(number, 1e-4)


def net_of(name, figures, startup, options):
    """The same number less the engine's start-up time, where that is asked for."""
    number = value_of(figures, options)
    if number is None or startup is None or name == "startup":
        return number
    return max(number - startup, 1e-4)


class Figures:
    """What was measured, and how it is to be read."""

    def __init__(self, data, options):
        self.data = data
        self.results = data["results"]
        self.options = options

    def startup(self, engine_name):
        found = self.find("startup", engine_name) \
            or self.find("startup", engine_name.replace("-typed", ""))
        return value_of(found, self.options)

    def find(self, name, engine_name, size_class=None):
        """The engine's figures: of the size given, or of the largest there is."""
        results = self.results.get(name, {})
        for each in [size_class] if size_class else ["full", "small"]:
            if result_key(engine_name, each) in results:
                return results[result_key(engine_name, each)]
        return None

    def seconds(self, name, engine_name, size_class=None):
        startup = self.startup(engine_name) if self.options.net else None
        return net_of(name, self.find(name, engine_name, size_class), startup, self.options)

    def ratio(self, name, engine_name):
        """The engine's time over that of the base at the same size."""
        size_class = "full" if self.find(name, engine_name, "full") else "small"
        mine = self.seconds(name, engine_name, size_class)
        theirs = self.seconds(name, self.options.base, size_class)
        return mine / theirs if mine is not None and theirs is not None else None

    def engines(self):
        seen = {key.split("@")[0] for results in self.results.values() for key in results}
        return [e for e in ENGINES if e in seen] + sorted(seen - set(ENGINES))


def geomean(numbers):
    return math.exp(sum(map(math.log, numbers)) / len(numbers))


def show_ratio(x):
    if x is None:
        return ""
    if x >= 100:
        return f"{x:.0f}"
    if x >= 10:
        return f"{x:.1f}"
    return f"{x:.2f}" if x >= 0.1 else f"{x:.3f}"


def show_seconds(x):
    return f"{x:.3f}" if x < 10 else f"{x:.1f}"


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |",
             "|:---" + "|---:" * (len(header) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def how(options):
    return ("user CPU" if options.by == "user" else "wall") + f", {options.stat} of the runs" \
        + (", start-up taken off" if options.net else "")


def ratio_table(figures, engines, options):
    others = [e for e in engines if e != options.base]
    header = ["benchmark", "size", f"{options.base}, s"] + others
    rows = []
    overall = {e: [] for e in others}
    smaller = set()
    counted = 0
    for group, names in BENCHMARKS.items():
        names = [n for n in names if n in figures.results]
        if not names:
            continue
        in_group = {e: [] for e in others}
        for name in names:
            base = figures.find(name, options.base)
            seconds = figures.seconds(name, options.base)
            row = [name, str(base["size"] or "") if base else "",
                   show_seconds(seconds) if seconds else "failed"]
            for e in others:
                mine = figures.find(name, e)
                ratio = figures.ratio(name, e)
                if mine is None:
                    row.append("")
                elif mine["state"] != "ok":
                    row.append(mine["state"].split(":")[0])
                elif ratio is None:
                    row.append("–")  # the base has not run at this size
                else:
                    if base and mine["size"] != base["size"]:
                        smaller.add(e)
                    row.append(show_ratio(ratio))
                    in_group[e].append(ratio)
            rows.append(row)
        if len(names) > 1:
            rows.append([f"**{group}**, geometric mean", "", "1"]
                        + [mean_cell(in_group[e], len(names)) for e in others])
        if group not in OUTSIDE_MEAN:
            counted += len(names)
            for e in others:
                overall[e] += in_group[e]
    if counted > 1:
        rows.append(["**all**, geometric mean", "", "1"]
                    + [mean_cell(overall[e], counted) for e in others])
    text = (f"Time ({how(options)}) as a multiple of {options.base}'s; less is faster.\n\n"
            + markdown(header, rows))
    if smaller:
        text += ("\n\nAt smaller sizes, against " + options.base + " at those sizes too: "
                 + ", ".join(e for e in others if e in smaller) + ".")
    return text


def mean_cell(ratios, of):
    if not ratios:
        return ""
    cell = f"**{show_ratio(geomean(ratios))}**"
    return cell if len(ratios) == of else f"{cell} ({len(ratios)} of {of})"


def detail_table(figures, engines, title, show):
    """One table with a cell of its own kind for every benchmark and engine."""
    rows = []
    for _, name in all_benchmarks():
        if name in figures.results:
            row = [name] + [show(name, e, figures.find(name, e)) or "" for e in engines]
            if any(row[1:]):
                rows.append(row)
    return f"{title}\n\n" + markdown(["benchmark"] + list(engines), rows) if rows else None


def seconds_table(figures, engines, options):
    def show(name, e, found):
        if found is None:
            return ""
        seconds = figures.seconds(name, e)
        return show_seconds(seconds) if seconds else found["state"].split(":")[0]
    small = [e for e in engines if ENGINES.get(e, {}).get("size") == "small"]
    title = f"Seconds ({how(options)})"
    if small:
        title += ", at smaller sizes for " + ", ".join(small)
    return detail_table(figures, engines, title + ".", show)


def memory_table(figures, engines):
    def show(name, e, found):
        return f"{found['rss_kb'] / 1024:.1f}" if found and found["rss_kb"] else ""
    return detail_table(figures, engines, "Peak resident memory, MiB.", show)


def build_table(figures, engines):
    def show(name, e, found):
        return f"{found['build']:.2f}" if found and "build" in found else ""
    builders = [e for e in engines if "build" in ENGINES.get(e, {})]
    return detail_table(figures, builders, "Build time, seconds.", show)


def calls_table(figures, engines, options):
    """Millions of calls per second, always without the engine's start-up."""
    rows = []
    for name, count in CALLS.items():
        if name not in figures.results:
            continue
        row = [name]
        for e in engines:
            found = figures.find(name, e)
            whole = value_of(found, options)
            if whole is None:
                row.append("")
                continue
            startup = figures.startup(e) or 0
            row.append(f"{count(found['size']) / (whole - startup) / 1e6:.1f}"
                       if whole > startup * 1.2 else "?")
        rows.append(row)
    if not rows:
        return None
    return ("Millions of calls per second, start-up taken off where it was measured "
            "(a call may have been inlined away).\n\n"
            + markdown(["benchmark"] + list(engines), rows))


def noisy(data):
    """Where the median is far above the best, the figures deserve another run."""
    found = []
    for name, results in data["results"].items():
        for key, figures in results.items():
            walls = figures["wall"]
            if figures["state"] == "ok" and len(walls) > 2 and min(walls) > 0.02:
                spread = statistics.median(walls) / min(walls)
                if spread > 1.25:
                    found.append(f"{name} {key.split('@')[0]} ({spread:.2f})")
    return found


def report(data, options):
    figures = Figures(data, options)
    engines = figures.engines()
    if options.engines:
        engines = [e for e in engines if e in options.engines.split(",") or e == options.base]
    if options.base not in engines:
        raise Problem(f"there are no figures of the base engine {options.base}")
    if options.net and figures.startup(options.base) is None:
        raise Problem("--net needs the benchmark startup to be among those measured")
    if options.benchmarks:
        wanted = {name for _, name in choose_benchmarks(options.benchmarks)} | {"startup"}
        figures.results = {n: r for n, r in figures.results.items() if n in wanted}
    makers = {
        "ratios": lambda: ratio_table(figures, engines, options),
        "seconds": lambda: seconds_table(figures, engines, options),
        "calls": lambda: calls_table(figures, engines, options),
        "memory": lambda: memory_table(figures, engines),
        "build": lambda: build_table(figures, engines),
    }
    shown = options.show.split(",")
    for word in shown:
        if word not in makers:
            raise Problem(f"--show has no table {word!r}; there are: " + ", ".join(makers))
    if any(e.startswith("gene-native") for e in engines) and "build" not in shown:
        shown.append("build")
    print("\n\n".join(text for text in (makers[word]() for word in shown) if text))
