from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TestAgendaCommon

# A Friday; on Sunday the 29th summer time begins in Madrid.
NOW = datetime(2026, 3, 27, 5)


@tagged("post_install", "-at_install")
class TestTimeFinder(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls.env["resource.calendar"].create(
            {
                "name": "Mornings",
                "tz": "Europe/Madrid",
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": "Morning",
                            "dayofweek": str(weekday),
                            "hour_from": 9,
                            "hour_to": 13,
                            "day_period": "morning",
                        },
                    )
                    for weekday in range(5)
                ],
            }
        )
        cls.other = cls.new_calendar("Other")
        (cls.calendar | cls.other).resource_calendar_id = cls.hours
        cls.office = cls.new_user("office", tz="Europe/Madrid")
        cls.share(cls.calendar, "write", user_id=cls.office.id)
        cls.share(cls.other, "busy", user_id=cls.office.id)

    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def find(self, calendars=None, user=None, **values):
        finders = self.env["crm.agenda.time.finder"].with_user(user or self.office)
        values.setdefault("duration", 2)
        values.setdefault("date_from", date(2026, 3, 27))
        values.setdefault("date_to", date(2026, 3, 30))
        values["calendar_ids"] = [(6, 0, (calendars or self.calendar).ids)]
        finder = finders.create(values)
        finder.action_find()
        return finder

    def test_working_hours_across_the_change_of_time(self):
        self.assertEqual(
            self.find().slot_ids.mapped("start"),
            [
                datetime(2026, 3, 27, 8),
                datetime(2026, 3, 27, 10),
                datetime(2026, 3, 30, 7),
                datetime(2026, 3, 30, 9),
            ],
        )

    def test_taken_time_is_left_out_and_cancelled_is_not(self):
        self.new_event(start=datetime(2026, 3, 27, 7, 30))
        self.new_event(
            start=datetime(2026, 3, 27, 11)
        ).agenda_status_id = self.cancelled
        starts = self.find(date_to=date(2026, 3, 27)).slot_ids.mapped("start")
        self.assertEqual(starts, [datetime(2026, 3, 27, 8, 30)])

    def test_what_is_past_is_no_offer(self):
        with freeze_time(datetime(2026, 3, 27, 8, 50)):
            slots = self.find().slot_ids
        self.assertEqual(slots[0].start, datetime(2026, 3, 27, 9))

    def test_busy_calendars_count_without_showing_why(self):
        start = datetime(2026, 3, 27, 8)
        self.new_event(calendar=self.other, name="Doctor", start=start)
        both = self.calendar | self.other
        slots = self.find(both, together=True).slot_ids
        self.assertEqual(slots[0].start, datetime(2026, 3, 27, 9))
        self.assertEqual(slots[0].calendar_ids, both.with_env(slots.env))
        slots = self.find(both).slot_ids
        self.assertEqual(
            [(slot.start.hour, slot.calendar_ids.ids) for slot in slots[:2]],
            [(8, self.calendar.ids), (9, self.other.ids)],
        )

    def test_full_calendar(self):
        self.new_event(start=NOW, stop=NOW + timedelta(days=5))
        with self.assertRaises(UserError):
            self.find()

    def test_pick_fills_in_an_event_that_is_not_saved(self):
        both = self.calendar | self.other
        finder = self.find(
            both,
            together=True,
            name="Measure",
            agenda_type_id=self.visit.id,
            customer_id=self.customer.id,
        )
        action = finder.slot_ids[0].action_pick()
        self.assertFalse(self.Event.search([("name", "=", "Measure")]))
        events = self.Event.with_user(finder.env.user).with_context(action["context"])
        event = Form(events, "crm_agenda.calendar_event_view_form").save()
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        self.assertEqual(event.partner_ids, self.other.owner_id.partner_id)
        self.assertEqual(event.customer_id, self.customer)
        self.assertEqual((event.start, event.duration), (datetime(2026, 3, 27, 8), 2.0))

    def test_who_may_write_nowhere_picks_nothing(self):
        slots = self.find(self.calendar, user=self.members["busy"]).slot_ids
        with self.assertRaises(UserError):
            slots[0].action_pick()

    def test_a_day_off_in_the_calendar_of_a_team_leaves_the_others_free(self):
        days = {"allday": True, "start": NOW, "stop": NOW}
        dates = {"start_date": date(2026, 3, 27), "stop_date": date(2026, 3, 27)}
        self.new_event(name="Diego is on leave", **days, **dates)
        self.assertEqual(self.find().slot_ids[0].start, datetime(2026, 3, 30, 7))
        self.calendar.kind = "team"
        self.assertEqual(self.find().slot_ids[0].start, datetime(2026, 3, 27, 8))

    def test_absences_of_the_owner_are_not_free(self):
        resource = self.env["resource.resource"].create(
            {"name": "Owner", "user_id": self.owner.id, "tz": "Europe/Madrid"}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holidays",
                # Of the hours of their contract, which may be others.
                "calendar_id": resource.calendar_id.id,
                "resource_id": resource.id,
                "date_from": datetime(2026, 3, 27, 0),
                "date_to": datetime(2026, 3, 29, 22),
            }
        )
        self.assertEqual(self.find().slot_ids[0].start, datetime(2026, 3, 30, 7))
        self.calendar.kind = "resource"
        self.assertEqual(self.find().slot_ids[0].start, datetime(2026, 3, 27, 8))

    def test_public_holidays_are_not_free(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Good Friday",
                "calendar_id": self.hours.id,
                "date_from": datetime(2026, 3, 26, 23),
                "date_to": datetime(2026, 3, 27, 22),
            }
        )
        for kind in ("person", "team", "resource"):
            self.calendar.kind = kind
            self.assertEqual(self.find().slot_ids[0].start, datetime(2026, 3, 30, 7))
