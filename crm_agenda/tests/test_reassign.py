from datetime import date, datetime, time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import TestAgendaCommon

NOW = datetime(2026, 3, 25, 12)
TEN = datetime(2026, 3, 26, 10)


@tagged("post_install", "-at_install")
class TestReassign(TestAgendaCommon):
    """A technician is ill: their events of tomorrow go to another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.new_user("office", tz="Europe/Madrid")
        cls.other = cls.new_calendar("Other", double_booking="warn")
        for calendar in (cls.calendar, cls.other):
            cls.share(calendar, "write", user_id=cls.office.id)

    def setUp(self):
        super().setUp()
        self.freeze(NOW)
        self.events = self.new_event(name="One", start=TEN)
        self.events |= self.new_event(name="Two", start=TEN.replace(hour=15))

    def reassign(self, user=None, **values):
        values.setdefault("event_ids", [(6, 0, self.events.ids)])
        wizard = self.env["crm.agenda.reassign"].with_user(user or self.office)
        return wizard.create(dict(values, calendar_id=self.other.id))

    def test_all_move(self):
        action = self.reassign().action_reassign()
        self.assertEqual(self.events.agenda_calendar_id, self.other)
        self.assertEqual(self.Event.search(action["domain"]), self.events)

    def test_the_day_is_the_users(self):
        late = self.new_event(start=datetime(2026, 3, 26, 23, 30))  # the 27th there
        early = self.new_event(start=datetime(2026, 3, 25, 23, 30))  # the 26th
        done = self.new_event(start=TEN)
        done.agenda_status_id = self.done
        wizards = self.env["crm.agenda.reassign"].with_user(self.office)
        form = Form(
            wizards.with_context(
                active_model="crm.agenda.calendar",
                active_id=self.calendar.id,
                tz="Europe/Madrid",
            )
        )
        form.calendar_id = self.other
        events = form.save().event_ids.with_env(self.env)
        self.assertEqual(events, self.events | early)
        self.assertNotIn(late, events)

    def test_days_are_the_same_in_every_time_zone(self):
        self.events.unlink()
        days = {}
        for day in (date(2026, 3, 25), date(2026, 3, 26), date(2026, 3, 27)):
            days[day] = self.new_event(
                allday=True,
                start=datetime.combine(day, time(8)),
                stop=datetime.combine(day, time(18)),
                start_date=day,
                stop_date=day,
            )
        for tz in ("Etc/GMT+12", "Europe/Madrid", "Pacific/Kiritimati"):
            self.office.tz = tz
            wizard = self.env["crm.agenda.reassign"].with_user(self.office)
            for day, event in days.items():
                with self.subTest(tz=tz, day=day):
                    form = Form(wizard.with_context(default_source_id=self.calendar.id))
                    form.date_from = form.date_to = day
                    form.calendar_id = self.other
                    events = form.save().event_ids
                    self.assertEqual(events.with_env(self.env), event)

    def test_clashes_are_shown_before_anything_is_written(self):
        self.new_event(calendar=self.other, name="Taken", start=TEN)
        wizard = self.reassign()
        self.assertRegex(wizard.clash_summary, "One(.|\n)*Taken")
        self.assertNotIn("Two", wizard.clash_summary)
        self.assertEqual(self.events.agenda_calendar_id, self.calendar)

    def test_form_shows_the_events_where_they_still_are(self):
        wizards = self.env["crm.agenda.reassign"].with_user(self.office)
        context = {"active_model": "calendar.event", "active_ids": self.events.ids}
        self.new_event(calendar=self.other, name="Taken", start=TEN)
        form = Form(wizards.with_context(**context))
        form.calendar_id = self.other
        self.assertIn("Taken", form.clash_summary)
        shown = form.save().event_ids.with_env(self.env)
        self.assertEqual(shown.agenda_calendar_id, self.calendar)

    def test_all_or_nothing(self):
        self.other.double_booking = "refuse"
        self.new_event(calendar=self.other, name="Taken", start=TEN)
        with self.assertRaisesRegex(ValidationError, "Taken"):
            with self.env.cr.savepoint():
                self.reassign().action_reassign()
        self.forget()
        self.assertEqual(self.events.agenda_calendar_id, self.calendar)

    def test_copies_are_events_by_themselves(self):
        series = self.new_series(start=TEN.replace(hour=8))
        wizard = self.reassign(mode="copy", event_ids=[(6, 0, series[1].ids)])
        copy = self.Event.search(wizard.action_reassign()["domain"])
        self.assertEqual(copy.agenda_calendar_id, self.other)
        self.assertEqual(copy.start, series[1].start)
        self.assertFalse(copy.recurrence_id)
        self.assertEqual(series.agenda_calendar_id, self.calendar)
        self.assertEqual(len(series.recurrence_id.calendar_event_ids), 3)

    def test_who_may_not_write_moves_nothing(self):
        for user in (self.members["read"], self.stranger):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.reassign(user).action_reassign()
        self.forget()
        self.assertEqual(self.events.agenda_calendar_id, self.calendar)
