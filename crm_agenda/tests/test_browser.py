"""The agenda in a real browser: Chromium against a running server."""

import os
import re
import resource
import time
import unittest
from datetime import datetime, timedelta

from odoo.tests import common, tagged
from odoo.tools import config

from .common import TestAgendaCommon

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

HttpCase = getattr(common, "HttpSavepointCase", common.HttpCase)
CHROMIUM = os.environ.get("CHROMIUM")


@tagged("post_install", "-at_install")
@unittest.skipUnless(sync_playwright, "Playwright is not installed")
@unittest.skipUnless(CHROMIUM, "CHROMIUM names no browser")
class TestBrowser(TestAgendaCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
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

    def open_agenda(self, user, **options):
        """Log ``user`` in and give the page of his agenda."""
        self.forget()
        login = user.login
        options.setdefault("viewport", {"width": 1366, "height": 768})
        context = self.browser.new_context(timezone_id="UTC", **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(90000)
        url = "http://127.0.0.1:%s" % self.get_port()
        page.goto(url + "/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        page.goto("about:blank")
        page.goto("%s/web#action=%s&view_type=calendar" % (url, self.action.id))
        page.wait_for_selector(".fc-event, .fc-view")
        page.wait_for_timeout(1000)
        return page

    def close(self, page):
        """End the page's requests: they share the database cursor with the test."""
        page.context.close()
        time.sleep(1)
        self.forget()

    def get_port(self):
        http_port = getattr(self, "http_port", None)
        return http_port() if http_port else config["http_port"]

    def point(self, page, day, hour):
        """Give the place of a day and an hour on the week's grid."""
        row = page.locator('[data-time="%s"]' % hour).last
        row.scroll_into_view_if_needed()
        column = page.locator('th[data-date="%s"]' % day.isoformat()).first
        box, line = column.bounding_box(), row.bounding_box()
        return box["x"] + box["width"] / 2, line["y"] + line["height"] / 2

    def choose(self, dialog, field, text):
        """Pick a record in a many2one of a dialog."""
        dialog.locator("div[name=%s] input" % field).first.fill(text)
        option = dialog.page.locator(
            ".ui-menu-item:visible, .o-autocomplete--dropdown-item:visible"
        )
        option.filter(has_text=text).first.click()

    def test_office_plans_technician_moves_stranger_sees_nothing(self):
        today = datetime.utcnow().date()
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        day, other_day = sunday + timedelta(days=3), sunday + timedelta(days=4)

        page = self.open_agenda(self.office)
        page.mouse.click(*self.point(page, day, "09:00:00"))
        dialog = page.locator(".modal:visible")
        dialog.wait_for()
        dialog.locator(
            "input[name=name], [name=name] input, [name=name] textarea"
        ).first.fill("Boiler check")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        self.choose(dialog, "agenda_type_id", "Visit")
        self.choose(dialog, "customer_id", "Customer")
        dialog.locator(".modal-footer button.btn-primary:visible").first.click()
        dialog.wait_for(state="hidden")
        shown = page.locator(".fc-event", has_text="Boiler check").first
        shown.wait_for()
        self.assertRegex(
            shown.get_attribute("class"),
            re.compile(r"o_calendar_color_%d\b" % self.calendar.color),
        )
        self.close(page)
        event = self.Event.search([("name", "=", "Boiler check")])
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        self.assertEqual(event.agenda_type_id, self.visit)
        self.assertEqual(event.customer_id, self.customer)
        self.assertEqual(event.start, datetime(day.year, day.month, day.day, 9))
        self.assertEqual(event.duration, 2.0)

        page = self.open_agenda(self.stranger)
        self.assertFalse(page.locator(".fc-event", has_text="Boiler check").count())
        self.close(page)

        page = self.open_agenda(self.technician)
        box = page.locator(".fc-event", has_text="Boiler check").first.bounding_box()
        x, _y = self.point(page, other_day, "09:00:00")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
        page.mouse.down()
        page.mouse.move(x, box["y"] + 8, steps=12)
        page.mouse.up()
        page.wait_for_timeout(2000)
        self.close(page)
        self.assertEqual(event.start.date(), other_day)

    def test_busy_member_sees_a_slot_without_a_name(self):
        today = datetime.utcnow().replace(hour=9, minute=0, second=0, microsecond=0)
        self.new_event(name="Secret boiler", start=today)
        page = self.open_agenda(self.members["busy"])
        page.locator(".fc-event", has_text="Busy").first.wait_for()
        self.assertNotIn("Secret", page.content())
