"""Pop-ups of the agenda close by themselves, those of Odoo stay."""

from odoo.tests import tagged

from .browser import BrowserCase

# The web client's own services, but for the wire.
START = """() => {
    const {registry} = odoo.loader.modules.get("@web/core/registry");
    const {notification} = odoo.__WOWL_DEBUG__.root.env.services;
    registry.category("services").get("calendarNotification").start({}, {
        action: {},
        bus_service: {start() {}, subscribe(type, show) { window.push = show; }},
        notification,
    });
}"""


@tagged("post_install", "-at_install")
class TestReminderScreen(BrowserCase):
    def test_popups_close_with_their_reason(self):
        page = self.log_in(self.office)
        page.evaluate(START)
        ours, another, odoos = (
            {
                "event_id": event_id,
                "alarm_id": 1,
                "title": title,
                "message": "10:00",
                "timer": 0,
                "agenda": title != "Odoo's",
            }
            for event_id, title in enumerate(("Ours", "Another", "Odoo's"))
        )

        def push(*reminders):
            page.evaluate("reminders => window.push(reminders)", list(reminders))
            page.wait_for_timeout(500)
            shown = page.locator(".o_notification").all_inner_texts()
            return {
                reminder["title"]
                for reminder in (ours, another, odoos)
                if any(reminder["title"] in text for text in shown)
            }

        self.assertEqual(push(ours, odoos), {"Ours", "Odoo's"})
        self.assertEqual(push(another, ours), {"Ours", "Another", "Odoo's"})
        self.assertEqual(push(another), {"Another", "Odoo's"})
        self.assertEqual(push(ours), {"Ours", "Odoo's"})
        self.close(page)
