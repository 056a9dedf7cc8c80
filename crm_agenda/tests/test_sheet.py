from datetime import date, datetime
from unittest.mock import patch

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
        values.setdefault("calendar_ids", [(6, 0, self.calendar.ids)])
        values.update(date_from=day)
        return sheets.with_context(tz="Europe/Madrid").create(values)

    def get_names(self, sheet):
        return [
            [visit["event"].name for visit in page["visits"]]
            for page in sheet._get_pages()
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
        (visit,) = sheet._get_pages()[0]["visits"]
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
            'href="tel:+34600000000"',
        ):
            self.assertIn(text, page)

    def test_where_no_pdf_is_made_a_page_opens(self):
        sheet = self.new_sheet()
        self.assertEqual(sheet.action_print()["report_type"], "qweb-pdf")
        reports = type(self.env["ir.actions.report"])
        with patch.object(reports, "get_wkhtmltopdf_state", lambda self: "install"):
            url = sheet.action_print()["url"]
        self.forget()
        self.get_port()
        self.authenticate(self.owner.login, self.owner.login)
        page = self.url_open(url, timeout=60).text
        self.assertIn("<h3>Technician</h3>", page)
        self.assertNotIn("o_web_client", page)

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

    def test_each_calendar_is_on_its_own_page(self):
        other = self.new_calendar("Office", sequence=1)
        hidden = self.new_calendar("Hidden", self.stranger)
        start = datetime(2026, 3, 29, 8)
        self.new_event(name="Here", start=start)
        self.new_event(other, name="There", start=start)
        both = [(6, 0, (self.calendar | other).ids)]
        sheet = self.new_sheet(calendar_ids=both)
        self.assertEqual(self.get_names(sheet), [["There"], ["Here"]])
        page = self.fetch(sheet).text
        for name in ("Office", "Technician"):
            self.assertIn(f"<h3>{name}</h3>", page)
        self.assertEqual(page.count("o_agenda_next"), 1 + 1)  # its style and its use
        with self.assertRaises(UserError):
            self.new_sheet(calendar_ids=[(6, 0, (other | hidden).ids)]).action_print()

    def test_the_number_of_the_order_is_told_to_who_may_not_open_it(self):
        partner = self.env["res.partner"].create({"name": "Secret buyer"})
        order = self.env["sale.order"].create({"partner_id": partner.id})
        lead = self.env["crm.lead"].create({"name": "Secret lead"})
        start = datetime(2026, 3, 29, 8)
        for hour, document in enumerate((order, lead)):
            self.new_event(
                user=self.env.user,
                start=start.replace(hour=8 + hour),
                document_ref=f"{document._name},{document.id}",
            )
        self.forget()
        sheet = self.new_sheet().with_context(sale_show_partner_name=True)
        (page,) = sheet._get_pages()
        shown = [visit["document"] for visit in page["visits"]]
        self.assertIn(order.name, shown[0])
        self.assertNotIn("Secret", "".join(shown))
