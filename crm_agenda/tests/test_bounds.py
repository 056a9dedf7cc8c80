"""What is out of bounds is refused with a text, and what got in harms nobody else."""

from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError
from psycopg2.errors import NotNullViolation

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DAILY, TestAgendaCommon
from .test_reminder import NOW, TestReminderCommon

LONGEST = 2**31 - 1
REMINDERS = "odoo.addons.crm_agenda.models.crm_agenda_reminder"
PLANNING = f"{REMINDERS}_plan"


@tagged("post_install", "-at_install")
class TestBounds(TestAgendaCommon):
    def test_dates_that_no_time_zone_can_show_are_refused(self):
        ends = [
            (datetime(1, 1, 1), datetime(1, 1, 1, 1)),
            (datetime(9999, 12, 31, 22), datetime(9999, 12, 31, 23, 59, 59)),
            (datetime(2026, 1, 1), datetime(9999, 12, 31, 23, 59, 59)),
            (datetime(1, 1, 1), datetime(2026, 1, 1)),
        ]
        event = self.new_event()
        for zone in ("Asia/Tokyo", "America/New_York"):
            self.calendar.resource_calendar_id.tz = self.owner.tz = zone
            for start, stop in ends:
                for values in (
                    {"allday": False},
                    {"allday": True},
                    {"allday": True, "start_date": start, "stop_date": stop},
                    dict(DAILY, count=2, event_tz=zone),
                ):
                    values = dict(values, start=start, stop=stop)
                    with self.subTest(zone=zone, **values):
                        with self.refused("takes dates"):
                            self.new_event(**values)
                        with self.refused("takes dates"):
                            event.with_user(self.owner).write(values)

    def test_series_that_go_on_for_thousands_of_years_are_refused(self):
        values = dict(DAILY, rrule_type="yearly", interval=900, count=20)
        with self.refused("takes dates"):
            self.new_event(**values)

    def test_series_that_nobody_could_wait_for_are_refused(self):
        """Odoo would make each of their events."""
        event = self.new_event()
        for rule in (
            dict(rrule_type="daily", until=date(2999, 12, 31)),
            dict(rrule_type="daily", until=date(9999, 12, 31)),
            dict(rrule_type="weekly", until=date(9999, 12, 31), mon=True),
            dict(rrule_type="monthly", until=date(9999, 12, 31), day=1),
        ):
            values = {**DAILY, "end_type": "end_date", "month_by": "date", **rule}
            with self.subTest(**rule):
                with self.refused("2000 events at most"):
                    self.new_event(**values)
                with self.refused("2000 events at most"):
                    event.with_user(self.owner).write(values)
        series = self.new_series(2)
        with self.refused("2000 events at most"):
            series[0].with_user(self.owner).write(
                {
                    "recurrence_update": "all_events",
                    "end_type": "end_date",
                    "until": date(9999, 12, 31),
                }
            )

    def test_rules_that_are_none_are_refused(self):
        series = self.new_series(2)
        by_day = {"rrule_type": "monthly", "month_by": "day"}
        for rule in (
            {"interval": 0},
            {"interval": -1},
            {"count": 0},
            {"count": -1},
            {"end_type": "end_date", "until": False},
            {"rrule_type": False},
            {"rrule_type": "monthly", "month_by": "date", "day": 31, "interval": 0},
            {**by_day, "weekday": False, "byday": "1", "day": 1},
            {**by_day, "weekday": "MON", "byday": False, "day": 1},
        ):
            values = {**DAILY, "count": 2, **rule}
            with self.subTest(**rule):
                with self.refused("can't repeat like that"):
                    self.new_event(**values)
                with self.refused("can't repeat like that"):
                    series.recurrence_id.with_user(self.owner).write(rule)

    def test_durations_that_no_browser_can_read_are_refused(self):
        """Even beside an end: one would keep the screens of all readers empty."""
        for duration in (float("inf"), float("nan")):
            with self.subTest(duration=duration), self.refused("shorter"):
                self.new_event(duration=duration)

    def test_durations_without_an_end_are_refused_too(self):
        for duration in (float("nan"), float("inf"), float("-inf"), 1e300, -1e300):
            with self.subTest(duration=duration):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    self.new_event(duration=duration, stop=False)

    def test_work_that_no_time_zone_can_show_is_refused(self):
        """It would keep My day from all readers of the event."""
        event = self.new_event().with_user(self.owner)
        for values in (
            {"started_at": datetime(9999, 12, 31, 23)},
            {"started_at": datetime(2026, 1, 1), "done_at": datetime(9999, 12, 31, 23)},
            {"started_at": datetime(1, 1, 1)},
        ):
            with self.subTest(**values), self.refused("takes dates"):
                event.write(values)
            with self.subTest(**values), self.refused("takes dates"):
                self.new_event(**values)

    def test_holidays_that_no_time_zone_can_show_are_refused(self):
        """One would keep free times and the load report from everybody."""
        leaves = self.env["resource.calendar.leaves"]
        values = {"calendar_id": self.calendar.resource_calendar_id.id}
        now = datetime.now()
        leave = leaves.create(
            dict(values, date_from=now, date_to=now + timedelta(days=900 * 365))
        )
        for days in (
            {"date_from": datetime(1, 1, 1)},
            {"date_to": datetime(9999, 12, 31, 23, 59, 59)},
        ):
            with self.subTest(**days):
                with self.refused("takes dates"):
                    leave.write(days)
                with self.refused("takes dates"):
                    leaves.create({**values, "date_from": now, "date_to": now, **days})

    @mute_logger("odoo.sql_db")
    def test_a_start_that_is_missing_is_missed(self):
        event = self.new_event().with_user(self.owner)
        with self.assertRaises(NotNullViolation):
            event.start = False
            self.env.flush_all()

    def test_the_board_takes_dates(self):
        board = self.env["crm.agenda.board"].with_user(self.owner)
        calendars = self.env["crm.agenda.calendar"].with_user(self.owner)
        queue = self.new_calendar("Queue", kind="team", is_queue=True)
        event = self.new_event(queue)
        day = "2026-12-01 00:00:00"
        for text, refusal in (
            (False, "not a date"),
            ("", "not a date"),
            ("tomorrow", "not a date"),
            ("2026-02-30 00:00:00", "not a date"),
            ("2026-12-01T00:00:00Z", "not a date"),
            (5, "not a date"),
            ("9999-12-31 23:59:59", "takes dates"),
            ("0001-01-01 00:00:00", "takes dates"),
        ):
            for call, *arguments in (
                (board.get_day, text, day, self.calendar.ids),
                (board.get_day, day, text, self.calendar.ids),
                (calendars.get_off_times, self.calendar.ids, text, day),
                (calendars.get_off_times, self.calendar.ids, day, text),
                (board.schedule, event._name, event.id, self.calendar.id, text),
                (board.schedule, event._name, event.id, self.calendar.id, text, True),
            ):
                with self.subTest(call=call, text=text), self.refused(refusal):
                    call(*arguments)

    def test_durations_that_no_date_can_hold_are_refused(self):
        event = self.new_event()
        with self.refused("takes dates"):
            event.duration = 10_000_000
        for duration in (1e300, float("inf"), float("nan")):
            with self.subTest(duration=duration):
                with self.refused("shorter"):
                    event.duration = duration
                form = Form(
                    self.Event.with_user(self.owner).with_context(agenda=True),
                    "crm_agenda.calendar_event_view_form",
                )
                with self.refused("shorter"):
                    form.duration = duration

    def test_meetings_out_of_the_agenda_are_odoos_business(self):
        meeting = self.new_event(
            calendar=False,
            start=datetime(9999, 1, 1),
            stop=datetime(9999, 1, 1, 1),
        )
        with self.refused("takes dates"):
            meeting.agenda_calendar_id = self.calendar

    @mute_logger("odoo.sql_db")
    def test_default_durations_that_no_event_could_have_are_refused(self):
        for record in (self.calendar, self.visit):
            for duration in (-1.0, 1e300, float("inf"), float("nan")):
                with self.subTest(record=record, duration=duration):
                    with self.assertRaises(IntegrityError):
                        record.default_duration = duration
                        self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_time_finder_always_ends(self):
        finders = self.env["crm.agenda.time.finder"]
        values = {"calendar_ids": [(6, 0, self.calendar.ids)]}
        for duration in (1e-12, 0.0, -1.0, 1e300, float("inf"), float("nan")):
            with self.subTest(duration=duration), self.assertRaises(IntegrityError):
                finders.create(dict(values, duration=duration))
        for first, last in (
            (date(1, 1, 1), date(1, 1, 2)),
            (date(9999, 12, 30), date(9999, 12, 31)),
            (date(2026, 1, 1), date(2999, 1, 1)),
        ):
            with self.subTest(first=first), self.assertRaises(ValidationError):
                finders.create(dict(values, date_from=first, date_to=last))
        today = date.today()
        finder = finders.create(
            dict(values, duration=1 / 60, date_to=today + timedelta(days=365))
        )
        self.calendar.resource_calendar_id = False
        finder.action_find()
        self.assertEqual(len(finder.slot_ids), 20)

    def test_sheet_and_reassignment_take_any_date(self):
        self.owner.agenda_calendar_id = self.calendar
        sheets = self.env["crm.agenda.sheet"].with_user(self.owner)
        for day in (date(1, 1, 1), date(9999, 12, 31)):
            with self.subTest(day=day):
                with self.refused("takes dates"):
                    sheets.create({"date_from": day, "period": "week"})
        event = self.new_event()
        reassign = self.env["crm.agenda.reassign"].new(
            {
                "source_id": self.calendar.id,
                "date_from": date(1, 1, 1),
                "date_to": date(9999, 12, 31),
            }
        )
        reassign._onchange_period()
        self.assertEqual(reassign.event_ids._origin, event)


@tagged("post_install", "-at_install")
class TestReminderBounds(TestReminderCommon):
    def new_broken_event(self):
        """Make an event of which no reminder can be reckoned, as it was once let in."""
        alarm = self.new_alarm(1, "hours", "email")
        event = self.remind(alarm)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE calendar_alarm SET duration = %s, duration_minutes = %s "
            "WHERE id = %s",
            [LONGEST, LONGEST, alarm.id],
        )
        self.env.invalidate_all()
        return event

    def test_reminders_of_thousands_of_years_are_refused(self):
        for interval in ("minutes", "hours", "days"):
            for duration in (LONGEST, -LONGEST):
                with self.subTest(interval=interval, duration=duration):
                    with self.refused("ten years"):
                        self.new_alarm(duration, interval, "email")
                    with self.refused("ten years"):
                        self.hour.write({"duration": duration, "interval": interval})

    @mute_logger(PLANNING)
    def test_planning_goes_on_after_an_event_that_fails(self):
        broken = self.new_broken_event()
        good = self.remind()
        self.rows(good).unlink()
        self.Reminder._cron_extend(commit=False)
        self.assertEqual(self.rows(good).due, NOW.replace(hour=11))
        row = self.rows(broken, "failed")
        self.assertEqual(row.partner_id, self.owner.partner_id)
        self.assertIn("out of range", row.error)
        self.clock.move_to(NOW.replace(hour=11, minute=1))
        self.dispatch()
        self.assertEqual(len(self.mails(good)), 1)

    @mute_logger(PLANNING)
    def test_an_event_that_fails_keeps_nobody_from_what_plans_others(self):
        self.new_broken_event()
        good = self.remind(self.eve, start=NOW + timedelta(days=2))
        for values in ({"tz": "Asia/Tokyo"}, {"tz": "Europe/Madrid"}):
            due = self.rows(good).due
            self.owner.write(values)
            self.assertNotEqual(self.rows(good).due, due)
        self.share(self.calendar, "read", user_id=self.stranger.id).remind = True
        self.assertIn(self.stranger.partner_id, self.rows(good).partner_id)

    @mute_logger(PLANNING)
    def test_what_failed_is_planned_again_once_mended(self):
        event = self.new_broken_event()
        self.Reminder._cron_extend(commit=False)
        event.alarm_ids.duration = 2
        self.assertEqual(self.rows(event).due, NOW.replace(hour=10))
        self.assertFalse(self.rows(event, "failed"))

    @mute_logger(REMINDERS)
    def test_attempts_without_number_do_not_stop_the_others(self):
        row = self.rows(self.remind())
        row.write({"attempts": LONGEST - 1, "next_attempt": NOW})
        self.patch(type(row), "_send", lambda rows: 1 / 0)
        self.dispatch()
        self.assertEqual(row.state, "failed")
