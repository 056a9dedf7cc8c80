"""Who attends what a phone writes is invited and told as if from a screen, once."""

from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ICalCase

NOW = datetime(2026, 3, 2, 9)
EVENT = """
DTSTART;TZID=Europe/Madrid:20260310T100000
DTEND;TZID=Europe/Madrid:20260310T113000
SUMMARY:Boiler check
"""
MINE = "ORGANIZER;CN=Owner:mailto:owner@example.com\n"
GUEST = "ATTENDEE;CN=Gema Ruiz;PARTSTAT=NEEDS-ACTION:mailto:gema@example.org\n"
BUSY = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:busy@example.com\n"


@tagged("post_install", "-at_install")
class TestIcalPeople(ICalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_mail_to_attendees=False))
        cls.Event = cls.Event.with_env(cls.env)
        cls.guest = cls.env["res.partner"].create(
            {"name": "Gema", "email": "gema@example.org"}
        )

    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def tell(self, act):
        """Give whom the messages that ``act`` makes are for."""
        messages = self.env["mail.message"].sudo()
        last = messages.search([], order="id desc", limit=1).id
        act()
        self.forget()
        told = messages.search([("id", ">", last)]).filtered(
            lambda m: (
                m.message_type in ("user_notification", "email_outgoing")
                or m.partner_ids
            )
        )
        return sorted(p.name for m in told for p in m.partner_ids)

    def test_guests_are_invited_once(self):
        told = self.tell(lambda: self.put_event(EVENT + MINE + GUEST))
        self.assertEqual(told, ["Gema"])
        told = self.tell(lambda: self.put_event(EVENT + MINE + GUEST))
        self.assertEqual(told, [])
        told = self.tell(lambda: self.put_event(EVENT + MINE + GUEST + BUSY))
        self.assertEqual(told, [self.members["busy"].name])
        event = self.Event.search([("name", "=", "Boiler check")])
        self.assertEqual(
            event.partner_ids, self.guest | self.members["busy"].partner_id
        )
        told = self.tell(
            lambda: self.put_event((EVENT + MINE + GUEST + BUSY).replace("T10", "T09"))
        )
        self.assertEqual(told, ["Gema", self.members["busy"].name])
        self.put_event(EVENT + MINE + BUSY)
        self.assertEqual(event.partner_ids, self.members["busy"].partner_id)

    def test_guests_of_a_series_are_invited_once(self):
        series = EVENT + "RRULE:FREQ=DAILY;COUNT=5\n" + MINE
        told = self.tell(lambda: self.put_event(series + GUEST))
        self.assertEqual(told, ["Gema"])
        told = self.tell(lambda: self.put_event(series + GUEST + BUSY))
        self.assertEqual(told, [self.members["busy"].name])
        rows = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,10;COUNT=5\n" + MINE
        told = self.tell(lambda: self.put_event(EVENT + rows + GUEST + BUSY))
        self.assertEqual(told, ["Gema", self.members["busy"].name])

    def test_an_answer_is_taken(self):
        event = self.put_event(EVENT + MINE + GUEST + BUSY)
        busy = self.members["busy"]
        attendee = event.attendee_ids.filtered(lambda a: a.partner_id.user_ids == busy)
        text = self.get(event, busy)
        line = next(x for x in text.splitlines() if "busy@example.com" in x)
        self.put(
            text.replace(line, line.replace("NEEDS-ACTION", "ACCEPTED")), user=busy
        )
        self.assertEqual(attendee.state, "accepted")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.put(text.replace("SUMMARY:Boiler", "SUMMARY:My"), user=busy)

    def test_what_others_organize_invites_nobody(self):
        other = EVENT + "ORGANIZER:mailto:boss@example.net\n" + GUEST
        event = None

        def act():
            nonlocal event
            event = self.put_event(other)

        self.assertEqual(self.tell(act), [])
        self.assertFalse(event.partner_ids)
        text = self.get(event)
        self.assertIn("ORGANIZER:mailto:boss@example.net", text)
        self.assertEqual(text.count("ATTENDEE"), 1)
        self.assertEqual(text.count("ORGANIZER"), 1)

    def test_a_reminder_is_written_for_who_gets_it(self):
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT25M\nEND:VALARM\n"
        event = self.put_event(EVENT + alarm)
        self.assertEqual(event.alarm_ids.duration_minutes, 25)
        self.put_event(EVENT + alarm.replace("25M", "2H"))
        self.assertEqual(event.alarm_ids.duration_minutes, 120)
        # Whom it does not remind changes nothing of it.
        self.put_event(EVENT + alarm, user=self.members["write"])
        self.assertEqual(event.alarm_ids.duration_minutes, 120)

    def test_double_booking_is_refused(self):
        self.calendar.double_booking = "refuse"
        self.put_event(EVENT)
        text = (EVENT + "UID:2@phone").replace("UID:1", "")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.put(
                f"BEGIN:VEVENT\n{text.strip()}\nEND:VEVENT".replace("\n\n", "\n"),
                name="2.ics",
            )

    def test_no_crowd_is_invited(self):
        crowd = "".join(f"ATTENDEE:mailto:x{n}@example.org\n" for n in range(201))
        groups = "base.group_user,base.group_partner_manager"
        planner = self.new_user("planner", groups=groups)
        self.share(self.calendar, "write", user_id=planner.id)
        partners = self.env["res.partner"].search_count([])
        with self.assertRaisesRegex(UserError, "200"):
            self.put_event(EVENT + crowd, user=planner)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        # Of what others organize, nobody is invited to.
        outside = "ORGANIZER:mailto:boss@example.org\n"
        event = self.put_event(EVENT + outside + crowd)
        self.assertFalse(event.partner_ids)
