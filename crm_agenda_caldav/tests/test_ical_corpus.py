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
                    results[uid] = events._put_ical_object(calendar, name, source)
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


def check_part(part):
    return lambda case: case.check(SAMPLES[part::PARTS])


# In several tests, as what each of them makes is undone at its end.
for part in range(PARTS):
    setattr(TestIcalCorpus, f"test_samples_{part}", check_part(part))
