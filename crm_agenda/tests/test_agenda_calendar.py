from odoo.tests import Form, tagged

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

    def test_who_may_read_and_write_a_calendar(self):
        people = dict(self.members, owner=self.owner, stranger=self.stranger)
        people["administrator"] = self.new_user(
            "administrator", "base.group_user,crm_agenda.group_agenda_manager"
        )
        writers = {"write", "manage", "owner", "administrator"}
        for who, user in people.items():
            self.forget()
            # As in the record rules, which ask for it in sudo for the user.
            calendar = self.calendar.with_user(user).sudo()
            self.assertEqual(calendar.can_write, who in writers, who)
            self.assertEqual(calendar.can_read, who in writers | {"read"}, who)

    def test_form_shows_the_members_before_it_is_saved(self):
        form = Form(self.calendar.with_user(self.owner))
        with form.share_ids.new() as share:
            share.user_id = self.stranger
            share.level = "read"
        self.assertIn(self.stranger, form.reader_ids[:])
        self.assertNotIn(self.stranger, self.calendar.reader_ids)

    def test_demo_company_is_there_where_odoo_has_its_own(self):
        modules = ("base.module_base", "base.module_crm_agenda")
        stock, agenda = (self.env.ref(xmlid).demo for xmlid in modules)
        self.assertEqual(agenda, stock)

    def test_new_calendars_get_different_colours(self):
        colors = [self.new_calendar(f"Calendar {i}").color for i in range(3)]
        self.assertEqual(len(set(colors)), 3)
        calendars = self.env["crm.agenda.calendar"]
        calendars.search([]).color = 0  # which is none
        several = calendars.create(
            [{"name": name, "owner_id": self.owner.id} for name in "ABCDEFGHIJK"]
        )
        self.assertEqual(len(set(several.mapped("color"))), 11)

    def test_coming_events_are_those_the_user_reads(self):
        self.new_event()
        self.new_event(privacy="private")
        self.forget()
        for who, count in ((self.owner, 2), (self.members["read"], 1)):
            calendar = self.calendar.with_user(who)
            self.assertEqual(calendar.coming_event_count, count)
