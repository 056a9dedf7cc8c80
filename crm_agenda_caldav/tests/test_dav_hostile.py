"""Nothing that is sent does more than be refused."""

from odoo.tests import tagged

from .dav import HOME, ROOT, DavCase

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
