"""The agenda in a real browser."""

import re
from datetime import datetime, timedelta

from odoo.tests import tagged

from .browser import PHONE, BrowserCase


@tagged("post_install", "-at_install")
class TestBrowser(BrowserCase):
    def test_office_plans_technician_moves_stranger_sees_nothing(self):
        today = datetime.utcnow().date()
        sunday = today - timedelta(days=today.weekday() + 1)
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
        day = today - timedelta(days=today.weekday() + 1) + timedelta(days=3)
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
        status = page.locator("select[aria-label=Status]")
        status.wait_for()
        overflow = "document.documentElement.scrollWidth - innerWidth"
        self.assertLessEqual(page.evaluate(overflow), 0)
        status.select_option(label=name)
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
        form = page.locator(".o_action_manager .o_form_view")
        form.locator("div[name=name] input, div[name=name] textarea").fill("Measure")
        self.assertRegex(page.url, "/new$")
        form.locator(".o_form_button_save").click()
        page.wait_for_timeout(1500)
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
