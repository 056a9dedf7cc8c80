"""My day on a phone, in a real browser."""

import io
from datetime import datetime
from unittest import skipIf

from PIL import Image

from odoo.tests import tagged

from ..models.compat import SERIES
from .browser import PHONE, BrowserCase


@tagged("post_install", "-at_install")
class TestMyDay(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+34 600 000 000"
        cls.event = cls.new_event(
            start=datetime.utcnow().replace(hour=12, minute=0, second=0, microsecond=0),
            customer_id=cls.customer.id,
            agenda_type_id=cls.visit.id,
        )
        cls.in_progress = cls.env.ref("crm_agenda.crm_agenda_event_status_in_progress")
        cls.in_progress.under_way = True

    def open_my_day(self, user=None):
        """Log in on a phone, and give the page and the card of the event."""
        page = self.log_in(user or self.technician, **PHONE)
        page.wait_for_selector(".o_agenda_my_day")
        return page, page.locator(".o_agenda_card", has_text="Boiler check")

    def test_from_login_to_the_first_visit_without_a_tap(self):
        page, card = self.open_my_day()
        card.wait_for()
        for text in ("Customer", "Calle Mayor 1, Madrid", "Visit", "12:00"):
            self.assertIn(text, card.inner_text())
        call = card.locator("a[href^='tel:']")
        self.assertEqual(call.get_attribute("href"), "tel:+34600000000")
        self.assertGreaterEqual(call.bounding_box()["height"], 44)
        place = card.locator("a", has_text="Map").get_attribute("href")
        self.assertIn("query=Calle+Mayor+1%2C+Madrid", place)
        message = page.locator("a[href^='https://wa.me/']").get_attribute("href")
        self.assertIn("Boiler%20check%0ACustomer", message)
        overflow = "document.documentElement.scrollWidth - innerWidth"
        self.assertLessEqual(page.evaluate(overflow), 0)

    def test_start_done_and_undo_of_a_wrong_tap(self):
        page, card = self.open_my_day()
        card.locator("button", has_text="Start now").tap()
        card.locator("button", has_text="Start now").wait_for(state="detached")
        card.locator(".badge", has_text="In progress").wait_for()
        card.locator("button", has_text="Cancelled").tap()
        card.locator("button", has_text="Done").wait_for(state="detached")
        card.locator("button", has_text="Undo").tap()
        card.locator(".badge", has_text="In progress").wait_for()
        card.locator("button", has_text="Done").tap()
        card.locator(".badge", has_text="Done").wait_for()
        self.close(page)
        self.assertEqual(self.event.agenda_status_id, self.done)
        self.assertTrue(self.event.started_at <= self.event.done_at)

    def test_photo_and_note_are_seen_by_the_office(self):
        page, card = self.open_my_day()
        picker = card.locator("input[type=file]")
        self.assertEqual(picker.get_attribute("capture"), "environment")
        photo = io.BytesIO()
        Image.new("RGB", (3000, 4000), "teal").save(photo, "JPEG")
        picker.set_input_files(
            {"name": "valve.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
        )
        card.locator("a", has_text="valve.jpg").wait_for()
        card.locator("button", has_text="Note").tap()
        card.locator("textarea").fill("Valve changed")
        card.locator("button", has_text="Save the note").tap()
        card.locator("textarea").wait_for(state="detached")
        self.close(page)
        page = self.log_in(self.office)
        page.goto(self.event._get_agenda_url())
        files = page.locator("[name=attachment_ids]", has_text="valve.jpg")
        files.wait_for()
        page.locator(".o-mail-Message", has_text="Valve changed").wait_for()
        self.close(page)
        # No larger than it needs to be, on the way and on the disk.
        sent = Image.open(io.BytesIO(self.event.attachment_ids.raw))
        self.assertEqual((sent.format, sent.size), ("JPEG", (1440, 1920)))

    @skipIf(SERIES < 19, "18.0 keeps nothing for when there is no signal")
    def test_the_day_is_there_without_a_signal(self):
        page, card = self.open_my_day()
        card.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        card.wait_for()
        page.wait_for_timeout(2000)
        page.context.set_offline(True)
        page.reload()
        card.wait_for()

    def test_anybody_can_use_it(self):
        midnight = self.event.start.replace(hour=0)
        self.new_event(name="Late", start=midnight, stop=midnight)
        page, card = self.open_my_day()
        card.locator("button", has_text="Start now").tap()
        card.locator("button", has_text="Undo").wait_for()
        card.locator("button", has_text="Note").tap()
        card.locator("textarea").wait_for()
        self.assertFalse(self.get_barriers(page, ".o_agenda_my_day"))

    def test_who_only_reads_sees_the_day_and_no_buttons(self):
        page, card = self.open_my_day(self.members["read"])
        card.wait_for()
        self.assertTrue(card.locator("a[href^='tel:']").count())
        self.assertEqual(
            card.locator("button, input").all_inner_texts(), ["Boiler check"]
        )

    def test_of_two_who_take_an_incident_one_has_it(self):
        queue = self.new_calendar("Incidents", self.office, is_queue=True)
        for user in (self.technician, self.members["manage"]):
            self.share(queue, "write", user_id=user.id)
        self.new_calendar("Other technician", self.members["manage"])
        leak, gas = (
            self.new_event(queue, name=name, start=self.event.start)
            for name in ("Leak", "Gas")
        )
        page, _card = self.open_my_day()
        for name in ("Leak", "Gas"):
            page.locator(".o_agenda_card", has_text=name).wait_for()
        page.wait_for_timeout(2000)
        gas.with_user(self.members["manage"]).action_take()
        self.forget()
        card = page.locator(".o_agenda_card", has_text="Gas")
        card.locator("button", has_text="Take it").tap()
        told = page.locator(".modal", has_text="Somebody else has taken it")
        told.locator(".modal-footer button").first.tap()
        card.wait_for(state="detached")
        card = page.locator(".o_agenda_card", has_text="Leak")
        card.locator("button", has_text="Take it").tap()
        card.locator("button", has_text="Start now").wait_for()
        card.locator("button", has_text="Undo").tap()
        card.locator("button", has_text="Take it").tap()
        card.locator("button", has_text="Start now").wait_for()
        self.close(page)
        self.assertEqual(leak.agenda_calendar_id, self.calendar)

    def test_what_begins_where(self):
        app = ".o_app[data-menu-xmlid='crm_agenda.crm_agenda_menu']"
        page = self.log_in(self.technician)
        self.assertFalse(page.locator(".o_agenda_my_day").count())
        page.locator(".o_navbar_apps_menu button").click()
        page.locator(app).click()
        page.locator(".o_calendar_view").wait_for()
        page.locator("[data-menu-xmlid='crm_agenda.my_day_menu']").click()
        page.locator(".o_agenda_card", has_text="Boiler check").wait_for()
        self.close(page)
        # Who has another home action keeps it.
        self.technician.action_id = self.action.id
        page = self.log_in(self.technician, **PHONE)
        page.locator(".o_calendar_view").wait_for()
        page.locator(".o_menu_toggle").tap()
        page.locator("a", has_text="All Apps").tap()
        page.locator(app).tap()
        page.locator(".o_agenda_card", has_text="Boiler check").wait_for()
        self.close(page)
