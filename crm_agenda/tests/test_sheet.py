from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestSheet(TestAgendaCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.tz = "Europe/Madrid"
        cls.customer.phone = "+34 600 000 000"

    def new_sheet(self, user=None, day=date(2026, 3, 29), **values):
        sheets = self.env["crm.agenda.sheet"].with_user(user or self.owner)
        values.update(calendar_id=self.calendar.id, date_from=day)
        return sheets.with_context(tz="Europe/Madrid").create(values)

    def get_names(self, sheet):
        return [
            [visit["event"].name for visit in day["visits"]]
            for day in sheet._get_days()
        ]

    def fetch(self, sheet):
        """Give the page that becomes the PDF, which Odoo makes of it but in tests."""
        self.forget()
        self.get_port()
        self.authenticate(self.owner.login, self.owner.login)
        url = f"/report/html/crm_agenda.report_sheet/{sheet.id}"
        return self.url_open(url, timeout=60)

    def test_what_a_technician_needs(self):
        self.new_event(
            name="Boiler check",
            start=datetime(2026, 3, 29, 8),
            customer_id=self.customer.id,
            agenda_type_id=self.visit.id,
            description="Bring the big ladder",
        )
        sheet = self.new_sheet()
        (visit,) = sheet._get_days()[0]["visits"]
        self.assertRegex(visit["time"], "10:00.*11:00")  # summer time began that day
        self.assertIn("query=Calle+Mayor+1%2C+Madrid", visit["map_url"])
        page = self.fetch(sheet).text
        for text in (
            "Boiler check",
            "Customer",
            "+34 600 000 000",
            "Calle Mayor 1, Madrid",
            "Visit",
            "Bring the big ladder",
            "Signature",
        ):
            self.assertIn(text, page)

    def test_a_day_is_the_readers(self):
        # The day of 25 hours on which summer time ends.
        for name, start in (
            ("Eve", datetime(2026, 10, 24, 21)),
            ("First", datetime(2026, 10, 24, 22)),
            ("Last", datetime(2026, 10, 25, 22)),
            ("Next", datetime(2026, 10, 25, 23)),
        ):
            self.new_event(name=name, start=start)
        sheet = self.new_sheet(day=date(2026, 10, 25))
        self.assertEqual(self.get_names(sheet), [["First", "Last"]])

    def test_a_week_and_what_lasts_for_days(self):
        self.new_event(
            name="Fair",
            allday=True,
            start=datetime(2026, 3, 24, 8),
            stop=datetime(2026, 3, 25, 18),
        )
        self.new_event(
            name="Night",
            start=datetime(2026, 3, 25, 20),
            stop=datetime(2026, 3, 26, 4),
        )
        week = [[], ["Fair"], ["Fair", "Night"], ["Night"], [], [], []]
        self.assertEqual(self.get_names(self.new_sheet(period="week")), week)

    def test_only_what_the_reader_may_read_and_is_not_cancelled(self):
        start = datetime(2026, 3, 29, 8)
        self.new_event(name="Shown", start=start)
        self.new_event(name="Doctor", start=start, privacy="private")
        self.new_event(start=start).agenda_status_id = self.cancelled
        sheet = self.new_sheet(self.members["read"])
        self.assertEqual(self.get_names(sheet), [["Shown"]])

    def test_who_may_not_read_gets_no_empty_sheet(self):
        for user in (self.members["busy"], self.stranger):
            with self.assertRaises(UserError):
                self.new_sheet(user).action_print()
