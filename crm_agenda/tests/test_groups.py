"""Grouped lists: what a group counts is what it shows when it is opened."""

from xmlrpc.client import dumps

from odoo.tests import tagged

from ..models.compat import SERIES
from .common import TestAgendaCommon

GROUPED_BY = ["name", "location", "alarm_ids", "shared_user_ids", "partner_ids"]


@tagged("post_install", "-at_install")
class TestGroups(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever never opened their preferences has no settings.
        cls.reader = cls.members["read"]
        cls.alarm = cls.env.ref("calendar.alarm_notif_1")
        people = [(6, 0, cls.stranger.ids)]
        for place in ("Madrid", "Madrid", "Burgos"):
            cls.new_event(
                location=place,
                shared_user_ids=people,
                partner_ids=[(6, 0, cls.customer.ids)],
                alarm_ids=[(6, 0, cls.alarm.ids)],
            )
        cls.new_event(privacy="private", location="Madrid")
        cls.forget()

    def group(self, user, domain, groupby):
        """Return ``[(domain, count)]`` of the groups, as the web client gets them."""
        events = self.Event.with_user(user)
        if SERIES >= 19:
            groups = events.formatted_read_group(domain, [groupby], ["__count"])
            dumps((groups,), allow_none=True)
            return [
                (domain + list(group["__extra_domain"]), group["__count"])
                for group in groups
            ]
        groups = events.web_read_group(domain, [], [groupby])["groups"]
        dumps((groups,), allow_none=True)
        return [(group["__domain"], group[f"{groupby}_count"]) for group in groups]

    def test_groups_hold_what_they_count(self):
        domain = [("agenda_calendar_id", "=", self.calendar.id)]
        for user in (self.reader, self.owner):
            events = self.Event.with_user(user)
            for groupby in GROUPED_BY:
                with self.subTest(user=user.name, groupby=groupby):
                    groups = self.group(user, domain, groupby)
                    self.assertTrue(groups)
                    for group_domain, count in groups:
                        self.assertEqual(events.search_count(group_domain), count)
                    reached = self.Event.with_user(user).browse()
                    for group_domain, _count in groups:
                        reached |= events.search(group_domain)
                    self.assertEqual(reached, events.search(domain))

    def test_meetings_that_are_in_no_calendar_stay_as_private_as_they_were(self):
        settings = self.env["res.users.settings"]._find_or_create_for_user(self.owner)
        settings.calendar_default_privacy = "private"
        meetings = {}
        for privacy in (False, "public", "private"):
            meetings[privacy] = self.new_event(
                calendar=self.env["crm.agenda.calendar"],
                user=self.owner,
                privacy=privacy,
                name=f"Meeting {privacy}",
            )
        ids = [meeting.id for meeting in meetings.values()]
        domain = [("id", "in", ids)]
        for user, shown in ((self.owner, 3), (self.reader, 1)):
            self.forget()
            groups = self.group(user, domain, "name")
            self.assertEqual(sum(count for _domain, count in groups), shown)
