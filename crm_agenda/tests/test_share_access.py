from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.compat import GROUP_USERS
from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestShareAccess(TestAgendaCommon):
    def levels_of(self, user):
        """Return the levels that the user reaches in the calendar."""
        self.forget()
        return [
            level
            for level, fname in (
                ("busy", "member_ids"),
                ("read", "reader_ids"),
                ("write", "writer_ids"),
                ("manage", "manager_ids"),
            )
            if user in self.calendar[fname]
        ]

    def test_each_level_holds_the_lower_ones(self):
        levels = ["busy", "read", "write", "manage"]
        for index, level in enumerate(levels):
            self.assertEqual(self.levels_of(self.members[level]), levels[: index + 1])
        self.assertEqual(self.levels_of(self.owner), levels)
        self.assertEqual(self.levels_of(self.stranger), [])

    def test_team_members_and_leader_follow_the_team(self):
        leader = self.new_user("leader", "sales_team.group_sale_salesman")
        seller = self.new_user("seller", "sales_team.group_sale_salesman")
        team = self.env["crm.team"].create({"name": "North", "user_id": leader.id})
        self.share(self.calendar, "read", team_id=team.id)
        self.assertEqual(self.levels_of(leader), ["busy", "read"])
        self.assertEqual(self.levels_of(seller), [])
        team.member_ids = [(4, seller.id)]
        self.assertEqual(self.levels_of(seller), ["busy", "read"])
        event = self.new_event()
        self.forget()
        self.assertTrue(event.with_user(seller).name)
        team.member_ids = [(3, seller.id)]
        self.assertEqual(self.levels_of(seller), [])
        with self.assertRaises(AccessError):
            event.with_user(seller).read(["name"])

    def test_group_people_follow_the_group(self):
        group = self.env["res.groups"].create({"name": "Drivers"})
        self.share(self.calendar, "write", group_id=group.id)
        group[GROUP_USERS] = [(4, self.stranger.id)]
        self.assertEqual(self.levels_of(self.stranger), ["busy", "read", "write"])
        group[GROUP_USERS] = [(3, self.stranger.id)]
        self.assertEqual(self.levels_of(self.stranger), [])

    def test_share_that_ends_meanwhile_does_not_come_back_with_its_user(self):
        share = self.share(self.calendar, "read", user_id=self.stranger.id)
        self.stranger.active = False
        share.unlink()
        self.stranger.active = True
        self.assertEqual(self.levels_of(self.stranger), [])

    def test_one_change_of_a_group_reaches_all_its_calendars(self):
        group = self.env["res.groups"].create({"name": "Drivers"})
        other = self.new_calendar("Other", self.members["read"])
        for calendar in self.calendar | other:
            self.share(calendar, "read", group_id=group.id)
        for user in (self.stranger, self.members["busy"]):
            group[GROUP_USERS] = [(4, user.id)]
            self.forget()
            for calendar in self.calendar | other:
                self.assertIn(user, calendar.reader_ids)
        group[GROUP_USERS] = [(5,)]
        self.assertEqual(self.levels_of(self.members["busy"]), ["busy"])
        self.assertEqual(other.member_ids, self.members["read"])

    def test_group_people_follow_the_implied_groups(self):
        group = self.env["res.groups"].create({"name": "Drivers"})
        special = self.env["res.groups"].create({"name": "Night drivers"})
        special[GROUP_USERS] = [(4, self.stranger.id)]
        self.share(self.calendar, "read", group_id=group.id)
        self.assertEqual(self.levels_of(self.stranger), [])
        special.implied_ids = [(4, group.id)]
        self.assertEqual(self.levels_of(self.stranger), ["busy", "read"])

    def test_deleting_a_team_or_group_ends_its_access(self):
        group = self.env["res.groups"].create({"name": "Drivers"})
        group[GROUP_USERS] = [(4, self.stranger.id)]
        team = self.env["crm.team"].create(
            {"name": "North", "user_id": self.stranger.id}
        )
        self.share(self.calendar, "read", group_id=group.id)
        self.share(self.calendar, "write", team_id=team.id)
        self.assertEqual(self.levels_of(self.stranger), ["busy", "read", "write"])
        team.unlink()
        self.assertEqual(self.levels_of(self.stranger), ["busy", "read"])
        group.unlink()
        self.assertEqual(self.levels_of(self.stranger), [])

    def test_the_highest_level_holds(self):
        group = self.env["res.groups"].create({"name": "Drivers"})
        group[GROUP_USERS] = [(4, self.members["write"].id)]
        share = self.share(self.calendar, "busy", group_id=group.id)
        self.assertIn("write", self.levels_of(self.members["write"]))
        share.level = "manage"
        self.assertIn("manage", self.levels_of(self.members["write"]))
        share.unlink()
        self.assertNotIn("manage", self.levels_of(self.members["write"]))

    def test_portal_users_are_never_members(self):
        portal = self.new_user("portal", "base.group_portal")
        self.share(
            self.calendar, "manage", group_id=self.env.ref("base.group_portal").id
        )
        self.assertEqual(self.levels_of(portal), [])

    def test_users_of_other_companies_are_never_members(self):
        company = self.env["res.company"].create({"name": "Other company"})
        outsider = self.new_user(
            "outsider", company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        self.share(self.calendar, "write", user_id=outsider.id)
        self.assertEqual(self.levels_of(outsider), [])
        with self.assertRaises(AccessError):
            self.new_event(user=outsider)
        outsider.company_ids = [(4, self.calendar.company_id.id)]
        self.assertEqual(self.levels_of(outsider), ["busy", "read", "write"])

    def test_nobody_shares_with_themselves_what_they_do_not_manage(self):
        for user in (self.stranger, self.members["read"], self.members["write"]):
            shares = self.env["crm.agenda.share"].with_user(user)
            group = self.env.ref("base.group_user")
            for subject in ({"user_id": user.id}, {"group_id": group.id}):
                values = dict(subject, calendar_id=self.calendar.id, level="manage")
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    shares.create(values)

    def test_a_share_is_not_taken_to_a_calendar_of_others(self):
        mine = self.new_calendar("Mine", self.stranger)
        share = self.share(mine, "manage", user_id=self.stranger.id)
        with self.assertRaises(AccessError):
            share.with_user(self.stranger).calendar_id = self.calendar

    def test_owner_shares_from_the_first_moment(self):
        calendar = (
            self.env["crm.agenda.calendar"]
            .with_user(self.stranger)
            .create(
                {
                    "name": "Mine",
                    "share_ids": [(0, 0, {"user_id": self.owner.id, "level": "read"})],
                }
            )
        )
        self.assertIn(self.owner, calendar.reader_ids)

    @mute_logger("odoo.sql_db")
    def test_share_has_exactly_one_subject(self):
        team = self.env["crm.team"].create({"name": "North"})
        for subject in ({}, {"user_id": self.stranger.id, "team_id": team.id}):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.share(self.calendar, "read", **subject)

    @mute_logger("odoo.sql_db")
    def test_second_equal_share_is_refused(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.share(self.calendar, "write", user_id=self.members["read"].id)

    def test_an_owner_cannot_be_archived(self):
        alone = self.new_user("alone")
        calendar = self.new_calendar("Alone", alone)
        self.new_event(calendar)
        with self.assertRaisesRegex(ValidationError, "another owner"):
            with self.env.cr.savepoint():
                alone.active = False
        calendar.owner_id = self.owner
        alone.active = False
        self.assertFalse(alone.active)

    def test_an_owner_cannot_leave_the_company(self):
        company = self.env["res.company"].create({"name": "Other company"})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new_calendar("Elsewhere", self.owner, company_id=company.id)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.owner.write(
                {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
            )

    def test_deleting_a_calendar_with_events_says_how_many(self):
        self.new_event()
        with self.assertRaisesRegex(UserError, "1 events"):
            self.calendar.with_user(self.owner).unlink()
