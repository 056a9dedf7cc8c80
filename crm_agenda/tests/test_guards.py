"""What gives somebody a right is refused by every route that the ORM has for it."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import TestAgendaCommon

# What switches something off in Odoo or in the agenda when the server says it itself.
CLIENT_CONTEXTS = (
    {"agenda_change": True},
    {"agenda_change": [True]},
    {"agenda_change": {"agenda_only": True}},
    {"dont_notify": True},
    {"install_module": "crm_agenda"},
    {"mail_notrack": True},
    {"tracking_disable": True},
)


@tagged("post_install", "-at_install")
class TestGuards(TestAgendaCommon):
    def test_no_context_of_a_client_silences_a_message(self):
        event = self.new_event(shared_user_ids=[(6, 0, self.stranger.ids)])
        for hours, context in enumerate(CLIENT_CONTEXTS, start=1):
            start = event.start + timedelta(hours=hours)
            with self.subTest(context=context):
                event.with_user(self.owner).with_context(**context).start = start
                told = self.env["mail.message"].search(
                    [("model", "=", event._name), ("res_id", "=", event.id)], limit=1
                )
                self.assertEqual(told.subject, f"Moved: {event.name}")
                self.assertEqual(told.partner_ids, self.stranger.partner_id)
                told.unlink()

    def test_no_context_of_a_client_silences_a_check(self):
        self.calendar.double_booking = "refuse"
        start = self.new_event().start
        for context in CLIENT_CONTEXTS:
            events = self.Event.with_user(self.owner).with_context(**context)
            values = {
                "name": "Another",
                "agenda_calendar_id": self.calendar.id,
                "start": start,
                "stop": start + timedelta(hours=1),
            }
            with self.subTest(context=context):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    events.create(values)
