from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestEvent(TestAgendaCommon):
    def new_form(self, user=None, **context):
        events = self.Event.with_user(user or self.owner)
        return Form(
            events.with_context(agenda=True, **context),
            view="crm_agenda.calendar_event_view_form",
        )

    # Defaults

    def test_new_event_starts_in_the_users_calendar(self):
        self.owner.agenda_calendar_id = self.calendar
        self.calendar.default_type_id = self.visit
        form = self.new_form()
        self.assertEqual(form.agenda_calendar_id, self.calendar)
        self.assertEqual(form.agenda_type_id, self.visit)
        self.assertEqual(form.agenda_status_id, self.planned)

    def test_new_event_starts_in_the_calendar_of_the_screen(self):
        self.owner.agenda_calendar_id = self.calendar
        other = self.new_calendar("Other")
        form = self.new_form(default_agenda_calendar_id=other.id)
        self.assertEqual(form.agenda_calendar_id, other)

    def test_a_default_calendar_that_was_lost_is_not_proposed(self):
        self.members["read"].agenda_calendar_id = self.calendar
        self.assertFalse(self.new_form(self.members["read"]).agenda_calendar_id)

    def test_new_event_starts_at_the_next_half_hour(self):
        with freeze_time("2030-01-07 09:40:00"):
            self.calendar.default_duration = 1.5
            form = self.new_form(default_agenda_calendar_id=self.calendar.id)
            self.assertEqual(form.start, datetime(2030, 1, 7, 10))
            self.assertEqual(form.stop, datetime(2030, 1, 7, 11, 30))
            self.assertEqual(form.duration, 1.5)

    def test_dragged_time_is_kept(self):
        form = self.new_form(
            default_agenda_calendar_id=self.calendar.id,
            default_start="2030-01-07 09:00:00",
            default_stop="2030-01-07 12:30:00",
            default_duration=3.5,
        )
        form.agenda_type_id = self.visit
        self.assertEqual(form.duration, 3.5)
        self.assertEqual(form.stop, datetime(2030, 1, 7, 12, 30))

    def test_meetings_elsewhere_stay_out_of_the_agenda(self):
        self.owner.agenda_calendar_id = self.calendar
        meeting = self.Event.with_user(self.owner).create(
            {
                "name": "Plain",
                "start": datetime(2030, 1, 7, 9),
                "stop": datetime(2030, 1, 7, 10),
            }
        )
        self.assertFalse(meeting.agenda_calendar_id)
        self.assertFalse(meeting.agenda_status_id)

    def test_event_created_by_code_gets_the_defaults(self):
        starting = self.env["crm.agenda.event.status"].create(
            {"name": "To confirm", "sequence": 90}
        )
        self.visit.write(
            {
                "starting_status_id": starting.id,
                "default_alarm_ids": [
                    (6, 0, self.env.ref("calendar.alarm_notif_2").ids)
                ],
            }
        )
        event = self.new_event(agenda_type_id=self.visit.id)
        self.assertEqual(event.agenda_status_id, starting)
        self.assertEqual(event.alarm_ids, self.visit.default_alarm_ids)
        event = self.new_event(alarm_ids=[(6, 0, [])], agenda_type_id=self.visit.id)
        self.assertFalse(event.alarm_ids)

    def test_nobody_is_invited_because_of_the_screen(self):
        events = self.Event.with_user(self.owner).with_context(
            active_model="res.partner", active_id=self.customer.id
        )
        event = events.create(
            {
                "name": "Visit",
                "agenda_calendar_id": self.calendar.id,
                "start": datetime(2030, 1, 7, 9),
                "stop": datetime(2030, 1, 7, 10),
            }
        )
        self.assertFalse(event.partner_ids)
        self.assertFalse(event.attendee_ids)
        self.assertFalse(event.res_id)

    def test_description_is_what_was_typed(self):
        series = self.new_series(
            count=2, description="<p>Typed</p>", partner_ids=[(4, self.customer.id)]
        )
        silent = self.new_event(partner_ids=[(4, self.customer.id)])
        self.assertEqual(series.mapped("description"), ["<p>Typed</p>"] * 2)
        self.assertFalse(silent.description)

    def test_meetings_made_together_with_events_stay_as_odoo_makes_them(self):
        start, stop = datetime(2030, 1, 7, 9), datetime(2030, 1, 7, 10)
        country = self.env.ref("base.es")
        events = self.Event.with_user(self.owner).with_context(
            active_model=country._name, active_id=country.id
        )
        made = events.create(
            [
                {
                    "name": name,
                    "start": start,
                    "stop": stop,
                    "agenda_calendar_id": calendar.id,
                }
                for name, calendar in (
                    ("Visit", self.calendar),
                    ("Meeting", self.calendar.browse()),
                    ("Check", self.calendar),
                )
            ]
        )
        self.assertEqual(made.mapped("name"), ["Visit", "Meeting", "Check"])
        self.assertEqual(made.mapped("res_id"), [0, country.id, 0])
        self.assertEqual(made[1].partner_ids, self.owner.partner_id)

    def test_meeting_brought_into_the_agenda_gets_a_status(self):
        meeting = self.new_event(calendar=False, user=self.owner)
        meeting.with_user(self.owner).agenda_calendar_id = self.calendar
        self.assertEqual(meeting.agenda_status_id, self.planned)

    # What the form proposes

    def test_type_proposes_duration_and_reminders(self):
        call = self.env.ref("crm_agenda.crm_agenda_event_type_call")
        form = self.new_form(default_agenda_calendar_id=self.calendar.id)
        form.name = "Visit"
        form.agenda_type_id = self.visit
        self.assertEqual(form.duration, 2.0)
        self.assertEqual(form.stop - form.start, timedelta(hours=2))
        self.assertEqual(form.alarm_ids[:], self.visit.default_alarm_ids)
        form.agenda_type_id = call
        self.assertEqual(form.duration, 0.25)
        self.assertEqual(form.alarm_ids[:], call.default_alarm_ids)

    def test_type_keeps_the_duration_that_was_typed(self):
        form = self.new_form(default_agenda_calendar_id=self.calendar.id)
        form.duration = 3.5
        form.agenda_type_id = self.visit
        self.assertEqual(form.duration, 3.5)

    def test_type_keeps_the_duration_of_a_saved_event(self):
        event = self.new_event()
        with Form(event, view="crm_agenda.calendar_event_view_form") as form:
            form.agenda_type_id = self.visit
        self.assertEqual(event.duration, 1.0)

    def test_customer_proposes_their_address(self):
        other = self.env["res.partner"].create({"name": "Other", "city": "Cuenca"})
        form = self.new_form(default_agenda_calendar_id=self.calendar.id)
        form.customer_id = self.customer
        self.assertEqual(form.location, "Calle Mayor 1, Madrid")
        form.customer_id = other
        self.assertEqual(form.location, "Cuenca")
        form.location = "At the fair"
        form.customer_id = self.customer
        self.assertEqual(form.location, "At the fair")

    def test_document_proposes_customer_and_subject(self):
        seller = self.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].create(
            {"name": "Heating", "partner_id": self.customer.id, "type": "opportunity"}
        )
        self.share(self.calendar, "write", user_id=seller.id)
        form = self.new_form(
            seller,
            default_agenda_calendar_id=self.calendar.id,
            default_document_ref=f"crm.lead,{lead.id}",
        )
        self.assertEqual(form.customer_id, self.customer)
        self.assertEqual(form.name, "Heating")
        self.assertEqual(form.location, "Calle Mayor 1, Madrid")
        event = form.save()
        self.assertEqual((event.res_model, event.res_id), ("crm.lead", lead.id))
        self.assertEqual(event.document_ref, lead)
        self.assertFalse(lead.activity_ids)

    def test_document_keeps_what_was_typed(self):
        seller = self.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].create(
            {"name": "Heating", "partner_id": self.customer.id}
        )
        other = self.env["res.partner"].create({"name": "Other"})
        form = self.new_form(seller)
        form.name = "Typed"
        form.customer_id = other
        form.document_ref = f"crm.lead,{lead.id}"
        self.assertEqual(form.name, "Typed")
        self.assertEqual(form.customer_id, other)

    # Series

    def test_occurrences_carry_the_agenda_fields(self):
        extra = self.new_user("extra")
        series = self.new_series(
            agenda_type_id=self.visit.id,
            customer_id=self.customer.id,
            shared_user_ids=[(6, 0, extra.ids)],
            location="Here",
            attachment_ids=[(6, 0, self.new_file().ids)],
            res_model_id=self.env["ir.model"]._get("res.partner").id,
            res_id=self.customer.id,
        )
        self.assertEqual(len(series), 3)
        for event in series:
            self.assertEqual(event.agenda_calendar_id, self.calendar)
            self.assertEqual(event.agenda_type_id, self.visit)
            self.assertEqual(event.customer_id, self.customer)
            self.assertEqual(event.shared_user_ids, extra)
            self.assertEqual(event.agenda_status_id, self.planned)
            self.assertEqual(event.attachment_ids.name, "plan.txt")
            self.assertEqual(event.res_id, self.customer.id)

    def test_each_occurrence_has_its_own_status(self):
        series = self.new_series()
        series[1].agenda_status_id = self.done
        self.assertEqual(
            [event.agenda_status_kind for event in series], ["open", "done", "open"]
        )

    def test_each_occurrence_has_its_own_copy_of_a_file(self):
        series = self.new_series(attachment_ids=[(6, 0, self.new_file().ids)])
        extra = self.new_user("extra")
        series[2].shared_user_ids = extra
        self.forget()
        files = series.attachment_ids.with_user(extra)
        self.assertEqual(len(files), 3)
        self.assertEqual(
            files.search([("id", "in", files.ids)]).ids, series[2].attachment_ids.ids
        )
        self.assertEqual(series[2].attachment_ids.with_user(extra).raw, b"plan")
        (series[0] | series[1]).with_user(self.owner).unlink()
        self.assertEqual(series[2].attachment_ids.exists().raw, b"plan")

    # Documents

    def test_document_that_may_not_be_read_is_not_shown(self):
        lead = self.env["crm.lead"].create({"name": "Heating"})
        event = self.new_event(document_ref=f"crm.lead,{lead.id}", user=self.env.user)
        self.forget()
        as_reader = event.with_user(self.members["read"])
        self.assertFalse(as_reader.document_ref)
        self.assertEqual(as_reader.read(["document_ref"])[0]["document_ref"], False)

    def test_deleted_document_leaves_the_event_whole(self):
        lead = self.env["crm.lead"].create({"name": "Heating"})
        event = self.new_event(document_ref=f"crm.lead,{lead.id}", user=self.env.user)
        lead.unlink()
        self.forget()
        self.assertFalse(event.document_ref)
        self.assertEqual(event.name, "Boiler check")

    def test_linking_a_deleted_document_is_refused(self):
        lead = self.env["crm.lead"].create({"name": "Heating"})
        value = f"crm.lead,{lead.id}"
        lead.unlink()
        with self.assertRaisesRegex(ValidationError, "deleted"):
            self.new_event(document_ref=value, user=self.env.user)

    def test_linking_a_document_one_may_not_read_is_refused(self):
        lead = self.env["crm.lead"].create({"name": "Heating"})
        with self.assertRaises(AccessError):
            self.new_event(document_ref=f"crm.lead,{lead.id}", user=self.owner)

    def test_documents_count_and_open_their_events(self):
        seller = self.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        self.share(self.calendar, "read", user_id=seller.id)
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.new_event(
            customer_id=contact.id,
            document_ref=f"sale.order,{order.id}",
            user=self.env.user,
        )
        self.assertEqual(order.with_user(seller).agenda_event_count, 1)
        self.assertEqual(contact.agenda_event_count, 1)
        self.assertEqual(self.customer.agenda_event_count, 1)
        stranger = self.customer.with_user(self.stranger)
        self.assertEqual(stranger.agenda_event_count, 0)
        action = order.action_agenda_events()
        self.assertEqual(len(self.Event.search(action["domain"])), 1)
        new = self.Event.with_context(**action["context"]).default_get(["document_ref"])
        self.assertEqual(new["document_ref"], f"sale.order,{order.id}")

    def test_order_proposes_to_confirm_or_cancel_its_open_events(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        about = {"document_ref": f"sale.order,{order.id}", "user": self.env.user}
        confirmed = self.env.ref("crm_agenda.crm_agenda_event_status_confirmed")
        started = self.env.ref("crm_agenda.crm_agenda_event_status_in_progress")
        planned, done, going = (
            self.new_event(agenda_status_id=status.id, **about)
            for status in (self.planned, self.done, started)
        )
        self.assertFalse(order.agenda_proposal)
        order.action_confirm()
        self.assertIn("1", order.agenda_proposal)
        self.assertIn(confirmed.name, order.agenda_proposal)
        order.action_accept_agenda_proposal()
        self.assertEqual(planned.agenda_status_id, confirmed)
        self.assertEqual(going.agenda_status_id, started)
        self.forget()
        self.assertFalse(order.agenda_proposal)
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertIn("2", order.agenda_proposal)
        order.action_accept_agenda_proposal()
        self.assertEqual((planned | going).agenda_status_id, self.cancelled)
        self.assertEqual(done.agenda_status_id, self.done)

    def test_order_proposes_nothing_unless_a_status_asks_for_it(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        document = f"sale.order,{order.id}"
        self.new_event(document_ref=document, user=self.env.user)
        order.action_confirm()
        self.assertTrue(order.agenda_proposal)
        statuses = self.env["crm.agenda.event.status"].search([])
        statuses.write({"order_state": False})
        self.forget()
        self.assertFalse(order.agenda_proposal)

    def test_order_proposes_nothing_for_events_one_may_not_write(self):
        seller = self.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        self.share(self.calendar, "read", user_id=seller.id)
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        event = self.new_event(
            document_ref=f"sale.order,{order.id}", user=self.env.user
        )
        order.action_confirm()
        order = order.with_user(seller)
        self.assertEqual(order.agenda_event_count, 1)
        self.assertFalse(order.agenda_proposal)
        order.action_accept_agenda_proposal()
        self.assertEqual(event.agenda_status_id, self.planned)

    def get_columns(self, user, *terms):
        """Return the names of a kanban by calendar, with the counts."""
        events = self.Event.with_user(user)
        domain = [("in_agenda", "=", True), ("name", "=", "Column"), *terms]
        return {
            group["agenda_calendar_id"][1]: group["__count"]
            for group in self.group(events, domain, "agenda_calendar_id")
        }

    def test_kanban_by_calendar_has_a_column_for_each_that_takes_events(self):
        writer = self.members["write"]
        other = self.new_calendar("Other")
        seen = self.new_calendar("Seen")
        self.share(other, "write", user_id=writer.id)
        self.share(seen, "read", user_id=writer.id)
        self.new_event(name="Column")
        self.forget()
        columns = self.get_columns(writer)
        self.assertEqual(columns["Technician"], 1)
        self.assertEqual(columns["Other"], 0)
        self.assertNotIn("Seen", columns)
        asked = ("agenda_calendar_id", "in", self.calendar.ids)
        self.assertEqual(self.get_columns(writer, asked), {"Technician": 1})

    def test_kanban_by_calendar_shows_an_extra_user_their_event(self):
        self.new_event(name="Column", shared_user_ids=[(4, self.stranger.id)])
        self.assertEqual(self.get_columns(self.stranger)["Technician"], 1)

    def test_only_the_models_of_the_consultant_can_be_linked(self):
        selection = dict(self.Event._select_document_models())
        self.assertIn("sale.order", selection)
        self.assertNotIn("res.country", selection)
        self.env["crm.agenda.document.model"].search(
            [("model", "=", "sale.order")]
        ).active = False
        self.assertNotIn("sale.order", dict(self.Event._select_document_models()))

    # Late

    def test_late_is_over_and_still_open(self):
        past = datetime.now().replace(microsecond=0) - timedelta(days=2)
        late = self.new_event(start=past)
        done = self.new_event(start=past, agenda_status_id=self.done.id)
        coming = self.new_event()
        events = late | done | coming
        self.assertEqual(events.filtered("is_late"), late)
        domain = [("id", "in", events.ids)]
        found = self.Event.search(domain + [("is_late", "=", True)])
        self.assertEqual(found, late)
        found = self.Event.search(domain + [("is_late", "=", False)])
        self.assertEqual(found, done | coming)

    # Bad input

    def test_end_before_start_is_refused(self):
        start = datetime(2030, 1, 7, 10)
        with self.assertRaises(ValidationError):
            self.new_event(start=start, stop=start - timedelta(hours=1))

    def test_type_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self.visit.copy({"company_id": company.id})
        other = self.visit.copy({"company_id": company.id})
        with self.assertRaisesRegex(ValidationError, "different companies"):
            self.new_event(agenda_type_id=other.id, user=self.env.user)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_calendar_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other company"})
        boss = self.new_user(
            "boss", company_ids=[(6, 0, (company | self.env.company).ids)]
        )
        elsewhere = self.new_calendar("Elsewhere", boss, company_id=company.id)
        boss_here = boss.with_context(allowed_company_ids=boss.company_id.ids)
        with self.assertRaises(AccessError):
            self.Event.with_env(boss_here.with_user(boss).env).create(
                {
                    "name": "Visit",
                    "agenda_calendar_id": elsewhere.id,
                    "start": datetime(2030, 1, 7, 9),
                    "stop": datetime(2030, 1, 7, 10),
                    "partner_ids": [(6, 0, [])],
                }
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_refusal_names_no_calendar_of_another_company(self):
        elsewhere = self.new_calendar_elsewhere()
        own_type = self.visit.copy({"company_id": self.env.company.id})
        event = self.new_event(agenda_type_id=own_type.id).with_user(self.owner)
        with self.assertRaises(ValidationError) as refused:
            event.agenda_calendar_id = elsewhere.id
        self.assertNotIn("Elsewhere", str(refused.exception))

    def test_an_administrator_is_told_of_no_clash_in_another_company(self):
        elsewhere = self.new_calendar_elsewhere(double_booking="warn")
        taken = self.new_event(elsewhere, user=self.env.user)
        administrator = self.new_user(
            "administrator", groups="base.group_user,crm_agenda.group_agenda_manager"
        )
        administrator.agenda_calendar_id = elsewhere
        events = self.Event.with_user(administrator)
        times = {"start": taken.start, "stop": taken.stop}
        event = events.new({"agenda_calendar_id": elsewhere.id, **times})
        self.assertFalse(event.has_clash)
        self.assertFalse(event.clash_summary)
        self.assertFalse(administrator.with_user(administrator)._get_agenda_calendar())

    def test_whom_all_are_taken_out_with_attends_no_more(self):
        partners = self.customer | self.owner.partner_id
        event = self.new_event(partner_ids=[(6, 0, partners.ids)])
        event.write({"partner_ids": [(5, 0, 0), (4, self.customer.id)]})
        self.assertEqual(event.attendee_ids.partner_id, self.customer)
        event.write({"partner_ids": [(5, 0, 0)]})
        self.assertFalse(event.attendee_ids)

    def test_whoever_is_no_guest_of_an_event_is_not_written_to(self):
        guest = self.customer.copy({"email": "guest@example.com"})
        event = self.new_event(partner_ids=[(6, 0, guest.ids)])
        other = self.new_event(user=self.owner)
        event.attendee_ids.write({"event_id": other.id})
        self.forget()
        sent = self.env["mail.message"].search([], order="id desc", limit=1).id
        other.with_user(self.owner).with_context(
            no_mail_to_attendees=False
        ).action_sendmail()
        told = self.env["mail.message"].search([("id", ">", sent)])
        self.assertNotIn(guest, told.partner_ids)

    # Helpers

    def new_calendar_elsewhere(self, **values):
        company = self.env["res.company"].create({"name": "Other company"})
        companies = company | self.env.company
        boss = self.new_user("boss", company_ids=[(6, 0, companies.ids)])
        values["company_id"] = company.id
        return self.new_calendar("Elsewhere", boss, **values)

    def new_file(self):
        return (
            self.env["ir.attachment"]
            .with_user(self.owner)
            .create({"name": "plan.txt", "raw": b"plan", "res_model": "calendar.event"})
            .with_env(self.env)
        )
