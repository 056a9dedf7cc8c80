"""Load: the hours that events take, beside those that their calendars work."""

from datetime import date, datetime

from odoo.tests import tagged

from .common import TestAgendaCommon

# A Thursday in Madrid; the clocks change on Sunday the 29th of March.
NOW = datetime(2026, 3, 26, 9)
MONDAY = date(2026, 3, 23)


@tagged("post_install", "-at_install")
class TestLoad(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        weekdays = [
            {
                "name": "Day",
                "dayofweek": str(day),
                "hour_from": 8,
                "hour_to": 16,
                "day_period": "morning",
            }
            for day in range(5)
        ]
        cls.hours = cls.env["resource.calendar"].create(
            {
                "name": "Eight hours",
                "tz": "Europe/Madrid",
                "attendance_ids": [(5, 0, 0), *((0, 0, day) for day in weekdays)],
            }
        )
        cls.calendar.resource_calendar_id = cls.hours
        cls.owner.tz = "Europe/Madrid"

    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def new_days(self, first, last, **values):
        return self.new_event(
            allday=True,
            start=datetime.combine(first, datetime.min.time()),
            stop=datetime.combine(last, datetime.min.time()),
            start_date=first,
            stop_date=last,
            **values,
        )

    def get_load(self, user=None, week=MONDAY, calendar=None):
        """Return the hours available and taken, and the ratio, of a week."""
        self.forget()
        rows = self.env["crm.agenda.load"].with_user(user or self.owner)
        row = rows.search(
            [
                ("calendar_id", "=", (calendar or self.calendar).id),
                ("week", "=", week),
            ]
        )
        return (row.available, row.taken, row.ratio)

    def test_hours_that_events_take(self):
        hour = self.new_event(start=datetime(2026, 3, 26, 10))
        days = self.new_days(date(2026, 3, 27), date(2026, 3, 30))  # over a weekend
        fair = self.new_event(
            start=datetime(2026, 3, 26, 11), stop=datetime(2026, 3, 27, 15)
        )
        self.assertEqual(hour.agenda_hours, 1)
        self.assertEqual(days.agenda_hours, 16)
        # From noon to 16:00 in Madrid, and all of the next day.
        self.assertEqual(fair.agenda_hours, 4 + 8)
        for event, values in (
            (hour, {"agenda_status_id": self.cancelled.id}),
            (days, {"show_as": "free"}),
            (fair, {"active": False}),
        ):
            event.write(values)
            self.assertEqual(event.agenda_hours, 0)

    def test_what_lasts_over_a_weekend_is_of_two_weeks(self):
        self.new_days(date(2026, 3, 26), date(2026, 3, 31))  # Thursday to Tuesday
        self.new_event(start=datetime(2026, 3, 27, 6), stop=datetime(2026, 3, 30, 8))
        # The second: all of Friday, and from 8:00 to 10:00 in Madrid on Monday.
        self.assertEqual(self.get_load()[1], 16 + 8)
        self.assertEqual(self.get_load(week=date(2026, 3, 30))[1], 16 + 2)

    def test_a_day_on_which_the_clocks_change(self):
        for day in (date(2026, 3, 29), date(2026, 10, 25)):  # Sundays
            self.assertEqual(self.new_days(day, day).agenda_hours, 0)

    def test_what_lasts_for_centuries_breaks_nothing(self):
        event = self.new_event(
            start=datetime(2026, 3, 30), stop=datetime(2600, 1, 1), show_as="busy"
        )
        self.assertGreater(event.agenda_hours, 1000)
        self.assertGreater(self.get_load(week=date(2026, 4, 6))[1], 0)

    def test_a_week_of_a_calendar(self):
        self.new_event(start=datetime(2026, 3, 26, 10))
        self.new_days(date(2026, 3, 26), date(2026, 3, 26))
        self.new_event(start=datetime(2026, 3, 31, 10))
        self.assertEqual(self.get_load(), (40, 9, 9 / 40))
        self.assertEqual(self.get_load(week=date(2026, 3, 30)), (40, 1, 1 / 40))
        self.assertEqual(self.get_load(week=date(2026, 4, 6)), (40, 0, 0))

    def test_holidays_and_absences_are_no_hours_of_work(self):
        week = self.new_days(MONDAY, date(2026, 3, 27))
        leaves = self.env["resource.calendar.leaves"]
        holiday = {
            "name": "Holiday",
            "date_from": datetime(2026, 3, 22, 23),
            "date_to": datetime(2026, 3, 23, 22, 59, 59),
        }
        holiday = leaves.create(dict(holiday, calendar_id=self.hours.id))
        resource = self.env["resource.resource"].create(
            {"name": "Owner", "user_id": self.owner.id}
        )
        absence = {
            "date_from": datetime(2026, 3, 24),
            "date_to": datetime(2026, 3, 26),
            "resource_id": resource.id,
            "calendar_id": resource.calendar_id.id,
        }
        self.assert_week(week, 32)
        absence = leaves.create(absence)
        self.assert_week(week, 16)
        absence.date_to = datetime(2026, 3, 25)
        self.assert_week(week, 24)
        (holiday | absence).unlink()
        self.assert_week(week, 40)

    def assert_week(self, event, hours):
        """Expect an event of all the week to take all the hours that there are."""
        available, taken, _ratio = self.get_load()
        for found in (event.agenda_hours, available, taken):
            self.assertAlmostEqual(found, hours)

    def test_totals_weigh_the_hours(self):
        self.new_event(start=datetime(2026, 3, 26, 10))
        loads = self.env["crm.agenda.load"].with_user(self.owner)
        domain = [
            ("calendar_id", "=", self.calendar.id),
            ("week", ">=", MONDAY),
            ("week", "<=", date(2026, 3, 30)),
        ]
        aggregates = ["available:sum", "taken:sum", "ratio:avg"]
        self.assertEqual(loads._read_group(domain, [], aggregates), [(80, 1, 1 / 80)])

    def test_only_calendars_that_one_reads(self):
        self.new_event(start=datetime(2026, 3, 26, 10))
        for user, sees in (
            (self.members["read"], True),
            (self.members["busy"], False),
            (self.stranger, False),
        ):
            available, _taken, _ratio = self.get_load(user)
            self.assertEqual(bool(available), sees, user.name)
