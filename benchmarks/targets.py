"""The project's targets, each computed from the figures: what is asked for, what was measured, whether it is reached."""

from engines import BENCHMARKS, OUTSIDE_MEAN
from tables import geomean, markdown, show_ratio

MEASURED = {name for group, names in BENCHMARKS.items() if group not in OUTSIDE_MEAN for name in names}


class Ratios:
    """Times of one engine over another's, at the size that both ran."""

    def __init__(self, figures, ours, theirs):
        self.each = {}
        for name in figures.results:
            if name not in MEASURED:
                continue
            for size_class in ("full", "small"):
                mine = figures.seconds(name, ours, size_class)
                other = figures.seconds(name, theirs, size_class)
                if mine is not None and other is not None:
                    self.each[name] = mine / other
                    break

    def mean(self, group=None):
        names = [n for n in self.each if group is None or n in BENCHMARKS[group]]
        return geomean([self.each[n] for n in names]) if names else None

    def above(self, limit):
        return sorted((n for n in self.each if self.each[n] > limit), key=lambda n: -self.each[n])


def at_most(what, value, limit, unit="", show=show_ratio):
    """A row: measured against an upper limit; the distance is told where it is missed."""
    if value is None:
        return [what, f"≤ {show(limit)}{unit}", "not measured", ""]
    reached = "yes" if value <= limit else f"no: {value / limit:.2f} times the target" if limit else "no"
    return [what, f"≤ {show(limit)}{unit}", f"{show(value)}{unit}", reached]


def at_least(what, value, limit, unit, show=lambda x: f"{x:,.0f}"):
    if value is None:
        return [what, f"≥ {show(limit)}{unit}", "not measured", ""]
    reached = "yes" if value >= limit else f"no: {value / limit:.2f} of the target"
    return [what, f"≥ {show(limit)}{unit}", f"{show(value)}{unit}", reached]


def few_above(what, ratios, count):
    """At most `count` benchmarks above 1.0; names those that are."""
    if not ratios.each:
        return [what, f"at most {count} above 1.0", "not measured", ""]
    slow = ratios.above(1.0)
    text = ", ".join(f"{n} {show_ratio(ratios.each[n])}" for n in slow)
    return [what, f"at most {count} above 1.0" if count else "none above 1.0",
            f"{len(slow)}" + (f" ({text})" if slow else ""), "yes" if len(slow) <= count else "no"]


def time_rows(figures):
    def between(ours, theirs):
        return Ratios(figures, ours, theirs)

    vm_lua, native_lua = between("gene-vm", "lua"), between("gene-native", "lua")
    native_c, native_jit = between("gene-native", "c"), between("gene-native", "luajit")
    rows = [
        at_most("VM : Lua 5.4", vm_lua.mean(), 0.45),
        few_above("VM : Lua 5.4, single benchmarks", vm_lua, 0),
        at_most("VM : LuaJIT interpreter (-joff)", between("gene-vm", "luajit-joff").mean(), 0.70),
        at_most("native : LuaJIT (JIT on)", native_jit.mean(), 0.60),
        few_above("native : LuaJIT, single benchmarks", native_jit, 3),
        at_most("native : gcc -O2 C, calls", native_c.mean("calls"), 1.3),
        at_most("native : gcc -O2 C, numeric", native_c.mean("numeric"), 2.0),
    ]
    for peer, title in (("node", "Node"), ("chez", "Chez"), ("pypy", "PyPy")):
        rows.append(at_most(f"native : {title}", between("gene-native", peer).mean(), 0.6))
    for name, vm, native in (("fib", 0.45, 0.05), ("calls0", 0.50, 0.06), ("calls1", 0.50, 0.06),
                             ("calls4", 0.60, 0.04), ("binarytrees", 0.20, None)):
        rows.append(at_most(f"{name}, VM : Lua 5.4", vm_lua.each.get(name), vm))
        if native:
            rows.append(at_most(f"{name}, native : Lua 5.4", native_lua.each.get(name), native))
    rows.append(at_most("binarytrees, native : C with malloc/free", native_c.each.get("binarytrees"), 1.0))
    ours, theirs = (figures.find("binarytrees", e) for e in ("gene-native", "c"))
    memory = ours["rss_kb"] / theirs["rss_kb"] if ours and theirs and theirs["rss_kb"] and ours["rss_kb"] else None
    rows.append(at_most("binarytrees, peak memory, native : C", memory, 1.5))
    return rows


def leaf_rows(leaf):
    """A counter that 100,000 more calls leave alone stands still; the worst one is shown."""
    rows = []
    for engine, counters in leaf.items():
        worst = max((v, k) for k, v in counters.items()) if counters else (None, "")
        rows.append([f"a call of a leaf function allocates and counts, {engine}", "0 objects, bytes, counts",
                     "not measured" if worst[0] is None else "0" if worst[0] == 0 else f"{worst[1]} {worst[0]:g}",
                     "" if worst[0] is None else "yes" if worst[0] == 0 else "no"])
    return rows


def compiler_rows(data):
    def milliseconds(x):
        return f"{x * 1000:.2f}"

    start, compiled = data.get("start", {}), data.get("compile", {})
    rows = []
    for what, ours, theirs, limit in (("start: gene run of one line, more than Lua 5.4", "gene run", "lua5.4", 0.002),
                                      ("start: native hello, more than C", "native", "c", 0.001)):
        over = start[ours] - start[theirs] if ours in start and theirs in start else None
        rows.append(at_most(what, over, limit, " ms", milliseconds))
    rows.append(at_most("size of a native hello", start.get("native_bytes"), 2_000_000, " bytes",
                        lambda x: f"{x:,}"))
    rows.append(at_least("reader", compiled.get("reader_mb_s"), 50, " MB/s"))
    rows.append(at_least("source to .gir", compiled.get("gir_lines_s"), 300_000, " lines/s"))
    rows.append(at_most("native build of 1,000 lines at -O2", compiled.get("native_s"), 1.5, " s"))
    return rows


def targets_table(figures, data):
    rows = time_rows(figures) + leaf_rows(data.get("leaf", {})) + compiler_rows(data)
    reached = sum(row[3] == "yes" for row in rows)
    return (f"{reached} of {len(rows)} reached. Ratios of times (geometric means over the groups calls, numeric, data "
            "and objects); less is faster.\n\n" + markdown(["", "target", "measured", "reached"], rows))
