"""A file of events is dropped on the calendar, or chosen for one."""

from odoo.tests import tagged

from odoo.addons.crm_agenda.tests.browser import BrowserCase

DROP = """
([name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name, { type: "text/calendar" }));
    for (const type of ["dragover", "drop"]) {
        const options = { dataTransfer, bubbles: true, cancelable: true };
        document.querySelector(".fc").dispatchEvent(new DragEvent(type, options));
    }
}
"""


@tagged("post_install", "-at_install")
class TestIcalImportScreen(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Before there is a page, whose requests share the database cursor.
        cls.calendars = cls.env.ref("crm_agenda.crm_agenda_calendar_action").id

    def write_file(self, name):
        event = self.new_event(name="For its day")
        day = f"{event.start:%Y%m%d}"
        event.unlink()
        return "\r\n".join(
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "BEGIN:VEVENT",
                f"UID:{name}",
                f"DTSTART:{day}T120000Z",
                f"DTEND:{day}T130000Z",
                f"SUMMARY:{name}",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ]
        )

    def confirm(self, page):
        dialog = page.locator(".modal")
        summary = dialog.locator("[name=summary]")
        summary.wait_for()
        self.assertIn("1 new", summary.inner_text())
        self.assertIn("New", dialog.locator(".o_data_row").inner_text())
        dialog.get_by_role("button", name="Import").click()
        dialog.wait_for(state="detached")

    def test_a_file_is_dropped_on_the_calendar(self):
        text = self.write_file("Dropped")
        page = self.open_agenda(self.technician)
        page.evaluate(DROP, ["some.ics", text])
        self.confirm(page)
        page.locator(".o_notification", has_text="1 new").wait_for()
        self.close(page)
        event = self.Event.search([("name", "=", "Dropped")])
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        self.assertEqual(event.user_id, self.technician)

    def test_a_file_is_chosen_for_a_calendar(self):
        text = self.write_file("Chosen")
        page = self.log_in(self.office)
        page.goto("about:blank")
        url = f"http://127.0.0.1:{self.get_port()}"
        path = f"&view_type=form&id={self.calendar.id}"
        page.goto(f"{url}/web#action={self.calendars}{path}")
        page.get_by_role("button", name="Import events").click()
        dialog = page.locator(".modal")
        dialog.locator("input[type=file]").set_input_files(
            {"name": "a.ics", "mimeType": "text/calendar", "buffer": text.encode()}
        )
        dialog.get_by_role("button", name="Show what changes").click()
        self.confirm(page)
        self.close(page)
        event = self.Event.search([("name", "=", "Chosen")])
        self.assertEqual(event.agenda_calendar_id, self.calendar)
