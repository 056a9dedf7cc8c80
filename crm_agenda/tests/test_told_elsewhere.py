"""What other records tell of an event: to each person what they may know."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.compat import USER_GROUPS
from .common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestToldElsewhere(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.members["read"]
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Lead", "type": "opportunity", "user_id": False}
        )
        sales = cls.env.ref("sales_team.group_sale_salesman")
        (cls.owner | cls.reader | cls.stranger).write({USER_GROUPS: [(4, sales.id)]})

    def as_user(self, record, user):
        self.forget()
        return record.with_user(user)

    def test_opportunity_shows_the_meetings_that_one_may_read(self):
        event = self.new_event(opportunity_id=self.lead.id)
        known = self.as_user(self.lead, self.reader)
        self.assertEqual(known.meeting_display_date, event.start.date())
        self.assertEqual(known.meeting_display_label, "Next Meeting")
        self.assertFalse(self.as_user(self.lead, self.stranger).meeting_display_date)
        later = event.start + timedelta(days=3)
        self.new_event(False, opportunity_id=self.lead.id, start=later, user_id=False)
        seen = self.as_user(self.lead, self.stranger)
        self.assertEqual(seen.meeting_display_date, later.date())
        self.assertEqual(seen.meeting_display_label, "Next Meeting")

    def test_chatter_of_an_opportunity_tells_of_no_event(self):
        self.new_event(opportunity_id=self.lead.id, name="Secret")
        self.new_event(False, opportunity_id=self.lead.id, name="Meeting for all")
        talk = "".join(self.lead.message_ids.mapped("body"))
        self.assertNotIn("Secret", talk)
        self.assertIn("Meeting for all", talk)

    def test_activity_keeps_what_was_written_in_it(self):
        event, meeting = self.new_event(), self.new_event(False)
        for linked, summary in ((event, "Call"), (meeting, "Secret")):
            activity = self.lead.activity_schedule(
                "mail.mail_activity_data_todo",
                summary="Call",
                calendar_event_id=linked.id,
                user_id=self.owner.id,
            )
            linked.with_user(self.owner).write({"name": "Secret", "description": "X"})
            self.assertEqual(activity.summary, summary)

    def test_who_follows_an_event_is_for_who_reads_it(self):
        event = self.new_event()
        event.message_subscribe(self.reader.partner_id.ids)
        followers = event.message_follower_ids
        domain = [("res_model", "=", event._name), ("res_id", "=", event.id)]
        for user, expected in ((self.reader, followers), (self.stranger, set())):
            found = self.as_user(followers, user).search(domain)
            self.assertEqual(set(found.ids), set(expected and expected.ids))
        with self.assertRaises(AccessError):
            self.as_user(followers, self.stranger).read(["partner_id"])

    def test_series_is_for_who_reads_an_event_of_it(self):
        series = self.new_series()
        recurrence = series.recurrence_id
        self.assertTrue(self.as_user(recurrence, self.reader).read(["rrule"]))
        with self.assertRaises(AccessError):
            self.as_user(recurrence, self.stranger).read(["rrule"])
        series[1].shared_user_ids = self.stranger
        self.assertTrue(self.as_user(recurrence, self.stranger).read(["rrule"]))

    def test_calendar_is_named_to_its_members_and_to_who_reads_an_event(self):
        self.calendar.name = "Secret calendar"
        person = self.as_user(self.stranger, self.stranger)
        person.agenda_calendar_id = self.calendar.id
        name = self.as_user(person, self.stranger).read(["agenda_calendar_id"])
        self.assertEqual(name[0]["agenda_calendar_id"][1], "Not shared")
        self.new_event(shared_user_ids=[(4, self.stranger.id)])
        name = self.as_user(person, self.stranger).read(["agenda_calendar_id"])
        self.assertEqual(name[0]["agenda_calendar_id"][1], "Secret calendar")

    def test_refusal_names_no_type_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.visit.copy({"name": "Secret type", "company_id": company.id})
        mine = self.new_calendar("Mine", self.stranger)
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            self.as_user(mine, self.stranger).default_type_id = foreign.id
        self.assertNotIn("Secret type", str(refusal.exception))

    def test_hidden_calendar_proposes_nothing(self):
        self.calendar.default_type_id = self.visit
        for user, proposed in ((self.stranger, False), (self.reader, self.visit.id)):
            events = self.as_user(self.Event, user).with_context(
                agenda=True, default_agenda_calendar_id=self.calendar.id
            )
            defaults = events.default_get(["agenda_calendar_id", "agenda_type_id"])
            self.assertEqual(defaults["agenda_type_id"], proposed)

    def test_type_of_another_company_proposes_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        alarm = self.env["calendar.alarm"].create({"name": "A", "duration": 7})
        foreign = self.visit.copy({"company_id": company.id, "default_duration": 7})
        foreign.default_alarm_ids = alarm
        self.new_calendar("Mine", self.stranger)
        events = self.as_user(self.Event, self.stranger).with_context(
            agenda=True, default_agenda_type_id=foreign.id
        )
        fnames = ["agenda_type_id", "alarm_ids", "duration"]
        for asked in (fnames, [*fnames, "start"]):
            defaults = events.default_get(asked)
            self.assertFalse(defaults["agenda_type_id"])
            self.assertNotIn(alarm.id, defaults["alarm_ids"][0][2])
            self.assertNotEqual(defaults.get("duration"), 7)

    def test_reassigning_tells_no_time_of_a_hidden_event(self):
        mine = self.new_calendar("Mine", self.stranger, double_booking="warn")
        event = self.new_event(name="Secret")
        self.share(mine, "read", user_id=self.owner.id)
        self.new_event(mine, start=event.start, name="Own")
        values = {"calendar_id": mine.id, "event_ids": [(6, 0, event.ids)]}
        wizards = self.env["crm.agenda.reassign"]
        self.assertTrue(self.as_user(wizards, self.owner).new(values).clash_summary)
        with self.assertRaises(AccessError):
            self.as_user(wizards, self.stranger).new(values).clash_summary  # noqa: B018


@tagged("post_install", "-at_install")
class TestWhoSomebodyIs(TestAgendaCommon):
    def become(self, user, group):
        user.write({USER_GROUPS: [(6, 0, self.env.ref(group).ids)]})
        self.forget()

    def test_portal_user_is_no_member_and_an_employee_is_one(self):
        writer, event = self.members["write"], self.new_event()
        event.message_subscribe(writer.partner_id.ids)
        self.become(writer, "base.group_portal")
        self.assertNotIn(writer, self.calendar.member_ids)
        self.assertNotIn(writer.partner_id, event.message_partner_ids)
        self.become(writer, "base.group_user")
        self.assertIn(writer, self.calendar.writer_ids)

    def test_extra_user_who_becomes_a_portal_user_reads_no_messages(self):
        extra = self.new_user("extra", notification_type="inbox")
        event = self.new_event(shared_user_ids=[(6, 0, extra.ids)])
        event.message_subscribe(extra.partner_id.ids)
        message = event.message_post(
            body="Secret",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=extra.partner_id.ids,
        )
        of_event = [("id", "=", message.id)]
        messages = self.env["mail.message"].with_user(extra)
        self.assertTrue(messages.search(of_event))
        self.become(extra, "base.group_portal")
        self.assertNotIn(extra.partner_id, event.message_partner_ids)
        self.assertFalse(messages.search(of_event))

    def test_contact_that_is_nobodys_any_more_is_told_nothing(self):
        start = datetime(2030, 5, 13, 8)
        self.freeze(start - timedelta(days=2))
        reader = self.members["read"]
        self.calendar.share_ids.filtered(lambda s: s.user_id == reader).remind = True
        alarm = self.env["calendar.alarm"].create(
            {"name": "Day", "alarm_type": "email", "duration": 1, "interval": "days"}
        )
        event = self.new_event(start=start, alarm_ids=[(6, 0, alarm.ids)])
        former = reader.partner_id
        attended = self.new_event(partner_ids=[(6, 0, former.ids)])
        (event | attended).message_subscribe(former.ids)
        self.env["crm.agenda.reminder"]._plan(event)
        pending = [("event_id", "=", event.id), ("state", "=", "pending")]
        reminders = self.env["crm.agenda.reminder"].search(pending)
        self.assertIn(former, reminders.partner_id)
        reader.partner_id = former.create({"name": "New", "email": "new@example.com"})
        self.forget()
        self.assertNotIn(former, event.message_partner_ids)
        self.assertIn(former, attended.message_partner_ids)
        reminders = reminders.search(pending)
        self.assertNotIn(former, reminders.partner_id)
        self.assertIn(reader.partner_id, reminders.partner_id)

    def test_owner_of_a_calendar_does_not_become_a_portal_user(self):
        with self.refused("needs an owner"):
            self.become(self.owner, "base.group_portal")

    def test_pop_up_is_shown_to_who_may_read_the_event_now(self):
        now = datetime(2030, 5, 13, 6)
        self.freeze(now)
        popup = self.env["calendar.alarm"].create(
            {
                "name": "Hour",
                "alarm_type": "notification",
                "duration": 1,
                "interval": "hours",
            }
        )
        reader = self.members["read"]
        reminders = self.env["crm.agenda.reminder"]

        def shown():
            self.forget()
            manager = self.env["calendar.alarm_manager"].with_user(reader)
            return [row["event_id"] for row in manager.get_next_notif()]

        changes = (
            {"active": False},
            {"agenda_status_id": self.done.id},
            {"privacy": "private"},
            {"shared_user_ids": [(5, 0, 0)], "privacy": "private"},
        )
        for values in changes:
            event = self.new_event(
                start=now + timedelta(minutes=30),
                alarm_ids=[(6, 0, popup.ids)],
                shared_user_ids=[(4, reader.id)] if len(values) > 1 else [],
            )
            self.calendar.share_ids.remind = True
            reminders._cron_dispatch(commit=False)
            self.assertEqual(shown(), event.ids)
            event.write(values)
            self.assertEqual(shown(), [], values)
            event.write({"active": True, "agenda_status_id": self.planned.id})
            event.unlink()
