"""Measures the agenda beside stock Odoo: the same meetings, the same questions.

Each call of the web client runs in a new transaction, rolled back afterwards, of a
server that is warm: with the addon and without it, among few events and among many, in
turns. Times are medians, with the fastest and the slowest. PostgreSQL is set as on a
tuned server, the same for both, but doesn't wait for the disk: nothing that is measured
here is ever committed.
"""

import argparse
import statistics
from pathlib import Path

from database import PEOPLE, open_registry
from environment.machine import ADDONS, fingerprint
from lxml import etree

from odoo import SUPERUSER_ID, api, release
from odoo.modules.module import get_module_path
from odoo.modules.registry import Registry

from .calls import CALLS
from .company import FIRST_ID, KNOWN, SEEN, WEEK, build, drop_others
from .report import measure, print_head, print_row

RUNS, PATIENCE = 7, 10


class Database:
    """A filled database, and what the calls need to know of it."""

    def __init__(self, name, kind):
        self.agenda = kind == "agenda"
        self.registry = Registry(name)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            users = env["res.users"].search([("login", "=like", "bench%")])
            self.users = {user.login: user for user in users}
            self.users["admin"] = env.ref("base.user_admin")
            for login, user in self.users.items():
                self.users[login] = (user.id, dict(user.context_get()))
            group = env["res.groups"].search([("name", "=", "Bench")])
            self.group, self.member = group.id, group[PEOPLE].ids[-1]
            contacts = [("name", "=like", "Bench 00__")]
            self.contacts = env["res.partner"].search(contacts, limit=80).ids
            owners = users.filtered(lambda u: u.login < f"bench-{SEEN:03}")
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
        return etree.fromstring(events.get_view(view.id, kind)["arch"])

    def run(self, call):
        """Give seconds, queries and rows of one call."""
        uid, context = self.users[call.login]
        ask = call.agenda if self.agenda else call.stock
        with self.registry.cursor() as cr:
            env = api.Environment(cr, uid, context)
            cost = measure(env, lambda: ask(env, self))
            cr.rollback()
        self.registry.reset_changes()
        return cost


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[10**4, 10**5, 10**6])
    parser.add_argument("--only", default="", help="calls whose name has this")
    options = parser.parse_args()
    open_registry()
    marks = get_marks()
    drop_others(marks.values())
    databases = {size: prepare(size, marks) for size in sorted(options.sizes)}
    print_head(
        *(f"Odoo {release.version}", "events", "rows", "of stock"),
        *("agenda, ms", "stock, ms", "ratio", "queries", "of stock"),
    )
    for call in CALLS:
        if options.only in call.name:
            compare(call, databases)


def get_marks():
    """Give, by kind, what the names of its databases end in."""
    filler = fingerprint(Path(__file__).with_name("company.py"))
    return {
        "agenda": fingerprint(filler, *map(Path, map(get_module_path, ADDONS))),
        "stock": filler,
    }


def prepare(size, marks):
    """Give the agenda's and stock's database, filled if need be."""
    databases = []
    for kind in ("agenda", "stock"):
        source = kind
        for count in (0, size):
            name = f"{kind}_{count}_{marks[kind]}"
            build(source, name, kind, count)
            source = name
        databases.append(Database(name, kind))
    return databases


def compare(call, databases):
    """Print what a call costs, of databases in turns, after one run to warm up.

    Where a call has taken a database ``PATIENCE`` seconds, it is run no more.
    """
    runs = {database: [] for pair in databases.values() for database in pair}
    for database in runs:
        database.run(call)
    for _run in range(RUNS):
        for database, costs in runs.items():
            if sum(seconds for seconds, *_counts in costs) < PATIENCE:
                costs.append(database.run(call))
    for size, pair in databases.items():
        ours, theirs = (summarize(runs[database]) for database in pair)
        agenda, times, queries, rows = ours
        stock, stock_times, stock_queries, stock_rows = theirs
        print_row(
            *(call.name, f"{size:,}", rows, stock_rows, times, stock_times),
            *(f"{agenda / stock:.2f}", queries, stock_queries),
        )


def summarize(costs):
    """Give the median, how to say it, and the last queries and rows."""
    seconds, queries, rows = zip(*costs, strict=True)
    median = statistics.median(seconds)
    times = (1000 * value for value in (median, min(seconds), max(seconds)))
    return median, "{:.1f} ({:.1f}–{:.1f})".format(*times), queries[-1], rows[-1]


if __name__ == "__main__":
    main()
