"""A bar chart of geometric means by group as SVG: one bar per engine, logarithmic, the base engine at 1."""

import math

from engines import BENCHMARKS, OUTSIDE_MEAN
from tables import geomean, show_ratio

# Engines in the order of their bars; those of the project in strong colours.
COLOURS = {
    "c": "#8d99ae", "luajit": "#a8b5a2", "luajit-joff": "#c5cdb9", "node": "#d9c5a0", "pypy": "#cfb9c9",
    "chez": "#b9c9d9", "lua": "#b0b0b0", "python": "#d0d0d0", "gene-vm": "#e07a5f", "gene-native": "#2a6f97",
}
LEFT, BAR, GAP, HEAD, WIDTH = 150, 15, 18, 46, 860


def group_means(figures, engines, groups):
    """{group: {engine: geometric mean of the ratios to the base}}"""
    means = {}
    for group, names in groups.items():
        means[group] = {}
        for engine in engines:
            ratios = [r for n in names if (r := figures.ratio(n, engine))]
            if ratios:
                means[group][engine] = geomean(ratios)
    return means


def chart(figures, base):
    """The SVG text."""
    engines = [e for e in COLOURS if e in figures.engines()]
    groups = {g: list(names) for g, names in BENCHMARKS.items() if g not in OUTSIDE_MEAN}
    groups["all"] = [n for names in groups.values() for n in names]
    means = group_means(figures, engines, groups)
    values = [v for row in means.values() for v in row.values()]
    low = math.floor(math.log10(min([*values, 0.1])))
    high = math.ceil(math.log10(max([*values, 1.0])))
    scale = (WIDTH - LEFT - 70) / max(high - low, 1)

    def x(value):
        return LEFT + (math.log10(value) - low) * scale

    rows, y = [], HEAD
    for group, row in means.items():
        rows.append(f'<text x="10" y="{y + BAR}" class="group">{group}</text>')
        for engine in engines:
            if engine not in row:
                continue
            value = row[engine]
            bold = ' class="own"' if engine.startswith("gene") else ""
            rows.append(f'<text x="{LEFT - 6}" y="{y + BAR - 4}" text-anchor="end"{bold}>{engine}</text>'
                        f'<rect x="{LEFT}" y="{y + 1}" width="{max(x(value) - LEFT, 1):.1f}" height="{BAR - 3}" '
                        f'fill="{COLOURS[engine]}"/>'
                        f'<text x="{x(value) + 4:.1f}" y="{y + BAR - 4}"{bold}>{show_ratio(value)}</text>')
            y += BAR
        y += GAP
    ticks = []
    for power in range(low, high + 1):
        at = x(10.0 ** power)
        ticks.append(f'<line x1="{at:.1f}" y1="{HEAD - 6}" x2="{at:.1f}" y2="{y - GAP}" class="tick"/>'
                     f'<text x="{at:.1f}" y="{HEAD - 10}" text-anchor="middle">{10.0 ** power:g}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}">\n'
            '<style>text{font:11px sans-serif;fill:#222}.group,.own{font-weight:bold}.group{font-size:13px}'
            '.tick{stroke:#ccc;stroke-dasharray:2 3}</style>\n'
            f'<rect width="{WIDTH}" height="{y}" fill="#fff"/>\n'
            f'<text x="10" y="18" class="group">Time as a multiple of {base}\'s (geometric means, '
            'logarithmic; less is faster)</text>\n' + "\n".join(ticks + rows) + "\n</svg>\n")
