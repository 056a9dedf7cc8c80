"""A calendar app finds the calendars of its user, and reads what they may see."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .dav import HOME, ROOT, DavCase
from .test_dav_write import OBJECT

MANAGER = "base.group_user,crm_agenda.group_agenda_manager"
NINE = datetime(2026, 3, 10, 9)  # ten o'clock in Madrid


@tagged("post_install", "-at_install")
class TestDav(DavCase):
    def test_an_app_finds_the_calendars_by_the_server_alone(self):
        answer = self.ask("PROPFIND", "/.well-known/caldav", user=False)
        self.assertEqual(answer.status_code, 301)
        [root] = self.find_all(
            answer.headers["Location"], "<D:current-user-principal/>", "0"
        ).values()
        [principal] = root.find("D:current-user-principal")
        names = "<C:calendar-home-set/><C:calendar-user-address-set/><D:displayname/>"
        [told] = self.find_all(principal.text, names, "0").values()
        self.assertEqual(told.get("D:displayname"), self.owner.name)
        [home] = told.find("C:calendar-home-set")
        addresses = [href.text for href in told.find("C:calendar-user-address-set")]
        self.assertIn(f"mailto:{self.owner.email}", addresses)
        names = "<D:resourcetype/><D:displayname/><A:calendar-color/>"
        told = self.find_all(home.text, f"{names}<C:supported-calendar-component-set/>")
        self.assertLess({HOME, self.home}, set(told) | {""})
        found = told[self.home]
        self.assertEqual(found.get("D:displayname"), "Technician")
        self.assertRegex(found.get("A:calendar-color"), "^#[0-9A-F]{8}$")
        self.assertIn("calendar", found.get_tags("D:resourcetype"))
        [kind] = found.find("C:supported-calendar-component-set")
        self.assertEqual(kind.get("name"), "VEVENT")

    def test_calendars_come_in_the_order_of_the_agenda(self):
        last = self.new_calendar("A last one", sequence=30)
        first = self.new_calendar("The first one", sequence=1)
        told = self.find_all(HOME, "<A:calendar-order/>")
        order = {href: found.get("A:calendar-order") for href, found in told.items()}
        paths = [f"{HOME}{c.id}/" for c in (first, self.calendar, last)]
        found = [int(order[path]) for path in paths]
        self.assertEqual(found, sorted(found))

    def test_each_sees_what_their_share_lets_them(self):
        event = self.new_event(description="<p>Key under the mat</p>")
        path = f"{self.home}event-{event.id}.ics"
        for level in ("read", "write", "manage"):
            user = self.members[level]
            self.assertIn(self.home, self.find_all(HOME, user=user))
            self.assertIn("Key under the mat", self.ask("GET", path, user=user).text)
            self.assertIn("Key under the mat", self.query(user=user)[0])
        busy = self.members["busy"]
        self.assertIn(self.home, self.find_all(HOME, user=busy))
        for text in [self.ask("GET", path, user=busy).text, *self.query(user=busy)]:
            self.assertIn("SUMMARY:Busy", text)
            self.assertNotIn("Boiler", text)
            self.assertNotIn("Key", text)
        self.assertNotIn(self.home, self.find_all(HOME, user=self.stranger))
        for method in ("PROPFIND", "REPORT", "GET", "PUT", "DELETE", "MOVE"):
            for there in (self.home, path, f"{HOME}999999/", f"{HOME}999999/a.ics"):
                answer = self.ask(method, there, "<a/>", user=self.stranger)
                self.assertIn(answer.status_code, (404, 409), (method, there))

    def test_who_sees_no_calendar_is_told_so(self):
        self.env["crm.agenda.share"].search([]).unlink()
        told = self.find_all(HOME, "<D:sync-token/>", user=self.stranger)
        self.assertEqual(set(told), {HOME, f"{HOME}mine/"})

    def test_a_private_event_is_busy_for_the_rest(self):
        event = self.new_event(privacy="private", name="Doctor")
        path = f"{self.home}event-{event.id}.ics"
        self.assertIn("SUMMARY:Doctor", self.ask("GET", path).text)
        for level in ("busy", "read", "write"):
            user = self.members[level]
            self.assertIn("SUMMARY:Busy", self.ask("GET", path, user=user).text)
            [text] = self.query(user=user)
            self.assertNotIn("Doctor", text)
        manager = self.new_user("boss", groups=MANAGER)
        self.assertEqual(self.ask("GET", path, user=manager).status_code, 404)

    def test_extra_users_see_their_event_only_in_calendars_that_they_see(self):
        event = self.new_event(shared_user_ids=[(6, 0, self.stranger.ids)])
        path = f"{self.home}event-{event.id}.ics"
        self.assertEqual(self.ask("GET", path, user=self.stranger).status_code, 404)
        busy = self.members["busy"]
        other = self.new_event(name="Leak", start=NINE)
        event.shared_user_ids += busy
        self.assertIn("Boiler check", self.ask("GET", path, user=busy).text)
        path = f"{self.home}event-{other.id}.ics"
        self.assertNotIn("Leak", self.ask("GET", path, user=busy).text)

    def test_what_may_not_be_written_says_so(self):
        privileges = "<D:current-user-privilege-set/>"
        for level in ("busy", "read"):
            user = self.members[level]
            [told] = self.find_all(self.home, privileges, "0", user).values()
            may = told.get_tags("D:current-user-privilege-set")
            self.assertFalse({"write", "write-content", "bind", "unbind"} & may)
            event = self.new_event()
            path = f"{self.home}event-{event.id}.ics"
            for method in ("PUT", "DELETE", "MOVE"):
                answer = self.ask(method, path, user=user)
                self.assertEqual(answer.status_code, 403, (level, method))
            self.assertTrue(event.exists())

    def test_properties_that_are_not_there_are_told_apart(self):
        names = "<D:displayname/><D:nothing/><X:odd xmlns:X='urn:x'/>"
        body = f"<D:propfind {self.spaces}><D:prop>{names}</D:prop></D:propfind>"
        answer = self.ask("PROPFIND", self.home, body, Depth="0")
        self.assertIn("404 Not Found", answer.text)
        answer = self.ask(
            "PROPFIND", self.home, body, Depth="0", Prefer="return=minimal"
        )
        self.assertNotIn("404 Not Found", answer.text)
        self.assertIn("Technician", answer.text)
        for asked in ("", f"<D:propfind {self.spaces}><D:allprop/></D:propfind>"):
            [told] = self.tell("PROPFIND", self.home, asked, Depth="0").values()
            self.assertEqual(told.get("D:displayname"), "Technician")
        asked = f"<D:propfind {self.spaces}><D:propname/></D:propfind>"
        [told] = self.tell("PROPFIND", self.home, asked, Depth="0").values()
        self.assertEqual(told.get("D:displayname"), "")
        self.assertEqual(told.get("D:sync-token"), "")
        answer = self.ask("PROPFIND", self.home, body, Depth="infinity")
        self.assertEqual(answer.status_code, 403)
        self.assertIn("propfind-finite-depth", answer.text)

    def change(self, *changes, user=None):
        body = "".join(
            f"<D:{kind}><D:prop>{p}</D:prop></D:{kind}>" for kind, p in changes
        )
        body = f"<D:propertyupdate {self.spaces}>{body}</D:propertyupdate>"
        return self.ask("PROPPATCH", self.home, body, user).text

    def test_names_and_colours_are_ones_own(self):
        name = "<D:displayname>Mine</D:displayname>"
        color = "<A:calendar-color>#123456FF</A:calendar-color>"
        reader = self.members["read"]
        answer = self.change(("set", name), ("set", color), user=reader)
        self.assertEqual(answer.count("200 OK"), 2)
        asked = "<D:displayname/><A:calendar-color/>"
        for user, name_there in ((reader, "Mine"), (self.owner, "Technician")):
            [told] = self.find_all(self.home, asked, "0", user).values()
            self.assertEqual(told.get("D:displayname"), name_there)
            found = told.get("A:calendar-color") == "#123456FF"
            self.assertEqual(found, user == reader)
        self.assertEqual(self.calendar.name, "Technician")
        self.change(("remove", "<D:displayname/>"), user=reader)
        [told] = self.find_all(self.home, asked, "0", reader).values()
        self.assertEqual(told.get("D:displayname"), "Technician")
        self.assertEqual(told.get("A:calendar-color"), "#123456FF")
        # All of it, or nothing.
        answer = self.change(("set", name), ("set", "<D:getetag>1</D:getetag>"))
        self.assertIn("403 Forbidden", answer)
        self.assertIn("424 Failed", answer)
        [told] = self.find_all(self.home, asked, "0").values()
        self.assertEqual(told.get("D:displayname"), "Technician")

    def test_an_object_is_sent_again_only_if_it_changed(self):
        event = self.new_event()
        path = f"{self.home}event-{event.id}.ics"
        answer = self.ask("GET", path)
        known = answer.headers["ETag"]
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        [told] = self.find_all(path, "<D:getetag/>", "0").values()
        self.assertEqual(told.get("D:getetag"), known)
        answer = self.ask("GET", path, If_None_Match=known)
        self.assertEqual((answer.status_code, answer.text), (304, ""))
        answer = self.ask("HEAD", path)
        self.assertEqual((answer.headers["ETag"], answer.text), (known, ""))
        event.name = "Leak"
        answer = self.ask("GET", path, If_None_Match=known)
        self.assertIn("SUMMARY:Leak", answer.text)
        self.assertNotEqual(answer.headers["ETag"], known)

    def test_a_series_is_one_object(self):
        events = self.new_series(4, start=NINE, name="Rounds")
        events[1].name = "Late rounds"
        self.assertEqual(len(self.find_all(self.home)), 2)
        path = f"{self.home}series-{events.recurrence_id.id}.ics"
        text = self.ask("GET", path).text
        self.assertIn("RRULE:FREQ=DAILY", text)
        self.assertIn("TZID:Europe/Madrid", text)
        self.assertIn("SUMMARY:Late rounds", text)
        self.assertEqual(
            self.ask("GET", f"{self.home}event-{events[0].id}.ics").status_code, 404
        )

    def multiget(self, *hrefs):
        asked = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
        body = f"""<C:calendar-multiget {self.spaces}><D:prop><D:getetag/>
            <C:calendar-data/></D:prop>{asked}</C:calendar-multiget>"""
        return self.tell("REPORT", self.home, body)

    def test_many_objects_are_read_at_once(self):
        event = self.new_event(name="Boiler check")
        series = self.new_series(3, start=NINE).recurrence_id
        other = self.new_event(self.new_calendar("Other"), name="Elsewhere")
        paths = [
            f"{self.home}event-{event.id}.ics",
            f"{self.home}series-{series.id}.ics",
        ]
        told = self.multiget(
            *paths,
            f"{self.home}event-{other.id}.ics",
            f"{HOME}{other.agenda_calendar_id.id}/event-{other.id}.ics",
            f"{self.home}../{other.agenda_calendar_id.id}/event-{other.id}.ics",
            "http://[",
            "%ff",
        )
        for path in paths:
            self.assertIn("BEGIN:VEVENT", told.pop(path).get("C:calendar-data"))
        self.assertEqual(len(told), 5)
        for found in told.values():
            self.assertIn("404", found.status)
        # However its address is written.
        [told] = self.multiget(self.base_url() + paths[0].replace("-", "%2D")).values()
        self.assertIn("Boiler check", told.get("C:calendar-data"))

    def within(self, start, hours=1, data="<C:calendar-data/>", user=None):
        stop = start + timedelta(hours=hours)
        times = f'start="{start:%Y%m%dT%H%M%SZ}" end="{stop:%Y%m%dT%H%M%SZ}"'
        return self.query(
            f'<C:comp-filter name="VEVENT"><C:time-range {times}/></C:comp-filter>',
            data.replace("TIMES", times),
            user,
        )

    def test_what_is_at_a_time(self):
        self.owner.tz = "Europe/Madrid"
        self.new_event(start=NINE, name="Hour")
        self.new_event(start=NINE, stop=NINE, name="Instant")
        day = NINE.date()
        self.new_event(allday=True, start_date=day, stop_date=day, name="Day")
        self.new_series(5, start=NINE + timedelta(days=2), name="Rounds")
        for hours, found in (
            (-1, ["Day"]),
            (0, ["Day", "Hour", "Instant"]),
            (1, ["Day"]),
            (13, ["Day"]),
            (14, []),  # midnight in Madrid
            (48, ["Rounds"]),
            (24 * 6, ["Rounds"]),
            (24 * 7, []),
        ):
            texts = self.within(NINE + timedelta(hours=hours))
            names = [n for n in ("Day", "Hour", "Instant", "Rounds") if n in str(texts)]
            self.assertEqual((names, len(texts)), (found, len(found)), hours)

    def test_a_time_range_may_be_open(self):
        self.new_event(start=NINE, name="Past")
        self.new_event(start=NINE + timedelta(days=9), name="Coming")
        after = f"{NINE + timedelta(days=5):%Y%m%dT%H%M%SZ}"
        for attribute, name in (("start", "Coming"), ("end", "Past")):
            [text] = self.query(
                '<C:comp-filter name="VEVENT">'
                f'<C:time-range {attribute}="{after}"/></C:comp-filter>'
            )
            self.assertIn(name, text)

    def test_a_series_is_told_occurrence_by_occurrence(self):
        events = self.new_series(6, start=NINE, name="Rounds")
        events[2].write({"start": NINE + timedelta(days=2, hours=2)})
        events[3].unlink()
        expand = "<C:calendar-data><C:expand TIMES/></C:calendar-data>"
        [text] = self.within(NINE + timedelta(days=1), 72, expand)
        self.assertNotIn("RRULE", text)
        self.assertNotIn("TZID", text)
        starts = [line for line in text.split() if line.startswith("DTSTART")]
        self.assertEqual(
            starts, ["DTSTART:20260311T090000Z", "DTSTART:20260312T110000Z"]
        )
        self.assertIn("RECURRENCE-ID:20260312T090000Z", text)
        limit = expand.replace("expand", "limit-recurrence-set")
        [text] = self.within(NINE + timedelta(days=4), 24, limit)
        self.assertIn("RRULE", text)
        self.assertNotIn("RECURRENCE-ID", text)

    def test_what_says_a_word(self):
        self.new_event(name="Boiler check", location="Madrid")
        self.new_event(name="LEAK; urgent", location=False)
        for test, found in (
            ('name="SUMMARY"><C:text-match>boiler</C:text-match>', ["Boiler"]),
            ('name="SUMMARY"><C:text-match>leak; u</C:text-match>', ["LEAK"]),
            (
                'name="SUMMARY"><C:text-match collation="i;octet">leak</C:text-match>',
                [],
            ),
            (
                'name="SUMMARY"><C:text-match negate-condition="yes">boiler'
                "</C:text-match>",
                ["LEAK"],
            ),
            ('name="LOCATION"><C:is-not-defined/>', ["LEAK"]),
            ('name="LOCATION">', ["Boiler"]),
        ):
            texts = self.query(
                f'<C:comp-filter name="VEVENT"><C:prop-filter {test}'
                "</C:prop-filter></C:comp-filter>"
            )
            names = [n for n in ("Boiler", "LEAK") if n in str(texts)]
            self.assertEqual(names, found, test)
        self.assertFalse(self.query('<C:comp-filter name="VTODO"/>'))

    def test_what_is_not_said(self):
        self.new_event(name="Public")
        self.new_event(name="Discreet", privacy="confidential")
        text = OBJECT.format(uid="7f3c", name="Long")
        text = text.replace("DTEND:21000104T100000Z", "DURATION:PT1H")
        self.assertEqual(self.ask("PUT", f"{self.home}1.ics", text).status_code, 201)
        for name, found in (
            ("CLASS", ["Long", "Public"]),
            ("DTEND", ["Long"]),
            ("DURATION", ["Discreet", "Public"]),
            ("RRULE", ["Discreet", "Long", "Public"]),
            ("X-COLOUR", ["Discreet", "Public"]),
            ("SUMMARY", []),
        ):
            texts = self.query(
                f'<C:comp-filter name="VEVENT"><C:prop-filter name="{name}">'
                "<C:is-not-defined/></C:prop-filter></C:comp-filter>"
            )
            names = [n for n in ("Discreet", "Long", "Public") if n in str(texts)]
            self.assertEqual(names, found, name)

    def test_when_a_calendar_is_busy(self):
        self.new_event(start=NINE, name="Boiler check")
        self.new_event(start=NINE + timedelta(minutes=30), name="Overlaps")
        self.new_event(start=NINE + timedelta(hours=3), privacy="private")
        self.new_event(start=NINE + timedelta(hours=6), show_as="free")
        body = f"""<C:free-busy-query {self.spaces}><C:time-range
            start="20260310T000000Z" end="20260311T000000Z"/></C:free-busy-query>"""
        for user in (self.owner, self.members["read"], self.members["busy"]):
            answer = self.ask("REPORT", self.home, body, user, Depth="1")
            busy = [line for line in answer.text.split() if "FREEBUSY;" in line]
            self.assertEqual(
                busy,
                [
                    "FREEBUSY;FBTYPE=BUSY:20260310T090000Z/20260310T103000Z",
                    "FREEBUSY;FBTYPE=BUSY:20260310T120000Z/20260310T130000Z",
                ],
            )
            self.assertNotIn("Boiler", answer.text)

    def test_the_first_synchronization_tells_all(self):
        event = self.new_event()
        body = f"""<D:sync-collection {self.spaces}><D:sync-token/>
            <D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>
            </D:sync-collection>"""
        answer = self.ask("REPORT", self.home, body)
        self.assertIn(f"event-{event.id}.ics", answer.text)
        [told] = self.find_all(self.home, "<D:sync-token/>", "0").values()
        token = told.get("D:sync-token")
        self.assertIn(f"<D:sync-token>{token}</D:sync-token>", answer.text)
        again = body.replace("<D:sync-token/>", f"<D:sync-token>{token}</D:sync-token>")
        answer = self.ask("REPORT", self.home, again)
        self.assertNotIn("href", answer.text)
        for odd in ("data:,a:1", "x", f"{token}:z", "data:,", f"{token}:9999999999"):
            asked = body.replace(
                "<D:sync-token/>", f"<D:sync-token>{odd}</D:sync-token>"
            )
            answer = self.ask("REPORT", self.home, asked)
            self.assertIn(answer.status_code, (403, 207), odd)
        asked = again.replace(token, "data:,a:1")
        self.assertIn("valid-sync-token", self.ask("REPORT", self.home, asked).text)
        # Nor does it help somebody else.
        answer = self.ask("REPORT", self.home, again, self.members["busy"])
        self.assertIn("valid-sync-token", answer.text)

    def test_roots_are_read_too(self):
        self.assertIn(HOME, self.find_all(ROOT))
        self.assertEqual(self.ask("GET", ROOT).status_code, 405)
        self.assertEqual(self.ask("MKCALENDAR", f"{HOME}9/").status_code, 403)
        self.assertEqual(self.ask("LOCK", self.home).status_code, 405)
        answer = self.ask("OPTIONS", ROOT, user=False)
        self.assertIn("calendar-access", answer.headers["DAV"])
