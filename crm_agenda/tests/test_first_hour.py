"""The first hour: an agenda in which nothing is yet, and one door to plan."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .browser import PHONE, BrowserCase


@tagged("post_install", "-at_install")
class TestFirstHour(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Those of the demo company, which everybody sees.
        others = [("id", "!=", cls.calendar.id)]
        cls.env["crm.agenda.calendar"].search(others).active = False

    def open_empty(self, user, **options):
        page = self.open_agenda(user, **options)
        card = page.locator(".o_agenda_next_steps")
        card.wait_for()
        return page, card

    def test_who_has_no_calendar_makes_one_and_plans(self):
        page, card = self.open_empty(self.stranger)
        self.assertIn("no calendar to write in", card.inner_text())
        self.assertFalse(card.locator("button", has_text="New event").count())
        card.locator("button", has_text="Add a calendar").click()
        dialog = page.locator(".modal:visible")
        dialog.locator("div[name=name] input").fill("Routes")
        dialog.locator(".o_form_button_save").click()
        page.locator(".o_agenda_panel_item", has_text="Routes").wait_for()
        card.locator("button", has_text="New event").click()
        calendar = dialog.locator("div[name=agenda_calendar_id] input")
        calendar.wait_for()
        self.assertEqual(calendar.input_value(), "Routes")
        dialog.locator("div[name=name] input").fill("First visit")
        dialog.locator(".o_form_button_save").click()
        page.locator(".fc-event", has_text="First visit").wait_for()
        self.assertFalse(card.count())
        self.close(page)

    def test_an_empty_week_offers_to_share(self):
        page, card = self.open_empty(self.technician)
        card.locator("button", has_text="Share your calendar").click()
        form = page.locator(".modal .o_form_view")
        form.locator("div[name=share_ids]").wait_for()
        name = form.locator("div[name=name] input").input_value()
        self.assertEqual(name, "Technician")
        page.locator(".modal .btn-close").first.click()
        card.locator(".btn-close").click()
        self.assertFalse(card.count())
        self.close(page)

    def test_an_empty_day_fits_a_phone(self):
        page, card = self.open_empty(self.technician, **PHONE)
        box = card.bounding_box()
        self.assertGreaterEqual(box["x"], 0)
        self.assertLessEqual(box["x"] + box["width"], 390)
        card.locator("button", has_text="New event").tap()
        page.locator(".modal div[name=name] input").wait_for()
        self.close(page)

    def test_more_options_carry_what_was_typed(self):
        page = self.open_agenda(self.office)
        page.locator("button", has_text="New event").first.click()
        dialog = page.locator(".modal:visible")
        dialog.locator("div[name=name] input").fill("Sign the contract")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        self.choose(dialog, "agenda_type_id", "Visit")
        self.choose(dialog, "customer_id", "Customer")
        page.wait_for_timeout(500)
        dialog.locator("button", has_text="More options").click()
        form = page.locator(".o_action_manager .o_form_view")
        form.locator("div[name=description]").wait_for()
        self.assertFalse(page.locator(".modal").count())
        page.wait_for_timeout(1000)
        self.assertRegex(page.url, "/new$")
        for fname, value in (
            ("name", "Sign the contract"),
            ("agenda_calendar_id", "Technician"),
            ("agenda_type_id", "Visit"),
            ("customer_id", "Customer"),
        ):
            field = form.locator(f"div[name={fname}] input, div[name={fname}] textarea")
            self.assertEqual(field.first.input_value(), value)
        form.locator(".o_form_button_save").click()
        page.wait_for_timeout(1500)
        self.close(page)
        event = self.Event.search([("name", "=", "Sign the contract")])
        self.assertEqual(event.customer_id, self.customer)
        self.assertIn("Calle Mayor 1", event.location)
        self.assertFalse(event.partner_ids)

    def test_clicking_the_grid_carries_its_time_to_more_options(self):
        today = datetime.utcnow().date()
        sunday = today - timedelta(days=today.weekday() + 1)
        page = self.open_agenda(self.office)
        page.mouse.click(*self.point(page, sunday + timedelta(days=2), "09:00:00"))
        dialog = page.locator(".modal:visible")
        dialog.locator("div[name=name] input").fill("On the grid")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        page.wait_for_timeout(500)
        dialog.locator(".o_expand_button").click()
        form = page.locator(".o_action_manager .o_form_view")
        form.locator("div[name=description]").wait_for()
        form.locator(".o_form_button_save").click()
        page.wait_for_timeout(1500)
        self.close(page)
        event = self.Event.search([("name", "=", "On the grid")])
        self.assertEqual(event.start.date(), sunday + timedelta(days=2))
        self.assertEqual(event.start.hour, 9)
