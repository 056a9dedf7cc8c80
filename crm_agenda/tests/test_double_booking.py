"""Two events at the same time: allowed, warned of, refused."""

import os
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DAILY, AtOnceCase, TestAgendaCommon

NOW = datetime(2026, 3, 25, 12)  # a Wednesday, four days ahead of summer time
TEN = datetime(2026, 3, 26, 10)
# How often two people try to book one time at once.
RACES = int(os.environ.get("AGENDA_RACES", "50"))


@tagged("post_install", "-at_install")
class TestDoubleBooking(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls.env["resource.calendar"].create(
            {"name": "Madrid", "tz": "Europe/Madrid"}
        )
        cls.calendar.resource_calendar_id = cls.hours

    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def book(self, hour=10, hours=1, **values):
        start = TEN.replace(hour=hour)
        return self.new_event(
            start=start, stop=start + timedelta(hours=hours), **values
        )

    def open_form(self, user=None):
        events = self.Event.with_user(user or self.owner).with_context(agenda=True)
        form = Form(events, "crm_agenda.calendar_event_view_form_short")
        form.name = "Another"
        form.agenda_calendar_id = self.calendar
        form.start = TEN.replace(minute=30)
        form.stop = TEN.replace(hour=12)
        return form

    def test_a_calendar_that_was_made_just_now_refuses(self):
        # Its members are still to be written, and with them what they are reminded of.
        calendar = self.new_calendar("New", double_booking="refuse")
        self.new_series(calendar=calendar, user=self.env.user, start=TEN)
        with self.assertRaises(ValidationError):
            self.book(calendar=calendar)

    def test_allowed_says_nothing(self):
        self.book()
        self.assertFalse(self.open_form().has_clash)
        self.assertFalse(self.book().has_clash)

    def test_form_warns_before_it_is_saved(self):
        self.calendar.double_booking = "warn"
        self.book(name="Boiler check")
        self.book(hour=13, name="After")
        form = self.open_form()
        self.assertTrue(form.has_clash)
        self.assertIn("Boiler check, ", form.clash_summary)
        self.assertNotIn("After", form.clash_summary)
        form.start = TEN.replace(hour=11)
        self.assertFalse(form.has_clash)
        form.start = TEN
        self.assertTrue(form.has_clash)

    def test_form_of_a_saved_event_does_not_clash_with_itself(self):
        self.calendar.double_booking = "refuse"
        event = self.book().with_user(self.owner)
        form = Form(event, "crm_agenda.calendar_event_view_form")
        form.start = TEN.replace(minute=30)
        self.assertFalse(form.has_clash)
        form.save()

    def test_both_are_marked_in_the_calendar(self):
        self.calendar.double_booking = "warn"
        clashing = self.book() | self.book(hours=2)
        alone = self.book(hour=15)
        rows = self.Event.with_user(self.owner).search_read(
            [("in_agenda", "=", True), ("agenda_calendar_id", "=", self.calendar.id)],
            ["display_name"],
        )
        marked = [row["id"] for row in rows if row["display_name"].startswith("⚠")]
        self.assertEqual(sorted(marked), sorted(clashing.ids))
        self.assertEqual((clashing | alone).filtered("has_clash"), clashing)

    def test_names_of_private_events_are_not_shown(self):
        self.calendar.double_booking = "warn"
        self.book(name="Doctor", privacy="private")
        summary = self.open_form(self.members["write"]).clash_summary
        self.assertIn("Busy", summary)
        self.assertNotIn("Doctor", summary)

    def test_who_is_not_in_the_calendar_learns_nothing_of_it(self):
        self.calendar.double_booking = "warn"
        event = self.book(shared_user_ids=[(4, self.stranger.id)])
        self.book()
        self.assertFalse(event.with_user(self.stranger).has_clash)
        self.assertTrue(event.with_user(self.members["read"]).has_clash)

    def test_refused_with_the_name_of_the_other(self):
        self.calendar.double_booking = "refuse"
        self.book(name="Boiler check")
        with self.assertRaisesRegex(ValidationError, "Boiler check"):
            with self.env.cr.savepoint():
                self.book(name="Another", hours=2)
        other = self.book(hour=14)
        with self.assertRaisesRegex(ValidationError, "Boiler check"):
            other.start = TEN

    def test_what_takes_no_time_is_not_refused(self):
        self.calendar.double_booking = "refuse"
        cancelled = self.book()
        cancelled.agenda_status_id = self.cancelled
        archived = self.book()
        archived.active = False
        self.book(show_as="free")
        self.book(calendar=self.new_calendar("Another", double_booking="refuse"))
        self.book()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            cancelled.agenda_status_id = self.planned
        with self.assertRaises(ValidationError):
            archived.active = True

    def test_back_to_back_is_no_clash(self):
        self.calendar.double_booking = "refuse"
        events = self.book() | self.book(hour=11) | self.book(hour=9)
        self.assertFalse(any(events.mapped("has_clash")))

    def test_all_day_lasts_from_midnight_to_midnight_of_the_calendar(self):
        self.calendar.double_booking = "refuse"
        # Summer time begins this Sunday: the day has 23 hours.
        day = self.new_event(
            allday=True,
            start=datetime(2026, 3, 29, 8),
            stop=datetime(2026, 3, 29, 18),
        )
        self.assertEqual(day.slot_start, datetime(2026, 3, 28, 23))
        self.assertEqual(day.slot_stop, datetime(2026, 3, 29, 22))
        self.new_event(start=day.slot_stop)
        with self.assertRaises(ValidationError):
            self.new_event(start=day.slot_stop - timedelta(minutes=30))

    def test_a_series_may_move_over_its_own_slots(self):
        self.calendar.double_booking = "refuse"
        events = self.new_series(2, start=TEN, stop=TEN + timedelta(hours=24))
        events[0].write(
            {
                "recurrence_update": "future_events",
                "start": TEN + timedelta(hours=12),
                "stop": TEN + timedelta(hours=36),
            }
        )
        series = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        self.assertEqual(
            sorted(series.mapped("start")),
            [TEN + timedelta(hours=hours) for hours in (12, 36)],
        )

    def test_one_occurrence_that_clashes_refuses_the_series(self):
        self.calendar.double_booking = "refuse"
        self.new_event(start=TEN + timedelta(days=2))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new_series(start=TEN)
        self.assertEqual(
            self.Event.search_count([("agenda_calendar_id", "=", self.calendar.id)]), 1
        )

    def test_calendar_begins_to_refuse(self):
        past = TEN - timedelta(days=7)
        self.new_event(start=past)
        self.new_event(start=past)
        self.calendar.double_booking = "refuse"
        self.calendar.double_booking = "allow"
        self.book(name="Boiler check")
        self.book()
        with self.refused_by_name():
            self.calendar.double_booking = "refuse"

    # Whatever it is that makes an event take time

    @contextmanager
    def refused_by_name(self):
        """Expect a text that says which events overlap, and what to do."""
        with self.refused("(?s)Boiler check.*Give one of them another time"):
            yield

    def new_taken_slot(self):
        self.calendar.double_booking = "refuse"
        return self.book(name="Boiler check")

    def test_event_that_becomes_busy(self):
        self.new_taken_slot()
        event = self.book(show_as="free")
        with self.refused_by_name():
            event.with_user(self.owner).show_as = "busy"

    def test_event_back_from_the_archive(self):
        self.new_taken_slot()
        event = self.book(active=False)
        with self.refused_by_name():
            event.with_user(self.owner).action_unarchive()

    def test_event_that_comes_from_another_calendar(self):
        self.new_taken_slot()
        event = self.book(calendar=self.new_calendar("Another"))
        with self.refused_by_name():
            event.with_user(self.owner).agenda_calendar_id = self.calendar

    def test_event_that_becomes_a_series(self):
        self.new_taken_slot()
        event = self.new_event(start=TEN - timedelta(days=1))
        with self.refused_by_name():
            event.with_user(self.owner).write(dict(DAILY, count=3, event_tz="UTC"))

    def test_series_that_moves(self):
        self.new_taken_slot()
        series = self.new_series(start=TEN - timedelta(hours=20))
        for scope in ("all_events", "future_events"):
            with self.subTest(scope), self.refused_by_name():
                series[1].with_user(self.owner).write(
                    {
                        "recurrence_update": scope,
                        "start": TEN + timedelta(days=1, hours=-24),
                        "stop": TEN + timedelta(days=1, hours=-23),
                    }
                )

    def test_status_that_no_longer_means_cancelled(self):
        status = self.cancelled.copy()
        self.new_taken_slot()
        self.book(agenda_status_id=status.id)
        with self.refused_by_name():
            status.kind = "open"

    def test_working_hours_in_which_days_begin_earlier(self):
        self.calendar.double_booking = "refuse"
        eve = TEN.replace(hour=22)
        self.new_event(name="Boiler check", start=eve, stop=eve + timedelta(hours=1))
        day = TEN.replace(hour=8) + timedelta(days=1)
        self.new_event(allday=True, start=day, stop=day.replace(hour=18))
        athens = self.hours.copy({"tz": "Europe/Athens"})
        with self.refused_by_name():
            self.hours.tz = "Europe/Athens"
        with self.refused_by_name():
            self.calendar.resource_calendar_id = athens

    def test_calendar_whose_all_day_events_begin_to_take_time(self):
        self.calendar.kind = "team"
        self.new_taken_slot()
        day = TEN.replace(hour=8)
        self.new_event(allday=True, start=day, stop=day.replace(hour=18))
        with self.refused_by_name():
            self.calendar.kind = "person"

    def test_what_nobody_looks_for_is_refused_when_the_transaction_ends(self):
        self.new_taken_slot()
        event = self.book(show_as="free")
        with self.assertRaisesRegex(ValidationError, "(?s)taken.*Choose") as refusal:
            with self.env.cr.savepoint(flush=False):
                # As from an app that adds to what a slot depends on.
                self.env.cr.execute(
                    "UPDATE calendar_event SET show_as = 'busy' WHERE id = %s",
                    [event.id],
                )
                event.invalidate_recordset(["show_as"])
                event.modified(["show_as"])
                self.env.cr.flush()
        for name in ("Boiler check", self.calendar.name):
            self.assertNotIn(name, str(refusal.exception))

    def test_who_is_not_in_the_calendar_is_told_no_more_than_no(self):
        self.new_taken_slot()
        event = self.book(hour=15, name="Own", user_id=self.stranger.id)
        with self.assertRaisesRegex(ValidationError, "(?s)Own.*Choose") as refusal:
            event.with_user(self.stranger).write(
                {"start": TEN.replace(minute=30), "stop": TEN.replace(hour=12)}
            )
        for hidden in ("Boiler check", "10:00", self.calendar.name):
            self.assertNotIn(hidden, str(refusal.exception))


@tagged("post_install", "-at_install")
class TestConcurrentBooking(AtOnceCase):
    """Two people save the same slot at the same instant, in real transactions."""

    def setUp(self):
        super().setUp()
        # Who has to try again need not wait for a random time before.
        self.startPatcher(patch("odoo.service.model.random.uniform", lambda *_: 0))
        with self.environment() as env:
            self.user_ids = self.make_colleagues(env).ids
            calendar = env["crm.agenda.calendar"].create(
                {
                    "name": "One",
                    "owner_id": env.ref("base.user_admin").id,
                    "double_booking": "refuse",
                    "share_ids": [
                        (0, 0, {"user_id": user_id, "level": "write"})
                        for user_id in self.user_ids
                    ],
                }
            )
            self.calendar_id = calendar.id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.environment() as env:
            self.get_events(env).unlink()
            env["crm.agenda.calendar"].browse(self.calendar_id).unlink()

    def get_events(self, env):
        events = env["calendar.event"]
        return events.search([("agenda_calendar_id", "=", self.calendar_id)])

    def get_values(self, day):
        return {
            "name": "Boiler check",
            "agenda_calendar_id": self.calendar_id,
            "start": f"2100-01-{day:02} 10:00:00",
            "stop": f"2100-01-{day:02} 11:00:00",
            "partner_ids": [(6, 0, [])],
            "privacy": "public",
        }

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_one_event_and_one_clear_message(self):
        for _race in range(RACES):
            booking = ("create", [], self.get_values(4))
            outcomes = self.at_once(*((user_id, *booking) for user_id in self.user_ids))
            self.assertEqual(outcomes.count(None), 1, outcomes)
            message = next(filter(None, outcomes))
            self.assertRegex(message, "(?s)One takes one event.*Boiler check.*another")
            with self.environment() as env:
                events = self.get_events(env)
                self.assertEqual(len(events), 1)
                events.unlink()

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_one_moves_where_the_other_creates(self):
        with self.environment() as env:
            event = env["calendar.event"].create(self.get_values(4))
            event_id = event.id
        values = self.get_values(5)
        moved = {"start": values["start"], "stop": values["stop"]}
        first, second = self.user_ids
        outcomes = self.at_once(
            (first, "create", [], values), (second, "write", [event_id], moved)
        )
        self.assertEqual(outcomes.count(None), 1, outcomes)
        with self.environment() as env:
            starts = [event.start.day for event in self.get_events(env)]
        self.assertEqual(starts.count(5), 1)
