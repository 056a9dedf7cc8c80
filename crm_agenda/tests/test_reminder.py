"""Reminders: who gets them, when, and that each goes out exactly once."""

import json
from datetime import datetime, time, timedelta

import pytz
from psycopg2.errors import NotNullViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DAILY, AtOnceCase, TestAgendaCommon

NOW = datetime(2030, 1, 7, 9)  # a Monday


class TestReminderCommon(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env["crm.agenda.reminder"]
        cls.hour = cls.new_alarm(1, "hours", "email")
        cls.popup = cls.new_alarm(15, "minutes", "notification")
        cls.eve = cls.env.ref("crm_agenda.calendar_alarm_eve")

    def setUp(self):
        super().setUp()
        self.clock = self.freeze(NOW)

    @classmethod
    def new_alarm(cls, duration, interval, alarm_type, **values):
        values.update(
            name=f"{alarm_type} {duration} {interval}",
            duration=duration,
            interval=interval,
            alarm_type=alarm_type,
        )
        return cls.env["calendar.alarm"].create(values)

    def remind(self, alarm=None, **values):
        """Create an event at 12:00 UTC with one reminder."""
        values.setdefault("start", NOW.replace(hour=12))
        return self.new_event(alarm_ids=[(6, 0, (alarm or self.hour).ids)], **values)

    def rows(self, event, state="pending"):
        self.env.flush_all()
        return self.Reminder.search(
            [("event_id", "=", event.id), ("state", "=", state)]
        )

    def dispatch(self):
        self.env.flush_all()
        self.Reminder._cron_dispatch(commit=False)

    def mails(self, event, heading="Reminder"):
        domain = [("subject", "=like", f"{heading}: {event.name},%")]
        return self.env["mail.mail"].search(domain)


@tagged("post_install", "-at_install")
class TestReminderPlan(TestReminderCommon):
    def test_owner_is_reminded_an_hour_before(self):
        row = self.rows(self.remind())
        self.assertEqual(row.partner_id, self.owner.partner_id)
        self.assertEqual(row.due, NOW.replace(hour=11))

    def test_who_is_reminded(self):
        extra, attendee, declining = (
            self.new_user(name) for name in ("extra", "attendee", "declining")
        )
        self.calendar.share_ids.filtered(
            lambda s: s.user_id in self.members["read"] | self.members["busy"]
        ).remind = True
        event = self.remind(
            shared_user_ids=[(6, 0, extra.ids)],
            partner_ids=[(6, 0, (attendee | declining).partner_id.ids)],
        )
        event.attendee_ids.filtered(
            lambda a: a.partner_id == declining.partner_id
        ).with_user(declining).write({"state": "declined"})
        # The busy member asked too, but may not read the event.
        reminded = self.owner | extra | attendee | self.members["read"]
        self.assertEqual(self.rows(event).partner_id, reminded.partner_id)
        event.privacy = "private"
        # Its organizer attends it now.
        people = self.owner | extra | attendee
        self.assertEqual(self.rows(event).partner_id, people.partner_id)

    def test_a_customer_is_never_shown_a_popup(self):
        event = self.remind(self.popup, partner_ids=[(6, 0, self.customer.ids)])
        self.assertNotIn(self.customer, self.rows(event).partner_id)

    def test_moved_event_reminds_anew(self):
        event = self.remind()
        self.clock.move_to(NOW.replace(hour=11, minute=1))
        self.dispatch()
        self.assertTrue(self.rows(event, "sent"))
        event.write({"start": NOW.replace(hour=15), "stop": NOW.replace(hour=16)})
        self.assertEqual(self.rows(event).due, NOW.replace(hour=14))
        self.clock.move_to(NOW.replace(hour=14))
        self.dispatch()
        self.assertEqual(len(self.mails(event)), 2)

    def test_done_cancelled_and_archived_events_remind_nobody(self):
        for values in (
            {"agenda_status_id": self.done.id},
            {"agenda_status_id": self.cancelled.id},
            {"active": False},
        ):
            event = self.remind()
            event.write(values)
            self.assertFalse(self.rows(event))
            event.write({"agenda_status_id": self.planned.id, "active": True})
            self.assertTrue(self.rows(event))

    def test_changing_what_a_status_means_counts(self):
        status = self.planned.copy()
        event = self.remind(agenda_status_id=status.id)
        status.kind = "done"
        self.assertFalse(self.rows(event))

    def test_shares_teams_and_alarms_keep_rows_in_step(self):
        team = self.env["crm.team"].create({"name": "North", "user_id": False})
        event = self.remind()
        self.share(self.calendar, "read", team_id=team.id).remind = True
        seller = self.new_user("seller", "sales_team.group_sale_salesman")
        self.assertEqual(self.rows(event).partner_id, self.owner.partner_id)
        team.member_ids = [(4, seller.id)]
        self.assertIn(seller.partner_id, self.rows(event).partner_id)
        team.member_ids = [(3, seller.id)]
        self.assertNotIn(seller.partner_id, self.rows(event).partner_id)
        self.hour.duration = 2
        self.assertEqual(self.rows(event).due, NOW.replace(hour=10))
        event.alarm_ids = [(5, 0, 0)]
        self.assertFalse(self.rows(event))

    def test_removed_and_archived_users_are_no_longer_reminded(self):
        extra, other = self.new_user("extra"), self.new_user("other")
        event = self.remind(shared_user_ids=[(6, 0, (extra | other).ids)])
        event.shared_user_ids = [(3, extra.id)]
        self.assertNotIn(extra.partner_id, self.rows(event).partner_id)
        other.active = False
        self.assertNotIn(other.partner_id, self.rows(event).partner_id)

    def test_a_reminder_without_a_type_is_the_error_that_it_is(self):
        self.remind()
        with self.assertRaises(NotNullViolation), mute_logger("odoo.sql_db"):
            self.hour.alarm_type = False

    def test_meetings_out_of_the_agenda_have_no_rows(self):
        self.assertFalse(self.rows(self.remind(calendar=False)))

    def test_long_series_have_rows_up_to_a_horizon_that_moves(self):
        event = self.remind(**DAILY, count=90, event_tz="UTC")
        series = event.recurrence_id.calendar_event_ids
        self.assertEqual(len(series), 90)
        domain = [("event_id", "in", series.ids), ("state", "=", "pending")]
        self.assertEqual(self.Reminder.search_count(domain), 40)
        self.clock.move_to(NOW + timedelta(days=10))
        self.Reminder._cron_extend(commit=False)
        self.assertEqual(self.Reminder.search_count(domain), 50)

    # Times

    def assert_due(self, event, user, local):
        """Assert when ``user`` is reminded, in their local time."""
        row = self.rows(event).filtered(lambda r: r.partner_id == user.partner_id)
        due = pytz.utc.localize(row.due).astimezone(pytz.timezone(user.tz))
        self.assertEqual(due.replace(tzinfo=None), local)

    def test_clock_time_is_the_recipients(self):
        self.owner.tz = "Europe/Madrid"
        away = self.new_user("away", tz="Asia/Tokyo")
        event = self.remind(
            self.eve,
            start=datetime(2030, 1, 9, 23, 30),
            shared_user_ids=[(6, 0, away.ids)],
        )
        # 00:30 of the 10th in Madrid, 08:30 of the 10th in Tokyo
        self.assert_due(event, self.owner, datetime(2030, 1, 9, 18))
        self.assert_due(event, away, datetime(2030, 1, 9, 18))
        away.tz = "America/New_York"
        # 18:30 of the 9th there
        self.assert_due(event, away, datetime(2030, 1, 8, 18))

    def test_clock_time_holds_across_a_dst_change(self):
        self.owner.tz = "Europe/Madrid"
        self.clock.move_to(datetime(2030, 3, 25))
        # On Sunday 31 March 2030 clocks go from 2:00 to 3:00.
        for day in (30, 31):
            event = self.remind(self.eve, start=datetime(2030, 3, day, 10))
            self.assert_due(event, self.owner, datetime(2030, 3, day - 1, 18))
        same_day = self.new_alarm(
            1, "days", "email", at_clock_time=True, clock_time=2.5, clock_day="day"
        )
        event = self.remind(same_day, start=datetime(2030, 3, 31, 10))
        self.assert_due(event, self.owner, datetime(2030, 3, 31, 3, 30))

    def test_relative_time_is_elapsed_time(self):
        self.clock.move_to(datetime(2030, 3, 25))
        event = self.remind(
            self.new_alarm(24, "hours", "email"), start=datetime(2030, 3, 31, 10)
        )
        self.assertEqual(self.rows(event).due, datetime(2030, 3, 30, 10))

    def test_all_day_event_begins_at_eight_of_the_recipient(self):
        self.owner.tz = "America/New_York"
        event = self.remind(
            start=datetime(2030, 1, 9, 8), stop=datetime(2030, 1, 9, 18), allday=True
        )
        self.assert_due(event, self.owner, datetime(2030, 1, 9, 7))

    def test_a_form_plans_nothing_and_tells_nobody(self):
        """Odoo writes on its record when the days of an all-day event change."""
        days = {"start_date": NOW.date(), "stop_date": NOW.date()}
        event = self.remind(self.eve, allday=True, **days)
        other = NOW.date() + timedelta(days=3)
        rows, messages = self.rows(event), self.env["mail.message"].search_count([])
        for user in (self.owner, self.members["write"]):
            self.forget()
            events = event.with_user(user).with_context(agenda=True)
            form = Form(events, "crm_agenda.calendar_event_view_form")
            form.start_date = other
            form.stop_date = other + timedelta(days=2)
            self.assertTrue(rows)
            self.assertEqual(self.rows(event), rows)
            self.assertEqual(self.env["mail.message"].search_count([]), messages)
        form.save()
        self.assertEqual(event.start, datetime.combine(other, time(8)))
        self.assertEqual(event.stop, event.start + timedelta(days=2, hours=10))


@tagged("post_install", "-at_install")
class TestReminderDispatch(TestReminderCommon):
    def test_nothing_goes_out_before_its_time_nor_twice(self):
        event = self.remind()
        self.clock.move_to(NOW.replace(hour=10, minute=59, second=59))
        self.dispatch()
        self.assertFalse(self.mails(event))
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        self.dispatch()
        self.clock.move_to(NOW.replace(hour=11, minute=30))
        self.dispatch()
        self.assertEqual(len(self.mails(event)), 1)
        self.assertEqual(self.mails(event).recipient_ids, self.owner.partner_id)

    def test_mail_does_not_wait_for_the_hourly_queue(self):
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        queue.nextcall = NOW.replace(hour=12)
        self.remind()
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        runs = [queue.nextcall]
        triggers = self.env["ir.cron.trigger"]
        runs += triggers.search([("cron_id", "=", queue.id)]).mapped("call_at")
        self.assertLessEqual(min(runs), NOW.replace(hour=11))

    def test_dispatcher_is_woken_up_in_time(self):
        cron = self.env.ref("crm_agenda.ir_cron_dispatch_reminders")
        triggers = self.env["ir.cron.trigger"]

        def pop_woken():
            woken = triggers.search([("cron_id", "=", cron.id)])
            instants = woken.mapped("call_at")
            woken.unlink()
            return instants

        pop_woken()
        # Before it runs by itself.
        cron.nextcall = NOW + timedelta(minutes=10)
        self.remind(start=NOW + timedelta(minutes=65))
        self.assertEqual(pop_woken(), [NOW + timedelta(minutes=5)])
        # It runs by itself, and may have looked for what comes just before.
        self.remind(start=NOW + timedelta(minutes=90))
        self.assertEqual(pop_woken(), [NOW + timedelta(minutes=30)])
        # It runs long before, and asks for it then.
        self.Reminder.search([("state", "=", "pending")]).unlink()
        self.remind(start=NOW + timedelta(hours=9))
        self.assertEqual(pop_woken(), [])
        self.clock.move_to(NOW + timedelta(minutes=10))
        self.dispatch()
        self.assertEqual(pop_woken(), [NOW + timedelta(hours=8)])

    def test_reminder_set_after_its_time_still_goes_out(self):
        event = self.remind(start=NOW + timedelta(minutes=20))
        self.dispatch()
        self.assertEqual(len(self.mails(event)), 1)

    def test_after_downtime_the_useful_goes_out_and_the_rest_is_late(self):
        coming = self.remind(name="Coming visit", start=NOW.replace(hour=15))
        over = self.remind(name="Lost visit", start=NOW.replace(hour=12))
        self.clock.move_to(NOW.replace(hour=14, minute=30))
        self.dispatch()
        self.assertEqual(len(self.mails(coming)), 1)
        self.assertFalse(self.mails(over))
        self.assertTrue(self.rows(over, "cancelled").late)

    @mute_logger("odoo.addons.crm_agenda.models.crm_agenda_reminder")
    def test_one_bad_row_fails_alone_and_is_retried(self):
        good = self.remind(name="Good visit")
        bad = self.remind(name="Bad visit")
        self.break_event(bad)
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        self.assertEqual(len(self.mails(good)), 1)
        row = self.rows(bad)
        self.assertEqual(row.attempts, 1)
        self.assertTrue(row.error)
        self.assertEqual(row.next_attempt, NOW.replace(hour=11, minute=5))
        self.clock.move_to(NOW.replace(hour=11, minute=5))
        self.dispatch()
        self.assertEqual(row.next_attempt, NOW.replace(hour=11, minute=15))
        self.mend_event(bad)
        self.clock.move_to(NOW.replace(hour=11, minute=15))
        self.dispatch()
        self.assertEqual(len(self.mails(bad)), 1)

    def break_event(self, event):
        """Make every mail about the event fail in the database."""
        self.env.cr.execute(
            """
            CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON mail_message FOR EACH ROW
            WHEN (NEW.subject LIKE '%%Bad visit%%')
            EXECUTE FUNCTION pg_temp.refuse()
            """
        )

    def mend_event(self, event):
        self.env.cr.execute("DROP TRIGGER refuse ON mail_message")

    def test_recipient_without_address_fails_and_can_be_retried(self):
        self.owner.partner_id.email = False
        event = self.remind()
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        row = self.rows(event, "failed")
        self.assertIn("email", row.error)
        self.owner.partner_id.email = "owner@example.com"
        row.action_retry()
        self.dispatch()
        self.assertEqual(len(self.mails(event)), 1)

    def test_only_administrators_retry(self):
        self.owner.partner_id.email = False
        event = self.remind()
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        with self.assertRaises(AccessError):
            self.rows(event, "failed").with_user(self.owner).action_retry()

    def test_mail_speaks_the_recipients_language_and_time(self):
        self.install_spanish()
        self.owner.write({"tz": "Asia/Tokyo", "lang": "es_ES"})
        event = self.remind(location="Calle Mayor 1", customer_id=self.customer.id)
        self.clock.move_to(NOW.replace(hour=11))
        self.dispatch()
        mail = self.mails(event, "Recordatorio")
        self.assertIn("21:00", mail.subject)
        self.assertIn("Calle Mayor 1", mail.body_html)
        self.assertIn(self.customer.name, mail.body_html)

    def test_popup_stays_until_confirmed(self):
        event = self.remind(self.popup)
        manager = self.env["calendar.alarm_manager"].with_user(self.owner)
        self.clock.move_to(NOW.replace(hour=11, minute=45))
        self.assertFalse(manager.get_next_notif())
        self.dispatch()
        [shown] = manager.get_next_notif()
        self.assertEqual((shown["event_id"], shown["timer"]), (event.id, 0))
        stranger = self.env["calendar.alarm_manager"].with_user(self.stranger)
        self.assertFalse(stranger.get_next_notif())
        row = self.rows(event, "sent")
        self.clock.move_to(NOW.replace(hour=11, minute=50))
        self.dispatch()  # snoozed: it comes back
        self.assertEqual(row.next_attempt, NOW.replace(hour=11, minute=55))
        # sudo: as Odoo's controller does
        partners = self.env["res.partner"].with_user(self.owner).sudo()
        partners._set_calendar_last_notif_ack()
        self.assertFalse(manager.get_next_notif())
        self.assertFalse(row.next_attempt)

    def test_popups_end_with_their_reason(self):
        """On the screen as well, of which the web client hears."""
        extra = self.new_user("extra")
        attendee = self.new_user("attendee")
        member = self.members["read"]
        share = self.calendar.share_ids.filtered(lambda s: s.user_id == member)
        share.remind = True
        another = self.new_calendar("Another")
        people = extra | attendee | member | self.owner
        popup = self.new_alarm(10, "minutes", "notification")
        everybody, start = set(people), NOW.replace(hour=12)
        for reason, end, gone in (
            ("done", lambda e: e.write({"agenda_status_id": self.done.id}), everybody),
            (
                "cancelled",
                lambda e: e.write({"agenda_status_id": self.cancelled.id}),
                everybody,
            ),
            ("archived", lambda e: e.write({"active": False}), everybody),
            ("deleted", lambda e: e.unlink(), everybody),
            (
                "moved",
                lambda e: e.write({"stop": self.later(e), "start": self.later(e)}),
                everybody,
            ),
            ("removed", lambda e: e.write({"alarm_ids": [(5, 0, 0)]}), everybody),
            ("a mail now", lambda e: popup.write({"alarm_type": "email"}), everybody),
            (
                "declined",
                lambda e: e.attendee_ids.with_user(attendee).do_decline(),
                {attendee},
            ),
            (
                "no longer attending",
                lambda e: e.write({"partner_ids": [(5, 0, 0)]}),
                {attendee},
            ),
            (
                "no longer an extra user",
                lambda e: e.write({"shared_user_ids": [(5, 0, 0)]}),
                {extra},
            ),
            ("private", lambda e: e.write({"privacy": "private"}), {member}),
            (
                "another calendar",
                lambda e: e.write({"agenda_calendar_id": another.id}),
                {member},
            ),
            ("no share to remind", lambda e: share.write({"remind": False}), {member}),
            (
                "calendar archived",
                lambda e: self.calendar.write({"active": False}),
                everybody,
            ),
        ):
            with self.subTest(reason):
                self.clock.move_to(NOW)
                self.calendar.active = share.remind = True
                popup.alarm_type = "notification"
                event = self.remind(
                    popup,
                    start=start,
                    shared_user_ids=[(6, 0, extra.ids)],
                    partner_ids=[(6, 0, attendee.partner_id.ids)],
                )
                self.clock.move_to(NOW.replace(hour=11, minute=55))
                self.dispatch()
                self.assertEqual(self.get_shown(event, people), everybody)
                self.env.cr.flush()
                self.env["bus.bus"].search([]).unlink()
                event_id = event.id
                end(event)
                self.assertEqual(
                    self.get_shown(event.browse(event_id), people), everybody - gone
                )
                self.env.cr.flush()
                told = (
                    self.env["bus.bus"]
                    .search([])
                    .filtered(lambda row: "calendar.alarm" in row.message)
                )
                channels = [
                    json.loads(channel)[1:] for channel in told.mapped("channel")
                ]
                for user in gone:
                    self.assertIn(["res.partner", user.partner_id.id], channels)
                self.dispatch()
                self.assertFalse(event.exists() and self.mails(event))
                event.exists().unlink()

    def later(self, event):
        return event.start + timedelta(hours=5)

    def get_shown(self, event, people):
        """Return whose web client has a pop-up of the event."""
        self.forget()
        return {
            user
            for user in people
            for shown in self.env["calendar.alarm_manager"]
            .with_user(user)
            .get_next_notif()
            if shown["event_id"] == event.id
        }

    def test_a_calendar_back_from_the_archive_reminds_again(self):
        event = self.remind()
        self.calendar.active = False
        self.assertFalse(self.rows(event))
        self.calendar.active = True
        self.assertTrue(self.rows(event))

    def test_odoo_does_not_remind_of_agenda_events_too(self):
        partners = self.owner.partner_id
        agenda = self.remind(partner_ids=[(6, 0, partners.ids)])
        plain = self.remind(calendar=False, partner_ids=[(6, 0, partners.ids)])
        self.env.flush_all()
        manager = self.env["calendar.alarm_manager"]
        alarms = manager._get_next_potential_limit_alarm("email", seconds=10**9)
        self.assertIn(plain.id, alarms)
        self.assertNotIn(agenda.id, alarms)
        self.clock.move_to(NOW.replace(hour=11, minute=1))
        by_alarm = manager._get_events_by_alarm_to_notify("email")
        self.assertIn(plain.id, by_alarm[self.hour.id])
        self.assertNotIn(agenda.id, by_alarm[self.hour.id])

    def test_odoo_shows_its_own_meetings_as_before(self):
        partners = [(6, 0, self.owner.partner_id.ids)]
        for calendar, shown in ((self.calendar, 0), (False, 1)):
            values = {"calendar": calendar, "partner_ids": partners}
            event = self.remind(self.popup, **values)
            self.assertEqual(len(self.pop_pushed()), shown)
            event.write({"start": NOW.replace(hour=11)})
            self.assertEqual(len(self.pop_pushed()), shown)
        event.agenda_calendar_id = self.calendar
        self.pop_pushed()
        event.write({"agenda_calendar_id": False, "start": NOW.replace(hour=12)})
        self.assertEqual(len(self.pop_pushed()), 1)

    def pop_pushed(self):
        """Return what went to the web clients since the last call."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        pushed = self.env["bus.bus"].search([])
        rows = pushed.read(["channel", "message"])
        pushed.unlink()
        return [row for row in rows if "calendar.alarm" in str(row)]

    def test_rows_are_seen_by_who_is_concerned(self):
        event = self.remind()
        row = self.rows(event)
        for user, seen in (
            (self.owner, 1),
            (self.members["write"], 1),
            (self.members["read"], 0),
            (self.stranger, 0),
        ):
            found = row.with_user(user).search_count([("id", "=", row.id)])
            self.assertEqual(found, seen, user.login)

    def test_who_may_no_longer_read_the_event_sees_no_delivery_of_it(self):
        guest, reader = self.stranger, self.members["read"]
        event = self.remind(
            partner_ids=[(6, 0, guest.partner_id.ids)],
            shared_user_ids=[(6, 0, reader.ids)],
        )
        domain = [("event_id", "=", event.id)]
        for user in (guest, reader):
            self.assertEqual(len(self.Reminder.with_user(user).search(domain)), 1)
        event.write({"partner_ids": [(5, 0, 0)], "shared_user_ids": [(5, 0, 0)]})
        self.forget()
        rows = self.Reminder.with_user(guest).search_read(domain, ["display_name"])
        self.assertFalse(rows)
        self.assertTrue(self.Reminder.with_user(reader).search(domain))
        event.privacy = "private"
        self.forget()
        self.assertFalse(self.Reminder.with_user(reader).search(domain))
        self.assertTrue(self.Reminder.with_user(self.owner).search(domain))


@tagged("post_install", "-at_install")
class TestPlannedAtOnce(AtOnceCase):
    def test_what_was_planned_meanwhile_is_no_failure(self):
        """The nightly planning does not see the rows that a change makes beside it."""
        with self.environment() as env:
            owner = self.make_colleagues(env)[0]
            start = datetime.now().replace(microsecond=0) + timedelta(days=2)
            event = env["calendar.event"].create(
                {
                    "name": "Visit",
                    "agenda_calendar_id": env["crm.agenda.calendar"]
                    .create({"name": "Office", "owner_id": owner.id})
                    .id,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "partner_ids": [(6, 0, owner.partner_id.ids)],
                    "alarm_ids": [(6, 0, env.ref("calendar.alarm_mail_1").ids)],
                }
            )
            planned = env["crm.agenda.reminder"].search([("event_id", "=", event.id)])
            self.assertTrue(planned)
            planned.unlink()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            nightly, late = env["crm.agenda.reminder"], event.with_env(env)
            self.assertFalse(nightly.search([("event_id", "=", event.id)]))
            with self.environment() as env:
                env["crm.agenda.reminder"]._plan(event.with_env(env))
            with mute_logger("odoo.sql_db"):
                nightly._plan_each(late)
        with self.environment() as env:
            rows = env["crm.agenda.reminder"].search([("event_id", "=", event.id)])
            self.assertEqual(rows.mapped("state"), ["pending"])
            event.with_env(env).unlink()
