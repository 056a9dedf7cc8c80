"""Measures what phones and files ask of a calendar with many events.

Prints the seconds of processor that each takes, Odoo's and not the database's, and the
seconds that pass. All is rolled back.
"""

import argparse
import time
from datetime import datetime, timedelta

from database import open_registry
from lxml import etree

from odoo import SUPERUSER_ID, api

from .report import print_head, print_row

SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
SYNC = """<sync-collection {}><sync-token>{}</sync-token><sync-level>1</sync-level>
    <prop><getetag/></prop></sync-collection>"""
QUERY = """<C:calendar-query {}><prop><getetag/><C:calendar-data/></prop><C:filter>
    <C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/></C:comp-filter>
    </C:comp-filter></C:filter></C:calendar-query>"""
VEVENT = """BEGIN:VEVENT
UID:bench-{number}@example.com
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{stop:%Y%m%dT%H%M%SZ}
SUMMARY:Visit {number}
DESCRIPTION:Ring twice
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
END:VEVENT"""
HOUR = timedelta(hours=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--file", type=int, default=1_000, help="events of a file")
    options = parser.parse_args()
    with open_registry().cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
        calendar = make_calendar(env, "bench", options.events)
        print_head("", "processor s", "s", "queries")
        for name, call in get_calls(calendar):
            measure(env, name, call)
        import_file(env, options.file)
        cr.rollback()


def make_calendar(env, login, count=0):
    """Give a calendar of somebody's own, for them, with so many events from three
    months ago to two years ahead."""
    user = env["res.users"].create({"name": "Bench", "login": login})
    calendars = env["crm.agenda.calendar"]
    calendar = calendars.create({"name": "Bench", "owner_id": user.id})
    alarm = env.ref("calendar.alarm_notif_1").id
    first = datetime.now().replace(microsecond=0) - timedelta(days=88)
    step = timedelta(minutes=800 * 24 * 60 // (count or 1))
    env["calendar.event"].with_user(user).create(
        [
            {
                "name": f"Visit {number}",
                "start": first + number * step,
                "stop": first + number * step + HOUR,
                "location": "Calle Mayor 1",
                "description": "<p>Ring <b>twice</b></p>",
                "agenda_calendar_id": calendar.id,
                "partner_ids": [(6, 0, [])],
                "alarm_ids": [(6, 0, [alarm])] if number % 2 else [],
                "privacy": "private" if number % 10 == 0 else "public",
            }
            for number in range(count)
        ]
    )
    env.flush_all()
    return calendar.with_user(user)


def get_calls(calendar):
    """Give (what is asked, how)."""
    from odoo.addons.crm_agenda_caldav.controllers import dav_report
    from odoo.addons.crm_agenda_caldav.controllers.dav_resource import Collection

    env, month = calendar.env, datetime.now().replace(day=1)
    feeds = env["crm.agenda.feed"]
    feed = feeds.create(
        {
            "name": "Bench",
            "content": "calendars",
            "calendar_ids": [(6, 0, calendar.ids)],
        }
    )

    def report(text, *values):
        root = etree.fromstring(text.format(SPACES, *values))
        found = Collection(env, calendar)
        return dav_report.answer(found, root, "1", False).get_data()

    token = calendar._get_dav_tokens()[calendar]
    yield "first listing", lambda: report(SYNC, "")
    yield "nothing new", lambda: report(SYNC, token)
    yield "a month", lambda: report(QUERY, month, month + timedelta(days=31))
    yield "a feed", lambda: feed._get_ical()


def import_file(env, count):
    calendar = make_calendar(env, "bench_file")
    first = datetime.now().replace(minute=0, second=0, microsecond=0)
    parts = (
        VEVENT.format(number=n, start=first + n * HOUR, stop=first + (n + 1) * HOUR)
        for n in range(count)
    )
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR"])
    events = calendar.env["calendar.event"]

    def put(**options):
        sources = dict(events._read_ical(text.replace("\n", "\r\n")))
        return events._put_icals(calendar, sources, **options)

    for name in ("look at a file", "import it", "import it again"):
        measure(env, name, lambda name=name: put(preview=name.startswith("look")))


def measure(env, name, call):
    """Run the call as a request does, and print what it took."""
    env.flush_all()
    env.invalidate_all()
    env.registry.clear_cache()
    before = env.cr.sql_log_count, time.monotonic(), time.process_time()
    call()
    env.flush_all()
    after = env.cr.sql_log_count, time.monotonic(), time.process_time()
    queries, passed, spent = (b - a for a, b in zip(before, after, strict=True))
    print_row(name, f"{spent:.2f}", f"{passed:.2f}", queries)


if __name__ == "__main__":
    main()
