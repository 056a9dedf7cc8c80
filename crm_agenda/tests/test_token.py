"""Tokens stand for a login: who reads one, and whom it lets in."""

from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..models.compat import GROUP_USERS
from .common import TestAgendaCommon

ROUTE = "/calendar/join_videocall/"
# How the ORM refuses to sort, group or compare by what is in no column.
REFUSALS = (UserError, ValueError, NotImplementedError, TypeError)


class TestTokenCommon(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attendee_user = cls.new_user("attendee")
        cls.people = dict(
            cls.members,
            owner=cls.owner,
            attendee=cls.attendee_user,
            stranger=cls.stranger,
            system=cls.new_user("system", "base.group_system"),
        )
        cls.env.ref("base.group_allow_export")[GROUP_USERS] = [
            (4, user.id) for user in cls.people.values()
        ]
        cls.customer.email = "customer@example.com"
        cls.event = cls.new_video_event()
        cls.attendee = cls.get_attendee(cls.event, cls.attendee_user.partner_id)
        cls.guest = cls.get_attendee(cls.event, cls.customer)
        cls.forget()

    @classmethod
    def new_video_event(cls, calendar=None, **values):
        location = cls.Event.get_discuss_videocall_location()
        return cls.new_event(
            calendar,
            partner_ids=[(6, 0, (cls.attendee_user.partner_id | cls.customer).ids)],
            videocall_location=location,
            access_token=location.split("/")[-1],
            **values,
        )

    @classmethod
    def get_attendee(cls, event, partner):
        return event.attendee_ids.filtered(lambda a: a.partner_id == partner)


@tagged("post_install", "-at_install")
class TestToken(TestTokenCommon):
    def setUp(self):
        super().setUp()
        self.forget()

    def get_readers(self, record):
        """Return who gets the token on any of the paths."""
        token = record.access_token
        self.assertTrue(token)
        mine = [("id", "=", record.id)]
        paths = {
            "read": lambda r: r.read(["access_token"]),
            "all": lambda r: r.read()[0]["access_token"],
            "web_read": lambda r: r.web_read({"access_token": {}}),
            "export": lambda r: r.export_data(["access_token"]),
            "search_read": lambda r: r.search_read(mine, ["access_token"]),
            "field": lambda r: r.access_token,
            "mapped": lambda r: r.mapped("access_token"),
            "search": lambda r: r.search([("access_token", "=", token)]) and token,
            "count": lambda r: (
                r.search_count([("access_token", "in", [token])]) and token
            ),
        }
        readers = {}
        for path, ask in paths.items():
            readers[path] = set()
            for who, user in self.people.items():
                self.forget()
                record.sudo().access_token  # noqa: B018 as if it had just been used
                with suppress(UserError):
                    if token in str(ask(record.with_user(user))):
                        readers[path].add(who)
        return readers

    def assert_refused(self, ask):
        try:
            with self.env.cr.savepoint():
                answer = ask()
        except REFUSALS:
            return
        self.fail(f"answered with {answer}")

    def test_an_event_s_token_is_for_who_edits_it(self):
        for path, readers in self.get_readers(self.event).items():
            self.assertEqual(readers, {"write", "manage", "owner"}, path)

    def test_an_attendee_s_token_is_their_own(self):
        for path, readers in self.get_readers(self.attendee).items():
            self.assertEqual(readers, {"write", "manage", "owner", "attendee"}, path)
        for path, readers in self.get_readers(self.guest).items():
            self.assertEqual(readers, {"write", "manage", "owner"}, path)

    def test_no_other_way_leads_to_a_token(self):
        reader = self.members["read"]
        events = self.Event.with_user(reader)
        attendees = self.env["calendar.attendee"].with_user(reader)
        partners = self.env["res.partner"].with_user(reader)
        token = self.attendee.access_token
        self.assertEqual(
            [
                events.search_count([("attendee_ids.access_token", "=", token)]),
                partners.search_count(
                    [("meeting_ids.access_token", "=", self.event.access_token)]
                ),
                attendees.search_count(
                    [("event_id.access_token", "=", self.event.access_token)]
                ),
            ],
            [0, 0, 0],
        )
        exported = self.event.with_user(reader).export_data(
            ["access_token", "attendee_ids/access_token"]
        )
        self.assertNotIn(token, str(exported))
        for ask in (
            lambda: attendees.search([("access_token", "=like", token[:4] + "%")]),
            lambda: attendees.search([("access_token", ">", "8")]),
            lambda: attendees.search([], order="access_token"),
            lambda: attendees.read_group([], ["access_token"], ["access_token"]),
            lambda: attendees.read_group([], ["access_token:max"], ["state"]),
        ):
            self.assert_refused(ask)

    def test_a_meeting_in_no_calendar_tells_as_it_did(self):
        meeting = self.new_video_event(False)
        for path, readers in self.get_readers(meeting).items():
            self.assertEqual(readers, set(self.people), path)
        meeting.privacy = "private"
        for path, readers in self.get_readers(meeting).items():
            self.assertEqual(readers, {"owner", "attendee"}, path)

    def test_invitations_have_their_links(self):
        bodies = {}

        def notify(event, **kwargs):
            [partner_id] = kwargs["partner_ids"]
            bodies[partner_id] = str(kwargs["body"])
            return self.env["mail.message"]

        events = self.env["calendar.event"].with_context(no_mail_to_attendees=False)
        base = type(self.env["mail.thread"])
        with (
            patch.object(type(self), "Event", events),
            patch.object(base, "message_notify", notify),
        ):
            event = self.new_video_event(user=self.members["write"])
        for attendee in event.attendee_ids:
            body = bodies[attendee.partner_id.id]
            self.assertIn(f"accept?token={attendee.access_token}", body)
            self.assertIn(ROUTE + attendee.access_token, body)
            self.assertNotIn(event.access_token, body)

    def test_a_token_can_be_given(self):
        self.event.with_user(self.members["write"]).access_token = "given"
        self.assertEqual(self.event.sudo().access_token, "given")
        self.assertEqual(self.event.videocall_location.split("/")[-1], "given")
        found = self.Event.sudo().search([("access_token", "=", "given")])
        self.assertEqual(found, self.event)
        self.event.sudo().access_token = False
        self.assertFalse(self.event.access_token)


@tagged("post_install", "-at_install")
class TestTokenRoutes(TestTokenCommon, HttpCase):
    def get(self, url, user=None):
        """Return where a request ends: "refused", "login" or its path."""
        self.forget()
        self.authenticate(user and user.login, user and user.login)
        answer = self.url_open(url, allow_redirects=False, timeout=60)
        self.forget()
        if answer.status_code in (302, 303):
            return "/" + answer.headers["Location"].split("://")[-1].partition("/")[2]
        return "shown" if answer.ok else "refused"

    def test_a_link_that_all_readers_know_makes_nobody_an_attendee(self):
        url = "/calendar/meeting/join?token=" + self.event.access_token
        for who in ("read", "busy", "stranger"):
            self.assertEqual(self.get(url, self.people[who]), "refused", who)
        self.assertEqual(len(self.event.attendee_ids), 2)
        self.assertIn("/calendar/meeting/view", self.get(url, self.attendee_user))
        self.assertIn("/calendar/meeting/view", self.get(url, self.people["write"]))
        self.assertEqual(len(self.event.attendee_ids), 3)

    def test_the_video_call_is_for_who_reads_the_event_now(self):
        url = ROUTE + self.event.access_token
        for who in ("read", "attendee", "owner", "write"):
            self.assertIn("/chat/", self.get(url, self.people[who]), who)
        for who in ("busy", "stranger", "system"):
            self.assertEqual(self.get(url, self.people[who]), "refused", who)
        self.assertIn("/chat/", self.get(url), "guest")
        own = ROUTE + self.guest.access_token
        self.assertIn("/chat/", self.get(own), "their own token")
        self.event.privacy = "private"
        self.assertEqual(self.get(url, self.people["read"]), "refused")

    def test_a_link_that_was_taken_off_leads_nowhere(self):
        url = ROUTE + self.event.access_token
        self.event.videocall_location = "https://calls.example.com/1"
        self.assertEqual(self.get(url), "refused")
        self.assertEqual(self.get(url, self.owner), "refused")
        self.assertEqual(self.get(ROUTE + self.guest.access_token), "refused")
        self.assertFalse(self.event.videocall_channel_id)

    def test_the_link_of_a_video_call_opens_no_chatter(self):
        self.event.message_post(body="Secret", subtype_xmlid="mail.mt_comment")
        self.event.message_subscribe(self.guest.partner_id.ids)
        thread = {"thread_model": "calendar.event", "thread_id": self.event.id}
        token = self.event.access_token
        # What Odoo signs is the token alone, whatever document has it.
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "access_token": token}
        )
        pid = self.stranger.partner_id.id
        calls = []
        for key in {"token": token}, {"hash": order._sign_token(pid), "pid": pid}:
            asked = {**thread, "request_list": ["followers"], "access_params": key}
            calls += [
                ("/mail/chatter_fetch", {**thread, **key}),
                (
                    "/mail/message/post",
                    {**thread, **key, "post_data": {"body": "Guest"}},
                ),
                ("/mail/data", {"fetch_params": [["mail.thread", asked]]}),
            ]
        for user in (None, self.stranger, self.people["busy"]):
            self.authenticate(user and user.login, user and user.login)
            for url, params in calls:
                answer = self.opener.post(
                    self.base_url() + url, json={"params": params}
                )
                for word in ("Secret", self.customer.name, "customer@example.com"):
                    self.assertNotIn(word, answer.text, (user, url))
        self.forget()
        self.assertNotIn("Guest", str(self.event.message_ids.mapped("body")))

    def test_no_preview_of_a_link_tells_of_what_one_may_not_read(self):
        """Odoo's editor names what a link leads to, and asks nobody whether they may
        read a message."""
        self.event.write({"name": "Secret", "description": "Secret"})
        message = self.event.message_post(body="Secret", subject="Secret")
        values = {"res_model": "calendar.event", "res_id": self.event.id}
        file = self.env["ir.attachment"].create(
            {"name": "Secret", "description": "Secret", **values}
        )
        self.forget()
        for user, known in (self.stranger, False), (self.owner, True):
            self.authenticate(user.login, user.login)
            for record in (message, file, self.event):
                url = f"/odoo/{record._name}/{record.id}"
                answer = self.opener.post(
                    self.base_url() + "/html_editor/link_preview_internal",
                    json={"params": {"preview_url": url}},
                ).text
                self.assertEqual("Secret" in answer, known, (url, answer))

    def test_who_was_uninvited_is_not_let_in(self):
        token = self.guest.access_token
        view = f"/calendar/meeting/view?token={token}&id={self.event.id}"
        accept = f"/calendar/meeting/accept?token={token}&id={self.event.id}"
        self.assertEqual(self.get(view), "shown")
        self.assertIn("/chat/", self.get(ROUTE + token))
        self.env.cr.execute(
            "DELETE FROM calendar_event_res_partner_rel WHERE calendar_event_id = %s",
            self.event.ids,
        )
        self.forget()
        self.assertTrue(self.guest.exists())
        for url in (view, accept, ROUTE + token):
            self.assertEqual(self.get(url), "refused", url)
        self.event.partner_ids = [(6, 0, self.customer.ids)]
        self.event.partner_ids = [(3, self.customer.id)]
        self.assertFalse(self.guest.exists())
        self.assertEqual(self.get(view), "refused")

    def test_an_answer_needs_the_token(self):
        accept = f"/calendar/meeting/accept?id={self.event.id}&token="
        self.assertEqual(self.get(accept + "x"), "refused")
        self.assertEqual(self.get(accept), "refused")
        self.assertEqual(self.guest.state, "needsAction")
        self.assertEqual(self.get(accept + self.guest.access_token), "shown")
        self.assertEqual(self.guest.state, "accepted")
