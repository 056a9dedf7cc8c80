"""Measures the agenda beside stock Odoo: the same meetings, the same questions.

Each call of the web client runs in a new transaction, rolled back afterwards, of a
server that is warm: with the addon and without it, among few events and among many, in
turns. Times are medians, with the fastest and the slowest. PostgreSQL is set as on a
tuned server, the same for both, but doesn't wait for the disk: nothing that is measured
here is ever committed.
"""

import argparse
import contextlib
import gc
import math
import os
import statistics
import time
from datetime import datetime
from pathlib import Path

import bench_calls
from bench_data import FIRST_ID, KNOWN, SEEN, WEEK, build, drop_others, flush
from database import open_registry
from env_common import ADDONS, fingerprint
from lxml import etree

from odoo import SUPERUSER_ID, api, release, tools
from odoo.modules.module import get_module_path
from odoo.modules.registry import Registry

HEAD = """
| | events | rows | of stock | agenda, ms | stock, ms | ratio | queries | of stock |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |"""
ROW = "| {} | {:,} | {} | {} | {} | {} | {:.2f} | {} | {} |"


class Cost(list):
    """The seconds of each run of a call, and its last queries and rows."""

    queries = rows = 0

    @property
    def median(self):
        return statistics.median(self)

    def __str__(self):
        figures = (self.median, min(self), max(self))
        return "{:.1f} ({:.1f}–{:.1f})".format(*(1000 * value for value in figures))


class Database:
    """A filled database, and what the calls need to know of it."""

    def __init__(self, name, kind):
        self.agenda = kind == "agenda"
        self.registry = Registry(name)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            users = env["res.users"].search([("login", "=like", "bench%")])
            self.users = dict(zip(users.mapped("login"), users))
            self.users["admin"] = env.ref("base.user_admin")
            for login, user in self.users.items():
                self.users[login] = (user.id, dict(user.context_get()))
            group = env["res.groups"].search([("name", "=", "Bench")])
            self.group, self.member = group.id, group.users.ids[-1]
            contacts = [("name", "=like", "Bench 00__")]
            self.contacts = env["res.partner"].search(contacts, limit=80).ids
            owners = users.filtered(lambda u: u.login < "bench-%03d" % SEEN)
            self.seen = owners.partner_id.ids
            owner_id, _context = self.users["bench-001"]
            self.owner = users.browse(owner_id).partner_id.id
            self.alarm = env["calendar.alarm"].search([], order="id", limit=1).id
            cr.execute(
                "SELECT min(id) FROM calendar_event WHERE id BETWEEN %s AND %s"
                " AND user_id = %s AND NOT recurrency AND res_id IS NOT NULL"
                " AND privacy IS DISTINCT FROM 'private' AND start >= %s",
                [FIRST_ID, FIRST_ID + KNOWN - 1, owner_id, WEEK],
            )
            self.event = cr.fetchone()[0]
            self._read_views(env(user=self.users["bench_few"][0])["calendar.event"])

    def _read_views(self, events):
        """Keep the fields for which the client's screens ask."""
        prefix = "crm_agenda.calendar_event_view_"
        calendar = self._get_arch(events, prefix, "calendar")
        form = self._get_arch(events, prefix, "form")
        dates = ("date_start", "date_stop", "date_delay", "all_day", "color")
        self.calendar_fields = ["display_name", *(calendar.get(name) for name in dates)]
        self.calendar_fields += calendar.xpath(".//field/@name")
        self.calendar_fields = list(dict.fromkeys(self.calendar_fields))
        self.form = {
            name: {"fields": {"display_name": {}}}
            if events._fields[name].relational
            else {}
            for name in form.xpath("//field[not(ancestor::field)]/@name")
        }

    def _get_arch(self, events, prefix, kind):
        stock = "calendar.view_calendar_event_"
        view = events.env.ref((prefix if self.agenda else stock) + kind)
        get_view = getattr(events, "get_view", None) or events.fields_view_get
        return etree.fromstring(get_view(view.id, kind)["arch"])

    def run(self, call, look=None):
        """Give seconds, queries and rows of one call; ``look`` sees its cursor."""
        uid, context = self.users[call.login]
        with self.registry.cursor() as cr:
            env = api.Environment(cr, uid, context)
            gc.collect()
            gc.disable()  # its pauses would fall on the one or the other by chance
            queries, started = cr.sql_log_count, time.perf_counter()
            with look(cr) if look else contextlib.nullcontext():
                rows = (call.agenda if self.agenda else call.stock)(env, self)
                flush(env)
            seconds = time.perf_counter() - started
            gc.enable()
            queries = cr.sql_log_count - queries
            cr.rollback()
        self.registry.reset_changes()
        return seconds, queries, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[10**4, 10**5, 10**6])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument(
        "--seconds", type=int, default=10, help="after which a call is run no more"
    )
    parser.add_argument("--only", default="", help="calls whose name has this")
    parser.add_argument(
        "--explain", type=int, default=0, help="plans of so many SELECTs of each call"
    )
    options = parser.parse_args()
    with open_registry():
        folder = Path(tools.config["data_dir"]).with_name("report")
        report = Report(folder / datetime.now().strftime("bench-%Y%m%d-%H%M%S.md"))
        report.say("Odoo %s, %d cores" % (release.version, os.cpu_count()))
        calls = [call for call in bench_calls.CALLS if options.only in call.name]
        marks = get_marks()
        drop_others(marks.values())
        databases = {}
        for size in sorted(options.sizes):
            databases.update(prepare(size, marks))
        report.say(HEAD)
        for call in calls:
            report.add(call, measure(databases, call, options.runs, options.seconds))
        report.say_goals()
        for call in calls if options.explain else ():
            for (size, kind), database in databases.items():
                title = "%s, %s, %s events" % (call.name, kind, size)
                report.say_plans(title, explain(database, call, options.explain))
        report.finish()


def get_marks():
    """Give, by kind, what the names of its databases end in."""
    filler = fingerprint(Path(__file__).with_name("bench_data.py"))
    return {
        "agenda": fingerprint(filler, *map(Path, map(get_module_path, ADDONS))),
        "stock": filler,
    }


def prepare(size, marks):
    """Give ``{(size, kind): database}``, filling those that aren't there."""
    databases = {}
    for kind, source in (("agenda", "test"), ("stock", "stock")):
        for count in (0, size):
            name = "%s_%d_%s" % (kind, count, marks[kind])
            build(source, name, kind, count)
            source = name
        databases[size, kind] = Database(name, kind)
    return databases


def measure(databases, call, runs, seconds):
    """Give ``{(size, kind): Cost}`` of databases in turns, after one run to warm up.

    Where a database has taken so many ``seconds``, it is run no more than once.
    """
    costs = {key: Cost() for key in databases}
    for index in range(runs + 1):
        for key, database in databases.items():
            cost = costs[key]
            if index <= 1 or sum(cost) < seconds:
                elapsed, cost.queries, cost.rows = database.run(call)
                if index:
                    cost.append(elapsed)
    return costs


def explain(database, call, count):
    """Give (seconds, query, plan) of the slowest SELECTs of a call."""
    plans = []

    @contextlib.contextmanager
    def look(cr):
        timed, execute = [], cr.execute

        def recorder(*args, **kwargs):
            started = time.perf_counter()
            result = execute(*args, **kwargs)
            timed.append((time.perf_counter() - started, cr._obj.query.decode()))
            return result

        cr.execute = recorder
        yield
        cr.execute = execute
        for seconds, query in sorted(timed, reverse=True):
            if query.lstrip().upper().startswith("SELECT") and len(plans) < count:
                cr._obj.execute("EXPLAIN (ANALYZE, BUFFERS) " + query)
                plan = "\n".join(line for (line,) in cr._obj.fetchall())
                plans.append((seconds, query, plan))

    database.run(call, look)
    return plans


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
        for size, agenda, stock in by_size(costs):
            ratio = agenda.median / stock.median
            queries = (agenda.queries, stock.queries)
            figures = (agenda.rows, stock.rows, agenda, stock, ratio, *queries)
            self.say(ROW.format(call.name, size, *figures))

    def say_plans(self, title, plans):
        for seconds, query, plan in plans:
            self.say("\n### %s: %.1f ms" % (title, 1000 * seconds))
            self.say("\n```sql\n%s\n\n%s\n```" % (query[:4000], plan))

    def say_goals(self):
        self.say("\n| goal | worst | |\n| --- | --: | --- |")
        for goal, worst, limit in self.get_goals():
            met = "met" if worst <= limit else "**missed**"
            self.say("| %s ≤ %s | %.2f | %s |" % (goal, limit, worst, met))

    def finish(self):
        self.path.with_suffix(".svg").write_text(plot(self.costs))
        self.say("\n%s, and a plot beside it" % self.path)

    def get_goals(self):
        """Give (what is asked, the worst figure, its limit)."""
        for call, costs in self.costs.items():
            sizes, agenda, stock = zip(*by_size(costs))
            ratio = max(a.median / s.median for a, s in zip(agenda, stock))
            limit = bench_calls.RATIOS.get(call.name)
            if limit:
                yield "%s: agenda ÷ stock" % call.name, ratio, limit
            if call.name in bench_calls.STEADY and len(sizes) > 1:
                growth = agenda[-1].median / agenda[0].median
                title = "%s: %s ÷ %s events" % (call.name, sizes[-1], sizes[0])
                yield title, growth, 1.3
            if call.name == bench_calls.GROUP:
                yield "%s: seconds" % call.name, max(c.median for c in agenda), 1.0
            if len(sizes) > 1:
                queries = [cost.queries for cost in agenda]
                more = max(queries) - min(queries)
                yield "%s: queries added by more events" % call.name, more, 0


def by_size(costs):
    """Give [(size, cost of the agenda, cost of stock Odoo)]."""
    sizes = sorted({size for size, _kind in costs})
    return [(size, costs[size, "agenda"], costs[size, "stock"]) for size in sizes]


def plot(costs):
    """Draw median milliseconds against events, both logarithmic, as an SVG."""
    medians = [c.median for by_key in costs.values() for c in by_key.values()]
    up = Scale([1000 * median for median in medians], -120)
    parts = [SVG.format(-(-len(costs) // 4) * 180 + 40)]
    for index, (call, by_key) in enumerate(costs.items()):
        sizes, agenda, stock = zip(*by_size(by_key))
        across = Scale(sizes, 180)
        place = (index % 4 * 240 + 40, index // 4 * 180 + 180)
        parts.append(PANEL.format(*place, call.name))
        parts += [TICK.format(across(n), 15, shorten(n)) for n in across.ticks]
        parts += [TICK.format(-20, up(n) + 4, shorten(n)) for n in up.ticks]
        for kind, line in (("agenda", agenda), ("stock", stock)):
            times = [up(1000 * cost.median) for cost in line]
            points = zip(map(across, sizes), times)
            path = " ".join("%.0f,%.0f" % point for point in points)
            parts.append('<polyline class="%s" points="%s"/>' % (kind, path))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def shorten(number):
    """Give 10k for 10,000 and 1M for a million."""
    for unit, suffix in ((10**6, "M"), (10**3, "k")):
        if number >= unit:
            return "%g%s" % (number / unit, suffix)
    return "%g" % number


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

if __name__ == "__main__":
    main()
