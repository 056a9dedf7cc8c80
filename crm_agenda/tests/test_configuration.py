"""Configuration that moves to another company stays consistent, and what is archived is
not given any more."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestCompany(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.other = cls.env["res.company"].create({"name": "Other company"})
        both = [Command.set([cls.company.id, cls.other.id])]
        cls.env.user.company_ids = both
        cls.owner.company_ids = both
        cls.type = cls.visit.copy({"company_id": cls.company.id, "name": "Our visit"})
        cls.status = cls.planned.copy({"company_id": cls.company.id, "name": "Ours"})

    def test_a_calendar_takes_no_events_into_another_company_with_what_is_not_its(self):
        """A type or a status, of archived events too."""
        for name, values in (
            ("Our visit", {"agenda_type_id": self.type.id}),
            ("Ours", {"agenda_status_id": self.status.id, "active": False}),
        ):
            calendar = self.new_calendar(f"With {name}", company_id=self.company.id)
            event = self.new_event(calendar, **values)
            for company in (self.other, self.company.browse()):
                with self.subTest(name, company=company.name):
                    reason = f"{name} and the calendar With {name} belong to different"
                    with self.refused(reason):
                        calendar.company_id = company
            event.write(
                {"agenda_type_id": self.visit.id, "agenda_status_id": self.planned.id}
            )
            calendar.company_id = self.other
            self.forget()
            event.with_user(self.owner).agenda_status_id = self.done

    def test_types_and_statuses_stay_where_they_are_used(self):
        shared = self.new_calendar("Of everybody", company_id=False)
        everywhere = self.visit.copy({"name": "Visit of all"})
        begun = self.planned.copy({"name": "Begun by all"})
        for calendar in (self.calendar, shared):
            event = self.new_event(
                calendar, agenda_type_id=everywhere.id, agenda_status_id=begun.id
            )
            for record in (everywhere, begun):
                with self.subTest(calendar=calendar.name, record=record.name):
                    with self.refused("belong to different companies"):
                        record.company_id = self.other
            event.unlink()
        everywhere.company_id = begun.company_id = self.other

    def test_defaults_are_of_their_company(self):
        everywhere = self.visit.copy({"name": "Visit of all"})
        self.calendar.default_type_id = everywhere
        with self.refused("", error=UserError):
            everywhere.company_id = self.other
        begun = self.planned.copy({"name": "Begun by all"})
        self.type.starting_status_id = begun
        with self.refused("", error=UserError):
            begun.company_id = self.other

    def test_an_order_proposes_a_status_for_the_events_of_its_company(self):
        self.env["crm.agenda.event.status"].search(
            [("order_state", "=", "sale")]
        ).order_state = False
        self.status.write({"order_state": "sale", "sequence": 900})
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        order.state = "sale"
        elsewhere = self.new_calendar("Elsewhere", company_id=self.other.id)
        ours, theirs = (
            self.new_event(
                calendar, user=self.env.user, document_ref=f"sale.order,{order.id}"
            )
            for calendar in (self.calendar, elsewhere)
        )
        self.forget()
        order.action_accept_agenda_proposal()
        self.assertEqual(ours.agenda_status_id, self.status)
        self.assertEqual(theirs.agenda_status_id, self.planned)

    def test_who_leaves_a_company_is_offered_none_of_its_calendars(self):
        user = self.new_user(
            "leaving", company_ids=[Command.set([self.company.id, self.other.id])]
        )
        calendar = self.new_calendar("Theirs", company_id=self.other.id)
        self.share(calendar, "write", user_id=user.id)
        user.agenda_calendar_id = calendar
        user.company_ids = [Command.unlink(self.other.id)]
        self.forget()
        events = self.Event.with_user(user).with_context(agenda=True)
        self.assertNotEqual(
            events.default_get(["agenda_calendar_id"]).get("agenda_calendar_id"),
            calendar.id,
        )
        finder = self.env["crm.agenda.time.finder"].with_user(user).create({})
        self.assertNotIn(calendar, finder.calendar_ids)


@tagged("post_install", "-at_install")
class TestArchived(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.visit.copy({"name": "Old visit"})
        cls.status = cls.planned.copy({"name": "Old status", "sequence": 0})
        cls.type.starting_status_id = cls.status
        cls.calendar.default_type_id = cls.type
        cls.owner.agenda_calendar_id = cls.calendar
        cls.events = cls.Event.with_user(cls.owner).with_context(agenda=True)

    def test_type(self):
        self.type.active = False
        self.assertFalse(self.new_event().agenda_type_id)
        self.assertFalse(
            Form(self.events, "crm_agenda.calendar_event_view_form").agenda_type_id
        )
        self.env["ir.default"].set("calendar.event", "agenda_type_id", self.type.id)
        self.assertFalse(
            self.events.default_get(["agenda_type_id"]).get("agenda_type_id")
        )

    def test_status(self):
        event = self.new_event()
        self.assertEqual(event.agenda_status_id, self.status)
        self.status.active = False
        for context in ({}, {"active_test": False}):
            with self.subTest(context=context):
                self.env["ir.default"].set(
                    "calendar.event", "agenda_status_id", self.status.id
                )
                new = self.events.with_context(**context).create(
                    {
                        "name": "New",
                        "start": event.start,
                        "stop": event.stop,
                        "agenda_calendar_id": self.calendar.id,
                    }
                )
                self.assertEqual(new.agenda_status_id, self.planned)
        event.agenda_status_id = False
        self.assertEqual(event.agenda_status_id, self.planned)

    def test_status_for_orders(self):
        self.status.write({"order_state": "sale", "active": False})
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        order.state = "sale"
        statuses = [order, order.with_context(active_test=False)]
        for record in statuses:
            self.assertNotEqual(record._get_proposed_status(), self.status)

    def test_calendar(self):
        """Of the user, or of somebody's own default."""
        another = self.new_calendar("Another")
        self.calendar.active = False
        self.env["ir.default"].set(
            "calendar.event", "agenda_calendar_id", self.calendar.id
        )
        fnames = ["agenda_calendar_id"]
        given = self.events.default_get(fnames).get("agenda_calendar_id")
        self.assertNotEqual(given, self.calendar.id)
        wizards = {
            name: self.env[f"crm.agenda.{name}"].with_user(self.owner)
            for name in ("time.finder", "sheet")
        }
        for name, wizard in wizards.items():
            with self.subTest(name):
                given = wizard.default_get(["calendar_ids"]).get("calendar_ids")
                self.assertNotIn(str(self.calendar.id), str(given))
        finder = wizards["time.finder"].create({"calendar_ids": another.ids})
        finder.action_find()
        event = finder.slot_ids[0]
        another.active = False
        with self.assertRaises(UserError):
            event.action_pick()

    def test_nobody_gives_it(self):
        """By hand, by a wizard or by a copy; what has it keeps it."""
        series = self.new_series(agenda_type_id=self.type.id)
        event, another = self.new_event(), self.new_calendar("Another")
        event.agenda_type_id, event.agenda_status_id = self.type, self.status
        plain = self.new_event(agenda_type_id=self.visit.id)
        plain.agenda_status_id = self.planned
        for record in (self.type, self.status, another):
            record.active = False
        self.calendar.default_type_id = self.visit
        values = {"name": "New", "start": event.start, "stop": event.stop}
        values["agenda_calendar_id"] = self.calendar.id
        for fname, record in (
            ("agenda_type_id", self.type),
            ("agenda_status_id", self.status),
            ("agenda_calendar_id", another),
        ):
            given = {fname: record.id}
            with self.subTest(fname):
                with self.refused("not archived"):
                    (plain | event).write(given)
                with self.refused("not archived"):
                    self.Event.create({**values, **given})
        wizard = self.env["crm.agenda.reassign"].create(
            {"event_ids": plain.ids, "calendar_id": another.id}
        )
        for mode in ("move", "copy"):
            wizard.mode = mode
            with self.refused("not archived"):
                wizard.action_reassign()
        event.write({"agenda_type_id": self.type.id, "name": "As it is"})
        self.assertEqual(event.copy().agenda_type_id, self.visit)
        plain.agenda_type_id = False
        self.assertFalse(plain.copy().agenda_type_id)
        series[1].write(
            {"recurrence_update": "future_events", "count": 4, "rrule_type": "daily"}
        )
        later = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        later = later.filtered("recurrence_id")
        self.assertEqual(len(later), 5)
        self.assertEqual(later.agenda_type_id, self.type)

    def test_kind_of_document(self):
        lead = self.env["crm.lead"].create({"name": "Roof"})
        event = self.new_event(user=self.env.user, document_ref=f"crm.lead,{lead.id}")
        documents = self.env["crm.agenda.document.model"]
        documents.search([("model", "=", "crm.lead")]).active = False
        for context in ({}, {"active_test": False}):
            with self.subTest(context=context):
                self.forget()
                shown = event.with_context(**context)
                self.assertNotIn("crm.lead", dict(shown._select_document_models()))
                self.assertFalse(shown.document_ref)
