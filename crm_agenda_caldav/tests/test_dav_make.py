"""Calendars that are made and deleted on a phone."""

from odoo.tests import tagged

from .dav import HOME, ROOT, DavCase
from .test_dav_write import OBJECT

PUT = OBJECT.format(uid="7f3c", name="Leak")
NAME = "<D:displayname>Football</D:displayname>"
KIND = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"


@tagged("post_install", "-at_install")
class TestDavMake(DavCase):
    def setUp(self):
        super().setUp()
        self.path = f"{HOME}football/"

    def make(self, properties="", path=None, user=None, method="MKCALENDAR"):
        body, name = "", "C:mkcalendar" if method == "MKCALENDAR" else "D:mkcol"
        if properties:
            body = f"<D:set><D:prop>{properties}</D:prop></D:set>"
            body = f"<{name} {self.spaces}>{body}</{name}>"
        return self.ask(method, path or self.path, body, user)

    def get_made(self, name="Football"):
        calendars = self.env["crm.agenda.calendar"].with_context(active_test=False)
        return calendars.search([("name", "=", name)])

    def test_a_calendar_is_made_where_the_phone_wants_it(self):
        color = "<A:calendar-color>#5794DEFF</A:calendar-color>"
        text = "<C:calendar-description>On Sundays</C:calendar-description>"
        odd = "<X:odd xmlns:X='urn:x'>1</X:odd>"
        self.assertEqual(self.make(NAME + color + text + odd).status_code, 201)
        made = self.get_made()
        self.assertEqual(made.owner_id, self.owner)
        self.assertEqual(made.company_id, self.owner.company_id)
        self.assertEqual((made.color, made.description), (4, "On Sundays"))
        names = "<D:displayname/><A:calendar-color/><C:calendar-description/>"
        told = self.find_all(HOME, names)
        self.assertIn(self.home, told)
        self.assertNotIn(f"{HOME}{made.id}/", told)
        found = told[self.path]
        self.assertEqual(found.get("D:displayname"), "Football")
        self.assertEqual(found.get("A:calendar-color"), "#5794DEFF")
        self.assertEqual(found.get("C:calendar-description"), "On Sundays")
        answer = self.ask("PUT", f"{self.path}1.ics", PUT)
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(self.query(path=self.path), self.query(path=self.path))
        self.assertEqual(len(self.query(path=self.path)), 1)
        self.assertEqual(
            set(self.find_all(self.path)) - {self.path}, {f"{self.path}1.ics"}
        )
        self.assertEqual(made.coming_event_count, 1)

    def test_its_address_is_whatever_the_phone_likes(self):
        for part, quoted in (("a@b", "a%40b"), ("Fútbol 5", "F%C3%BAtbol%205")):
            path = f"{HOME}{part}/"
            self.assertEqual(self.make(path=path).status_code, 201, part)
            self.assertIn(f"{HOME}{quoted}/", self.find_all(HOME), part)
            self.ask("PUT", f"{path}1.ics", PUT)
            asked = f"{HOME}{quoted}/1.ics"
            body = f"""<C:calendar-multiget {self.spaces}><D:prop><D:getetag/></D:prop>
                <D:href>{asked}</D:href></C:calendar-multiget>"""
            [found] = self.tell("REPORT", path, body).values()
            self.assertTrue(found.get("D:getetag"), part)
            self.assertTrue(self.get_made(part))

    def test_a_collection_is_made_if_it_is_a_calendar(self):
        answer = self.make(method="MKCOL")
        self.assertIn("valid-resourcetype", answer.text)
        answer = self.make(NAME, method="MKCOL")
        self.assertEqual(answer.status_code, 403)
        answer = self.make(
            "<D:resourcetype><D:collection/></D:resourcetype>", method="MKCOL"
        )
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.make(KIND + NAME, method="MKCOL").status_code, 201)
        self.assertTrue(self.get_made())

    def test_it_holds_events(self):
        tasks = """<C:supported-calendar-component-set><C:comp name="VTODO"/>
            </C:supported-calendar-component-set>"""
        answer = self.make(NAME + tasks)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("supported-calendar-component-set", answer.text)
        self.assertFalse(self.get_made())
        both = tasks.replace("<C:comp", '<C:comp name="VEVENT"/><C:comp', 1)
        self.assertEqual(self.make(NAME + both).status_code, 201)

    def test_where_no_calendar_is_made(self):
        for path, status in (
            (self.home, 405),
            (f"{HOME}987654321/", 403),
            (f"{HOME}9876543210/", 403),
            (f"{HOME}²/", 403),
            (HOME, 405),
            (f"{ROOT}football/", 403),
            (f"{self.home}football/", 403),
            (f"{HOME}nothing/football/", 409),
            (f"{HOME}%00/", 403),
            (f"{HOME}%20/", 403),
            (f"{HOME}%2e%2e/", 403),
            (f"{HOME}{'x' * 300}/", 403),
        ):
            for user in (self.owner, self.stranger):
                if user == self.stranger and path.startswith(self.home):
                    status = 403 if path == self.home else 409
                answer = self.make(NAME, path, user)
                self.assertEqual(answer.status_code, status, (path, user.login))
        self.assertFalse(self.get_made())
        for body in ("<a/>", "<a", "<C:mkcalendar/>"):
            answer = self.ask("MKCALENDAR", self.path, body)
            self.assertEqual(answer.status_code, 400, body)

    def test_who_may_make_no_calendar_is_refused(self):
        access = self.env.ref("crm_agenda.access_crm_agenda_calendar_user")
        [told] = self.find_all(HOME, "<D:current-user-privilege-set/>", "0").values()
        self.assertIn("bind", told.get_tags("D:current-user-privilege-set"))
        access.perm_create = False
        answer = self.make(NAME)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("need-privileges", answer.text)
        self.assertFalse(self.get_made())
        [told] = self.find_all(HOME, "<D:current-user-privilege-set/>", "0").values()
        self.assertNotIn("bind", told.get_tags("D:current-user-privilege-set"))

    def test_each_has_their_own_addresses(self):
        self.make(NAME)
        made = self.get_made()
        self.share(made, "write", user_id=self.stranger.id)
        # To others it is known by its number, and theirs may be called the same.
        self.assertIn(f"{HOME}{made.id}/", self.find_all(HOME, user=self.stranger))
        answer = self.ask("PROPFIND", self.path, user=self.stranger)
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.make(NAME, user=self.stranger).status_code, 201)
        self.assertEqual(len(self.get_made()), 2)
        self.ask("PUT", f"{self.path}1.ics", PUT, self.stranger)
        self.assertFalse(self.query(path=self.path))
        self.assertEqual(len(self.query(path=self.path, user=self.stranger)), 1)

    def test_what_is_deleted_is_archived(self):
        self.make(NAME)
        made = self.get_made()
        self.ask("PUT", f"{self.path}1.ics", PUT)
        event = self.Event.search([("agenda_calendar_id", "=", made.id)])
        for condition in ("If_Match", "If_Schedule_Tag_Match"):
            answer = self.ask("DELETE", self.path, **{condition: '"other"'})
            self.assertEqual(answer.status_code, 412, condition)
        self.assertEqual(self.ask("DELETE", self.path).status_code, 204)
        self.assertFalse(made.active)
        self.assertTrue(event.exists())
        self.assertNotIn(self.path, self.find_all(HOME))
        for method in ("PROPFIND", "REPORT", "DELETE"):
            self.assertEqual(self.ask(method, self.path).status_code, 404, method)
        # Another may have its address, and knows nothing of it.
        self.assertEqual(self.make(NAME).status_code, 201)
        self.assertFalse(self.query(path=self.path))
        made.active = True
        self.assertIn(f"{HOME}{made.id}/", self.find_all(HOME))
        self.assertEqual(len(self.query(path=f"{HOME}{made.id}/")), 1)

    def test_a_token_is_of_one_calendar(self):
        self.make(NAME)
        tokens = []
        for _time in range(2):
            [told] = self.find_all(self.path, "<D:sync-token/>", "0").values()
            tokens.append(told.get("D:sync-token"))
            self.ask("DELETE", self.path)
            self.make(NAME)
        self.assertNotEqual(*tokens)
        body = f"""<D:sync-collection {self.spaces}><D:sync-token>{tokens[0]}
            </D:sync-token><D:sync-level>1</D:sync-level></D:sync-collection>"""
        answer = self.ask("REPORT", self.path, body)
        self.assertIn("valid-sync-token", answer.text)

    def test_only_who_manages_a_calendar_deletes_it(self):
        self.assertEqual(
            self.ask("DELETE", self.home, user=self.stranger).status_code, 404
        )
        for level in ("busy", "read", "write"):
            answer = self.ask("DELETE", self.home, user=self.members[level])
            self.assertEqual(answer.status_code, 403, level)
            self.assertIn("need-privileges", answer.text)
            self.assertTrue(self.calendar.active)
        answer = self.ask("DELETE", self.home, user=self.members["manage"])
        self.assertEqual(answer.status_code, 204)
        self.assertFalse(self.calendar.active)
        for path in (HOME, ROOT, f"{ROOT}principals/{self.owner.id}/"):
            self.assertEqual(self.ask("DELETE", path).status_code, 403, path)
