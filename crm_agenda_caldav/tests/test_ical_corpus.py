"""What other programs and standards write is taken as they mean it, or refused."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from unittest.mock import patch
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import ical_rule
from .common import ICalCase

NOW = datetime(2026, 3, 2, 9)
MADRID = ZoneInfo("Europe/Madrid")
SAMPLES = sorted(
    path
    for path in (
        *files("icalendar").joinpath("tests").glob("*/*.ics"),
        *files("recurring_ical_events").joinpath("test/calendars").glob("*.ics"),
    )
    if path.stat().st_size < 20_000
)
PARTS = 6
# What is not valid, and means one thing as well as another.
READ_OTHERWISE = {
    # A day that ends when it starts.
    ("example.ics", "636a0cc1dbd5a1667894465@icalendar"),
    ("example.ics", "636a0cc1dbfd91667894465@icalendar"),
    ("example.ics", "636a0cc1dc0f11667894465@icalendar"),
    # A day that ends at an hour.
    ("issue_201_mixed_datetime_and_date.ics", "19970901T130000Z-123403@example.com"),
    # An exception of what the rule does not have.
    ("issue_253_additional_recurrence_id.ics", "111"),
}
# Section 3.8.5.3 of RFC 5545: when it starts, in New York, and how it repeats.
EXAMPLES = """
19970902 FREQ=DAILY;COUNT=10
19970902 FREQ=DAILY;UNTIL=19971224T000000Z
19970902 FREQ=DAILY;INTERVAL=2
19970902 FREQ=DAILY;INTERVAL=10;COUNT=5
19980101 FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA
19980101 FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1
19970902 FREQ=WEEKLY;COUNT=10
19970902 FREQ=WEEKLY;UNTIL=19971224T000000Z
19970902 FREQ=WEEKLY;INTERVAL=2;WKST=SU
19970902 FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH
19970902 FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH
19970901 FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR
19970902 FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH
19970905 FREQ=MONTHLY;COUNT=10;BYDAY=1FR
19970905 FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR
19970907 FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU
19970922 FREQ=MONTHLY;COUNT=6;BYDAY=-2MO
19970928 FREQ=MONTHLY;BYMONTHDAY=-3
19970902 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15
19970930 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1
19970910 FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15
19970902 FREQ=MONTHLY;INTERVAL=2;BYDAY=TU
19970610 FREQ=YEARLY;COUNT=10;BYMONTH=6,7
19970310 FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3
19970101 FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200
19970519 FREQ=YEARLY;BYDAY=20MO
19970512 FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO
19970313 FREQ=YEARLY;BYMONTH=3;BYDAY=TH
19970605 FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8
19970902 FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13
19970913 FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13
19961105 FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8
19970904 FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3
19970929 FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2
19970805 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO
19970805 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU
20070115 FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5
"""
BELOW_A_DAY = """
FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z
FREQ=MINUTELY;INTERVAL=15;COUNT=6
FREQ=MINUTELY;INTERVAL=90;COUNT=4
FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40
FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16
"""


@tagged("post_install", "-at_install")
class TestIcalCorpus(ICalCase):
    def setUp(self):
        super().setUp()
        self.freeze(NOW)
        self.owner.tz = "Europe/Madrid"
        # Less of each endless series, as there are many.
        limit = patch.object(ical_rule, "MAX_PLACES", 40)
        limit.start()
        self.addCleanup(limit.stop)

    def expand(self, calendar, first, last):
        """Give ``(start, end, name)`` of all that another program sees."""

        def as_instant(value):
            if not isinstance(value, datetime):
                return value
            return value.replace(tzinfo=value.tzinfo or MADRID).astimezone(UTC)

        found = recurring_ical_events.of(calendar).between(
            first - timedelta(days=1), last + timedelta(days=1)
        )
        return sorted(
            (
                str(as_instant(event["DTSTART"].dt)),
                str(as_instant(event["DTEND"].dt)),
                " ".join(str(event.get("SUMMARY", "")).split()) or "Untitled",
            )
            for event in found
        )

    def put_all(self, text):
        """Write each object into a calendar of its own; give its events, or why not."""
        events = self.Event.with_user(self.owner)
        try:
            found = list(events._read_ical(text))
        except UserError as error:
            return {"": error}
        results = {}
        calendar = self.new_calendar("Samples").with_env(events.env)
        for number, (uid, source) in enumerate(found):
            try:
                if isinstance(source, Exception):
                    raise source
                with self.env.cr.savepoint():
                    name = f"{number}.ics"
                    results[uid] = events._put_ical_object(calendar, name, source, None)
            except UserError as error:
                results[uid] = error
        return results

    def compare(self, text, uid, events):
        original = icalendar.Calendar()
        for calendar in icalendar.Calendar.from_ical(text, multiple=True):
            for part in calendar.subcomponents:
                if part.name == "VTIMEZONE" or part.get("UID") == uid:
                    original.add_component(part)
        ours = self.read_ical(events)
        # Of an endless series, that of which there are events.
        first, last = min(events.mapped("start")), max(events.mapped("stop"))
        inside = (self.expand(c, first, last) for c in (original, ours))
        told, kept = (
            [x for x in found if str(first.date()) <= x[0] <= str(last.date()) + "~"]
            for found in inside
        )
        return told, kept

    def check(self, paths):
        taken = 0
        for path in paths:
            text = path.read_bytes().decode("utf-8", "replace")
            for uid, result in self.put_all(text).items():
                if isinstance(result, Exception) or (path.name, uid) in READ_OTHERWISE:
                    continue
                try:
                    told, kept = self.compare(text, uid, result)
                except (AttributeError, KeyError):  # the library's own
                    continue
                self.assertEqual(kept, told, f"{path.name} {uid}")
                taken += 1
        self.assertTrue(taken)

    def write_example(self, day, rule):
        return "\r\n".join(
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "BEGIN:VEVENT",
                f"UID:{rule}",
                f"DTSTART;TZID=America/New_York:{day}T090000",
                f"DTEND;TZID=America/New_York:{day}T100000",
                f"RRULE:{rule}",
                "SUMMARY:Example",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ]
        )

    def test_examples_of_the_standard(self):
        for line in EXAMPLES.split("\n"):
            if not line:
                continue
            day, rule = line.split()
            text = self.write_example(day, rule)
            (result,) = self.put_all(text).values()
            self.assertNotIsInstance(result, Exception, rule)
            told, kept = self.compare(text, rule, result)
            self.assertTrue(told)
            self.assertEqual(kept, told, rule)
            self.assertIn(f"RRULE:{rule}", self.get(result))

    def test_what_repeats_within_a_day_is_refused(self):
        for rule in BELOW_A_DAY.split():
            text = self.write_example("19970902", rule)
            (result,) = self.put_all(text).values()
            self.assertIsInstance(result, UserError, rule)


def check_part(part):
    return lambda case: case.check(SAMPLES[part::PARTS])


# In several tests, as what each of them makes is undone at its end.
for part in range(PARTS):
    setattr(TestIcalCorpus, f"test_samples_{part}", check_part(part))
