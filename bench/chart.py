"""The chart of docs/benchmarks: bars, a panel per comparison, each with a scale of its own. Plain SVG, readable on dark and light."""
from xml.sax.saxutils import escape

WIDTH, LABELS, BAR, GAP, TITLE = 860, 260, 18, 6, 40
OURS, OTHERS = "#2f7d5b", "#9aa4b1"
STYLE = ("<style>text{font:13px sans-serif;fill:#222}.t{font-weight:bold}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>")


def panels(found, seconds):
    """(title, [(name, seconds)]): of each group and case the largest size."""
    largest = {}
    for group, case, rows in found:
        if group != "yaml":
            largest[(group, case)] = max(rows, largest.get((group, case), 0))
    result = []
    for (group, case), rows in sorted(largest.items()):
        bars = [(name, seconds(runs)) for name, runs in found[(group, case, rows)].items()]
        title = {"server": f"{case}, {rows:,} ratings", "process": f"process, {rows:,} TMDB records"}.get(group, f"{group}: {case}, {rows:,} ratings")
        result.append((f"{title}, seconds", sorted(bars, key=lambda b: b[1])))
    return result


def bar(name, value, longest, y):
    width = max(1, round((WIDTH - LABELS - 90) * value / longest))
    colour = OURS if name.startswith("movie-etl") else OTHERS
    return (f'<text x="{LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LABELS}" y="{y}" width="{width}" height="{BAR}" rx="2" fill="{colour}"/>'
            f'<text x="{LABELS + width + 6}" y="{y + 14}">{value:.2f}</text>')


def draw(all_panels):
    y, parts = 10, []
    for title, bars in all_panels:
        parts.append(f'<text class="t" x="10" y="{y + 20}">{escape(title)}</text>')
        y += TITLE - GAP
        longest = max(value for _, value in bars)
        for name, value in bars:
            parts.append(bar(name, value, longest, y))
            y += BAR + GAP
        y += GAP
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" role="img">\n{STYLE}\n{body}\n</svg>\n'
