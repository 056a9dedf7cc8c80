"""Chromium against a running server, for the tests of what people see."""

import os
import resource
import time
import unittest

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tests import HttpCase
from odoo.tests.common import get_db_name

from .common import TestAgendaCommon

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = os.environ.get("CHROMIUM")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@unittest.skipUnless(sync_playwright, "Playwright is not installed")
@unittest.skipUnless(CHROMIUM, "CHROMIUM names no browser")
class BrowserCase(TestAgendaCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        # Kept, or each test would have the server make the client's assets again.
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["ir.qweb"]._pregenerate_assets_bundles()
        super().setUpClass()
        cls.env["res.lang"].search([]).week_start = "1"
        cls.office = cls.new_user("office")
        cls.technician = cls.owner
        cls.share(cls.calendar, "write", user_id=cls.office.id)
        (cls.office | cls.technician | cls.stranger).write({"tz": "UTC"})
        cls.action = cls.env.ref("crm_agenda.calendar_event_action_agenda")

    def setUp(self):
        super().setUp()
        # Odoo's server limits the memory of its process, which a browser would inherit.
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        playwright = sync_playwright().start()
        self.addCleanup(playwright.stop)
        self.browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        self.addCleanup(self.browser.close)
        if hasattr(self, "allow_requests"):  # 19.0 refuses them otherwise
            requests = self.allow_requests(all_requests=True)
            requests.__enter__()
            self.addCleanup(requests.__exit__, None, None, None)

    def set_now(self, instant):
        """Have the server take it for the present, whose clock the browser shares."""
        self.patch(fields.Datetime, "now", lambda *_args: instant)

    def log_in(self, user, **options):
        """Log in, and give the page with what the user sees first."""
        self.forget()
        login = user.login
        options.setdefault("viewport", {"width": 1366, "height": 768})
        context = self.browser.new_context(timezone_id="UTC", **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(60000)
        page.goto(f"http://127.0.0.1:{self.get_port()}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        return page

    def open_agenda(
        self, user, view="calendar", ready=".fc-event, .fc-view", **options
    ):
        """Log in, and give the page of the agenda once it shows ``ready``."""
        page = self.log_in(user, **options)
        page.goto("about:blank")
        url = f"http://127.0.0.1:{self.get_port()}"
        page.goto(f"{url}/web#action={self.action.id}&view_type={view}")
        page.wait_for_selector(ready)
        page.wait_for_timeout(1000)
        return page

    def get_barriers(self, page, selector):
        """Return what axe finds in a part of the page that keeps people from it."""
        results = Axe().run(page, selector).response
        self.assertTrue(results["passes"])
        return [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in results["violations"]
            if violation["impact"] in ("serious", "critical")
        ]

    def close(self, page):
        """End the page's requests: they share the database cursor with the test."""
        page.context.close()
        time.sleep(1)
        self.forget()

    def point(self, page, day, hour):
        """Give the place of a day and an hour on the week's grid."""
        row = page.locator(f'[data-time="{hour}"]').last
        row.scroll_into_view_if_needed()
        column = page.locator(f'th[data-date="{day.isoformat()}"]').first
        box, line = column.bounding_box(), row.bounding_box()
        return box["x"] + box["width"] / 2, line["y"] + line["height"] / 2

    def choose(self, dialog, field, text):
        """Pick a record in a many2one of a dialog."""
        dialog.locator(f"div[name={field}] input").first.fill(text)
        option = dialog.page.locator(
            ".ui-menu-item:visible, .o-autocomplete--dropdown-item:visible"
        )
        option.filter(has_text=text).first.click()
