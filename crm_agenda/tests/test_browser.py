"""The agenda in a real browser: Chromium against a running server."""

import os
import re
import resource
import time
import unittest
from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged

from .common import TestAgendaCommon

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = os.environ.get("CHROMIUM")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


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

    def open_agenda(
        self, user, view="calendar", ready=".fc-event, .fc-view", **options
    ):
        """Log ``user`` in and give the page of his agenda, once it shows ``ready``."""
        self.forget()
        login = user.login
        options.setdefault("viewport", {"width": 1366, "height": 768})
        context = self.browser.new_context(timezone_id="UTC", **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(90000)
        url = f"http://127.0.0.1:{self.get_port()}"
        page.goto(url + "/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        page.goto("about:blank")
        page.goto(f"{url}/web#action={self.action.id}&view_type={view}")
        page.wait_for_selector(ready)
        page.wait_for_timeout(1000)
        return page

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
            re.compile(rf"o_calendar_color_{self.calendar.color}\b"),
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

    def test_form_warns_of_a_clash_before_it_is_saved(self):
        self.calendar.double_booking = "warn"
        today = datetime.utcnow().date()
        day = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(days=3)
        start = datetime(day.year, day.month, day.day, 9)
        self.new_event(name="Taken", start=start, stop=start + timedelta(hours=3))
        page = self.open_agenda(self.office)
        page.mouse.click(*self.point(page, day + timedelta(days=1), "09:00:00"))
        dialog = page.locator(".modal:visible")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        page.wait_for_timeout(1000)
        self.assertFalse(dialog.locator(".alert:visible").count())
        page.keyboard.press("Escape")
        self.close(page)
        page = self.open_agenda(self.office)
        x, y = self.point(page, day, "09:00:00")
        column = page.locator(".fc-event", has_text="Taken").first.bounding_box()
        page.mouse.click(x, column["y"] - 8)  # half an hour before it begins
        dialog = page.locator(".modal:visible")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        self.choose(dialog, "agenda_type_id", "Visit")
        warning = dialog.locator(".alert:visible", has_text="Taken")
        warning.wait_for()
        self.close(page)
        self.assertEqual(self.Event.search_count([("name", "=", "Taken")]), 1)

    def test_technician_changes_the_status_on_a_phone(self):
        now = datetime.utcnow().replace(hour=9, minute=0, second=0, microsecond=0)
        event = self.new_event(name="Boiler check", start=now)
        confirmed = self.env.ref("crm_agenda.crm_agenda_event_status_confirmed")
        name = confirmed.name
        page = self.open_agenda(self.technician, **PHONE)
        page.locator(".fc-event", has_text="Boiler check").first.tap()
        page.locator(".o_cw_popover_edit").tap()
        page.locator(".o_statusbar_status button", has_text=name).first.tap()
        current = page.locator(
            ".o_statusbar_status .o_arrow_button_current,"
            ".o_statusbar_status .btn-primary",
            has_text=name,
        )
        current.first.wait_for()
        # Odoo 14.0's web client asks phones for the width of a desktop.
        overflow = "document.documentElement.scrollWidth - innerWidth"
        self.assertLessEqual(page.evaluate(overflow), 0)
        save = page.locator(".modal-footer .btn-primary:visible")
        if save.count():
            save.tap()
        page.wait_for_timeout(2000)
        self.close(page)
        self.assertEqual(event.agenda_status_id, confirmed)

    def test_new_event_button_on_a_phone(self):
        page = self.open_agenda(self.technician, **PHONE)
        page.locator(".o_control_panel button", has_text="New event").tap()
        page.locator(
            ".modal input[id^=name], .modal [name=name] input"
        ).first.wait_for()
        self.close(page)

    def test_find_a_time_and_pick_it(self):
        self.office.agenda_calendar_id = self.calendar
        page = self.open_agenda(self.office)
        page.locator(
            "[data-menu-xmlid='crm_agenda.crm_agenda_time_finder_menu']"
        ).click()
        dialog = page.locator(".modal:visible")
        dialog.locator(".modal-footer button", has_text="Find").click()
        dialog.locator("button", has_text="Pick").first.click()
        page.locator(".o_form_view", has_text="Technician").first.wait_for()
        self.close(page)
        event = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        self.assertEqual(event.duration, 1.0)

    def test_drag_between_calendars(self):
        other = self.new_calendar("Other")
        self.share(other, "write", user_id=self.office.id)
        event = self.new_event(name="Boiler check")
        self.new_event(calendar=other, name="Another")
        self.action = self.env["ir.actions.act_window"].create(
            {
                "name": "By calendar",
                "res_model": "calendar.event",
                "view_mode": "kanban,form",
                "view_id": self.env.ref("crm_agenda.calendar_event_view_kanban").id,
                "context": "{'group_by': ['agenda_calendar_id']}",
                "domain": [("agenda_calendar_id", "in", (self.calendar | other).ids)],
            }
        )
        page = self.open_agenda(self.office, view="kanban", ready=".o_kanban_record")
        card = page.locator(".o_kanban_record", has_text="Boiler check")
        target = page.locator(".o_kanban_record", has_text="Another")
        box, goal = card.bounding_box(), target.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
        page.mouse.down()
        page.mouse.move(goal["x"] + 20, goal["y"] + goal["height"] + 8, steps=20)
        page.mouse.move(goal["x"] + 30, goal["y"] + goal["height"] + 10, steps=5)
        page.mouse.up()
        page.wait_for_timeout(2000)
        self.close(page)
        self.assertEqual(event.agenda_calendar_id, other)
