"""What points at something hidden tells nothing of it: no name, no place in an order,
no hour."""

import unittest
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.compat import GROUP_USERS, SERIES
from .common import TestAgendaCommon

WIZARD = "calendar.popover.delete.wizard"
WIZARD_EVENT = "record" if SERIES < 19 else "calendar_event_id"


@tagged("post_install", "-at_install")
class TestPointers(TestAgendaCommon):
    """The spy may make the record that points, and never read what it points at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spy = cls.stranger
        managers = cls.env.ref("base.group_partner_manager")
        managers[GROUP_USERS] = [(4, cls.spy.id)]
        cls.mine = cls.new_calendar("M", cls.spy)
        cls.meeting = cls.new_event(cls.mine, name="Mine")
        cls.hidden = cls.new_event(name="Secret", privacy="private")

    def as_spy(self, model):
        self.forget()
        return self.env[model].with_user(self.spy)

    def make(self, model, **vals):
        record = self.as_spy(model).create(vals)
        self.forget()
        return record

    def assert_unnamed(self, record, fname):
        """Neither a record nor a form shows what its field points at."""
        form = record.onchange(
            {fname: record.sudo()[fname].id},
            [],
            {fname: {"fields": {"display_name": {}}}},
        )
        self.assertNotIn("Secret", str(form))
        self.forget()
        self.assertNotIn("Secret", str(record.read([fname])))

    def post(self):
        """Have an event's message that names it."""
        return self.hidden.with_user(self.owner).message_post(
            body="Text", subject="About Secret", partner_ids=self.customer.ids
        )

    def test_notifications_of_others(self):
        """Which any employee may read, and Odoo names messages in sudo."""
        self.post()
        self.hidden.with_user(self.owner).partner_ids = self.customer
        self.hidden.shared_user_ids = self.members["busy"]
        self.hidden.with_user(self.owner).unlink()
        told = [("res_partner_id", "=", self.members["busy"].partner_id.id)]
        notifications = self.as_spy("mail.notification")
        self.assertTrue(notifications.search(told), "of what was deleted, too")
        rows = notifications.search([]).read(["mail_message_id", "mail_mail_id"])
        self.assertNotIn("Secret", str(rows))

    def test_what_a_template_puts_into_a_mail(self):
        """Odoo makes the mail in sudo, with values that a client gives."""
        message, me = self.post(), self.spy.partner_id
        files = self.env["ir.attachment"]
        file = files.create(
            {"name": "Secret", "res_model": "calendar.event", "res_id": self.hidden.id}
        )
        mine = self.make("ir.attachment", name="Mine")
        contacts = self.env["ir.model"]._get_id("res.partner")
        template = self.env["mail.template"].create(
            {"name": "Mine", "model_id": contacts, "body_html": "Hello"}
        )
        template = template.with_user(self.spy)
        taken = {"res_model": "res.partner", "res_id": me.id}
        for values in (
            {"attachment_ids": [(4, file.id)]},
            {"attachment_ids": [(6, 0, file.ids)]},
            {"attachment_ids": file.ids},
            {"attachment_ids": [(1, file.id, taken)]},
            {"child_ids": [(4, message.id)]},
            {"mail_message_id": message.id},
            {"parent_id": message.id},
            {"model": "calendar.event", "res_id": self.hidden.id},
            {"recipient_ids": [(1, me.id, {"meeting_ids": [(4, self.hidden.id)]})]},
        ):
            with self.subTest(**values), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    template.send_mail(me.id, email_values=values)
            with self.subTest(**values), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    template.send_mail_batch(me.ids, False, False, values)
        values = {"attachment_ids": [(4, mine.id)], "recipient_ids": [(4, me.id)]}
        mail = template.send_mail(me.id, email_values=values)
        self.assertEqual(self.env["mail.mail"].browse(mail).attachment_ids, mine)

    @unittest.skipUnless(SERIES < 19, "19.0 has no such form")
    def test_what_is_sent_again(self):
        """18.0's form takes who gets it from one message, and what from another."""
        message, me = self.post(), self.spy.partner_id
        mine = self.customer.message_post(body="Mine", partner_ids=me.ids)
        line = {"notification_id": mine.notification_ids.id}
        form = self.as_spy("mail.resend.message")
        form = form.with_context(mail_message_to_resend=mine.id).create(
            {"mail_message_id": message.id, "partner_ids": [(0, 0, line)]}
        )
        with self.assertRaises(AccessError):
            form.resend_mail_action()

    def test_messages(self):
        message = self.post()
        self.hidden.with_user(self.owner).partner_ids = self.customer
        about = {"model": "calendar.attendee", "res_id": self.hidden.attendee_ids.id}
        of_attendee = self.env["mail.message"].create({"subject": "Secret", **about})
        for hidden in (message, of_attendee):
            answer = self.make("mail.message")
            answer.sudo().parent_id = hidden
            self.assert_unnamed(answer, "parent_id")
        self.assertIn("Secret", message.with_user(self.owner).sudo().display_name)

    def test_a_message_answers_what_its_author_reads(self):
        """Odoo shows both in a channel, to who is in that."""
        message = self.post()
        create = getattr(self.as_spy("discuss.channel"), "_create_group", None)
        create = create or self.as_spy("discuss.channel").create_group
        there = {"model": "discuss.channel", "res_id": create([]).id}
        mine = self.as_spy("mail.message").create(there)
        for tell in (
            lambda: mine.create({"parent_id": message.id, **there}),
            lambda: mine.write({"parent_id": message.id}),
            lambda: mine.browse(message.id).copy_data(),
        ):
            self.forget()
            with self.assertRaises(AccessError):
                tell()
        self.assertTrue(mine.create({"parent_id": mine.id, **there}))
        # Of the thread itself they may, as each of its messages answers the first.
        self.meeting.with_user(self.owner).sudo().message_post(body="First")
        self.assertTrue(self.meeting.with_user(self.spy).message_post(body="Next"))

    def test_answers(self):
        """Whose subject and people are those of the message."""
        message = self.post()
        for fname in ("subject", "partner_ids"):
            form = self.as_spy("mail.compose.message")
            with self.assertRaises(AccessError):
                form.onchange({"parent_id": message.id}, [], {fname: {}})
        form = message.with_user(self.owner).env["mail.compose.message"]
        shown = form.onchange({"parent_id": message.id}, [], {"subject": {}})
        self.assertEqual(shown["value"]["subject"], message.subject)

    def test_files(self):
        file = self.env["ir.attachment"].create(
            {"name": "Secret", "res_model": "calendar.event", "res_id": self.hidden.id}
        )
        copy = self.make("ir.attachment", name="Mine", original_id=file.id)
        self.assert_unnamed(copy, "original_id")
        self.assertEqual(file.with_user(self.owner).sudo().display_name, "Secret")

    def test_video_calls(self):
        """Who has one in an event of their own enters it by the event's link."""
        event = self.hidden.with_user(self.owner)
        event._set_discuss_videocall_location()
        event._create_videocall_channel()
        channel = self.hidden.videocall_channel_id
        meeting = self.new_event(False, self.spy).with_user(self.spy)
        for own in (meeting, self.meeting.with_user(self.spy)):
            self.forget()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                own.videocall_channel_id = channel.id
        vals = {"name": "New", "videocall_channel_id": channel.id}
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.as_spy("calendar.event").create(vals)
        self.forget()
        form = meeting.onchange(
            vals, [], {"videocall_channel_id": {"fields": {"display_name": {}}}}
        )
        self.assertNotIn("Secret", str(form))
        self.forget()
        self.new_event(videocall_channel_id=channel.id, user=self.owner)

    def test_time_finders(self):
        finder = self.env["crm.agenda.time.finder"].with_user(self.owner)
        finder = finder.create({"name": "Secret", "calendar_ids": self.calendar.ids})
        start = datetime(2030, 1, 1)
        slot = {"finder_id": finder.id, "start": start, "stop": start}
        self.assert_unnamed(self.make("crm.agenda.time.slot", **slot), "finder_id")

    def order(self, model, fname, *targets):
        """Return in which order the spy gets two records that point."""
        both = [self.make(model, **{fname: t.id, **more}) for t, more in targets]
        found = self.as_spy(model).search(
            [("id", "in", [record.id for record in both])], order=fname
        )
        return [both.index(record) for record in found]

    def test_an_order_does_not_tell_when_it_is(self):
        orders = set()
        for days in (-1, 1):
            self.meeting.start = self.hidden.start + timedelta(days=days)
            targets = ((self.hidden, {}), (self.meeting, {}))
            orders.add(tuple(self.order(WIZARD, WIZARD_EVENT, *targets)))
        self.assertEqual(len(orders), 1)

    def test_an_order_does_not_tell_the_name_of_a_calendar(self):
        orders, given = set(), {"calendar_id": self.mine.id}
        self.calendar.sequence = self.mine.sequence
        for name in ("A", "Z"):
            self.mine.name = name
            targets = ((self.calendar, given), (self.mine, given))
            orders.add(tuple(self.order("crm.agenda.reassign", "source_id", *targets)))
        self.assertEqual(len(orders), 1)

    def test_calendars_sort_for_who_sees_them(self):
        self.share(self.calendar, "busy", user_id=self.spy.id)
        given = {"calendar_id": self.mine.id}
        for name, expected in (("A", [1, 0]), ("Z", [0, 1])):
            self.mine.name = name
            targets = ((self.calendar, given), (self.mine, given))
            found = self.order("crm.agenda.reassign", "source_id", *targets)
            self.assertEqual(found, expected)

    def test_a_form_does_not_tell_who_is_absent(self):
        day = self.hidden.start.replace(hour=8) + timedelta(
            days=7 - self.hidden.start.weekday()
        )
        values = {
            "agenda_calendar_id": self.calendar.id,
            "allday": True,
            "active": True,
            "show_as": "busy",
            "start": str(day),
            "stop": str(day + timedelta(hours=10)),
            "start_date": str(day.date()),
            "stop_date": str(day.date()),
        }
        asked = {"agenda_hours": {}, "slot_start": {}}
        lines = {"meeting_ids": {"fields": asked}}
        shown = self.as_spy("calendar.event").onchange(values, ["allday"], asked)
        self.assertFalse(any(shown["value"].values()), shown)
        nested = {"meeting_ids": [(0, 0, values)]}
        shown = self.as_spy("res.partner").onchange(nested, [], lines)
        _command, _id, line = shown["value"]["meeting_ids"][0]
        self.assertFalse(any(line.values()), line)
        self.forget()
        events = self.env["calendar.event"].with_user(self.members["busy"])
        shown = events.onchange(values, ["allday"], asked)
        self.assertEqual(shown["value"].get("agenda_hours"), 8)
