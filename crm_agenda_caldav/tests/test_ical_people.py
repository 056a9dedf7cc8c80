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

    def test_nobody_answers_for_others(self):
        event = self.put_event(EVENT + MINE + GUEST + BUSY)
        text = self.get(event)
        self.put(text.replace("NEEDS-ACTION", "ACCEPTED").replace("Boiler", "Burner"))
        self.assertEqual(event.name, "Burner check")
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"needsAction"})
        self.assertEqual(self.get(event).count("NEEDS-ACTION"), 2)

    def test_who_is_no_contact_comes_back_to_the_phone(self):
        writer = self.members["write"]
        mine = "ORGANIZER:mailto:write@example.com\n"
        stranger = 'ATTENDEE;CN="Nadie, X";ROLE=CHAIR:mailto:nobody@example.net'
        phone = "ATTENDEE;CN=Taxi:tel:+34600000000"
        text = f"{EVENT}{mine}{GUEST}{stranger}\n{phone}"
        domain = [("email_normalized", "=", "nobody@example.net")]
        event = None

        def act():
            nonlocal event
            event = self.put_event(text, user=writer)

        self.assertIn("Gema", self.tell(act))
        self.assertEqual(event.partner_ids, self.guest)
        self.assertFalse(self.env["res.partner"].search(domain))
        known = self.get(event, writer)
        for line in (stranger, phone):
            self.assertEqual(known.count(line), 1)
        self.assertEqual(self.tell(lambda: self.put(known, user=writer)), [])
        self.assertEqual(self.get(event, writer), known)
        # Nor is anybody invited who was not, by who could.
        renamed = known.replace("Boiler", "Burner")
        self.assertEqual(self.tell(lambda: self.put(renamed)), ["Gema"])
        self.assertFalse(self.env["res.partner"].search(domain))
        self.put(renamed.replace(stranger, ""))
        self.assertNotIn("nobody", self.get(event))
        # One who is alone has somebody who invited them.
        event = self.put_event(EVENT + mine + stranger, user=writer)
        self.assertIn("ORGANIZER", self.get(event))

    def test_what_a_colleague_organizes_is_a_copy_of_theirs(self):
        theirs = EVENT + "ORGANIZER:mailto:busy@example.com\n" + GUEST
        event = None

        def act():
            nonlocal event
            event = self.put_event(theirs)

        self.assertEqual(self.tell(act), [])
        self.assertEqual(event.user_id, self.owner)
        self.assertFalse(event.partner_ids)
        self.assertIn("ORGANIZER:mailto:busy@example.com", self.get(event))
        # Nor does anybody else organize what is there by being named.
        event = self.new_event(partner_ids=[(6, 0, self.guest.ids)])
        text, name = self.get(event), f"event-{event.id}.ics"
        self.assertEqual(text.count("owner@example.com"), 1)
        self.put(text.replace("owner@example.com", "busy@example.com"), name=name)
        self.assertEqual(event.user_id, self.owner)
        self.assertEqual(self.get(event), text)

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

    def test_a_dismissed_reminder_comes_back_to_who_dismissed_it(self):
        alarm = """
            BEGIN:VALARM
            UID:A1
            ACTION:AUDIO
            TRIGGER:-PT25M
            END:VALARM
            """
        event = self.put_event(EVENT + alarm)
        self.assertEqual(event.alarm_ids.duration_minutes, 25)
        peer = self.members["write"]
        self.calendar.share_ids.filtered(lambda s: s.user_id == peer).remind = True
        text = self.get(event)
        self.assertEqual(text.count("BEGIN:VALARM"), 1)
        self.assertIn("UID:A1", text)
        # Dismissed, and put off.
        seen = "ACKNOWLEDGED:20260310T083000Z"
        later = """
            BEGIN:VALARM
            UID:A2
            TRIGGER;VALUE=DATE-TIME:20260310T085000Z
            RELATED-TO;RELTYPE=SNOOZE:A1
            ACTION:AUDIO
            END:VALARM
            X-MOZ-LASTACK:20260310T083000Z
            """
        self.assertEqual(
            self.tell(
                lambda: self.put_event(
                    EVENT + alarm.replace("UID:A1", f"UID:A1\n{seen}") + later
                )
            ),
            [],
        )
        self.assertEqual(event.alarm_ids.duration_minutes, 25)
        text = self.get(event)
        for line in (seen, "UID:A2", "X-MOZ-LASTACK:20260310T083000Z"):
            self.assertEqual(text.count(line), 1)
        theirs = self.get(event, peer)
        self.assertEqual(theirs.count("BEGIN:VALARM"), 1)
        for line in ("ACKNOWLEDGED", "UID:A", "X-MOZ-LASTACK"):
            self.assertNotIn(line, theirs)
        # What others write keeps it.
        self.put(theirs.replace("Boiler", "Burner"), user=peer)
        self.assertEqual(event.name, "Burner check")
        self.assertIn(seen, self.get(event))
        # Until Odoo reminds at another time.
        event.alarm_ids = self.env["calendar.alarm"]._find_by_ahead(60, False)
        text = self.get(event)
        self.assertIn("TRIGGER:-PT1H", text)
        self.assertEqual(text.count("BEGIN:VALARM"), 1)
        self.assertIn("X-MOZ-LASTACK", text)

    def test_who_is_not_reminded_has_reminders_on_their_phone(self):
        event, peer = self.new_event(), self.members["write"]
        name = f"event-{event.id}.ics"
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\n"
        text = self.get(event, peer).replace("END:VEVENT", f"{alarm}END:VEVENT")
        self.put(text, name=name, user=peer)
        self.assertFalse(event.alarm_ids)
        self.assertIn("TRIGGER:-PT5M", self.get(event, peer))
        self.assertNotIn("VALARM", self.get(event))

    def test_double_booking_is_refused(self):
        self.calendar.double_booking = "refuse"
        self.put_event(EVENT)
        text = (EVENT + "UID:2@phone").replace("UID:1", "")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.put(
                f"BEGIN:VEVENT\n{text.strip()}\nEND:VEVENT".replace("\n\n", "\n"),
                name="2.ics",
            )

    def test_who_becomes_a_contact_attends_once(self):
        people = """ATTENDEE;PARTSTAT=ACCEPTED:mailto:Zed@example.org
            ATTENDEE:urn:uuid:7f3c\n"""
        event = self.put_event(EVENT + people)
        self.assertFalse(event.partner_ids)
        self.assertIn("Zed@example.org", self.get(event))
        zed = {"name": "Zed", "email": "zed@example.org"}
        event.partner_ids = self.env["res.partner"].create(zed)
        event.attendee_ids.state = "declined"
        text = self.get(event)
        self.assertEqual(text.lower().count("zed@example.org"), 1)
        self.assertIn("PARTSTAT=DECLINED", text)
        self.assertIn("urn:uuid:7f3c", text)

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

    def test_who_attends_one_of_a_series_is_told_what_is_said_of_that_one(self):
        lines = """BEGIN:VEVENT
            UID:1@phone
            DTSTART;TZID=Europe/Madrid:20260310T1%s
            DTEND;TZID=Europe/Madrid:20260310T123000
            %s
            END:VEVENT
            """
        mine = "ORGANIZER:mailto:write@example.com\n"
        guest = "ATTENDEE:mailto:nobody@example.net"
        kept = f"COMMENT:Of all\n{guest}\n"
        series = lines % ("00000", f"RRULE:FREQ=DAILY;COUNT=3\n{mine}{kept}SUMMARY:A")
        place = "RECURRENCE-ID;TZID=Europe/Madrid:20260311T100000\n"
        own = lines % ("10000", f"{place}{mine}{BUSY}COMMENT:Of one\nSUMMARY:B")
        for one in (own.replace("COMMENT:Of one\n", ""), own):
            writer = self.members["write"]
            self.put(series + one, user=writer)
            events = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
            attended = events.filtered("partner_ids")
            text = self.get(attended, self.members["busy"])
            self.assertIn("SUMMARY:B", text)
            self.assertNotIn("Of all", text)
            self.assertNotIn("nobody@", text)
            self.assertEqual("Of one" in text, "Of one" in one)
            # Who writes only that one leaves the others as they are.
            others = events - attended
            others.sudo().privacy = "private"
            self.put(self.get(attended, self.owner))
            text = self.get(others, writer)
            self.assertEqual(text.count("Of all"), 1)
            self.assertEqual(text.count("nobody@"), 1)
            others.sudo().privacy = "public"
            self.forget()
            text = self.get(events, writer)
            self.assertEqual(text.count("Of one"), one.count("Of one"))
            self.assertEqual(text.count("Of all"), 1)
