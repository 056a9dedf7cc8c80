"""From a button to a phone that shows the agenda."""

import requests

from odoo.tests import tagged

from odoo.addons.crm_agenda.tests.browser import PHONE, BrowserCase


@tagged("post_install", "-at_install")
class TestDavScreen(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Before there is a page, whose requests share the database cursor.
        action = "crm_agenda_caldav.crm_agenda_app_password_action"
        cls.action = cls.env.ref(action).id

    def connect(self, user, name, **options):
        """Make a password as a person does; give what the screen says to type."""
        page = self.log_in(user, **options)
        page.goto("about:blank")
        page.goto(f"http://127.0.0.1:{self.get_port()}/web#action={self.action}")
        dialog = page.locator(".modal")
        dialog.locator("[name=name] input").fill(name)
        dialog.get_by_role("button", name="Make a password").click()
        # Odoo makes sure that it is them.
        page.locator(".modal [name=password] input").fill(user.login)
        page.get_by_role("button", name="Confirm Password").click()
        page.locator(".modal [name=code] img").wait_for()
        told = {
            field: page.locator(f".modal [name={field}]").inner_text().strip()
            for field in ("server", "login", "password")
        }
        page.locator(".modal").get_by_role("button", name="Done").click()
        page.locator(".modal").wait_for(state="detached")
        self.close(page)
        return told

    def test_a_phone_is_connected_and_lost(self):
        for options in ({}, PHONE):
            told = self.connect(self.technician, "Old phone", **options)
            path = told["server"].split("://")[1].partition("/")[2]
            url = f"http://127.0.0.1:{self.get_port()}/{path}"

            def get_status(url=url, told=told):
                given = told["login"], told["password"]
                answer = requests.request("PROPFIND", url, auth=given, timeout=60)
                return answer.status_code

            self.assertEqual(get_status(), 207)
            self.forget()
            keys = self.env["res.users.apikeys"].with_user(self.technician)
            keys = keys.search([("name", "=", "Old phone")])
            self.assertEqual(len(keys), 1)
            self.assertFalse(keys.expiration_date)
            keys._remove()
            self.forget()
            self.assertEqual(get_status(), 401)
