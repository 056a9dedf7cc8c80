"""What is somebody's own, in no calendar of their phone: they see it, and answer."""

import re
from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import ICalCase
from .dav import HOME, DavCase

MINE = f"{HOME}mine/"
NINE = datetime(2100, 3, 10, 9)


@tagged("post_install", "-at_install")
class TestDavMine(ICalCase, DavCase):
    def setUp(self):
        super().setUp()
        self.make_password(self.stranger)

    def invite(self, calendar=None, user=None, **values):
        people = [(6, 0, self.stranger.partner_id.ids)]
        values = {"start": NINE, "partner_ids": people, **values}
        return self.new_event(calendar, user, **values)

    def get_names(self, path=MINE, user=None):
        told = self.find_all(path, "<D:getetag/>", user=user or self.stranger)
        return {href.removeprefix(path) for href in told} - {""}

    def get_text(self, name, user=None):
        return self.ask("GET", MINE + name, user=user or self.stranger).text

    def test_what_is_in_no_calendar_of_theirs_is_in_one_of_its_own(self):
        attended = self.invite(name="Attended")
        shared = self.new_event(
            start=NINE, shared_user_ids=[(6, 0, self.stranger.ids)], name="Shared"
        )
        organized = self.new_event(
            False, self.stranger, start=NINE, user_id=self.stranger.id
        )
        self.new_event(start=NINE, name="Another's")
        names = {f"event-{e.id}.ics" for e in (attended, shared, organized)}
        self.assertEqual(self.get_names(), names)
        self.assertIn("SUMMARY:Attended", self.get_text(f"event-{attended.id}.ics"))
        told = self.find_all(HOME, "<D:displayname/>", user=self.stranger)
        self.assertEqual(told[MINE].get("D:displayname"), "My other events")
        # Once they see the calendar, it is there and nowhere else.
        self.share(self.calendar, "read", user_id=self.stranger.id)
        self.assertEqual(self.get_names(), {f"event-{organized.id}.ics"})
        here = self.get_names(self.home)
        self.assertEqual(len(here & names), 2)

    def test_nobody_sees_what_is_not_theirs(self):
        event = self.invite(name="Secret")
        name = f"event-{event.id}.ics"
        for user in (self.owner, self.members["manage"], self.members["busy"]):
            self.assertEqual(self.get_names(user=user), set())
            for method in ("GET", "PUT", "DELETE", "MOVE"):
                answer = self.ask(method, MINE + name, user=user)
                self.assertIn(answer.status_code, (403, 404), method)
                self.assertNotIn("Secret", answer.text)
        for odd in ("event-0.ics", "object-999999999.ics", "series-x.ics", "%00"):
            answer = self.ask("GET", MINE + odd, user=self.stranger)
            self.assertEqual(answer.status_code, 404, odd)

    def test_what_another_program_made_is_one_object_there(self):
        text = """BEGIN:VEVENT\nUID:1@phone\nDTSTAMP:20260101T000000Z
            DTSTART:21000310T090000Z\nDTEND:21000310T100000Z\nSUMMARY:Rounds
            RRULE:FREQ=DAILY;COUNT=3\nORGANIZER:mailto:owner@example.com
            ATTENDEE:mailto:stranger@example.com\nEND:VEVENT"""
        events = self.put(text)
        known = self.env["crm.agenda.ical.object"].search(
            [("event_ids", "in", events.ids)]
        )
        name = f"object-{known.id}.ics"
        self.assertEqual(self.get_names(), {name})
        self.assertIn(f"UID:{known.id}-1@phone", self.get_text(name))
        events.unlink()
        self.assertEqual(self.get_names(), set())

    def test_what_two_calendars_have_a_copy_of_is_there_twice(self):
        text = """BEGIN:VEVENT\nUID:1@phone\nDTSTAMP:20260101T000000Z
            DTSTART:21000310T090000Z\nDTEND:21000310T100000Z\nSUMMARY:Rounds
            ORGANIZER:mailto:owner@example.com
            ATTENDEE:mailto:stranger@example.com\nEND:VEVENT"""
        first = self.put(text)
        self.put(text, calendar=self.new_calendar("Other", self.owner))

        def get_etags():
            told = self.find_all(MINE, "<D:getetag/>", user=self.stranger)
            del told[MINE]
            return {href: found.get("D:getetag") for href, found in told.items()}

        etags = get_etags()
        self.assertEqual(len(etags), 2)
        uids = set()
        for href, etag in etags.items():
            answer = self.ask("GET", href, user=self.stranger)
            self.assertEqual(answer.headers["ETag"], etag)
            uids.add(re.search("^UID:.*", answer.text, re.M)[0])
            yes = answer.text.replace("NEEDS-ACTION", "ACCEPTED")
            answer = self.ask("PUT", href, yes, self.stranger)
            self.assertEqual(answer.status_code, 204, answer.text)
        self.assertEqual(len(uids), 2)
        self.assertEqual(first.attendee_ids.mapped("state"), ["accepted"])
        # Each is what it was, whatever becomes of the other.
        etags = get_etags()
        first.unlink()
        left = get_etags()
        self.assertEqual(len(left), 1)
        self.assertLessEqual(left.items(), etags.items())

    def test_they_answer_and_change_nothing_else(self):
        events = self.new_series(
            3, start=NINE, partner_ids=[(6, 0, self.stranger.partner_id.ids)]
        )
        name = f"series-{events.recurrence_id.id}.ics"
        text = self.get_text(name)
        self.assertIn("PARTSTAT=NEEDS-ACTION", text)
        yes = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
        for odd in (
            yes.replace("SUMMARY:Boiler", "SUMMARY:My"),
            yes.replace("UNTIL=21000312", "UNTIL=21000311"),
            yes.replace("T110000", "T120000").replace("T100000", "T110000"),
            yes.replace("UID:", "UID:x"),
        ):
            self.assertNotEqual(odd, yes)
            answer = self.ask("PUT", MINE + name, odd, self.stranger)
            self.assertEqual(answer.status_code, 403)
        self.assertEqual(set(events.attendee_ids.mapped("state")), {"needsAction"})
        self.assertEqual(set(events.mapped("name")), {"Boiler check"})
        [told] = self.find_all(
            MINE + name, "<C:schedule-tag/>", "0", self.stranger
        ).values()
        tag = told.get("C:schedule-tag")
        answer = self.ask(
            "PUT", MINE + name, yes, self.stranger, If_Schedule_Tag_Match='"odd"'
        )
        self.assertEqual(answer.status_code, 412)
        answer = self.ask(
            "PUT", MINE + name, yes, self.stranger, If_Schedule_Tag_Match=tag
        )
        self.assertEqual(answer.status_code, 204, answer.text)
        self.assertEqual(set(events.attendee_ids.mapped("state")), {"accepted"})
        answer = self.ask("GET", MINE + name, user=self.stranger)
        self.assertEqual(answer.headers["Schedule-Tag"], tag)
        for method in ("DELETE", "MOVE"):
            answer = self.ask(method, MINE + name, user=self.stranger)
            self.assertEqual(answer.status_code, 403, method)
        answer = self.ask("PUT", f"{MINE}new.ics", yes, self.stranger)
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(len(events.exists()), 3)

    def test_who_only_reads_a_calendar_answers_there(self):
        reader = self.members["read"]
        event = self.invite(partner_ids=[(6, 0, reader.partner_id.ids)])
        other = self.new_event(start=NINE)
        path = f"{self.home}event-{event.id}.ics"
        text = self.ask("GET", path, user=reader).text
        no = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED")
        answer = self.ask("PUT", path, no.replace("Boiler", "My"), reader)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("allowed-attendee-scheduling-object-change", answer.text)
        self.assertEqual(self.ask("PUT", path, no, reader).status_code, 204)
        self.assertEqual(event.attendee_ids.state, "declined")
        path = f"{self.home}event-{other.id}.ics"
        text = self.ask("GET", path, user=reader).text
        answer = self.ask("PUT", path, text, reader)
        self.assertIn("need-privileges", answer.text)

    def test_nobody_answers_for_others(self):
        reader, people = self.members["read"], self.stranger.partner_id
        event = self.invite(partner_ids=[(6, 0, (people | reader.partner_id).ids)])
        name = f"event-{event.id}.ics"
        text = self.get_text(name)
        self.assertEqual(text.count("PARTSTAT=NEEDS-ACTION"), 2)
        yes = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
        answer = self.ask("PUT", MINE + name, yes, self.stranger)
        self.assertEqual(answer.status_code, 204)
        states = {a.partner_id: a.state for a in event.attendee_ids}
        self.assertEqual(states[people], "accepted")
        self.assertEqual(states[reader.partner_id], "needsAction")

    def test_the_collection_itself_stays_as_it_is(self):
        self.assertEqual(self.ask("DELETE", MINE).status_code, 403)
        self.assertEqual(self.ask("MKCALENDAR", MINE).status_code, 405)
        body = f"""<D:propertyupdate {self.spaces}><D:set><D:prop><D:displayname>x
            </D:displayname></D:prop></D:set></D:propertyupdate>"""
        self.assertIn("403", self.ask("PROPPATCH", MINE, body).text)
        self.invite(name="Taken", show_as="busy")
        body = f"""<C:free-busy-query {self.spaces}><C:time-range
            start="21000310T000000Z" end="21000311T000000Z"/></C:free-busy-query>"""
        answer = self.ask("REPORT", MINE, body, self.stranger, Depth="1")
        self.assertIn("21000310T090000Z/21000310T100000Z", answer.text)
        stop = NINE + timedelta(hours=1)
        times = f'start="{NINE:%Y%m%dT%H%M%SZ}" end="{stop:%Y%m%dT%H%M%SZ}"'
        asked = f'<C:comp-filter name="VEVENT"><C:time-range {times}/></C:comp-filter>'
        [text] = self.query(asked, user=self.stranger, path=MINE)
        self.assertIn("Taken", text)
