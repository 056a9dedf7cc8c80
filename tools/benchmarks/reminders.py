"""Measures reminder mails beside Odoo's own, in the same run and database.

For each size and kind of event, the same events with the same attendees and the same
alarm are made twice: in an agenda calendar, and in none, where Odoo reminds of them.
Prints due mails made per second, queries per mail, and the ratio. All is rolled back.
"""

import argparse
import time
from datetime import timedelta

from database import open_registry

from odoo import SUPERUSER_ID, api, fields

from .report import print_head, print_row

ATTENDEES = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1000, 10000])
    options = parser.parse_args()
    registry = open_registry()
    print_head(
        *("events", "mails", "Odoo mails/s", "agenda mails/s"),
        *("Odoo queries", "agenda queries", "ratio"),
    )
    for kind in ("single", "repeated"):
        for size in options.sizes:
            compare(registry, kind, size)


def compare(registry, kind, size):
    """Print one row: the same due mails made by Odoo and by the agenda."""
    figures = {}
    for who, run in (("odoo", run_odoo), ("agenda", run_agenda)):
        with registry.cursor() as cr:
            context = {"no_reset_password": True, "no_mail_to_attendees": True}
            env = api.Environment(cr, SUPERUSER_ID, context)
            create_events(env, kind, size, agenda=who == "agenda")
            env = api.Environment(cr, SUPERUSER_ID, {})
            before = count_mails(env)
            queries, started = cr.sql_log_count, time.monotonic()
            run(env)
            mails = count_mails(env) - before
            seconds = time.monotonic() - started
            queries = cr.sql_log_count - queries
            cr.rollback()
        if mails != size:
            raise SystemExit(f"{who} made {mails} mails of {size}")
        figures[who] = (mails / seconds, queries / mails)
    (odoo_rate, odoo_queries), (rate, queries) = figures["odoo"], figures["agenda"]
    rates = (f"{odoo_rate:.1f}", f"{rate:.1f}")
    queries = (f"{odoo_queries:.2f}", f"{queries:.3f}")
    print_row(kind, size, *rates, *queries, f"{rate / odoo_rate:.1f}")


def create_events(env, kind, size, agenda):
    """Make events that have ``size`` mails due now."""
    partners = env["res.partner"].create(
        [
            {"name": f"Bench {index}", "email": f"bench{index}@example.com"}
            for index in range(ATTENDEES)
        ]
    )
    alarm = env["calendar.alarm"].create(
        {"name": "Bench", "alarm_type": "email", "duration": 60, "interval": "minutes"}
    )
    calendar = env["crm.agenda.calendar"]
    if agenda:
        owner = env.ref("base.user_admin")
        calendar = calendar.create(
            {"name": "Bench", "owner_id": owner.id, "remind_owner": False}
        )
    # Odoo looks at what became due between two runs: the alarm was 5 minutes ago.
    start = fields.Datetime.now() + timedelta(minutes=55)
    values = {
        "alarm_ids": [(6, 0, alarm.ids)],
        "agenda_calendar_id": calendar.id,
        "partner_ids": [(6, 0, partners.ids)],
        "privacy": "public",
        "start": start,
        "stop": start + timedelta(hours=1),
    }
    if kind == "repeated":
        values.update(
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
            event_tz="UTC",
        )
    env["ir.config_parameter"].set_param("calendar.block_mail", "True")
    events = env["calendar.event"]._nest(agenda_only=True)
    events.create(
        [dict(values, name=f"Bench {index}") for index in range(size // ATTENDEES)]
    )
    env["ir.config_parameter"].set_param("calendar.block_mail", False)


def run_odoo(env):
    lastcall = fields.Datetime.now() - timedelta(minutes=30)
    manager = env["calendar.alarm_manager"].with_context(lastcall=lastcall)
    manager._send_reminder()


def run_agenda(env):
    env["crm.agenda.reminder"]._cron_dispatch(commit=False)


def count_mails(env):
    return env["mail.mail"].search_count([])


if __name__ == "__main__":
    main()
