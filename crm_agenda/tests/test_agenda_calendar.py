from odoo.tests import tagged

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestAgendaCalendar(TestAgendaCommon):
    def test_user_creates_and_owns_a_calendar(self):
        calendar = (
            self.env["crm.agenda.calendar"]
            .with_user(self.stranger)
            .create({"name": "Mine"})
        )
        self.assertEqual(calendar.owner_id, self.stranger)
        self.assertTrue(calendar.can_write)
        self.assertIn(calendar, calendar.search([("can_write", "=", True)]))
        self.assertNotIn(calendar, calendar.search([("can_write", "=", False)]))

    def test_new_calendars_get_different_colours(self):
        colors = [self.new_calendar("Calendar %s" % i).color for i in range(3)]
        self.assertEqual(len(set(colors)), 3)

    def test_coming_events_are_those_the_user_reads(self):
        self.new_event()
        self.new_event(privacy="private")
        self.forget()
        for who, count in ((self.owner, 2), (self.members["read"], 1)):
            calendar = self.calendar.with_user(who)
            self.assertEqual(calendar.coming_event_count, count)
