"""What documents and contacts tell of their events, and events of their documents."""

from datetime import datetime, timedelta

from odoo.tests import Form, tagged

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestDocumentEvents(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create({"partner_id": cls.customer.id})
        group = "sales_team.group_sale_salesman_all_leads"
        cls.reader = cls.new_user("seller", group)
        cls.share(cls.calendar, "read", user_id=cls.reader.id)
        cls.busy = cls.new_user("busy_seller", group)
        cls.share(cls.calendar, "busy", user_id=cls.busy.id)
        cls.outsider = cls.new_user("other_seller", group)
        cls.now = datetime.now().replace(minute=0, second=0, microsecond=0)

    def plan(self, days, **values):
        values.setdefault("document_ref", f"sale.order,{self.order.id}")
        return self.new_event(
            start=self.now + timedelta(days=days), user=self.env.user, **values
        )

    def get_summary(self, user, record=None):
        self.forget()
        return (record or self.order).with_user(user).agenda_summary

    def test_the_next_event_comes_first(self):
        self.plan(-2)
        self.plan(9)
        following = self.plan(3)
        self.plan(1).agenda_status_id = self.cancelled
        self.assertEqual(
            self.get_summary(self.reader), following.with_user(self.reader)._get_when()
        )

    def test_what_was_is_counted(self):
        self.plan(-2)
        self.assertEqual(self.get_summary(self.reader), "1 so far")
        self.assertEqual(self.get_summary(self.outsider), "Plan")

    def test_who_sees_when_it_is_busy_learns_that_somebody_goes(self):
        self.plan(3, customer_id=self.customer.id)
        self.plan(4, customer_id=self.customer.id, privacy="private")
        for record in (self.order, self.customer):
            self.assertEqual(self.get_summary(self.busy, record), "1 planned (busy)")
            self.assertEqual(self.get_summary(self.outsider, record), "Plan")

    def test_summaries_of_many_take_no_more_queries(self):
        orders = self.order
        for index in range(6):
            orders |= self.order.copy()
            self.plan(index + 1, document_ref=f"sale.order,{orders[-1].id}")
            self.plan(20, document_ref=f"sale.order,{orders[-1].id}")
        family = self.customer.create({"name": "Child", "parent_id": self.customer.id})
        self.plan(9, customer_id=family.id, document_ref=False)
        self.plan(8, customer_id=self.customer.id, document_ref=False)

        def count(records):
            self.forget()
            before = self.env.cr.sql_log_count
            summaries = records.with_user(self.reader).mapped("agenda_summary")
            return self.env.cr.sql_log_count - before, summaries

        count(orders)
        (few, _one), (many, summaries) = count(orders[:2]), count(orders)
        self.assertLessEqual(many, few)
        self.assertEqual(summaries[0], "Plan")
        self.assertEqual(len(set(summaries)), 7)
        _count, (whole, child) = count(self.customer | family)
        self.assertNotEqual(whole, child)
        self.assertEqual(self.get_summary(self.reader, self.customer), whole)

    def test_an_empty_button_opens_the_calendar_to_plan(self):
        action = self.order.with_user(self.reader).action_agenda_events()
        self.assertEqual(action["views"][0][1], "calendar")
        self.assertFalse(
            [term for term in action["domain"] or [] if "res_id" in str(term)]
        )
        events = self.Event.with_context(action["context"])
        with Form(events, "crm_agenda.calendar_event_view_form_short") as form:
            self.assertEqual(form.customer_id, self.customer)
            form.agenda_calendar_id = self.calendar
        self.assertEqual(form.record.document_ref, self.order)

    def test_the_customers_own_documents_are_offered_first(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        orders = self.env["sale.order"].with_context(
            agenda_customer_id=self.customer.id
        )
        orders.create([{"partner_id": other.id} for _index in range(3)])
        found = orders.name_search("", limit=3)
        self.assertEqual(
            found[0], (self.order.id, f"{self.order.name} – {self.customer.name}")
        )
        self.assertEqual(len(found), 3)
        self.assertIn("Somebody else", found[1][1])
        self.assertEqual(
            [id_ for id_, _name in orders.name_search(self.order.name)],
            [self.order.id],
        )

    def test_whose_documents_are_is_asked_once_for_all(self):
        others = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(20)]
        )
        orders = self.env["sale.order"].with_context(
            agenda_customer_id=self.customer.id
        )
        orders.create([{"partner_id": other.id} for other in others])
        orders.name_search("", limit=2)

        def count(limit):
            self.forget()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(orders.name_search("", limit=limit)), limit)
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(20), count(2))

    def test_a_document_of_another_customer_is_told(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        event = self.plan(1, customer_id=other.id)
        self.assertEqual(event.document_customer_id, self.customer)
        event.customer_id = contact
        self.assertFalse(event.document_customer_id)
        event.customer_id = False
        self.assertFalse(event.document_customer_id)
        event.customer_id = other
        self.assertFalse(event.with_user(self.owner).document_customer_id)
