"""Who hears of an event: who may read it at that moment, and nobody else."""

import unittest
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.compat import GROUP_USERS, SERIES, USER_GROUPS
from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestFollower(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.Event = cls.env["calendar.event"]
        cls.reader = cls.new_user("follower", notification_type="inbox")
        cls.reader_share = cls.share(cls.calendar, "read", user_id=cls.reader.id)
        cls.event = cls.new_event(name="Secret boiler")
        cls.follow(cls.event, cls.reader)

    @classmethod
    def follow(cls, event, *users):
        for user in users:
            event.with_user(user).message_subscribe(user.partner_id.ids)

    def say(self, event, **values):
        """Post a comment and return who is told of it."""
        self.forget()
        values.setdefault("message_type", "comment")
        message = event.with_user(self.owner).message_post(
            body="Hidden talk", subtype_xmlid="mail.mt_comment", **values
        )
        return message.sudo().notified_partner_ids

    def knows(self, user, event):
        """Say what ``user`` has of the event: follows it, is told of it, reads it."""
        self.forget()
        partner = user.partner_id
        messages = self.env["mail.message"].with_user(user)
        return [
            partner in event.message_partner_ids,
            partner in self.say(event),
            bool(
                messages.search(
                    [
                        ("model", "=", "calendar.event"),
                        ("res_id", "=", event.id),
                        ("author_id", "!=", partner.id),
                    ]
                )
            ),
        ]

    @contextmanager
    def assert_forgotten(self, user, event):
        self.assertEqual(self.knows(user, event), [True] * 3)
        yield
        self.assertEqual(self.knows(user, event), [False] * 3)

    def test_made_private(self):
        with self.assert_forgotten(self.reader, self.event):
            self.event.privacy = "private"

    def test_moved_to_another_calendar(self):
        other = self.new_calendar("Other")
        with self.assert_forgotten(self.reader, self.event):
            self.event.with_user(self.owner).agenda_calendar_id = other

    def test_share_removed(self):
        with self.assert_forgotten(self.reader, self.event):
            self.reader_share.unlink()

    def test_share_lowered(self):
        with self.assert_forgotten(self.reader, self.event):
            self.reader_share.level = "busy"

    def test_share_given_to_another(self):
        with self.assert_forgotten(self.reader, self.event):
            self.reader_share.user_id = self.stranger

    def test_group_left(self):
        group = self.env["res.groups"].create({"name": "Crew"})
        group[GROUP_USERS.replace("all_", "")] = [(4, self.reader.id)]
        self.reader_share.write({"user_id": False, "group_id": group.id})
        self.follow(self.event, self.reader)
        with self.assert_forgotten(self.reader, self.event):
            group[GROUP_USERS.replace("all_", "")] = [(3, self.reader.id)]

    def test_team_left(self):
        team = self.env["crm.team"].create(
            {"name": "Crew", "member_ids": [(6, 0, self.reader.ids)]}
        )
        self.reader_share.write({"user_id": False, "team_id": team.id})
        self.follow(self.event, self.reader)
        with self.assert_forgotten(self.reader, self.event):
            team.member_ids = [(5,)]

    def test_membership_of_a_team_given_to_somebody_else(self):
        team = self.env["crm.team"].create(
            {"name": "Crew", "member_ids": [(6, 0, self.reader.ids)]}
        )
        self.reader_share.write({"user_id": False, "team_id": team.id})
        self.follow(self.event, self.reader)
        self.forget()
        with self.assert_forgotten(self.reader, self.event):
            team.crm_team_member_ids.user_id = self.members["busy"]
        self.assertIn(self.members["busy"], self.calendar.reader_ids)

    def test_company_left(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.reader.company_ids = [(4, company.id)]
        with self.assert_forgotten(self.reader, self.event):
            self.reader.write(
                {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
            )

    def test_calendar_given_to_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.owner.company_ids = [(4, company.id)]
        admin = self.new_administrator()
        with (
            self.assert_forgotten(self.reader, self.event),
            self.assert_forgotten(admin, self.event),
        ):
            self.calendar.company_id = company

    def new_administrator(self):
        admin = self.new_user(
            "boss",
            "base.group_user,crm_agenda.group_agenda_manager",
            notification_type="inbox",
        )
        self.follow(self.event, admin)
        return admin

    def test_administrator_no_more(self):
        manager = self.env.ref("crm_agenda.group_agenda_manager")
        fname = GROUP_USERS.replace("all_", "")
        admin = self.new_administrator()
        with self.assert_forgotten(admin, self.event):
            manager.write({fname: [(3, admin.id)]})
        admin.write({USER_GROUPS: [(4, manager.id)]})
        self.follow(self.event, admin)
        with self.assert_forgotten(admin, self.event):
            admin.write({USER_GROUPS: [(3, manager.id)]})

    @unittest.skipIf(SERIES < 19, "18.0 leaves them the groups that it implied")
    def test_administrator_by_a_group_that_is_deleted(self):
        manager = self.env.ref("crm_agenda.group_agenda_manager")
        admin = self.new_administrator()
        chiefs = manager.create({"name": "Chiefs", "implied_ids": [(4, manager.id)]})
        admin.write({USER_GROUPS: [(3, manager.id), (4, chiefs.id)]})
        self.follow(self.event, admin)
        with self.assert_forgotten(admin, self.event):
            chiefs.unlink()

    def test_archived_or_deleted(self):
        self.reader.active = False
        # Nobody logs in with it: what it could read is not asked for.
        self.assertEqual(self.knows(self.reader, self.event)[:2], [False, False])
        self.reader.active = True
        self.follow(self.event, self.reader)
        partner = self.reader.partner_id
        self.reader_share.unlink()
        self.event.shared_user_ids = self.reader
        self.follow(self.event, self.reader)
        self.say(self.event)
        self.reader.unlink()
        self.assertNotIn(partner, self.event.message_partner_ids)
        self.assertNotIn(partner, self.say(self.event))

    def test_extra_user_no_more(self):
        self.event.shared_user_ids = self.stranger
        self.stranger.notification_type = "inbox"
        self.follow(self.event, self.stranger)
        with self.assert_forgotten(self.stranger, self.event):
            self.event.shared_user_ids = [(5,)]

    def test_uninvited(self):
        self.stranger.notification_type = "inbox"
        self.event.partner_ids = self.stranger.partner_id
        self.follow(self.event, self.stranger)
        with self.assert_forgotten(self.stranger, self.event):
            self.event.partner_ids = [(6, 0, [])]

    def test_organizer_no_more(self):
        self.event.user_id = self.stranger
        self.stranger.notification_type = "inbox"
        self.follow(self.event, self.stranger)
        with self.assert_forgotten(self.stranger, self.event):
            self.event.user_id = self.owner

    def test_who_may_still_read_goes_on_to_follow(self):
        self.event.shared_user_ids = self.reader
        for change in (
            {"privacy": "private"},
            {"agenda_calendar_id": self.new_calendar("Other").id},
        ):
            self.event.with_user(self.owner).write(change)
            self.assertEqual(self.knows(self.reader, self.event), [True] * 3)
        self.event.with_user(self.owner).write(
            {"privacy": "public", "agenda_calendar_id": self.calendar.id}
        )
        self.event.shared_user_ids = [(5,)]
        self.assertEqual(self.knows(self.reader, self.event), [True] * 3)

    def test_whoever_follows_a_message_goes_to_who_may_read(self):
        followers = self.env["mail.followers"].sudo()
        followers._insert_followers(
            "calendar.event", self.event.ids, self.stranger.partner_id.ids
        )
        self.assertIn(self.stranger.partner_id, self.event.message_partner_ids)
        self.assertNotIn(self.stranger.partner_id, self.say(self.event))
        self.assertIn(self.reader.partner_id, self.say(self.event))

    def test_a_contact_without_a_login_hears_what_they_are_to_hear(self):
        self.event.message_subscribe(self.customer.ids)
        self.event.privacy = "private"
        self.assertIn(self.customer, self.say(self.event))

    def test_a_customer_with_a_login_can_be_written_to(self):
        portal = self.new_user("portal", "base.group_portal").partner_id
        self.assertIn(portal, self.say(self.event, partner_ids=portal.ids))
        self.assertNotIn(portal, self.say(self.event))

    def test_a_colleague_outside_is_not_addressed(self):
        outsider = self.stranger.partner_id
        with self.assertRaisesRegex(UserError, "extra users"):
            self.say(self.event, partner_ids=outsider.ids)
        with self.assertRaisesRegex(UserError, "extra users"):
            self.event.with_user(self.owner).message_subscribe(outsider.ids)
        told = self.say(self.event, partner_ids=outsider.ids, message_type="email")
        self.assertNotIn(outsider, told)
        self.event.message_notify(body="Psst", partner_ids=outsider.ids)
        messages = self.env["mail.message"].with_user(self.stranger)
        domain = [("model", "=", "calendar.event"), ("res_id", "=", self.event.id)]
        self.assertFalse(messages.search(domain))

    def test_a_meeting_in_no_calendar_is_followed_as_before(self):
        meeting = self.new_event(False, user=self.owner)
        meeting.message_subscribe(self.stranger.partner_id.ids)
        meeting.privacy = "private"
        self.assertIn(self.stranger.partner_id, self.say(meeting))

    def test_a_new_text_does_not_reach_who_was_told_of_the_old(self):
        self.say(self.event)
        message = self.event.message_ids[0]
        self.event.privacy = "private"
        message.sudo().body = "Hidden afterwards"
        self.forget()
        messages = self.env["mail.message"].with_user(self.reader)
        self.assertFalse(messages.search([("id", "=", message.id)]))

    def test_the_inbox_is_told_that_they_are_gone(self):
        self.say(self.event)
        sent = []
        with patch.object(
            type(self.env["bus.bus"]),
            "_sendone",
            lambda bus, target, kind, message: sent.append((target, kind, message)),
        ):
            self.event.privacy = "private"
        ids = [
            m["message_ids"] for _t, kind, m in sent if kind == "mail.message/delete"
        ]
        self.assertEqual(len(ids), 1)

    def test_the_video_call_goes_on_without_who_lost_it(self):
        guest = self.stranger.partner_id
        location = self.Event.get_discuss_videocall_location()
        self.event.write(
            {"videocall_location": location, "access_token": location.split("/")[-1]}
        )
        self.event.partner_ids = self.reader.partner_id | guest | self.customer

        def meet():
            self.forget()
            event = self.event.sudo()
            if not event.videocall_channel_id:
                event._create_videocall_channel()
            return event.access_token, event.videocall_channel_id

        for change, loses, stays in (
            ({"partner_ids": [(3, guest.id)]}, guest, self.reader.partner_id),
            ({"partner_ids": [(3, self.customer.id)]}, self.customer, self.browse()),
            ({"privacy": "private"}, self.browse(), self.reader.partner_id),
            ({"name": "Boiler"}, None, self.reader.partner_id),
        ):
            token, channel = meet()
            self.event.write(change)
            new_token, new_channel = meet()
            self.assertEqual(token == new_token, loses is None, change)
            self.assertIn(new_token, self.event.videocall_location)
            self.assertEqual(channel == new_channel, loses is None, change)
            members = channel.channel_member_ids.partner_id
            self.assertFalse(members & (loses or self.browse()), change)
            self.assertLessEqual(stays, members, change)
        token, channel = meet()
        self.event.write({"partner_ids": [(6, 0, [])], "privacy": "public"})
        token, channel = meet()
        self.reader_share.level = "busy"
        new_token, new_channel = meet()
        self.assertNotEqual(new_token, token)
        self.assertNotEqual(new_channel, channel)

    def browse(self):
        return self.env["res.partner"]

    def test_the_calls_of_a_series_are_one(self):
        events = self.new_series(
            partner_ids=[(6, 0, self.stranger.partner_id.ids)],
            videocall_location="/calendar/join_videocall/token",
            access_token="token",
        )
        events[0].sudo()._create_videocall_channel()
        channel = events.videocall_channel_id
        self.assertEqual(len(channel), 1)
        events[1].partner_ids = [(6, 0, [])]
        self.assertIn(self.stranger.partner_id, channel.channel_partner_ids)
        events.write({"partner_ids": [(6, 0, [])]})
        self.assertNotIn(self.stranger.partner_id, channel.channel_partner_ids)
        self.assertFalse(events.videocall_channel_id)
