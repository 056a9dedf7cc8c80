"""Clients let the server invite, and ask it when others are free: RFC 6638."""

from datetime import datetime, timedelta

from lxml import etree

from odoo.tests import tagged

from ..controllers.dav_schedule import answer
from ..controllers.dav_xml import SPACES
from .dav import HOME, ROOT, DavCase

INBOX, OUTBOX = f"{ROOT}inbox/", f"{ROOT}outbox/"
NINE = datetime(2100, 3, 10, 9)
QUESTION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
METHOD:REQUEST
BEGIN:VFREEBUSY
UID:7f3c
DTSTAMP:21000301T090000Z
DTSTART:21000310T000000Z
DTEND:21000311T000000Z
ORGANIZER:mailto:{organizer}
{attendees}
END:VFREEBUSY
END:VCALENDAR
"""


@tagged("post_install", "-at_install")
class TestDavSchedule(DavCase):
    def ask_when_free(self, *people, user=None, organizer=None):
        """Return ``{address: (status, lines of what is taken)}``."""
        user = user or self.owner
        text = QUESTION.format(
            organizer=organizer or user.email,
            attendees="\n".join(f"ATTENDEE:mailto:{p}" for p in people),
        )
        answer = self.ask("POST", OUTBOX, text.replace("\n", "\r\n"), user)
        if answer.status_code != 200:
            return answer
        root = etree.fromstring(answer.content)
        told = {}
        for response in root.iterfind("C:response", SPACES):
            address = response.findtext("C:recipient/D:href", namespaces=SPACES)
            status = response.findtext("C:request-status", namespaces=SPACES)
            text = response.findtext("C:calendar-data", "", namespaces=SPACES)
            lines = [x for x in text.split() if x.startswith("FREEBUSY")]
            told[address.removeprefix("mailto:")] = status[:3], lines
        return told

    def test_clients_are_told_that_the_server_invites(self):
        answer = self.ask("OPTIONS", ROOT, user=False)
        self.assertIn("calendar-auto-schedule", answer.headers["DAV"])
        names = """<C:schedule-inbox-URL/><C:schedule-outbox-URL/>
            <C:calendar-user-type/><C:calendar-user-address-set/>"""
        path = f"{ROOT}principals/{self.owner.id}/"
        [told] = self.find_all(path, names, "0").values()
        [inbox], [outbox] = map(
            told.find, ("C:schedule-inbox-URL", "C:schedule-outbox-URL")
        )
        self.assertEqual((inbox.text, outbox.text), (INBOX, OUTBOX))
        names = "<D:resourcetype/><C:schedule-default-calendar-URL/>"
        [told] = self.find_all(inbox.text, names).values()
        self.assertIn("schedule-inbox", told.get_tags("D:resourcetype"))
        [default] = told.find("C:schedule-default-calendar-URL")
        self.assertEqual(default.text, self.home)
        self.env["crm.agenda.share"].search([]).unlink()
        [told] = self.find_all(inbox.text, names, user=self.stranger).values()
        self.assertIsNone(told.find("C:schedule-default-calendar-URL"))
        [told] = self.find_all(outbox.text, "<D:resourcetype/>").values()
        self.assertIn("schedule-outbox", told.get_tags("D:resourcetype"))
        body = f"""<C:calendar-multiget {self.spaces}><D:prop><D:getetag/></D:prop>
            <D:href>{INBOX}1.ics</D:href></C:calendar-multiget>"""
        [told] = self.tell("REPORT", INBOX, body).values()
        self.assertIn("404", told.status)
        self.assertEqual(self.ask("PUT", f"{INBOX}1.ics", "x").status_code, 409)
        self.assertEqual(self.ask("DELETE", INBOX).status_code, 403)

    def test_when_somebody_is_free_who_shares_their_calendar(self):
        self.new_event(start=NINE, name="Secret", privacy="private")
        taken = ["FREEBUSY;FBTYPE=BUSY:21000310T090000Z/21000310T100000Z"]
        for level in ("busy", "read"):
            asker = self.members[level]
            told = self.ask_when_free(self.owner.email, asker.email, user=asker)
            self.assertEqual(told[self.owner.email], ("2.0", taken), level)
            self.assertEqual(told[asker.email], ("2.0", []), level)
        # Nor is it said that somebody is free of whom one sees nothing.
        told = self.ask_when_free(
            self.owner.email, "nobody@example.net", user=self.stranger
        )
        self.assertEqual(told[self.owner.email], ("3.8", []))
        self.assertEqual(told["nobody@example.net"], ("3.7", []))

    def test_what_they_attend_elsewhere_takes_time_too(self):
        reader = self.members["read"]
        other = self.new_calendar("Reader's", reader)
        self.share(other, "busy", user_id=self.owner.id)
        people = [(6, 0, reader.partner_id.ids)]
        self.new_event(start=NINE, partner_ids=people)
        event = self.new_event(start=NINE + timedelta(hours=3), partner_ids=people)
        event.attendee_ids.state = "declined"
        free = NINE + timedelta(hours=6)
        self.new_event(start=free, partner_ids=people, show_as="free")
        self.new_event(
            start=NINE + timedelta(hours=9),
            partner_ids=people,
            agenda_status_id=self.cancelled.id,
        )
        for user in (self.owner, reader):
            told = self.ask_when_free(reader.email, user=user)
            self.assertEqual(
                told[reader.email],
                ("2.0", ["FREEBUSY;FBTYPE=BUSY:21000310T090000Z/21000310T100000Z"]),
            )

    def test_who_is_asked_for_often_is_looked_up_once(self):
        self.new_event(start=NINE)
        counts = []
        for often in (1, 50):
            people = "\n".join(
                f'ATTENDEE:mailto:"{n}" <{self.owner.email}>' for n in range(often)
            )
            text = QUESTION.format(organizer=self.owner.email, attendees=people)
            self.forget()
            before = self.env.cr.sql_log_count
            told = answer(self.env(user=self.owner), text.replace("\n", "\r\n"))
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(told), often)
        self.assertLess(counts[1], counts[0] + 5)

    def test_questions_that_are_none(self):
        good = QUESTION.format(
            organizer=self.owner.email, attendees="ATTENDEE:mailto:a@b.c"
        )
        crowd = "\n".join(f"ATTENDEE:mailto:x{n}@b.c" for n in range(201))
        for text in (
            "",
            "x",
            "\0",
            good.replace("METHOD:REQUEST", "METHOD:REPLY"),
            good.replace("VFREEBUSY", "VEVENT"),
            good.replace("DTSTART:2100", "DTSTART:2200"),
            good.replace("DTSTART:", "DTSTART:x"),
            good.replace("ATTENDEE:mailto:a@b.c\n", ""),
            good.replace("ATTENDEE:mailto:a@b.c", crowd),
            good + good,
        ):
            answer = self.ask("POST", OUTBOX, text.replace("\n", "\r\n"))
            self.assertEqual(answer.status_code, 403, text[:60])
            self.assertIn("valid-scheduling-message", answer.text)
        answer = self.ask_when_free("a@b.c", organizer=self.members["read"].email)
        self.assertIn("organizer-allowed", answer.text)
        for path in (ROOT, HOME, self.home, INBOX):
            self.assertEqual(self.ask("POST", path, good).status_code, 405, path)

    def test_what_was_invited_to_has_a_mark_that_answers_leave(self):
        event = self.new_event(
            start=NINE, partner_ids=[(6, 0, self.members["read"].partner_id.ids)]
        )
        path = f"{self.home}event-{event.id}.ics"
        answer = self.ask("GET", path)
        tag, etag = answer.headers["Schedule-Tag"], answer.headers["ETag"]
        event.attendee_ids.state = "accepted"
        answer = self.ask("GET", path)
        self.assertEqual(answer.headers["Schedule-Tag"], tag)
        self.assertNotEqual(answer.headers["ETag"], etag)
        put = answer.text.replace("Boiler", "Big boiler")
        answer = self.ask("PUT", path, put, If_Schedule_Tag_Match=tag)
        self.assertEqual(answer.status_code, 204)
        self.assertNotIn(answer.headers["Schedule-Tag"], (tag, None))
        for method in ("PUT", "DELETE"):
            answer = self.ask(method, path, put, If_Schedule_Tag_Match=tag)
            self.assertEqual(answer.status_code, 412, method)
        alone = self.new_event(start=NINE)
        answer = self.ask("GET", f"{self.home}event-{alone.id}.ics")
        self.assertNotIn("Schedule-Tag", answer.headers)
