"""Nothing that is sent does more than be refused."""

import time
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo.tests import tagged

from .dav import HOME, ROOT, DavCase
from .test_dav_write import OBJECT

ENTITIES = "".join(
    f'<!ENTITY b{n} "{f"&b{n - 1 or str()};" * 10}">' for n in range(1, 10)
)
BOMB = f'<!DOCTYPE a [<!ENTITY b "ha">{ENTITIES}]><a>&b9;</a>'
FILE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@tagged("post_install", "-at_install")
class TestDavHostile(DavCase):
    def setUp(self):
        super().setUp()
        self.event = self.new_event(name="Secret")
        self.path = f"{self.home}event-{self.event.id}.ics"

    def test_bodies(self):
        spaces = self.spaces
        for body in (
            BOMB,
            FILE,
            FILE.replace("<a>", "<D:propfind>"),
            "<a" * 9,
            "<a>" * 100_000,
            "\0",
            "é",
            "<a/>",
            b"\xff\xfe<\x00a\x00/\x00>\x00",
            f"<D:propfind {spaces}>{'<D:prop>' * 300}{'</D:prop>' * 300}</D:propfind>",
            "<?xml version='1.0' encoding='utf-7'?><a/>",
        ):
            for method in ("PROPFIND", "REPORT", "PROPPATCH"):
                answer = self.ask(method, self.home, body, self.members["busy"])
                self.assertIn(answer.status_code, (400, 403), (method, body[:50]))
                self.assertNotIn("root:", answer.text)
        for method in ("PROPFIND", "REPORT"):
            answer = self.ask(method, self.path, "x" * 5_000_000)
            self.assertEqual(answer.status_code, 413, method)

    def test_reports(self):
        inner = '<C:comp-filter name="VEVENT">%s</C:comp-filter>'
        for condition, status in (
            (inner % '<C:time-range start="x"/>', 403),
            (inner % "<C:time-range/>", 403),
            (inner % '<C:time-range start="20260101T000000"/>', 403),
            (inner % '<C:time-range start="99999999T999999Z"/>', 403),
            (
                inner
                % '<C:time-range start="00010101T000000Z" end="99991231T000000Z"/>',
                207,
            ),
            (
                inner
                % '<C:time-range start="20260102T000000Z" end="20260101T000000Z"/>',
                403,
            ),
            (inner % "<C:prop-filter/>", 403),
            (inner % "<C:odd/>", 403),
            (
                inner % '<C:prop-filter name="SUMMARY"><C:text-match collation="odd">'
                "x</C:text-match></C:prop-filter>",
                403,
            ),
            (inner % (inner % (inner % "")), 207),
        ):
            body = f"""<C:calendar-query {self.spaces}><D:prop/><C:filter>
                <C:comp-filter name="VCALENDAR">{condition}</C:comp-filter></C:filter>
                </C:calendar-query>"""
            answer = self.ask("REPORT", self.home, body, Depth="1")
            self.assertEqual(answer.status_code, status, condition)
        for body in (
            "<C:calendar-query {0}/>",
            "<C:free-busy-query {0}/>",
            "<D:expand-property {0}/>",
            '<C:free-busy-query {0}><C:time-range start="x"/></C:free-busy-query>',
            "<D:sync-collection {0}><D:sync-token>x</D:sync-token></D:sync-collection>",
        ):
            answer = self.ask("REPORT", self.home, body.format(self.spaces), Depth="1")
            self.assertIn(answer.status_code, (400, 403), body)
        for body in ("<C:calendar-multiget {0}/>", "<D:sync-collection {0}/>"):
            answer = self.ask("REPORT", self.home, body.format(self.spaces), Depth="1")
            self.assertEqual(answer.status_code, 207, body)

    def test_paths(self):
        for path in (
            f"{self.home}event-0{self.event.id}.ics",
            f"{self.home}event-{self.event.id}.ics/",
            f"{self.home}event-99999999999999999999.ics",
            f"{self.home}event--1.ics",
            f"{self.home}%00.ics",
            f"{self.home}%ff.ics",
            f"{self.home}..%2fevent-{self.event.id}.ics",
            f"{self.home}%25",
            f"{self.home}{'x' * 5000}.ics",
            f"{self.home}' OR 1=1 --",
            f"{HOME}-1/",
            f"{HOME}²/",
            f"{HOME}0/",
            f"{HOME}99999999999/",
            f"{HOME}1 OR 1=1/",
            f"{ROOT}principals/{self.stranger.id}/",
            f"{ROOT}principals/x/",
            f"{ROOT}x/y/z/",
            f"{ROOT}%2e%2e/web",
        ):
            for method in ("GET", "PROPFIND"):
                answer = self.ask(method, path, user=self.members["busy"])
                found = answer.status_code in (404, 405)
                # A slash at its end is as good as none.
                self.assertTrue(found or path == f"{self.path}/", (method, path))
                self.assertNotIn("Secret", answer.text)

    def put(self, lines, name="a"):
        """Write an event with these lines, and return whether it was taken."""
        text = OBJECT.format(uid=name, name="Odd").replace("X-COLOUR:blue", lines)
        answer = self.ask("PUT", f"{self.home}{name}.ics", text)
        self.assertIn(answer.status_code, (201, 403), (lines, answer.text))
        return answer.status_code == 201

    def check_readable(self, what):
        """Have all of the calendar read in each way, as everybody with a share does."""
        named = '<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"/>'
        times = 'start="21000101T000000Z" end="21000301T000000Z"'
        for name in ("expand", "limit-recurrence-set"):
            data = f"<C:calendar-data><C:{name} {times}/></C:calendar-data>"
            self.assertTrue(self.query(f"{named}</C:comp-filter>", data), what)
        for text in self.query():
            self.assertIn("END:VCALENDAR", text, what)

    def test_what_is_kept_of_an_event_stops_nobody(self):
        inside = "BEGIN:X-FOO\r\nDTSTART;TZID=%s:%s\r\nEND:X-FOO"
        for lines in (
            "item1.X-FOO:bar",
            "X_FOO:bar",
            inside % ("Mars/Base", "20260101T000000"),
            inside % ("../../../etc/passwd", "20260101T000000"),
            inside % ("Europe/Madrid", "00000101T000000"),
            inside % ("Europe/Madrid", "99991231T000000"),
            "DTSTART-X;TZID=Mars:20260101T000000",
            'X-FOO;P=a"b"c:val',
            "X-FOO;;:",
            "RRULE:FREQ=DAILY;COUNT=5;X-FOO=1",
            "RRULE:FREQ=YEARLY;UNTIL=99991231T000000Z",
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=4,5;UNTIL=99991231T000000Z",
        ):
            taken = self.put(lines)
            self.check_readable(lines)
            answer = self.ask("GET", f"{self.home}a.ics")
            self.assertEqual(answer.status_code, 200 if taken else 404, lines)
            self.ask("DELETE", f"{self.home}a.ics")

    def test_rules_of_no_day_are_refused(self):
        for rule in (
            "FREQ=DAILY;BYMONTH=1;BYYEARDAY=366",
            "FREQ=DAILY;BYDAY=MO;BYWEEKNO=53;BYMONTH=5",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=2",
            "FREQ=YEARLY;BYDAY=60MO",
            "FREQ=MONTHLY;BYDAY=9MO,1MO",
            "FREQ=YEARLY;BYDAY=1MO,9MO;BYMONTH=12",
            "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYEASTER=5",
        ):
            self.assertFalse(self.put(f"RRULE:{rule}"), rule)
            lines = f"RRULE:FREQ=DAILY;COUNT=3\r\nEXRULE:{rule}"
            self.assertFalse(self.put(lines), rule)

    def test_a_series_has_no_thousand_exceptions(self):
        text = OBJECT.format(uid="a", name="Odd")
        text = text.replace("X-COLOUR:blue", "RRULE:FREQ=DAILY;COUNT=3")
        start = datetime(2101, 1, 1)
        exceptions = "".join(
            f"BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID:{day:%Y%m%dT%H%M%SZ}\r\n"
            f"DTSTART:{day:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\n"
            for day in (start + timedelta(n) for n in range(1500))
        )
        text = text.replace("END:VCALENDAR", f"{exceptions}END:VCALENDAR")
        answer = self.ask("PUT", f"{self.home}a.ics", text)
        self.assertEqual(answer.status_code, 403)

    @contextmanager
    def assert_quick(self, what):
        """What would take minutes or for ever takes no time."""
        start = time.monotonic()
        yield
        self.assertLess(time.monotonic() - start, 8, what)

    def test_lines_that_are_none_are_seen_to_be_none_at_once(self):
        for line in ("X;A=" + "=" * 25, "X;A=" + "," * 25, "X" + ";a" * 25):
            with self.assert_quick(line):
                self.assertFalse(self.put(line), line)

    def test_time_zones_that_no_place_has_are_refused_at_once(self):
        text = OBJECT.format(uid="a", name="Odd")
        text = text.replace("DTSTART:", "DTSTART;TZID=Mars:").replace("Z\r", "\r")
        days = ",".join(map(str, range(1, 32)))
        for rule in (
            "RRULE:FREQ=YEARLY;BYSECOND=1,2,3;BYMINUTE=1,2,3;BYMONTHDAY=" + days,
            "RRULE:FREQ=YEARLY;FREQ=SECONDLY",
            "rrule:FREQ=SECONDLY",
            "RRULE:FREQ=YEARLY\r\nEXRULE:FREQ=SECONDLY",
            "RRULE:FREQ=YEARLY;BYDAY=SU",
            "RRULE:FREQ=YEARLY;BYMONTHDAY=" + days,
        ):
            parts = "".join(
                f"BEGIN:{kind}\r\nDTSTART:16010101T020000\r\n{rule}\r\n"
                f"TZOFFSETFROM:{before}\r\nTZOFFSETTO:{after}\r\nEND:{kind}\r\n"
                for kind, before, after in (
                    ("STANDARD", "+0200", "+0100"),
                    ("DAYLIGHT", "+0100", "+0200"),
                )
            )
            zone = f"BEGIN:VTIMEZONE\r\nTZID:Mars\r\n{parts}END:VTIMEZONE\r\n"
            body = text.replace("BEGIN:VEVENT", f"{zone}BEGIN:VEVENT", 1)
            with self.assert_quick(rule):
                answer = self.ask("PUT", f"{self.home}a.ics", body)
            self.assertEqual(answer.status_code, 403, rule)

    def test_what_no_index_takes(self):
        odd = "".join(chr(0x4E00 + n * n * 7919 % 20000) for n in range(6000))
        self.calendar.owner_id = self.new_user(
            "Inviter", "base.group_user,base.group_partner_manager"
        )
        text = OBJECT.format(uid="a", name="Odd")
        guest = text.replace(
            "X-COLOUR:blue", f'ATTENDEE;CN="{odd}":mailto:odd@example.com'
        )
        for body, status in (
            (text.replace("UID:a", f"UID:{odd}"), 403),
            (guest, 201),
        ):
            answer = self.ask("PUT", f"{self.home}a.ics", body, self.calendar.owner_id)
            self.assertEqual(answer.status_code, status)

    def test_each_object_is_told_of_once(self):
        hrefs = "".join(f"<D:href>{self.path}?{n}</D:href>" for n in range(50))
        body = f"""<C:calendar-multiget {self.spaces}>
            <D:prop><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"""
        answer = self.ask("REPORT", self.home, body)
        self.assertEqual(answer.text.count("SUMMARY:Secret"), 1)

    def test_too_much_is_asked_of_each_object(self):
        body = f"<D:propfind {self.spaces}><D:prop>{'<a/>' * 300}</D:prop></D:propfind>"
        answer = self.ask("PROPFIND", self.home, body, Depth="1")
        self.assertEqual(answer.status_code, 413)
        for text, times in (("x", 80), ("x" * 9000, 1)):
            test = '<C:prop-filter name="SUMMARY"><C:text-match>%s</C:text-match>'
            tests = (test % text + "</C:prop-filter>") * times
            body = f"""<C:calendar-query {self.spaces}><D:prop/><C:filter>
                <C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{tests}
                </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
            answer = self.ask("REPORT", self.home, body, Depth="1")
            self.assertIn(answer.status_code, (403, 413), times)

    def test_series_are_not_expanded_for_centuries(self):
        self.put("RRULE:FREQ=DAILY\r\nDESCRIPTION:" + "text " * 2000)
        times = 'start="21000101T000000Z" end="%s0101T000000Z"'
        for year, status in ((2101, 207), (3000, 507)):
            data = f"<C:calendar-data><C:expand {times % year}/></C:calendar-data>"
            body = f"""<C:calendar-multiget {self.spaces}><D:prop>{data}</D:prop>
                <D:href>{self.home}a.ics</D:href></C:calendar-multiget>"""
            answer = self.ask("REPORT", self.home, body)
            self.assertEqual(answer.status_code, status)

    def test_reminders_may_say_anything(self):
        alarm = "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER%s\r\nX-A:1\r\nEND:VALARM"
        asked = """<C:comp-filter name="VEVENT"><C:comp-filter name="VALARM">
            <C:time-range start="21000101T000000Z" end="21000201T000000Z"/>
            </C:comp-filter></C:comp-filter>"""
        for trigger, found in (
            (":-PT5M", 1),
            (";VALUE=DATE-TIME:21000102T000000Z", 1),
            (":soon", 0),
            (":-P99999999999D", 0),
            (";VALUE=DATE-TIME:soon", 0),
            (";VALUE=DATE-TIME:21000102", 0),
            (";VALUE=DATE-TIME:99999999T000000Z", 0),
        ):
            self.assertTrue(self.put(alarm % trigger), trigger)
            self.assertEqual(len(self.query(asked)), found, trigger)
            self.ask("DELETE", f"{self.home}a.ics")
        many = "\r\n".join(alarm % f":-PT{n}M" for n in range(1, 40))
        self.assertFalse(self.put(many))

    def test_series_that_are_no_more_as_their_rule(self):
        events = self.new_series(300, start=datetime(2030, 2, 3, 9))
        for shift, moved in (("7 min", events[100:-1]), ("969 years", events[-1])):
            # One by one it would take long.
            self.env.flush_all()
            self.env.cr.execute(
                """UPDATE calendar_event SET start = start + %s::interval,
                   stop = stop + %s::interval WHERE id IN %s""",
                [shift, shift, tuple(moved.ids)],
            )
            self.env.invalidate_all()
        with self.assert_quick("daily"):
            self.ask("GET", f"{self.home}series-{events.recurrence_id.id}.ics")
        yearly = {"rrule_type": "yearly", "rrule_type_ui": "yearly"}
        events = self.new_series(300, start=datetime(2030, 2, 3, 9), **yearly)
        seldom = {"rrule_type": "monthly", "interval": 12, "month_by": "date"}
        events.recurrence_id.write({**seldom, "day": 31})
        with self.assert_quick("yearly"):
            self.ask("GET", f"{self.home}series-{events.recurrence_id.id}.ics")

    def test_questions_that_make_no_sense(self):
        self.put("X-A:1")
        time = '<C:time-range start="21000101T000000Z"/>'
        text = "<C:text-match>x</C:text-match>"
        for test in (
            f'name="SUMMARY">{time}',
            f'name="X-A">{time}',
            f'name="SUMMARY"><C:param-filter name="X"><C:is-not-defined/>{text}'
            "</C:param-filter>",
        ):
            self.assertFalse(
                self.query(
                    f'<C:comp-filter name="VEVENT"><C:prop-filter {test}'
                    "</C:prop-filter></C:comp-filter>"
                )
            )
        for number in ("²", "9" * 5000, "-1", "x"):
            body = f"""<D:sync-collection {self.spaces}><D:sync-token/><D:limit>
                <D:nresults>{number}</D:nresults></D:limit></D:sync-collection>"""
            answer = self.ask("REPORT", self.home, body)
            self.assertEqual(answer.status_code, 207, number[:5])
