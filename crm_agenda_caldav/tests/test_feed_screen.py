"""From a calendar to what a phone reads, without a word of protocols."""

import icalendar
import requests

from odoo.tests import tagged

from odoo.addons.crm_agenda.tests.browser import PHONE, BrowserCase


@tagged("post_install", "-at_install")
class TestFeedScreen(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Before there is a page, whose requests share the database cursor.
        cls.calendars = cls.env.ref("crm_agenda.crm_agenda_calendar_action").id
        cls.feeds = cls.env.ref("crm_agenda_caldav.crm_agenda_feed_action").id

    def open(self, user, number, path="", **options):
        page = self.log_in(user, **options)
        page.goto("about:blank")
        url = f"http://127.0.0.1:{self.get_port()}"
        page.goto(f"{url}/web#action={number}{path}")
        return page

    def get_address(self, page):
        """Give the address that the screen shows, and press Done."""
        dialog = page.locator(".modal")
        shown = dialog.locator("[name=address]")
        shown.wait_for()
        self.assertTrue(dialog.locator("[name=code] img").is_visible())
        address = shown.inner_text().strip()
        dialog.get_by_role("button", name="Done").click()
        dialog.wait_for(state="detached")
        return address

    def read_names(self, address):
        path = address.split("://")[1].partition("/")[2]
        url = f"http://127.0.0.1:{self.get_port()}/{path}"
        calendar = icalendar.Calendar.from_ical(requests.get(url, timeout=60).text)
        return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]

    def test_a_calendar_in_the_phone_with_one_button(self):
        self.new_event(name="Boiler check")
        path = f"&view_type=form&id={self.calendar.id}"
        for options in ({}, PHONE):
            page = self.open(self.office, self.calendars, path, **options)
            if options:
                page.locator(".o-form-buttonbox .o_button_more").click()
            page.get_by_role("button", name="Show on my phone").click()
            address = self.get_address(page)
            self.close(page)
            self.assertEqual(self.read_names(address), ["Boiler check"])

    def test_a_new_feed_on_a_phone_gets_its_address_in_sight(self):
        self.new_event(name="Boiler check")
        page = self.open(self.technician, self.feeds, "&view_type=form", **PHONE)
        page.locator("[name=name] input").fill("My day")
        page.get_by_role("button", name="Get the address").tap()
        address = self.get_address(page)
        self.close(page)
        self.assertEqual(self.read_names(address), ["Boiler check"])

    def test_my_events_and_an_end_to_it(self):
        self.new_event(name="Boiler check")
        page = self.open(self.technician, self.feeds)
        page.get_by_role("button", name="New").click()
        page.locator("[name=name] input").fill("My day")
        page.get_by_role("button", name="Get the address").click()
        address = self.get_address(page)
        page.get_by_role("button", name="Get a new address").wait_for()
        page.goto("about:blank")
        self.assertEqual(self.read_names(address), ["Boiler check"])
        self.close(page)
        page = self.open(self.technician, self.feeds)
        page.get_by_role("button", name="Revoke").click()
        page.locator(".modal .btn-primary").click()
        page.locator(".o_view_nocontent").wait_for()
        self.close(page)
        feeds = self.env["crm.agenda.feed"]
        self.assertFalse(feeds.search([("user_id", "=", self.technician.id)]))
