"""Measures what one change costs in the agenda, beside the same of Odoo's meetings.

Saves one event, and moves the occurrences of a series to another calendar (Odoo's: to
another organizer, which it writes to all of them as well). The calendar refuses double
booking, and one member is told of every change, so that all that a change may set off
is in it. Each is run several times and rolled back; prints the median seconds, the
queries and the agenda's ratio to Odoo's.
"""

import argparse
import statistics
import time
from datetime import timedelta

from database import open_registry

from odoo import SUPERUSER_ID, api, fields

from .report import print_head, print_row


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--occurrences", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    registry = open_registry()
    print_head("", "Odoo s", "agenda s", "ratio", "Odoo queries", "agenda queries")
    for name, measure in (
        ("save one", save_one),
        ("move one in time", move_one),
        (f"move {options.occurrences}", move_series),
    ):
        costs = {False: [], True: []}
        for _run in range(options.runs):
            for agenda, runs in costs.items():
                with registry.cursor() as cr:
                    runs.append(measure(cr, agenda, options.occurrences))
                    cr.rollback()
        medians = (
            map(statistics.median, zip(*runs, strict=True)) for runs in costs.values()
        )
        (odoo, odoo_queries), (agenda, queries) = medians
        ratio = agenda / odoo
        figures = (f"{value:.3f}" for value in (odoo, agenda, ratio))
        print_row(name, *figures, f"{odoo_queries:.0f}", f"{queries:.0f}")


def prepare(cr, agenda):
    """Give the values of an event, and those that move it elsewhere."""
    env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
    users = env["res.users"].create(
        [
            {"name": name, "login": name, "email": f"{name}@example.com"}
            for name in ("bench_owner", "bench_other")
        ]
    )
    calendars = [False, False]
    if agenda:
        calendars = env["crm.agenda.calendar"].create(
            [
                {"name": "Bench", "owner_id": user.id, "double_booking": "refuse"}
                for user in users
            ]
        )
        calendars[0].share_ids = [
            (0, 0, {"user_id": users[1].id, "level": "write", "updates": "changes"})
        ]
        calendars[1].share_ids = [(0, 0, {"user_id": users[0].id, "level": "write"})]
    start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=1)
    values = {
        "name": "Bench",
        "start": start,
        "stop": start + timedelta(hours=1),
        "partner_ids": [(6, 0, [])],
        "privacy": "public",
    }
    elsewhere = {"user_id": users[1].id}
    if agenda:
        values["agenda_calendar_id"] = calendars[0].id
        elsewhere = {"agenda_calendar_id": calendars[1].id}
    events = env(user=users[0], context={})["calendar.event"]
    events.create(values).unlink()  # what is read once per server is read
    return events, values, elsewhere


def timed(events, call):
    """Run the call as a request does; give its seconds and its queries."""
    cr = events.env.cr
    before, started = cr.sql_log_count, time.monotonic()
    call()
    events.env.flush_all()
    return time.monotonic() - started, cr.sql_log_count - before


def save_one(cr, agenda, _occurrences):
    events, values, _elsewhere = prepare(cr, agenda)
    return timed(events, lambda: events.create(values))


def move_one(cr, agenda, _occurrences):
    events, values, _elsewhere = prepare(cr, agenda)
    event = events.create(values)
    later = {name: values[name] + timedelta(hours=3) for name in ("start", "stop")}
    return timed(events, lambda: event.write(later))


def move_series(cr, agenda, occurrences):
    events, values, elsewhere = prepare(cr, agenda)
    values.update(
        recurrency=True,
        rrule_type="daily",
        interval=1,
        end_type="count",
        count=occurrences,
        event_tz="UTC",
    )
    series = events.create(values).recurrence_id.calendar_event_ids
    if len(series) != occurrences:
        raise SystemExit(f"the series has {len(series)} occurrences")
    return timed(events, lambda: series.write(elsewhere))


if __name__ == "__main__":
    main()
