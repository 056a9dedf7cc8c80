"""Everybody starts with a calendar of their own."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from odoo.addons.crm_agenda.hooks import post_init_hook

from ..models.compat import USER_GROUPS
from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestOwnCalendar(TestAgendaCommon):
    def setUp(self):
        super().setUp()
        self.env.company.agenda_own_calendars = True

    def get_own(self, user):
        calendars = self.env["crm.agenda.calendar"]
        return calendars.search([("owner_id", "=", user.id)])

    def test_a_new_user_starts_with_a_calendar(self):
        user = self.new_user("newcomer")
        calendar = self.get_own(user)
        self.assertEqual(calendar.mapped("name"), [user.name])
        self.assertEqual(calendar.kind, "person")
        self.assertEqual(user.agenda_calendar_id, calendar)
        events = self.Event.with_user(user).with_context(agenda=True)
        with Form(events, "crm_agenda.calendar_event_view_form_short") as form:
            self.assertEqual(form.agenda_calendar_id, calendar)
            form.name = "First visit"
        self.assertTrue(calendar.with_user(user).can_manage)
        self.assertFalse(calendar.with_user(self.stranger).has_access("read"))

    def test_customers_and_who_have_one_get_none(self):
        portal = self.new_user("portal", "base.group_portal")
        self.assertFalse(self.get_own(portal))
        self.assertEqual(self.get_own(self.owner), self.calendar)
        self.owner._give_own_calendars()
        self.assertEqual(self.get_own(self.owner), self.calendar)

    def test_who_becomes_an_employee_gets_one(self):
        user = self.new_user("portal", "base.group_portal")
        internal = self.env.ref("base.group_user")
        portal = self.env.ref("base.group_portal")
        user.write({USER_GROUPS: [(3, portal.id), (4, internal.id)]})
        self.assertTrue(self.get_own(user))

    def test_it_goes_with_them_if_it_was_never_used(self):
        user, leaver, other = map(self.new_user, ("newcomer", "leaver", "other"))
        user.active = False
        self.assertFalse(self.get_own(user))
        user.active = True
        self.assertTrue(self.get_own(user))
        leaver.unlink()
        self.share(self.get_own(other), "read", user_id=user.id)
        self.new_event(calendar=self.get_own(user), active=False)
        for used in (user, other):
            with self.assertRaisesRegex(ValidationError, "Give it another owner"):
                used.active = False

    def test_who_moves_to_another_company_starts_with_one_there(self):
        user = self.new_user("newcomer")
        company = self.env["res.company"].create(
            {"name": "Another", "agenda_own_calendars": True}
        )
        user.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertEqual(self.get_own(user).company_id, company)

    def test_the_setting_turns_it_off(self):
        self.env["res.config.settings"].create(
            {"agenda_own_calendars": False}
        ).execute()
        self.assertFalse(self.get_own(self.new_user("newcomer")))

    def test_installing_gives_one_to_the_people_who_are_there(self):
        self.assertFalse(self.get_own(self.stranger))
        post_init_hook(self.env)
        self.assertEqual(len(self.get_own(self.stranger)), 1)
        self.assertEqual(self.get_own(self.owner), self.calendar)

    def test_colours_tell_new_people_apart(self):
        users = self.stranger | self.members["read"] | self.members["busy"]
        users._give_own_calendars()
        colours = [self.get_own(user).color for user in users]
        self.assertEqual(len(set(colours)), 3)

    def test_anybody_makes_a_calendar_from_a_field(self):
        """Typing a name in the field is all that it takes."""
        calendars = self.env["crm.agenda.calendar"].with_user(self.stranger)
        calendar_id, _name = calendars.name_create("Routes")
        calendar = calendars.browse(calendar_id)
        self.assertEqual(calendar.owner_id, self.stranger)
        self.assertTrue(calendar.can_write)
        events = self.Event.with_user(self.stranger).with_context(agenda=True)
        defaults = events.default_get(["agenda_calendar_id"])
        self.assertEqual(defaults["agenda_calendar_id"], calendar_id)
