"""What a calendar app writes, and what it is refused."""

from odoo.tests import tagged

from .dav import HOME, DavCase

OBJECT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T090000Z
DTSTART:21000104T090000Z
DTEND:21000104T100000Z
SUMMARY:{name}
X-COLOUR:blue
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@tagged("post_install", "-at_install")
class TestDavWrite(DavCase):
    def put(self, path, name="Leak", uid="7f3c", user=None, **headers):
        headers.setdefault("Content_Type", "text/calendar; charset=utf-8")
        return self.ask("PUT", path, OBJECT.format(uid=uid, name=name), user, **headers)

    def get_events(self):
        return self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])

    def test_an_event_is_made_changed_and_deleted(self):
        path = f"{self.home}7f3c.ics"
        answer = self.put(path, If_None_Match="*")
        self.assertEqual(answer.status_code, 201)
        event = self.get_events()
        self.assertEqual(event.name, "Leak")
        self.assertEqual(self.put(path, If_None_Match="*").status_code, 412)
        answer = self.ask("GET", path)
        self.assertIn("UID:7f3c", answer.text)
        self.assertIn("X-COLOUR:blue", answer.text)
        known = answer.headers["ETag"]
        self.assertIn(path, self.find_all(self.home))
        answer = self.put(path, "Leak in the roof", If_Match=known)
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self.get_events(), event)
        self.assertEqual(event.name, "Leak in the roof")
        self.assertEqual(self.put(path, If_Match=known).status_code, 412)
        self.assertEqual(self.ask("DELETE", path, If_Match=known).status_code, 412)
        known = self.ask("GET", path).headers["ETag"]
        answer = self.ask("DELETE", path, If_Match=known)
        self.assertEqual(answer.status_code, 204)
        self.assertFalse(self.get_events())
        self.assertEqual(self.ask("DELETE", path).status_code, 404)
        self.assertEqual(self.put(path, If_Match=known).status_code, 412)
        self.assertFalse(self.get_events())

    def test_what_odoo_made_is_changed_by_its_address(self):
        event = self.new_event()
        path = f"{self.home}event-{event.id}.ics"
        text = self.ask("GET", path).text.replace("Boiler check", "Leak")
        self.assertEqual(self.ask("PUT", path, text).status_code, 204)
        self.assertEqual(event.name, "Leak")
        self.assertIn(path, self.find_all(self.home))
        # Addresses that Odoo gives are not taken by others.
        event.unlink()
        self.assertEqual(self.put(path).status_code, 403)
        self.assertFalse(self.get_events())

    def test_each_writes_what_their_share_lets_them(self):
        for level, user in self.members.items():
            writes = level in ("write", "manage")
            path = f"{self.home}{level}.ics"
            answer = self.put(path, level, level, user)
            self.assertEqual(answer.status_code, 201 if writes else 403, level)
            event = self.new_event()
            path = f"{self.home}event-{event.id}.ics"
            answer = self.ask("DELETE", path, user=user)
            self.assertEqual(answer.status_code, 204 if writes else 403, level)
            self.assertEqual(bool(event.exists()), not writes)
            privileges = "<D:current-user-privilege-set/>"
            [told] = self.find_all(self.home, privileges, "0", user).values()
            told = told.get_tags("D:current-user-privilege-set")
            self.assertEqual("write" in told, writes, level)

    def test_a_slot_of_which_only_its_time_is_known_is_not_written(self):
        event = self.new_event(privacy="private", name="Doctor")
        path, writer = f"{self.home}event-{event.id}.ics", self.members["write"]
        text = self.ask("GET", path, user=writer).text
        for method in ("PUT", "DELETE", "MOVE"):
            answer = self.ask(method, path, text, writer)
            self.assertEqual(answer.status_code, 403, method)
        self.assertEqual(event.name, "Doctor")

    def test_an_event_moves_to_another_calendar(self):
        other = self.new_calendar("Other")
        self.share(other, "read", user_id=self.members["write"].id)
        event = self.new_event()
        path = f"{self.home}event-{event.id}.ics"
        there = f"{self.base_url()}{HOME}{other.id}/event-{event.id}.ics"
        answer = self.ask("MOVE", path, user=self.members["write"], Destination=there)
        self.assertEqual(answer.status_code, 403)
        for odd in (
            path,
            f"{self.home}a.ics",
            "",
            "/",
            f"{HOME}{other.id}/",
            "http://[",
            f"{HOME}999999/a.ics",
        ):
            answer = self.ask("MOVE", path, Destination=odd)
            self.assertIn(answer.status_code, (403, 409), odd)
        answer = self.ask("MOVE", path, Destination=there)
        self.assertEqual(answer.status_code, 201, answer.text)
        self.assertEqual(event.agenda_calendar_id, other)
        self.assertEqual(self.ask("GET", path).status_code, 404)
        self.assertIn("Boiler check", self.ask("GET", there).text)

    def test_double_booking_is_refused_in_words_of_caldav(self):
        self.calendar.double_booking = "refuse"
        self.assertEqual(self.put(f"{self.home}a.ics", uid="a").status_code, 201)
        answer = self.put(f"{self.home}b.ics", uid="b")
        self.assertEqual(answer.status_code, 403)
        self.assertIn("error", answer.text)
        self.assertEqual(len(self.get_events()), 1)

    def test_what_is_no_event_is_refused(self):
        for text, condition in (
            ("", "valid-calendar-data"),
            ("é", "valid-calendar-data"),
            (b"\xff", "valid-calendar-data"),
            ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "valid-calendar"),
            (OBJECT.replace("VEVENT", "VTODO"), "supported-calendar-component"),
            (OBJECT.replace("DTSTART", "X-START"), "valid-calendar-data"),
        ):
            answer = self.ask("PUT", f"{self.home}a.ics", text)
            self.assertEqual(answer.status_code, 403, text)
            self.assertIn(condition, answer.text, text)
        answer = self.put(f"{self.home}a.ics", Content_Type="text/html")
        self.assertEqual(answer.status_code, 415)
        answer = self.ask("PUT", f"{self.home}a.ics", "x" * 3_000_000)
        self.assertEqual(answer.status_code, 413)
        self.put(f"{self.home}a.ics")
        answer = self.put(f"{self.home}b.ics")
        self.assertEqual(answer.status_code, 403)
        self.assertIn("no-uid-conflict", answer.text)
        self.assertEqual(len(self.get_events()), 1)
        self.assertEqual(self.put(f"{HOME}999999/a.ics").status_code, 409)
        self.assertEqual(self.put(f"{self.home}a/b.ics").status_code, 409)
        self.assertEqual(self.put(self.home).status_code, 403)
        for name in ("%00", "%0a", "x" * 300, "%ff"):
            path = f"{self.home}{name}.ics"
            self.assertIn(self.put(path, uid=name).status_code, (403, 404, 201), name)

    def test_nobody_takes_the_place_of_what_odoo_has(self):
        """Else its people would not see it any more, and whoever tries is not told that
        it is there."""
        writer, other = self.members["write"], self.new_calendar("Other")
        self.share(other, "write", user_id=writer.id)
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        private = self.new_event(name="Doctor", privacy="private")
        series = self.new_series(name="Rounds", privacy="private").recurrence_id
        for name in (
            f"event-{private.id}",
            f"event-{private.id + 500}",
            f"series-{series.id}",
            f"series-{series.id + 500}",
        ):
            path, uid = f"{self.home}{name}-x.ics", f"{name}@{database}"
            for status in (201, 204):
                answer = self.put(path, uid=uid, user=writer)
                self.assertEqual(answer.status_code, status, name)
            self.assertIn(f"UID:copy-{uid}", self.ask("GET", path, user=writer).text)
        path = f"{self.home}event-{private.id}.ics"
        self.assertIn("SUMMARY:Doctor", self.ask("GET", path).text)
        # Nor by moving something there.
        there = f"{HOME}{other.id}/x.ics"
        self.assertEqual(self.put(there, user=writer).status_code, 201)
        for name in (f"event-{private.id + 500}", f"series-{series.id}"):
            path = f"{self.home}{name}.ics"
            answer = self.ask("MOVE", there, user=writer, Destination=path)
            self.assertEqual(answer.status_code, 403, name)
        # A copy elsewhere is one when the event comes there itself.
        event = self.new_event(name="Leak")
        uid = f"event-{event.id}@{database}"
        self.put(there := f"{HOME}{other.id}/y.ics", "A copy", uid, writer)
        self.assertIn(uid, self.ask("GET", there).text)
        event.agenda_calendar_id = other
        path = f"{HOME}{other.id}/event-{event.id}.ics"
        self.assertIn("SUMMARY:Leak", self.ask("GET", path).text)
        self.assertIn("SUMMARY:A copy", self.ask("GET", there).text)
        self.assertIn(path, found := self.find_all(f"{HOME}{other.id}/"))
        self.assertIn(there, found)

    def test_what_is_hidden_has_no_address_and_no_uid(self):
        writer, path = self.members["write"], f"{self.home}x.ics"
        token = self.find_all(self.home, "<D:sync-token/>", "0", writer)
        token = token[self.home].get("D:sync-token")
        self.put(path, "Doctor", "7f3c")
        hidden = self.get_events()
        hidden.write({"privacy": "private", "show_as": "free"})
        for where, uid in ((path, "7f3c"), (path, "8a"), (f"{self.home}y.ics", "7f3c")):
            answer = self.put(where, "Mine", uid, writer, If_None_Match="*")
            self.assertEqual(answer.status_code, 201, answer.text)
            self.assertEqual(hidden.name, "Doctor")
            event = self.get_events() - hidden
            self.assertEqual((event.name, event.user_id), ("Mine", writer))
            # The phone is told where it is.
            body = f"<D:sync-token>{token}</D:sync-token><D:prop><D:getetag/></D:prop>"
            body = f"<D:sync-collection {self.spaces}>{body}</D:sync-collection>"
            told = self.tell("REPORT", self.home, body, writer)
            there = {href for href, found in told.items() if not found.status}
            self.assertEqual(len(there), 1)
            self.assertEqual(where in there, where != path)
            if where == path:
                self.assertIn(" 404 ", told[path].status)
            # Again, it is the same one.
            self.put(where, "Mine", uid, writer)
            self.assertEqual(self.get_events() - hidden, event)
            # Both are there to who may read both.
            events = self.query('<C:comp-filter name="VEVENT"/>')
            self.assertEqual(len(events), 2)
            self.assertEqual(
                self.ask("DELETE", there.pop(), user=writer).status_code, 204
            )
        self.assertIn("SUMMARY:Doctor", self.ask("GET", path).text)

    def test_what_is_there_already_does_not_move_there(self):
        other = self.new_calendar("Other")
        path = f"{self.home}x.ics"
        hidden = f"{HOME}{other.id}/y.ics"
        self.put(path)
        self.put(hidden)
        self.share(other, "write", user_id=self.members["write"].id)
        there = f"{HOME}{other.id}/x.ics"
        for privacy in ("public", "private"):
            self.Event.search([("agenda_calendar_id", "=", other.id)]).privacy = privacy
            for user in (self.owner, self.members["write"]):
                answer = self.ask("MOVE", path, user=user, Destination=there)
                self.assertEqual(answer.status_code, 403, privacy)
        self.assertTrue(self.get_events())
