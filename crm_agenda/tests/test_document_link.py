"""A link follows its document, to what it becomes or to nothing."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestDocumentLink(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.share(cls.calendar, "read", user_id=cls.seller.id)
        cls.order = cls.env["sale.order"].create({"partner_id": cls.customer.id})

    def plan(self, document, **values):
        ref = f"{document._name},{document.id}"
        return self.new_event(user=self.env.user, document_ref=ref, **values)

    def new_leads(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "partner_id": self.customer.id}
                for name in ("New roof", "Roof")
            ]
        )
        leads.user_id = self.seller
        return leads

    def assert_unharmed(self, event):
        """Whatever became of its document, all goes on that is done with an event."""
        self.forget()
        self.assertFalse(event.document_ref)
        self.assertFalse(event.document_kind)
        self.assertFalse(event.action_open_calendar_event())
        event.name = "Other name"
        event.agenda_calendar_id = self.new_calendar("Another")
        self.assertFalse(event.copy().document_ref)

    def test_merged_opportunities(self):
        """By somebody who may not write their events."""
        leads = self.new_leads()
        about_it = [self.plan(lead) for lead in leads]
        about_it.append(self.plan(leads[1], active=False))
        ordered = self.plan(self.order, opportunity_id=leads[1].id)
        merged = leads.with_user(self.seller).merge_opportunity()
        self.forget()
        self.assertEqual(len(leads.exists()), 1)
        self.assertEqual([event.document_ref for event in about_it], [merged] * 3)
        self.assertEqual(ordered.document_ref, self.order)
        self.assertEqual(ordered.opportunity_id, merged)
        self.assertEqual(merged.agenda_event_count, 2)

    def test_merged_contacts(self):
        self.env["crm.agenda.document.model"].create({"model": "res.partner"})
        other = self.env["res.partner"].create({"name": "Customer again"})
        event = self.plan(other, customer_id=other.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((other | self.customer).ids, self.customer)
        self.forget()
        self.assertFalse(other.exists())
        self.assertEqual(event.document_ref, self.customer)
        self.assertEqual(event.customer_id, self.customer)

    def test_archived(self):
        lead = self.new_leads()[0]
        event = self.plan(lead)
        lead.active = False
        self.forget()
        self.assertEqual(event.with_user(self.seller).document_ref, lead)

    def test_deleted(self):
        lead = self.new_leads()[0]
        event = self.plan(lead)
        lead.unlink()
        self.assert_unharmed(event)

    def test_deleted_with_what_it_was_part_of(self):
        """Which the database does, and no method of the document."""
        parent = self.new_calendar("Whole")
        self.env["crm.agenda.document.model"].create({"model": "crm.agenda.share"})
        share = self.share(parent, "read", user_id=self.seller.id)
        event = self.plan(share)
        self.assertEqual(event.document_ref, share)
        parent.unlink()
        self.assert_unharmed(event)

    def test_of_an_app_that_is_uninstalled(self):
        model = self.env["ir.model"].create({"name": "Boat", "model": "x_boat"})
        self.env["crm.agenda.document.model"].create({"model": "x_boat"})
        event = self.plan(self.env["x_boat"].create({"x_name": "Ship"}))
        self.forget()
        self.assertEqual(event.document_kind, "Boat")
        model.unlink()
        self.assertTrue(event.exists(), "the meeting stays")
        self.assert_unharmed(event)

    def test_moved_to_another_company(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.env.user.company_ids = [Command.link(other.id)]
        lead = self.env["crm.lead"].create(
            {
                "name": "Roof",
                "user_id": False,
                "team_id": False,
                "company_id": self.env.company.id,
            }
        )
        event = self.plan(lead)
        reader = event.with_user(self.seller)
        self.assertEqual(reader.document_ref, lead)
        lead.company_id = other
        self.forget()
        self.assertFalse(reader.document_ref)
        self.assertFalse(reader.action_open_calendar_event())
        event.with_user(self.owner).name = "Other name"

    def test_the_number_is_told_of_what_an_event_is_about(self):
        """Not to whoever asks for one, by a form or a meeting in no calendar."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        about = {"res_model": order._name, "res_id": order.id}
        event = self.plan(order)
        meeting = self.new_event(False, self.owner)
        model = self.env["ir.model"]._get(order._name)
        meeting.sudo().write({"res_model_id": model.id, "res_id": order.id})
        self.forget()
        self.assertIn(order.name, event.with_user(self.owner).document_kind)
        self.assertNotIn(order.name, meeting.with_user(self.owner).document_kind)
        events = self.Event.with_user(self.stranger)
        form = events.onchange(about, ["res_id"], {"document_kind": {}})
        self.assertNotIn(order.name, str(form))
