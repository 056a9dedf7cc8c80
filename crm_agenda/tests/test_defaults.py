"""What an event, a calendar or a wizard gets when nobody says it."""

from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DAILY, TestAgendaCommon


@tagged("post_install", "-at_install")
class TestEmptyValues(TestAgendaCommon):
    """Empty is no value: a person expects what they would get without it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.popup = cls.env.ref("calendar.alarm_notif_1")
        cls.calendar.write(
            {"default_type_id": cls.visit.id, "default_alarm_ids": [(4, cls.popup.id)]}
        )
        cls.owner.agenda_calendar_id = cls.calendar

    def load(self, columns, user=None, **context):
        """Import one row and give its event."""
        columns = {
            "name": "Imported",
            "start": "2030-01-07 09:00:00",
            "stop": "2030-01-07 10:00:00",
            **columns,
        }
        events = self.Event.with_user(user or self.owner).with_context(**context)
        result = events.load(list(columns), [list(columns.values())])
        self.assertFalse(result["messages"], result["messages"])
        return self.Event.browse(result["ids"])

    def test_imported_empty_cells_are_like_no_column(self):
        calendar = {"agenda_calendar_id": self.calendar.name}
        plain = self.load(calendar)
        self.assertEqual(plain.agenda_status_id, self.planned)
        fnames = [
            "agenda_status_id",
            "agenda_type_id",
            "alarm_ids",
            "partner_ids",
            "privacy",
            "show_as",
            "user_id",
        ]
        empty = self.load({**calendar, **dict.fromkeys(fnames, "")})
        for fname in fnames:
            with self.subTest(fname):
                self.assertEqual(empty[fname], plain[fname])
        archived = self.load({**calendar, "active": "False"})
        self.assertFalse(archived.active)

    def test_imported_into_the_agenda_without_a_calendar(self):
        for columns in ({}, {"agenda_calendar_id": "", "agenda_status_id": ""}):
            with self.subTest(**columns):
                event = self.load(columns, agenda=True)
                self.assertEqual(event.agenda_calendar_id, self.calendar)
                self.assertEqual(event.agenda_status_id, self.planned)
                self.assertEqual(event.agenda_type_id, self.visit)
        meeting = self.load({"agenda_calendar_id": "", "agenda_status_id": ""})
        self.assertFalse(meeting.agenda_calendar_id)

    def test_an_update_by_import_begins_anew(self):
        event = self.load(
            {
                "id": "__import__.event",
                "agenda_calendar_id": self.calendar.name,
                "agenda_status_id": self.done.name,
            },
            self.env.user,
        )
        self.assertEqual(event.agenda_status_id, self.done)
        again = self.load(
            {"id": "__import__.event", "agenda_status_id": ""}, self.env.user
        )
        self.assertEqual(again, event)
        self.assertEqual(event.agenda_status_id, self.planned)

    def test_code_that_says_nothing_gets_the_defaults(self):
        event = self.new_event(agenda_status_id=False, agenda_type_id=False)
        self.assertEqual(event.agenda_status_id, self.planned)
        self.assertEqual(event.agenda_type_id, self.visit)

    def test_without_an_end_it_lasts_as_long_as_is_usual(self):
        self.visit.default_duration = 2
        calendar = {"agenda_calendar_id": self.calendar.name}
        for columns, hours in (
            ({"stop": ""}, 2),
            ({"stop": "", "duration": "0.5"}, 0.5),
            ({"stop": "", "start": "2020-01-07 09:00:00"}, 2),
        ):
            with self.subTest(**columns):
                event = self.load({**calendar, **columns})
                self.assertEqual(event.stop - event.start, timedelta(hours=hours))
                self.assertEqual(event.duration, hours)
        values = {"name": "Long", "agenda_calendar_id": self.calendar.id}
        for start, hours in (
            (datetime(2030, 1, 7, 9), 1e12),
            (datetime(9999, 12, 31, 23, 30), 1),
        ):
            with self.assertRaises(ValidationError):
                self.Event.create({**values, "start": start, "duration": hours})

    def test_a_form_keeps_the_type_that_was_cleared(self):
        events = self.Event.with_user(self.owner).with_context(agenda=True)
        form = Form(events, "crm_agenda.calendar_event_view_form")
        form.name = "Boiler check"
        self.assertEqual(form.agenda_type_id, self.visit)
        form.agenda_type_id = self.visit.browse()
        event = form.save()
        self.assertFalse(event.agenda_type_id)
        self.assertEqual(event.agenda_status_id, self.planned)


@tagged("post_install", "-at_install")
class TestAlwaysAStatus(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.starting = cls.planned.copy({"name": "To confirm", "sequence": 99})
        cls.visit.starting_status_id = cls.starting

    def test_without_a_status_it_begins_anew(self):
        visit = self.new_event(
            agenda_type_id=self.visit.id, agenda_status_id=self.done.id
        )
        other = self.new_event(agenda_status_id=self.done.id)
        meeting = self.new_event(calendar=False, user=self.owner)
        events = visit | other | meeting
        events.with_user(self.owner).write({"agenda_status_id": False})
        self.assertEqual(visit.agenda_status_id, self.starting)
        self.assertEqual(other.agenda_status_id, self.planned)
        self.assertFalse(meeting.agenda_status_id)
        other.write({"agenda_status_id": False, "agenda_type_id": self.visit.id})
        self.assertEqual(other.agenda_status_id, self.starting)

    def test_a_series_without_a_status(self):
        series = self.new_series(agenda_status_id=False)
        self.assertEqual(series.agenda_status_id, self.planned)
        series.agenda_status_id = self.done
        series[0].with_user(self.owner).write(
            {"recurrence_update": "all_events", "agenda_status_id": False}
        )
        self.assertEqual(
            series.recurrence_id.calendar_event_ids.agenda_status_id, self.planned
        )
        series[0].with_user(self.owner).write(
            {
                "recurrence_update": "all_events",
                "start": series[0].start.replace(hour=7),
            }
        )
        made = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        self.assertEqual(made.agenda_status_id, self.planned)

    def test_meetings_that_enter_the_agenda(self):
        meetings = self.new_event(calendar=False) | self.new_event(
            calendar=False, agenda_type_id=self.visit.id
        )
        series = self.new_event(calendar=False, **DAILY, count=3)
        meetings |= series.recurrence_id.calendar_event_ids
        meetings.agenda_calendar_id = self.calendar
        self.assertEqual(meetings[1].agenda_status_id, self.starting)
        self.assertEqual((meetings - meetings[1]).agenda_status_id, self.planned)

    @mute_logger("odoo.sql_db")
    def test_the_database_takes_none_without(self):
        event = self.new_event()
        self.env.flush_all()
        with self.assertRaises(IntegrityError):
            self.env.cr.execute(
                "UPDATE calendar_event SET agenda_status_id = NULL WHERE id = %s",
                [event.id],
            )
        with self.assertRaises(IntegrityError):
            self.planned.unlink()

    @mute_logger("odoo.sql_db")
    def test_where_no_status_is_left(self):
        statuses = self.env["crm.agenda.event.status"].search([])
        statuses.filtered(lambda s: s.kind == "open").active = False
        with self.assertRaises(IntegrityError):
            self.new_event()
