"""The time of an event in every text is what a person in that place would write."""

from datetime import date, datetime, timedelta

import pytz

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_reminder import TestReminderCommon

NOW = datetime(2026, 12, 18, 12)
# From −12 to +14, the last places where a day ends and the first where it begins.
ZONES = [f"Etc/GMT{hours:+d}" for hours in range(-14, 13)] + [
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Pago_Pago",
]


@tagged("post_install", "-at_install")
class TestTime(TestReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.install_spanish()
        languages = cls.env["res.lang"]
        languages._lang_get("en_US").write(
            {"date_format": "%m/%d/%Y", "time_format": "%I:%M:%S %p"}
        )
        languages._lang_get("es_ES").write(
            {"date_format": "%d/%m/%Y", "time_format": "%H:%M:%S"}
        )

    def setUp(self):
        super().setUp()
        self.clock.move_to(NOW)

    def plan(self, start, stop=None, zone="UTC", **values):
        """Create an event between two times of a place."""
        start, stop = (
            pytz.timezone(zone)
            .localize(local, is_dst=True)
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for local in (start, stop or start + timedelta(hours=1))
        )
        return self.new_event(start=start, stop=stop, **values)

    def plan_days(self, first, last, **values):
        return self.new_event(
            allday=True,
            start=datetime.combine(first, datetime.min.time()).replace(hour=8),
            stop=datetime.combine(last, datetime.min.time()).replace(hour=18),
            **values,
        )

    def read_back(self, event, lang="en_US", zone="Europe/Madrid", day=None):
        """Give the text on the screen of somebody there."""
        self.owner.write({"lang": lang, "tz": zone})
        event = event.with_user(self.owner).with_context(lang=lang, tz=zone)
        return event._get_when(day=day)

    def test_all_day_events_have_their_days_in_every_time_zone(self):
        several = self.plan_days(date(2026, 12, 21), date(2026, 12, 23))
        one = self.plan_days(date(2027, 1, 1), date(2027, 1, 1))
        for zone in ZONES:
            with self.subTest(zone=zone):
                several_days = "12/21/2026 – 12/23/2026, all day"
                self.assertEqual(self.read_back(several, zone=zone), several_days)
                self.assertEqual(self.read_back(one, zone=zone), "01/01/2027, all day")
                for event, text in ((several, several_days), (one, "01/01/2027")):
                    self.customer.tz = zone
                    self.assertIn(text, event._get_when(self.customer))
                    self.assertIn(text, event.get_display_time_tz(zone))
                    mail = event.with_context(tz=zone)
                    self.assertIn(text, mail.display_time)

    def test_hours_of_the_reader_without_seconds(self):
        event = self.plan(datetime(2026, 12, 21, 15, 30), zone="Europe/Madrid")
        for lang, zone, text in (
            ("en_US", "Europe/Madrid", "12/21/2026 03:30 PM – 04:30 PM"),
            ("es_ES", "Europe/Madrid", "21/12/2026 15:30 – 16:30"),
            ("es_ES", "America/New_York", "21/12/2026 09:30 – 10:30"),
            ("es_ES", "Etc/GMT-14", "22/12/2026 04:30 – 05:30"),
            ("es_ES", "Etc/GMT+12", "21/12/2026 02:30 – 03:30"),
        ):
            with self.subTest(lang=lang, zone=zone):
                self.assertEqual(self.read_back(event, lang, zone), text)
                self.customer.write({"lang": lang, "tz": zone})
                for_customer = event.with_context(lang=lang)
                self.assertEqual(for_customer._get_when(self.customer), text)

    def test_a_language_writes_its_own_format(self):
        event = self.plan(datetime(2026, 12, 21, 15, 5))
        language = self.env["res.lang"]._lang_get("es_ES")
        language.write({"date_format": "%Y-%m-%d", "time_format": "%I:%M:%S %p"})
        text = self.read_back(event, "es_ES", "UTC").replace("\xa0", " ")
        self.assertEqual(text, "2026-12-21 03:05 p. m. – 04:05 p. m.")

    def test_days_are_written_once_each(self):
        night = datetime(2026, 12, 21, 20)
        midnight = datetime(2026, 12, 22)
        for start, stop, text in (
            (night, night + timedelta(hours=2), "21/12/2026 20:00 – 22:00"),
            (night, night, "21/12/2026 20:00"),
            (night, midnight, "21/12/2026 20:00 – 00:00"),
            (
                night,
                midnight + timedelta(hours=4),
                "21/12/2026 20:00 – 22/12/2026 04:00",
            ),
            (
                midnight,
                midnight + timedelta(days=1),
                "22/12/2026 00:00 – 23/12/2026 00:00",
            ),
            (
                night,
                midnight + timedelta(days=1),
                "21/12/2026 20:00 – 23/12/2026 00:00",
            ),
        ):
            with self.subTest(text=text):
                event = self.plan(start, stop, "Europe/Madrid")
                self.assertEqual(self.read_back(event, "es_ES"), text)

    def test_what_would_end_before_it_starts_tells_both_days(self):
        with self.assertRaisesRegex(ValidationError, "03/27/2026.*03/26/2026"):
            self.new_event(start=datetime(2026, 3, 27, 9), stop=datetime(2026, 3, 26))

    def test_below_its_day_an_event_does_not_repeat_it(self):
        night = self.plan(
            datetime(2026, 12, 21, 20), datetime(2026, 12, 23), "Europe/Madrid"
        )
        fair = self.plan_days(date(2026, 12, 21), date(2026, 12, 22))
        alone = self.plan_days(date(2026, 12, 21), date(2026, 12, 21))
        for event, day, text in (
            (night, 21, "20:00 – 23/12/2026 00:00"),
            (night, 22, "21/12/2026 20:00 – 00:00"),
            (fair, 22, "21/12/2026 – 22/12/2026"),
        ):
            with self.subTest(day=day):
                shown = self.read_back(event, "es_ES", day=date(2026, 12, day))
                self.assertIn(text, shown)
        self.assertEqual(self.read_back(alone, day=date(2026, 12, 21)), "All day")

    def test_days_on_which_the_clocks_change(self):
        for zone, start, hours, text in (
            # From 02:00 to 03:00, and back from 03:00 to 02:00.
            ("Europe/Madrid", (2027, 3, 28, 1), 2, "28/03/2027 01:00 – 04:00"),
            ("Europe/Madrid", (2027, 10, 31, 1), 3, "31/10/2027 01:00 – 03:00"),
            ("Europe/Madrid", (2027, 3, 28), 23, "28/03/2027 00:00 – 29/03/2027 00:00"),
            ("America/New_York", (2027, 3, 14, 1), 2, "14/03/2027 01:00 – 04:00"),
            ("America/New_York", (2027, 11, 7, 0), 3, "07/11/2027 00:00 – 02:00"),
        ):
            with self.subTest(zone=zone, text=text):
                event = self.plan(datetime(*start), zone=zone)
                event.stop = event.start + timedelta(hours=hours)
                self.assertEqual(self.read_back(event, "es_ES", zone), text)

    def test_time_zone_is_named_to_who_has_another_or_none(self):
        self.owner.tz = "Europe/Madrid"
        event = self.plan(datetime(2026, 12, 21, 15))
        self.customer.tz = False
        text = event._get_when(self.customer)
        self.assertEqual(text, "12/21/2026 04:00 PM – 05:00 PM (Europe/Madrid)")
        self.assertEqual(event.get_display_time_tz(), text)
        self.customer.tz = "Europe/Lisbon"
        text = event._get_when(self.customer)
        self.assertEqual(text, "12/21/2026 03:00 PM – 04:00 PM")
        elsewhere = event.with_user(self.owner).with_context(tz="Asia/Tokyo")
        self.assertIn("(Asia/Tokyo)", elsewhere._get_when())
        series = self.new_series(start=datetime(2026, 12, 21, 15))
        self.owner.tz = "Asia/Tokyo"
        self.customer.tz = False
        self.assertIn("(Europe/Madrid)", series[0]._get_when(self.customer))
        self.assertNotIn("(", self.plan_days(NOW, NOW)._get_when(self.customer))

    def test_reminders_say_it_to_each_in_their_own_way(self):
        user = self.new_user("reader", tz="America/New_York", lang="es_ES")
        self.customer.write({"email": "customer@example.com", "tz": False})
        self.owner.tz = "Europe/Madrid"
        event = self.plan(
            datetime(2026, 12, 18, 13),
            alarm_ids=[(6, 0, (self.hour | self.popup).ids)],
            partner_ids=[(6, 0, (user.partner_id | self.customer).ids)],
        )
        self.clock.move_to(NOW + timedelta(minutes=50))
        self.dispatch()
        subjects = {
            mail.recipient_ids: mail.subject
            for mail in self.env["mail.mail"].search([("subject", "like", event.name)])
        }
        for partner, text in (
            (user.partner_id, "18/12/2026 08:00 – 09:00"),
            (self.customer, "12/18/2026 02:00 PM – 03:00 PM (Europe/Madrid)"),
        ):
            self.assertTrue(subjects[partner].endswith(f", {text}"), subjects[partner])
        manager = self.env["calendar.alarm_manager"].with_user(user)
        # Shown by who runs the dispatcher, or whoever else has changed something.
        for tz in ("Asia/Tokyo", False):
            [shown] = manager.with_context(tz=tz, lang="es_ES").get_next_notif()
            self.assertEqual(shown["message"], "18/12/2026 08:00 – 09:00")

    def test_popup_is_in_the_language_of_who_sees_it(self):
        self.owner.write({"tz": "Europe/Madrid", "lang": "es_ES"})
        self.plan(datetime(2026, 12, 18, 13), alarm_ids=[(6, 0, self.popup.ids)])
        self.env["bus.bus"].search([]).unlink()
        self.clock.move_to(NOW + timedelta(minutes=50))
        self.dispatch()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([]).mapped("message")
        self.assertTrue(
            [m for m in sent if "18/12/2026 14:00 \\u2013 15:00" in m], sent
        )

    def test_messages_say_it_in_both_lines(self):
        reader = self.new_user("reader", tz="Pacific/Kiritimati", lang="es_ES")
        event = self.plan_days(
            date(2026, 12, 21),
            date(2026, 12, 23),
            shared_user_ids=[(4, reader.id)],
            partner_ids=[(4, self.customer.id)],
        )
        self.customer.write({"email": "customer@example.com", "tz": False})
        event.with_user(self.owner).with_context(tz="Etc/GMT+12").write(
            {"stop": datetime(2026, 12, 28, 18), "location": "Madrid"}
        )
        message = self.env["mail.message"].search(
            [("partner_ids", "in", reader.partner_id.ids)], limit=1
        )
        self.assertRegex(
            message.body,
            "21/12/2026 – 23/12/2026, .*(.|\n)*21/12/2026 – 28/12/2026, ",
        )

    def test_odoos_mail_of_a_new_time_says_it_too(self):
        self.customer.write({"email": "customer@example.com", "tz": "Asia/Tokyo"})
        event = self.plan_days(
            date(2026, 12, 21),
            date(2026, 12, 21),
            partner_ids=[(4, self.customer.id)],
        )
        event.with_user(self.owner).with_context(no_mail_to_attendees=False).write(
            {"start": datetime(2026, 12, 22, 8), "stop": datetime(2026, 12, 23, 18)}
        )
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.customer.ids)], limit=1
        )
        self.assertIn("12/22/2026 – 12/23/2026, all day", message.body)

    def test_clashes_and_refusals_say_it(self):
        self.calendar.double_booking = "refuse"
        self.owner.write({"tz": "Europe/Madrid", "lang": "es_ES"})
        event = self.plan(datetime(2026, 12, 21, 15)).with_user(self.owner)
        event = event.with_context(lang="es_ES", tz="Europe/Madrid")
        self.assertEqual(
            event._get_slot_summary(), "Boiler check, 21/12/2026 16:00 – 17:00"
        )
        with self.assertRaisesRegex(ValidationError, "21/12/2026 16:00 – 17:00"):
            event.copy()
        with self.assertRaisesRegex(ValidationError, "21/12/2026 16:00 – 15:00"):
            event.stop = datetime(2026, 12, 21, 14)
        with self.assertRaisesRegex(ValidationError, "12/22/2026 – 12/21/2026"):
            self.plan_days(date(2026, 12, 22), date(2026, 12, 21), user=event.env.user)

    def test_the_summary_follows_the_reader(self):
        self.calendar.double_booking = "warn"
        event = self.plan(datetime(2026, 12, 21, 15))
        self.plan(datetime(2026, 12, 21, 15))
        for zone, text in (("Europe/Madrid", "04:00 PM"), ("Asia/Tokyo", "12:00 AM")):
            self.owner.tz = zone
            reader = event.with_user(self.owner).with_context(tz=zone)
            self.assertIn(text, reader.clash_summary)

    def test_chatter_writes_the_days_of_what_lasts_all_day(self):
        days = self.plan_days(date(2026, 12, 21), date(2026, 12, 21))
        hours = self.plan(datetime(2026, 12, 21, 15))
        events = (days | hours).with_context(tracking_disable=False)
        self.flush_tracking()
        for event in events:
            event.write({"start": event.start + timedelta(days=1)})
            event.write({"stop": event.stop + timedelta(days=1)})
        self.flush_tracking()
        tracked = [
            set(event.message_ids.sudo().tracking_value_ids.field_id.mapped("name"))
            for event in events
        ]
        self.assertEqual(tracked[0], {"start_date", "stop_date"})
        self.assertEqual(tracked[1], {"start", "stop"})

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_meetings_in_no_calendar_are_written_by_odoo(self):
        meeting = self.plan(datetime(2026, 12, 21, 15), calendar=False)
        meeting = meeting.with_context(lang="es_ES", tz="UTC")
        for text in (meeting.display_time, meeting.get_display_time_tz("Etc/GMT")):
            self.assertRegex(text, r"15:00:00 .* 16:00:00.*\)$")
