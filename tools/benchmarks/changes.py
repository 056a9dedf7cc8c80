"""Measures what one change costs in the agenda, beside the same of Odoo's meetings.

Saves one event, moves it in time, and moves the occurrences of a series to another
calendar (Odoo's: to another organizer, which it writes to all of them as well). The
calendar refuses double booking, and one member is told of every change, so that all
that a change may set off is in it. Each is run several times and rolled back; prints
the medians.
"""

import statistics
from datetime import timedelta

from database import open_registry

from odoo import SUPERUSER_ID, api, fields

from .report import measure, print_head, print_row

OCCURRENCES, RUNS = 200, 5


def main():
    registry = open_registry()
    print_head("", "Odoo s", "agenda s", "ratio", "Odoo queries", "agenda queries")
    for name, change in (
        ("save one", save_one),
        ("move one in time", move_one),
        (f"move {OCCURRENCES}", move_series),
    ):
        costs = {False: [], True: []}
        for _run in range(RUNS):
            for agenda, runs in costs.items():
                with registry.cursor() as cr:
                    events, *values = prepare(cr, agenda)
                    call = change(events, *values)
                    runs.append(measure(events.env, call)[:2])
                    cr.rollback()
        (odoo, odoo_queries), (agenda, queries) = (
            map(statistics.median, zip(*runs, strict=True)) for runs in costs.values()
        )
        figures = (f"{value:.3f}" for value in (odoo, agenda, agenda / odoo))
        print_row(name, *figures, f"{odoo_queries:.0f}", f"{queries:.0f}")


def prepare(cr, agenda):
    """Give events as their organizer's, the values of one, and of one elsewhere."""
    env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
    users = env["res.users"].create(
        [
            {"name": name, "login": name, "email": f"{name}@example.com"}
            for name in ("bench_owner", "bench_other")
        ]
    )
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
        values["agenda_calendar_id"] = calendars[0].id
        elsewhere = {"agenda_calendar_id": calendars[1].id}
    events = env(user=users[0], context={})["calendar.event"]
    events.create(values).unlink()  # what is read once per server is read
    return events, values, elsewhere


def save_one(events, values, _elsewhere):
    return lambda: events.create(values)


def move_one(events, values, _elsewhere):
    event = events.create(values)
    later = {name: values[name] + timedelta(hours=3) for name in ("start", "stop")}
    return lambda: event.write(later)


def move_series(events, values, elsewhere):
    daily = {"recurrency": True, "rrule_type": "daily", "event_tz": "UTC"}
    first = events.create({**values, **daily, "count": OCCURRENCES})
    series = first.recurrence_id.calendar_event_ids
    return lambda: series.write(elsewhere)


if __name__ == "__main__":
    main()
