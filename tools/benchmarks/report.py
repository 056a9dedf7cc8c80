"""What a benchmark prints and keeps: a table and goals."""

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
    """What is printed and kept."""

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

    def say_goals(self):
        self.say("\n| goal | worst | |\n| --- | --: | --- |")
        for goal, worst, limit in self.get_goals():
            met = "met" if worst <= limit else "**missed**"
            self.say(f"| {goal} ≤ {limit} | {worst:.2f} | {met} |")

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
