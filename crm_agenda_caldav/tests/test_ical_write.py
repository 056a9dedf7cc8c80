"""What a phone writes is in the agenda as if its user had written it on a screen."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.ical_error import ICalError
from .common import ICalCase

NOW = datetime(2026, 3, 2, 9)
EVENT = """
DTSTART;TZID=Europe/Madrid:20260310T100000
DTEND;TZID=Europe/Madrid:20260310T113000
SUMMARY:Boiler\\, check
LOCATION:Calle Mayor 1
DESCRIPTION:Ring twice\\nThen wait
"""
# An occurrence of it, at another time.
LATER = """
END:VEVENT
BEGIN:VEVENT
UID:1@phone
RECURRENCE-ID;TZID=Europe/Madrid:20260312T100000
DTSTART;TZID=Europe/Madrid:20260312T170000
DTEND;TZID=Europe/Madrid:20260312T180000
SUMMARY:Later
X-WHY:asked
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
        other = LATER
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

    def test_what_is_kept_of_a_private_occurrence_stays(self):
        events = self.put_event(f"{EVENT}\nRRULE:FREQ=DAILY;COUNT=4\n{LATER}")
        private = events.filtered(lambda e: e.name == "Later")
        private.privacy = "private"
        peer = self.members["write"]
        text = self.get(events - private, peer)
        self.assertNotIn("X-WHY", text)
        self.put(text.replace("Ring", "Knock"), user=peer)
        self.assertIn("Knock", (events - private)[0].description)
        self.assertEqual(self.get(events).count("X-WHY"), 1)

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

    def test_a_series_of_odoo_is_changed_as_one(self):
        events = self.new_series(
            start=datetime(2026, 3, 9, 9),
            stop=datetime(2026, 3, 9, 10),
            rrule_type="weekly",
            mon=True,
            end_type="end_date",
            until=date(2026, 5, 20),
        )
        series = events.recurrence_id
        until = series.until
        customer = self.customer
        events.write({"customer_id": customer.id})
        name = f"series-{series.id}.ics"
        text = self.get(events)
        self.assertEqual(self.count_writes(lambda: self.put(text, name=name)), [])
        changed = self.put(text.replace("Boiler", "Burner"), name=name)
        self.assertEqual(changed, events)
        self.assertEqual(set(events.mapped("name")), {"Burner check"})
        self.assertEqual((series.until, events.recurrence_id), (until, series))
        # One of them later, and one of them gone.
        lines = self.get(events).splitlines()
        start = lines.index("BEGIN:VEVENT")
        zone = "TZID=Europe/Madrid"
        exception = [
            f"RECURRENCE-ID;{zone}:20260316T100000"
            if x.startswith("RRULE")
            else x.replace("20260309T100000", "20260317T120000").replace(
                "20260309T110000", "20260317T130000"
            )
            for x in lines[start:-1]
        ]
        rule = next(n for n, x in enumerate(lines) if x.startswith("RRULE"))
        lines[rule + 1 : rule + 1] = [f"EXDATE;{zone}:20260323T100000"]
        lines[-1:-1] = exception
        changed = self.put("\n".join(lines), name=name)
        self.assertEqual(len(changed), len(events) - 1)
        self.assertTrue(changed < events)
        starts = changed.sorted("start").mapped("start")[:3]
        self.assertEqual(
            starts,
            [
                datetime(2026, 3, 9, 9),
                datetime(2026, 3, 17, 11),
                datetime(2026, 3, 30, 8),
            ],
        )
        # It ends sooner, and what only Odoo knows of it stays.
        text = "\n".join(
            "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6" if x.startswith("RRULE") else x
            for x in self.get(changed).splitlines()
        )
        changed = self.put(text, name=name)
        self.assertEqual(len(changed), 5)
        self.assertEqual((series.end_type, series.count), ("count", 6))
        self.assertEqual(changed.customer_id, customer)
        longer = self.put(text.replace("COUNT=6", "COUNT=9"), name=name)
        self.assertEqual(len(longer), 8)
        self.assertEqual(longer.recurrence_id, series)
        self.assertEqual(longer.mapped("customer_id"), customer)
        self.assertEqual({bool(e.customer_id) for e in longer}, {True})

    def test_an_object_is_moved_with_its_name(self):
        other = self.new_calendar("Other")
        events = self.put_event(EVENT + "RRULE:FREQ=DAILY;COUNT=3\nX-A:b")
        mine = self.Event.with_user(self.owner)
        moved = mine._move_ical(self.calendar, "1.ics", other, "2.ics")
        self.assertEqual(moved, events)
        self.assertEqual(events.agenda_calendar_id, other)
        self.assertFalse(mine._find_ical(self.calendar, "1.ics"))
        self.assertEqual(mine._find_ical(other, "2.ics"), events)
        self.assertIn("X-A:b", self.get(events))
        event = self.new_event()
        mine._move_ical(self.calendar, f"event-{event.id}.ics", other, "3.ics")
        self.assertEqual(mine._find_ical(other, "3.ics"), event)
        # On a screen, too.
        event.agenda_calendar_id = self.calendar
        self.assertEqual(mine._find_ical(self.calendar, "3.ics"), event)

    def test_zones_by_other_names(self):
        for name in (
            "W. Europe Standard Time",
            "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
            "europe/berlin",
        ):
            event = self.put_event(EVENT.replace("Europe/Madrid", name))
            self.assertEqual(event.start, datetime(2026, 3, 10, 9), name)
        zone = """
            BEGIN:VTIMEZONE
            TZID:Ours
            BEGIN:STANDARD
            DTSTART:19700101T000000
            TZOFFSETFROM:+0530
            TZOFFSETTO:+0530
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:1@phone
            """
        event = self.put(
            zone
            + EVENT.replace("Europe/Madrid", "Ours")
            + "RRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT"
        )
        self.assertEqual(event[0].start, datetime(2026, 3, 10, 4, 30))
        with self.assertRaises(ICalError):
            self.put_event(EVENT.replace("Europe/Madrid", "Nowhere"))

    def test_what_is_no_event_is_refused(self):
        many = "BEGIN:VEVENT\n" * 9
        for text in (
            EVENT.replace("20260310T113000", "20260309T113000"),
            EVENT.replace("20260310T100000", "20261310T100000"),
            EVENT + "RRULE:FREQ=DAILY;COUNT=0",
            EVENT + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            EVENT + "RRULE:FREQ=WEEKLY;BYDAY=XX",
            EVENT + f"RRULE:FREQ=DAILY;COUNT=1;BYMONTHDAY={'1,' * 400}1",
            EVENT + "RECURRENCE-ID:20260310T100000Z",
            f"DTSTART:20260310T100000Z\nDURATION:P{'9' * 4000}D",
            EVENT + many,
            EVENT + "END:VEVENT\nEND:VCALENDAR\nBEGIN:X",
            "DTSTART:99991231T235959Z\nRRULE:FREQ=DAILY",
            "SUMMARY:No time",
        ):
            with self.assertRaises(UserError, msg=text[:300]), self.env.cr.savepoint():
                self.put_event(text)

    def test_a_length_comes_back_as_one(self):
        lines = "DTSTART;TZID=Europe/Madrid:20260310T100000\nSUMMARY:Boiler check\n"
        event = self.put_event(f"{lines}DURATION:PT1H30M")
        self.assertEqual(event.stop, datetime(2026, 3, 10, 10, 30))
        text = self.get(event)
        self.assertIn("DURATION:PT1H30M", text)
        self.assertNotIn("DTEND", text)
        event.stop = datetime(2026, 3, 10, 11)
        self.assertIn("DURATION:PT2H", self.get(event))
        self.put_event(f"{lines}DTEND;TZID=Europe/Madrid:20260310T110000")
        self.assertNotIn("DURATION", self.get(event))
        rule = "RRULE:FREQ=DAILY;COUNT=3\n"
        events = self.put_event(f"{lines}{rule}DURATION:PT45M")
        self.assertEqual(self.get(events).count("DURATION:PT45M"), 1)
        day = "DTSTART;VALUE=DATE:20260310\nDURATION:P2D\nSUMMARY:Fair"
        events = self.put_event(day)
        self.assertEqual(events.stop_date, date(2026, 3, 11))
        self.assertIn("DURATION:P2D", self.get(events))

    def test_a_place_on_the_map_goes_when_the_place_changes(self):
        pin = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Home:geo:40.4,-3.7"
        rich = "X-ALT-DESC;FMTTYPE=text/html:<b>Ring twice</b>"
        event = self.put_event(f"{EVENT}{pin}\n{rich}\nX-OTHER:1")
        text = self.get(event)
        for line in (pin, rich, "X-OTHER:1"):
            self.assertIn(line, text)
        self.assertEqual(text.count("LOCATION:Calle Mayor 1"), 1)
        self.assertEqual(self.count_writes(lambda: self.put(text)), [])
        event.location = "Calle Menor 2"
        text = self.get(event)
        self.assertNotIn("40.4", text)
        self.assertIn(rich, text)
        event.description = "<p>Do not ring</p>"
        text = self.get(event)
        self.assertNotIn("twice", text)
        self.assertIn("X-OTHER:1", text)
        event.location = False
        self.assertNotIn("LOCATION", self.get(event))

    def test_only_addresses_of_the_web_become_links(self):
        script = "CONFERENCE;VALUE=URI:javascript:alert(1)"
        phone = "CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+34-600-000-000"
        event = self.put_event(f"{EVENT}{script}\n{phone}")
        self.assertFalse(event.videocall_location)
        text = self.get(event)
        for line in (script, phone):
            self.assertEqual(text.count(line), 1)
        self.assertEqual(self.count_writes(lambda: self.put(text)), [])
        web = "CONFERENCE;VALUE=URI:https://meet.example.com/x"
        self.put_event(f"{EVENT}{script}\n{phone}\n{web}")
        self.assertEqual(event.videocall_location, "https://meet.example.com/x")
        text = self.get(event)
        for line in (script, phone, web):
            self.assertEqual(text.count(line), 1)
        event.videocall_location = False
        self.assertEqual(self.get(event).count("CONFERENCE"), 2)

    def test_a_series_without_an_end_goes_as_far_as_odoos(self):
        yearly = {"recurrency": True, "rrule_type": "yearly", "end_type": "forever"}
        of_odoo = self.new_event(**yearly).recurrence_id.calendar_event_ids
        events = self.put_event(f"{EVENT}RRULE:FREQ=YEARLY")
        self.assertEqual(len(events), len(of_odoo))
