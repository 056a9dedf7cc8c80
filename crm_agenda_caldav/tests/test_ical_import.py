"""A file of events is shown before it is imported, and imported once."""

import base64
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ICalCase

NOW = datetime(2026, 3, 2, 9)


def vevent(number, *lines, start="20260310T100000"):
    return "\r\n".join(
        [
            "BEGIN:VEVENT",
            f"UID:{number}@other",
            f"DTSTART;TZID=Europe/Madrid:{start}",
            "DURATION:PT1H",
            f"SUMMARY:Visit {number}",
            *lines,
            "END:VEVENT",
        ]
    )


@tagged("post_install", "-at_install")
class TestIcalImport(ICalCase):
    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def new_import(self, *parts, user=None):
        text = "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]
        )
        return (
            self.env["crm.agenda.import"]
            .with_user(user or self.owner)
            .create(
                {
                    "calendar_id": self.calendar.id,
                    "file": base64.b64encode(text.encode()),
                }
            )
        )

    def get_lines(self, wizard):
        wizard.action_check()
        return {line.name: line.outcome for line in wizard.line_ids}

    def get_events(self):
        return self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])

    def test_what_changes_is_shown_first(self):
        parts = [
            vevent(1),
            vevent(2, "RRULE:FREQ=DAILY;COUNT=3"),
            vevent(3, "RRULE:FREQ=HOURLY;COUNT=3"),
            "BEGIN:VTODO\r\nUID:4@other\r\nEND:VTODO",
        ]
        wizard = self.new_import(*parts)
        shown = {
            "Visit 1": "new",
            "Visit 2": "new",
            "Visit 3": "refused",
            "4@other": "refused",
        }
        self.assertEqual(self.get_lines(wizard), shown)
        refused = wizard.line_ids.filtered(lambda x: x.outcome == "refused")
        self.assertTrue(all(refused.mapped("reason")))
        self.assertFalse(self.get_events())
        wizard.action_import()
        events = self.get_events()
        self.assertEqual(len(events), 4)
        wizard = self.new_import(*parts)
        shown.update({"Visit 1": "same", "Visit 2": "same"})
        self.assertEqual(self.get_lines(wizard), shown)
        self.assertFalse(wizard.changes)
        dates = events.mapped("write_date")
        wizard.action_import()
        self.assertEqual(self.get_events(), events)
        self.assertEqual(events.mapped("write_date"), dates)
        parts[0] = vevent(1, "LOCATION:Calle Mayor 2")
        wizard = self.new_import(*parts)
        shown["Visit 1"] = "changed"
        self.assertEqual(self.get_lines(wizard), shown)
        self.assertFalse(any(events.mapped("location")))
        wizard.action_import()
        self.assertEqual(events.mapped("location").count("Calle Mayor 2"), 1)

    def test_who_may_not_write_imports_nothing(self):
        wizard = self.new_import(vevent(1), user=self.members["read"])
        self.assertEqual(self.get_lines(wizard), {"Visit 1": "refused"})
        wizard.action_import()
        self.assertFalse(self.get_events())

    def test_one_that_is_refused_does_not_keep_out_the_others(self):
        self.calendar.double_booking = "refuse"
        wizard = self.new_import(
            vevent(1), vevent(2), vevent(3, start="20260311T100000")
        )
        self.assertEqual(
            self.get_lines(wizard),
            {"Visit 1": "new", "Visit 2": "refused", "Visit 3": "new"},
        )
        wizard.action_import()
        self.assertEqual(set(self.get_events().mapped("name")), {"Visit 1", "Visit 3"})

    def test_people_are_told_once_and_not_of_what_is_past(self):
        self.env.user.partner_id.email = "admin@example.com"
        guest = self.env["res.partner"].create(
            {"name": "Gema", "email": "gema@example.org"}
        )
        people = (
            "ORGANIZER:mailto:owner@example.com",
            "ATTENDEE:mailto:gema@example.org",
        )
        messages = self.env["mail.message"].sudo()
        last = messages.search([], order="id desc", limit=1).id
        wizard = self.new_import(
            vevent(1, *people),
            vevent(2, *people, start="20250310T100000"),
            vevent(3, *people, "RRULE:FREQ=DAILY;COUNT=3"),
        ).with_context(no_mail_to_attendees=False)
        self.get_lines(wizard)
        domain = [("id", ">", last), ("partner_ids", "in", guest.ids)]
        self.assertFalse(messages.search(domain))
        wizard.action_import()
        self.assertEqual(len(messages.search(domain)), 2)

    def test_what_is_no_calendar_is_refused(self):
        for text in ("Hello", "BEGIN:VCALENDAR\r\nEND:VCALENDAR"):
            wizard = self.new_import()
            wizard.file = base64.b64encode(text.encode())
            with self.assertRaises(UserError):
                wizard.action_check()

    def test_many_events(self):
        start = datetime(2026, 4, 1, 8)
        parts = [
            vevent(n, start=f"{start + timedelta(hours=n):%Y%m%dT%H%M%S}")
            for n in range(60)
        ]
        wizard = self.new_import(*parts)
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(len(self.get_events()), 60)
        # What is known is compared without asking for each of them.
        wizard = self.new_import(*parts)
        before = self.env.cr.sql_log_count
        wizard.action_import()
        self.assertLess(self.env.cr.sql_log_count - before, 100)

    def test_a_file_is_of_whoever_imports_it(self):
        wizard = self.new_import(vevent(1))
        wizard.action_check()
        for user in (self.stranger, self.members["manage"]):
            for records in (wizard, wizard.line_ids):
                with self.assertRaises(AccessError):
                    records.with_user(user).read()
                self.assertFalse(records.with_user(user).search([]))

    def test_a_file_hides_no_event_of_odoos(self):
        private = self.new_event(name="Doctor", privacy="private")
        uid = self.Event._get_ical_uid("event", private.id)
        event = vevent(1).replace("1@other", uid)
        wizard = self.new_import(event, user=self.members["write"])
        for outcome in ("new", "same"):
            self.assertEqual(self.get_lines(wizard), {"Visit 1": outcome})
            wizard.action_import()
            self.assertEqual(len(self.get_events()), 2)
        self.assertEqual(private.name, "Doctor")
        self.assertIn("SUMMARY:Doctor", self.get(private))
