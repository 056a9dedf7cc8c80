"""Measures reminder mails beside Odoo's own, in the same run and database.

For each kind of event, the same events with the same attendees and the same alarm are
made twice: in an agenda calendar, and in none, where Odoo reminds of them. Prints due
mails made per second, queries per mail, and the ratio. All is rolled back.
"""

import sys
from datetime import timedelta

from database import open_registry

from odoo import SUPERUSER_ID, api, fields

from .report import measure, print_head, print_row

ATTENDEES = 2


def main():
    sizes = list(map(int, sys.argv[1:])) or [1000, 10000]
    registry = open_registry()
    print_head(
        *("events", "mails", "Odoo mails/s", "agenda mails/s"),
        *("Odoo queries", "agenda queries", "ratio"),
    )
    for kind in ("single", "repeated"):
        for size in sizes:
            odoo, odoo_queries = remind(registry, kind, size, agenda=False)
            agenda, queries = remind(registry, kind, size, agenda=True)
            rates = (f"{odoo:.1f}", f"{agenda:.1f}")
            queries = (f"{odoo_queries:.2f}", f"{queries:.3f}")
            print_row(kind, size, *rates, *queries, f"{agenda / odoo:.1f}")


def remind(registry, kind, size, agenda):
    """Give how many mails are made in a second, and with how many queries each."""
    with registry.cursor() as cr:
        context = {"no_reset_password": True, "no_mail_to_attendees": True}
        create_events(api.Environment(cr, SUPERUSER_ID, context), kind, size, agenda)
        env = api.Environment(cr, SUPERUSER_ID, {})
        before = env["mail.mail"].search_count([])
        seconds, queries, _result = measure(env, lambda: dispatch(env, agenda))
        mails = env["mail.mail"].search_count([]) - before
        cr.rollback()
    if mails != size:
        raise SystemExit(f"{mails} mails of {size} were made")
    return mails / seconds, queries / mails


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
    # Odoo looks at what became due between two runs: the alarm was 5 minutes ago.
    start = fields.Datetime.now() + timedelta(minutes=55)
    values = {
        "alarm_ids": [(6, 0, alarm.ids)],
        "partner_ids": [(6, 0, partners.ids)],
        "privacy": "public",
        "start": start,
        "stop": start + timedelta(hours=1),
    }
    if agenda:
        owner = env.ref("base.user_admin")
        calendar = {"name": "Bench", "owner_id": owner.id, "remind_owner": False}
        calendar = env["crm.agenda.calendar"].create(calendar)
        values["agenda_calendar_id"] = calendar.id
    if kind == "repeated":
        daily = {"recurrency": True, "rrule_type": "daily", "event_tz": "UTC"}
        values.update(daily, count=3)
    env["ir.config_parameter"].set_param("calendar.block_mail", "True")
    events = env["calendar.event"]._nest(agenda_only=True)
    events.create(
        [dict(values, name=f"Bench {index}") for index in range(size // ATTENDEES)]
    )
    env["ir.config_parameter"].set_param("calendar.block_mail", False)


def dispatch(env, agenda):
    if agenda:
        env["crm.agenda.reminder"]._cron_dispatch(commit=False)
    else:
        lastcall = fields.Datetime.now() - timedelta(minutes=30)
        manager = env["calendar.alarm_manager"].with_context(lastcall=lastcall)
        manager._send_reminder()


if __name__ == "__main__":
    main()
