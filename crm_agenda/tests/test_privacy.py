"""How private an agenda event is, is written on the event."""

from contextlib import suppress

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TestAgendaCommon

FORM = "crm_agenda.calendar_event_view_form"


@tagged("post_install", "-at_install")
class TestPrivacy(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.writer, cls.reader = cls.members["write"], cls.members["read"]
        cls.prefer(cls.owner, "private")
        cls.prefer(cls.writer, "confidential")

    @classmethod
    def prefer(cls, user, privacy):
        user.with_user(user).calendar_default_privacy = privacy

    def is_readable(self, event):
        self.forget()
        with suppress(AccessError):
            return bool(event.with_user(self.reader).name)
        return False

    def test_a_new_event_is_as_private_as_its_organizer_prefers(self):
        for user, privacy in (
            (self.owner, "private"),
            (self.writer, "confidential"),
            (self.members["manage"], "public"),
        ):
            values = {
                "name": "Doctor",
                "agenda_calendar_id": self.calendar.id,
                "partner_ids": [],
            }
            for said in ({}, {"privacy": False}):
                with self.subTest(user=user.name, said=said):
                    event = self.Event.with_user(user).create({**values, **said})
                    self.assertEqual(event.privacy, privacy)
                    self.assertEqual(self.is_readable(event), privacy != "private")

    def test_a_calendar_that_comes_from_the_context_is_one_too(self):
        events = self.Event.with_user(self.owner).with_context(
            default_agenda_calendar_id=self.calendar.id
        )
        event = events.create({"name": "Doctor", "privacy": False, "partner_ids": []})
        self.assertEqual(event.privacy, "private")

    def test_a_meeting_that_enters_the_agenda_becomes_what_it_was(self):
        meetings = self.new_event(False, user=self.owner, privacy=False)
        meetings |= self.new_event(False, user=self.owner, privacy="public")
        self.forget()
        meetings.with_user(self.owner).agenda_calendar_id = self.calendar
        self.assertEqual(meetings.mapped("privacy"), ["private", "public"])

    def test_a_series_is_private_throughout(self):
        events = self.new_series(user=self.owner, privacy=False)
        self.assertEqual(events.mapped("privacy"), ["private"] * 3)
        meetings = self.new_series(calendar=False, user=self.owner, privacy=False)
        meetings[0].with_user(self.owner).write(
            {
                "agenda_calendar_id": self.calendar.id,
                "recurrence_update": "all_events",
            }
        )
        events = meetings[0].recurrence_id.calendar_event_ids
        self.assertEqual(events.mapped("privacy"), ["private"] * 3)

    def test_another_organizer_or_preference_changes_nothing(self):
        event = self.new_event(user=self.owner, privacy=False)
        event.user_id = self.members["manage"]
        self.assertEqual(event.privacy, "private")
        event = self.new_event(user=self.members["manage"], privacy=False)
        self.prefer(self.members["manage"], "private")
        self.forget()
        self.assertEqual(event.privacy, "public")

    def test_emptied_it_is_what_the_organizer_prefers(self):
        event = self.new_event(user=self.owner)
        event.privacy = False
        self.assertEqual(event.privacy, "private")
        # Of several organizers, the one that shows least decides.
        events = event | self.new_event(user=self.writer)
        meeting = self.new_event(False, user=self.owner)
        (events | meeting).write({"privacy": False})
        self.assertEqual(events.mapped("privacy"), ["private", "private"])
        self.assertFalse(meeting.privacy)
        meeting.write({"privacy": False, "agenda_calendar_id": self.calendar.id})
        self.assertEqual(meeting.privacy, "private")
        meeting.write({"privacy": False, "agenda_calendar_id": False})
        self.assertFalse(meeting.privacy)

    def test_the_form_shows_it(self):
        events = self.Event.with_user(self.owner).with_context(agenda=True)
        with Form(events, FORM) as form:
            form.name = "Doctor"
            form.agenda_calendar_id = self.calendar
            self.assertEqual(form.privacy, "private")
        self.assertEqual(form.record.privacy, "private")

    def test_a_meeting_in_no_calendar_says_nothing(self):
        meeting = self.new_event(False, user=self.owner, privacy=False)
        self.assertFalse(meeting.privacy)
        event = self.new_event(user=self.owner)
        event.agenda_calendar_id = False
        self.assertEqual(event.privacy, "public")

    @mute_logger("odoo.sql_db")
    def test_the_database_takes_none_without(self):
        event = self.new_event()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE calendar_event SET privacy = NULL WHERE id = %s", event.ids
            )

    def test_no_field_of_a_private_meeting_in_no_calendar_is_told(self):
        event = self.new_event(
            user=self.owner, customer_id=self.customer.id, agenda_type_id=self.visit.id
        )
        event.write({"agenda_calendar_id": False, "privacy": "private"})
        self.forget()
        meeting = event.with_user(self.reader)
        self.assertEqual(
            meeting.read(["customer_id", "agenda_type_id", "agenda_status_id"]),
            [
                {
                    "id": event.id,
                    "customer_id": False,
                    "agenda_type_id": False,
                    "agenda_status_id": False,
                }
            ],
        )
        mine = [("id", "=", event.id)]
        for user, count in ((self.reader, 0), (self.owner, 1)):
            groups = self.Event.with_user(user).read_group(
                mine, ["customer_id"], ["customer_id"]
            )
            self.assertEqual(len(groups), count, user.name)
