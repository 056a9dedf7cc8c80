"""What a phone writes is in the agenda as if its user had written it on a screen."""

from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ICalCase

NOW = datetime(2026, 3, 2, 9)
EVENT = """
DTSTART;TZID=Europe/Madrid:20260310T100000
DTEND;TZID=Europe/Madrid:20260310T113000
SUMMARY:Boiler\\, check
LOCATION:Calle Mayor 1
DESCRIPTION:Ring twice\\nThen wait
"""


@tagged("post_install", "-at_install")
class TestIcalWrite(ICalCase):
    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def count_writes(self, act):
        """Give how many statements that write in the tables of events ``act`` runs."""
        self.env.flush_all()
        statements = []
        execute = self.env.cr.execute

        def count(query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)).lstrip()[:60])
            return execute(query, *args, **kwargs)

        self.env.cr.execute = count
        try:
            act()
            self.env.flush_all()
        finally:
            del self.env.cr.execute
        return [s for s in statements if s.startswith(("UPDATE", "INSERT", "DELETE"))]

    def test_an_event_comes_in_and_goes_back(self):
        event = self.put_event(EVENT)
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        self.assertEqual(event.name, "Boiler, check")
        self.assertEqual(event.start, datetime(2026, 3, 10, 9))
        self.assertEqual(event.stop, datetime(2026, 3, 10, 10, 30))
        self.assertEqual(event.location, "Calle Mayor 1")
        self.assertEqual(event.user_id, self.owner)
        self.assertFalse(event.partner_ids)
        vevent = self.read_ical(event).walk("VEVENT")[0]
        self.assertEqual(vevent["UID"], "1@phone")
        self.assertEqual(vevent["DESCRIPTION"], "Ring twice\nThen wait")
        names = event.with_user(self.owner)._get_ical_names()
        self.assertEqual(names, {event.id: "1.ics"})

    def test_what_was_read_writes_nothing(self):
        event = self.put_event(EVENT)
        for text in (self.get(event), None):
            writes = self.count_writes(
                lambda text=text: self.put(text) if text else self.put_event(EVENT)
            )
            self.assertEqual(writes, [])

    def test_each_part_is_written(self):
        event = self.put_event(EVENT)
        event = self.put_event(
            """
            DTSTART;VALUE=DATE:20260310
            DTEND;VALUE=DATE:20260312
            SUMMARY:Fair
            STATUS:TENTATIVE
            CLASS:PRIVATE
            TRANSP:TRANSPARENT
            CATEGORIES:Visit,Other
            CONFERENCE;VALUE=URI:https://meet.example.com/x
            X-COLOUR;A="b,c":red
            GEO:40.4;-3.7
            BEGIN:VALARM
            ACTION:DISPLAY
            TRIGGER:-PT15H
            END:VALARM
            """
        )
        self.assertTrue(event.allday)
        days = (date(2026, 3, 10), date(2026, 3, 11))
        self.assertEqual((event.start_date, event.stop_date), days)
        self.assertEqual(event.agenda_status_id.kind, "open")
        self.assertTrue(event.agenda_status_id.tentative)
        self.assertEqual(event.privacy, "private")
        self.assertEqual(event.show_as, "free")
        self.assertEqual(event.agenda_type_id, self.visit)
        self.assertEqual(event.videocall_location, "https://meet.example.com/x")
        self.assertFalse(event.location)
        self.assertFalse(event.description)
        self.assertEqual(event.alarm_ids.clock_time, 9)
        self.assertEqual(event.alarm_ids.clock_day, "eve")
        text = self.get(event)
        for line in ('X-COLOUR;A="b,c":red', "GEO:40.4;-3.7", "CATEGORIES:Other"):
            self.assertIn(line, text)
        self.assertEqual(self.count_writes(lambda: self.put(text)), [])

    def test_a_weekly_series(self):
        events = self.put_event(EVENT + "RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=TU,TH")
        self.assertEqual(len(events), 5)
        series = events.recurrence_id
        self.assertEqual(series.calendar_event_ids, events)
        self.assertEqual((series.count, series.tue, series.thu), (5, True, True))
        self.assertEqual(series.event_tz, "Europe/Madrid")
        text = self.get(events)
        self.assertIn("RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=TU,TH", text)
        self.assertEqual(self.count_writes(lambda: self.put(text)), [])
        # A new name, for all of it.
        self.put(text.replace("Boiler", "Burner"))
        self.assertEqual(set(events.mapped("name")), {"Burner, check"})
        # Later, on other days, and longer.
        moved = self.put(
            text.replace("T100000", "T120000")
            .replace("T113000", "T133000")
            .replace("COUNT=5;BYDAY=TU,TH", "COUNT=7;BYDAY=TU")
        )
        self.assertEqual(len(moved), 7)
        self.assertEqual(moved[0].start, datetime(2026, 3, 10, 11))
        self.assertEqual(moved[-1].start, datetime(2026, 4, 21, 10))
        self.assertEqual(moved.recurrence_id.calendar_event_ids, moved)
        self.assertEqual(moved[0], events[0])
        self.Event.with_user(self.owner)._delete_ical(self.calendar, "1.ics")
        self.assertFalse((events | moved).exists())
        self.assertFalse(series.exists())

    def test_exceptions(self):
        rule = "RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Madrid:20260311T100000"
        other = """
            END:VEVENT
            BEGIN:VEVENT
            UID:1@phone
            RECURRENCE-ID;TZID=Europe/Madrid:20260312T100000
            DTSTART;TZID=Europe/Madrid:20260312T170000
            DTEND;TZID=Europe/Madrid:20260312T180000
            SUMMARY:Later
            X-WHY:asked
        """
        events = self.put_event(f"{EVENT}\n{rule}\n{other}")
        self.assertEqual(
            events.sorted("start").mapped("start"),
            [
                datetime(2026, 3, 10, 9),
                datetime(2026, 3, 12, 16),
                datetime(2026, 3, 13, 9),
            ],
        )
        text = self.get(events)
        self.assertEqual(text.count("X-WHY"), 1)
        self.assertEqual(self.count_writes(lambda: self.put(text)), [])
        self.assertEqual(
            self.count_writes(lambda: self.put_event(f"{EVENT}\n{rule}\n{other}")), []
        )
        again = self.put_event(f"{EVENT}\nRRULE:FREQ=DAILY;COUNT=4")
        self.assertEqual(len(again), 4)
        self.assertEqual(set(again.mapped("name")), {"Boiler, check"})
        self.assertEqual({e.start.hour for e in again}, {9})
        self.assertTrue(events < again)
        self.assertNotIn("X-WHY", self.get(again))

    def test_rules_that_odoo_has_not_come_back_as_they_came(self):
        for rule in (
            "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=4",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=2TU;UNTIL=20290401T000000Z",
            "FREQ=WEEKLY;BYDAY=TU\nRDATE;TZID=Europe/Madrid:20260311T100000",
        ):
            with self.subTest(rule), self.env.cr.savepoint():
                events = self.put_event(f"{EVENT}\nRRULE:{rule}")
                self.assertFalse(events.recurrence_id)
                text = self.get(events)
                self.assertIn(f"RRULE:{rule.partition(chr(10))[0]}", text)
                self.assertEqual(text.count("BEGIN:VEVENT"), 1)
                self.assertEqual(self.count_writes(lambda t=text: self.put(t)), [])
                self.Event.with_user(self.owner)._delete_ical(self.calendar, "1.ics")

    def test_who_may_not_write_is_refused(self):
        for level in ("busy", "read"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.put_event(EVENT, user=self.members[level])
        event = self.put_event(EVENT)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.put_event(EVENT.replace("Ring", "Knock"), user=self.members["read"])
        # Who may read it may have what they read written back.
        self.put(self.get(event, self.members["read"]), user=self.members["read"])
        # Who sees but the slot doesn't find it, nor takes its name.
        for name in ("1.ics", "2.ics"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.put_event(EVENT, user=self.members["busy"], name=name)
        self.put_event(EVENT.replace("Ring", "Knock"), user=self.members["write"])
        self.assertIn("Knock", event.description)
