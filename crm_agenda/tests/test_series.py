from datetime import date, datetime, timedelta

import pytz

from odoo.tests import tagged

from .common import DAILY, TestAgendaCommon

MADRID = pytz.timezone("Europe/Madrid")
# Which of three occurrences change when the second one is changed so.
CHANGED = {
    "self_only": [False, True, False],
    "future_events": [False, True, True],
    "all_events": [True, True, True],
}


@tagged("post_install", "-at_install")
class TestSeries(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meeting = cls.env.ref("crm_agenda.crm_agenda_event_type_meeting")
        cls.alarm = cls.env["calendar.alarm"].create(
            {
                "name": "An hour before",
                "alarm_type": "notification",
                "duration": 1,
                "interval": "hours",
            }
        )
        cls.other = cls.new_calendar("Other")

    def setUp(self):
        super().setUp()
        self.freeze("2030-01-07 08:00:00")

    def new_file(self, name="plan.txt"):
        files = self.env["ir.attachment"].with_user(self.owner)
        return files.create({"name": name, "raw": name.encode()})

    def change(self, scope, values, **initial):
        """Change the second occurrence of three, and give the three of that time."""
        first, second, third = self.new_series(**initial)
        days = (first | second | third).mapped("start")
        found = self.edit(second, dict(values, recurrence_update=scope))
        self.assertEqual(found.mapped("start"), days)
        return found

    def edit(self, event, values):
        """Change an event as the calendar's owner, and give all that there are."""
        event.with_user(self.owner).write(values)
        self.forget()
        calendars = self.calendar | self.other
        return self.Event.search(
            [("agenda_calendar_id", "in", calendars.ids)], order="start"
        )

    def test_fields_follow_the_scope_of_the_change(self):
        initial = {"agenda_type_id": self.visit.id}
        table = [
            ("name", "Other name"),
            ("location", "Warehouse"),
            ("customer_id", self.customer),
            ("agenda_type_id", self.meeting),
            ("agenda_calendar_id", self.other),
            ("agenda_status_id", self.done),
        ]
        for scope, expected in CHANGED.items():
            for fname, value in table:
                with self.subTest(scope=scope, field=fname):
                    plain = getattr(value, "id", value)
                    events = self.change(scope, {fname: plain}, **initial)
                    self.assertEqual([e[fname] == value for e in events], expected)
                    events.unlink()

    def test_lists_follow_the_scope_of_the_change(self):
        user, alarm = self.stranger, self.alarm
        for scope, expected in CHANGED.items():
            for fname, record in (("shared_user_ids", user), ("alarm_ids", alarm)):
                with self.subTest(scope=scope, field=fname):
                    events = self.change(scope, {fname: [(4, record.id)]})
                    self.assertEqual([record in e[fname] for e in events], expected)
                    events.unlink()
                    events = self.change(
                        scope,
                        {fname: [(3, record.id)]},
                        **{fname: [(4, record.id)]},
                    )
                    self.assertEqual([record not in e[fname] for e in events], expected)
                    events.unlink()

    def test_files_follow_the_scope_of_the_change(self):
        for scope, expected in CHANGED.items():
            with self.subTest(scope=scope):
                file = self.new_file()
                events = self.change(scope, {"attachment_ids": [(4, file.id)]})
                self.assertEqual([bool(e.attachment_ids) for e in events], expected)
                self.assertFalse(
                    [
                        file
                        for event in events
                        for file in event.attachment_ids
                        if file.res_id != event.id
                    ],
                    "each occurrence has files of its own",
                )
                events.unlink()

    def test_a_file_removed_goes_from_the_occurrences_in_scope(self):
        for scope, expected in CHANGED.items():
            with self.subTest(scope=scope):
                files = self.new_file() | self.new_file("photo.txt")
                events = self.new_series(attachment_ids=[(6, 0, files.ids)])
                mine = events[1].attachment_ids.filtered(lambda f: f.name == "plan.txt")
                events = self.edit(
                    events[1],
                    {"recurrence_update": scope, "attachment_ids": [(3, mine.id)]},
                )
                names = [e.attachment_ids.mapped("name") for e in events]
                self.assertEqual(["plan.txt" not in n for n in names], expected)
                self.assertTrue(all("photo.txt" in n for n in names))
                events.unlink()

    def test_a_change_of_the_series_keeps_the_statuses(self):
        for scope in CHANGED:
            with self.subTest(scope=scope):
                events = self.new_series(count=4)
                events[0].agenda_status_id = self.done
                events[3].agenda_status_id = self.cancelled
                values = {"recurrence_update": scope, "name": "Other name"}
                events = self.edit(events[1], values)
                self.assertEqual(
                    [e.agenda_status_id for e in events],
                    [self.done, self.planned, self.planned, self.cancelled],
                )
                events.unlink()

    def test_an_event_becomes_a_series_whatever_the_scope(self):
        event = self.new_event()
        rule = {**DAILY, "count": 3, "event_tz": "Europe/Madrid"}
        events = self.edit(event, dict(rule, recurrence_update="future_events"))
        self.assertEqual(len(events), 3)
        self.assertEqual(events.agenda_status_id, self.planned)

    def test_an_hour_later_keeps_the_statuses(self):
        events = self.new_series(count=4)
        start = events[1].start + timedelta(hours=1)
        events[3].agenda_status_id = self.cancelled
        events = self.edit(
            events[1],
            {
                "recurrence_update": "future_events",
                "start": start,
                "stop": start + timedelta(hours=1),
            },
        )
        self.assertEqual(
            [(e.start - events[0].start, e.agenda_status_id) for e in events],
            [
                (timedelta(), self.planned),
                (timedelta(days=1, hours=1), self.planned),
                (timedelta(days=2, hours=1), self.planned),
                (timedelta(days=3, hours=1), self.cancelled),
            ],
        )

    def test_another_weekday_from_one_occurrence_on(self):
        """Of a calendar that takes one event at a time, at each scope's own events."""
        self.calendar.double_booking = "refuse"
        monday = datetime(2030, 1, 7, 10)
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), False)
        for index, scope, rule, expected, cancelled in (
            (2, "future_events", ["wed"], [7, 14, 23, 30, 37], 30),
            (2, "future_events", ["mon", "thu"], [7, 14, 21, 24, 28], 28),
            (0, "future_events", ["wed"], [9, 16, 23, 30, 37], 30),
            (2, "all_events", ["wed"], [9, 16, 23, 30, 37], 30),
        ):
            with self.subTest(index=index, scope=scope, rule=rule):
                events = self.new_series(
                    count=5, start=monday, rrule_type="weekly", **{**days, "mon": True}
                )
                events[3].agenda_status_id = self.cancelled
                values = {**days, **dict.fromkeys(rule, True)}
                events = self.edit(
                    events[index], {"recurrence_update": scope, **values}
                )
                days_of = {e: (e.start - monday).days + 7 for e in events}
                self.assertEqual([*days_of.values()], expected)
                self.assertTrue(all(e.recurrence_id for e in events))
                self.assertEqual(
                    [days_of[e] for e in events if e.agenda_status_id != self.planned],
                    [cancelled],
                )
                events.unlink()

    def test_another_weekday_and_another_hour(self):
        monday = datetime(2030, 1, 7, 10)
        events = self.new_series(
            count=4, start=monday, rrule_type="weekly", mon=True, sun=False
        )
        wednesday = datetime(2030, 1, 16, 15)
        events = self.edit(
            events[1],
            {
                "recurrence_update": "future_events",
                "start": wednesday,
                "stop": wednesday + timedelta(hours=1),
                "mon": False,
                "wed": True,
            },
        )
        weeks = [wednesday + timedelta(weeks=week) for week in range(3)]
        self.assertEqual(events.mapped("start"), [monday, *weeks])

    def test_what_comes_first_in_a_week_stays_in_the_series(self):
        """That which ends within the week, and is changed again."""
        events = self.new_series(
            count=6,
            start=datetime(2030, 1, 7, 10),
            rrule_type="weekly",
            mon=True,
            wed=True,
            fri=True,
        )
        days = events.mapped("start")
        events = self.edit(
            events[4], {"recurrence_update": "future_events", "name": "Other name"}
        )
        hour = timedelta(hours=1)
        events = self.edit(
            events[0],
            {
                "recurrence_update": "all_events",
                "start": days[0] + hour,
                "stop": days[0] + 2 * hour,
            },
        )
        self.assertEqual(
            events.mapped("start"), [day + hour for day in days[:4]] + days[4:]
        )

    def occurrences(self, start, **rule):
        """Give the local times of the occurrences of a rule."""
        event = self.new_event(
            start=MADRID.localize(start).astimezone(pytz.utc).replace(tzinfo=None),
            **{**DAILY, "event_tz": "Europe/Madrid", **rule},
        )
        events = event.recurrence_id.calendar_event_ids.sorted("start")
        return [pytz.utc.localize(e.start).astimezone(MADRID) for e in events]

    def test_weekly_keeps_the_local_hour_over_both_clock_changes(self):
        for first in (date(2030, 3, 26), date(2030, 10, 22)):
            with self.subTest(first=first):
                start = datetime(first.year, first.month, first.day, 9)
                times = self.occurrences(
                    start, rrule_type="weekly", count=2, **{"tue": True}
                )
                self.assertEqual(
                    [t.replace(tzinfo=None) for t in times],
                    [start, start + timedelta(weeks=1)],
                )
                self.assertNotEqual(*[t.utcoffset() for t in times])

    def test_monthly_on_the_31st_leaves_out_the_shorter_months(self):
        times = self.occurrences(
            datetime(2030, 1, 31, 9),
            rrule_type="monthly",
            month_by="date",
            day=31,
            count=4,
        )
        self.assertEqual(
            [(t.month, t.day, t.hour) for t in times],
            [(1, 31, 9), (3, 31, 9), (5, 31, 9), (7, 31, 9)],
        )

    def test_monthly_on_the_last_friday(self):
        times = self.occurrences(
            datetime(2030, 2, 22, 9),
            rrule_type="monthly",
            month_by="day",
            byday="-1",
            count=4,
            weekday="FRI",
        )
        self.assertEqual(
            [(t.month, t.day, t.hour) for t in times],
            [(2, 22, 9), (3, 29, 9), (4, 26, 9), (5, 31, 9)],
        )
