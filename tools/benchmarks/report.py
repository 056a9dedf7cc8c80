"""What a benchmark prints and keeps: a table, goals, query plans and a plot."""

import math

from .calls import GROUP, RATIOS, STEADY

HEAD = """
| | events | rows | of stock | agenda, ms | stock, ms | ratio | queries | of stock |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |"""
ROW = "| {} | {:,} | {} | {} | {} | {} | {:.2f} | {} | {} |"


def print_head(*titles):
    print_row(*titles)
    print_row(*("-" * 14 for _title in titles))


def print_row(*cells):
    print("|", " | ".join(f"{cell:>14}" for cell in cells), "|", flush=True)


class Report:
    """What is printed and kept: tables, plans, goals and a plot."""

    def __init__(self, path):
        self.path = path
        self.path.touch()
        self.costs = {}  # {call: {(size, kind): Cost}}

    def say(self, text):
        print(text, flush=True)
        with self.path.open("a") as report:
            report.write(text + "\n")

    def add(self, call, costs):
        self.costs[call] = costs
        for size, agenda, stock in zip(*by_size(costs), strict=True):
            ratio = get_ratio(agenda, stock)
            queries = (agenda.queries, stock.queries)
            figures = (agenda.rows, stock.rows, agenda, stock, ratio, *queries)
            self.say(ROW.format(call.name, size, *figures))

    def say_plans(self, title, plans):
        for seconds, query, plan in plans:
            self.say(f"\n### {title}: {1000 * seconds:.1f} ms")
            self.say(f"\n```sql\n{query[:4000]}\n\n{plan}\n```")

    def say_goals(self):
        self.say("\n| goal | worst | |\n| --- | --: | --- |")
        for goal, worst, limit in self.get_goals():
            met = "met" if worst <= limit else "**missed**"
            self.say(f"| {goal} ≤ {limit} | {worst:.2f} | {met} |")

    def finish(self):
        self.path.with_suffix(".svg").write_text(plot(self.costs))
        self.say(f"\n{self.path}, and a plot beside it")

    def get_goals(self):
        """Give (what is asked, the worst figure, its limit)."""
        for call, costs in self.costs.items():
            sizes, agenda, stock = by_size(costs)
            ratio = max(map(get_ratio, agenda, stock))
            limit = RATIOS.get(call.name)
            if limit:
                yield f"{call.name}: agenda ÷ stock", ratio, limit
            if call.name in STEADY and len(sizes) > 1:
                growth = agenda[-1].median / agenda[0].median
                title = f"{call.name}: {sizes[-1]} ÷ {sizes[0]} events"
                yield title, growth, 1.3
            if call.name == GROUP:
                yield f"{call.name}: seconds", max(c.median for c in agenda), 1.0
            if len(sizes) > 1:
                queries = [cost.queries for cost in agenda]
                more = max(queries) - min(queries)
                yield f"{call.name}: queries added by more events", more, 0


def by_size(costs):
    """Give the sizes, and for each the cost of the agenda, and of stock Odoo."""
    sizes = sorted({size for size, _kind in costs})
    return sizes, *([costs[n, kind] for n in sizes] for kind in ("agenda", "stock"))


def get_ratio(agenda, stock):
    return agenda.median / stock.median


def plot(costs):
    """Draw median milliseconds against events, both logarithmic, as an SVG."""
    medians = [c.median for by_key in costs.values() for c in by_key.values()]
    up = Scale([1000 * median for median in medians], -120)
    parts = [SVG.format(-(-len(costs) // 4) * 180 + 40)]
    for index, (call, by_key) in enumerate(costs.items()):
        sizes, agenda, stock = by_size(by_key)
        across = Scale(sizes, 180)
        place = (index % 4 * 240 + 40, index // 4 * 180 + 180)
        parts.append(PANEL.format(*place, call.name))
        parts += [TICK.format(across(n), 15, shorten(n)) for n in across.ticks]
        parts += [TICK.format(-20, up(n) + 4, shorten(n)) for n in up.ticks]
        for kind, line in (("agenda", agenda), ("stock", stock)):
            times = [up(1000 * cost.median) for cost in line]
            points = zip(map(across, sizes), times, strict=True)
            path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
            parts.append(f'<polyline class="{kind}" points="{path}"/>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def shorten(number):
    """Give 10k for 10,000 and 1M for a million."""
    for unit, suffix in ((10**6, "M"), (10**3, "k")):
        if number >= unit:
            return f"{number / unit:g}{suffix}"
    return f"{number:g}"


class Scale:
    """A logarithmic axis of so many pixels, between powers of ten."""

    def __init__(self, values, pixels):
        low = math.floor(math.log10(min(values)))
        high = max(math.ceil(math.log10(max(values))), low + 1)
        self.low, self.step = low, pixels / (high - low)
        self.ticks = [10.0**power for power in range(low, high + 1)]

    def __call__(self, value):
        return (math.log10(value) - self.low) * self.step


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="960" height="{}">
<style>text {{ font: 11px sans-serif }} path, polyline {{ fill: none; stroke: #999 }}
.agenda {{ stroke: #714b67; stroke-width: 2 }}
.stock {{ stroke: #017e84; stroke-dasharray: 4 }}</style>
<text x="20" y="20">Milliseconds against the number of events; dashed: stock Odoo</text>
"""
PANEL = """<g transform="translate({},{})"><path d="M0 -120V0H180"/>
<text y="-128">{}</text>"""
TICK = '<text x="{:.0f}" y="{:.0f}" text-anchor="middle">{}</text>'
