"""What other programs make of an event is what it is in Odoo."""

from datetime import date, datetime, timedelta

import pytz
import recurring_ical_events
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import ICalCase

UTC = pytz.utc
ZONES = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
NOW = datetime(2026, 3, 2, 9)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def rules():
    days = st.sets(st.sampled_from(DAYS), min_size=1)
    return st.one_of(
        st.just({"rrule_type": "daily"}),
        st.just({"rrule_type": "yearly"}),
        days.map(
            lambda chosen: {
                "rrule_type": "weekly",
                **{day: day in chosen for day in DAYS},
            }
        ),
        st.integers(1, 31).map(
            lambda day: {"rrule_type": "monthly", "month_by": "date", "day": day}
        ),
        st.tuples(
            st.sampled_from(["MON", "THU", "SUN"]),
            st.sampled_from(["1", "2", "4", "-1"]),
        ).map(
            lambda chosen: {
                "rrule_type": "monthly",
                "month_by": "day",
                "weekday": chosen[0],
                "byday": chosen[1],
            }
        ),
    )


@tagged("post_install", "-at_install")
class TestIcal(ICalCase):
    def setUp(self):
        super().setUp()
        self.freeze(NOW)

    def expand(self, calendar):
        """Give ``(start, end, name, place)`` of each, as a reader sees them."""
        found = []
        for event in recurring_ical_events.of(calendar).between(
            datetime(2025, 12, 1), datetime(2028, 4, 1)
        ):
            start, end = event["DTSTART"].dt, event["DTEND"].dt
            if isinstance(start, datetime):
                start, end = start.astimezone(UTC), end.astimezone(UTC)
            found.append(
                (str(start), str(end), str(event["SUMMARY"]), event.get("LOCATION", ""))
            )
        return sorted(found)

    def get_occurrences(self, events):
        found = []
        for event in events:
            if event.allday:
                times = (event.start_date, event.stop_date + timedelta(days=1))
            else:
                times = (UTC.localize(event.start), UTC.localize(event.stop))
            found.append((*map(str, times), event.name, event.location or ""))
        return sorted(found)

    def check_same(self, feed):
        first, last = feed._get_window()
        events = self.Event.search(
            [
                ("agenda_calendar_id", "=", self.calendar.id),
                ("start", "<", datetime.combine(last, datetime.min.time())),
                ("stop", ">=", datetime.combine(first, datetime.min.time())),
            ]
        )
        calendar = self.read_feed(feed)
        self.assertEqual(self.expand(calendar), self.get_occurrences(events))
        return calendar

    def check_written(self):
        """Write what there is back, which changes nothing, and into a calendar that has
        the same from then on."""
        self.forget()
        events = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        dates = {event.id: event.write_date for event in events}
        other = self.new_calendar("Other")
        mine = events.with_user(self.owner)
        objects, _zones = mine._get_ical_objects()
        names = mine._get_ical_uid_names(self.calendar, objects)
        for uid, lines in objects.items():
            text = "\n".join(lines)
            self.put(text, name=names[uid])
            self.put(text, name=names[uid], calendar=other)
        self.forget()
        again = self.Event.search([("agenda_calendar_id", "=", self.calendar.id)])
        self.assertEqual({event.id: event.write_date for event in again}, dates)
        copies = self.Event.search([("agenda_calendar_id", "=", other.id)])
        self.assertEqual(self.get_occurrences(copies), self.get_occurrences(events))
        known = self.env["crm.agenda.ical.object"].search(
            [("calendar_id", "=", self.calendar.id)]
        )
        self.assertFalse(known)

    def test_any_series_is_in_a_phone_what_it_is_in_odoo(self):
        feed = self.new_feed()

        @settings(
            max_examples=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a smaller example would take minutes
            suppress_health_check=list(HealthCheck),
        )
        @given(
            rule=rules(),
            interval=st.integers(1, 3),
            count=st.integers(1, 12),
            zone=st.sampled_from(ZONES),
            minutes=st.integers(0, 96).map(lambda quarter: quarter * 15),
            day=st.integers(0, 40),
            hours=st.sampled_from([0, 0.5, 2, 26]),
            allday=st.booleans(),
            changes=st.lists(
                st.tuples(
                    st.sampled_from(["delete", "move", "rename", "day", "private"]),
                    st.integers(0, 11),
                ),
                max_size=3,
            ),
        )
        def check(rule, interval, count, zone, minutes, day, hours, allday, changes):
            start = datetime(2026, 3, 1) + timedelta(days=day, minutes=minutes)
            values = {
                "recurrency": True,
                "interval": interval,
                "end_type": "count",
                "count": count,
                "event_tz": zone,
                **rule,
            }
            if allday:
                values.update(
                    allday=True,
                    start_date=start.date(),
                    stop_date=start.date() + timedelta(days=hours > 24),
                )
            with self.env.cr.savepoint() as savepoint:
                self.new_event(
                    start=start, stop=start + timedelta(hours=hours), **values
                )
                for change, number in changes:
                    domain = [("agenda_calendar_id", "=", self.calendar.id)]
                    events = self.Event.search(domain, order="start, id")
                    if len(events) < 2:
                        break
                    event = events[number % len(events)]
                    if change == "delete":
                        event.unlink()
                    elif change == "rename":
                        event.location = "Madrid"
                    elif change == "private":
                        event.privacy = "private"
                    elif change == "move" and not event.allday:
                        event.write(
                            {
                                "start": event.start + timedelta(hours=3),
                                "stop": event.stop + timedelta(hours=3),
                            }
                        )
                    elif change == "day" and not event.allday:
                        event.write(
                            {
                                "start": event.start + timedelta(days=1),
                                "stop": event.stop + timedelta(days=1),
                            }
                        )
                self.check_same(feed)
                self.check_written()
                savepoint.rollback()
            self.forget()

        check()

    def new_weekly(self, **values):
        return self.new_series(
            count=10,
            **{
                "rrule_type": "weekly",
                "mon": True,
                "start": datetime(2026, 3, 9, 8),
                "stop": datetime(2026, 3, 9, 9),
                **values,
            },
        )

    def test_a_series_is_one_with_its_exceptions(self):
        events = self.new_weekly()
        events[2].unlink()
        events[4].write({"location": "Madrid"})
        moved = events[6]
        moved.write(
            {
                "start": moved.start + timedelta(hours=26),
                "stop": moved.stop + timedelta(hours=26),
            }
        )
        calendar = self.check_same(self.new_feed())
        series, *exceptions = calendar.walk("VEVENT")
        self.assertEqual({e["UID"] for e in exceptions}, {series["UID"]})
        self.assertEqual(len(exceptions), 2)
        self.assertTrue(all("RECURRENCE-ID" in e for e in exceptions))
        # Summer time came in between: the clock on the wall is the same.
        self.assertEqual(series["DTSTART"].params["TZID"], "Europe/Madrid")
        [gone] = series["EXDATE"].dts
        self.assertEqual(gone.dt.replace(tzinfo=None), datetime(2026, 3, 23, 9))
        self.assertEqual(
            exceptions[1]["RECURRENCE-ID"].dt.replace(tzinfo=None),
            datetime(2026, 4, 20, 9),
        )

    def test_a_private_occurrence_is_busy_and_the_others_are_read(self):
        events = self.new_weekly()
        events[3].privacy = "private"
        calendar = self.read_feed(self.new_feed(self.members["read"]))
        names = [row[2] for row in self.expand(calendar)]
        self.assertEqual(names, ["Boiler check"] * 3 + ["Busy"] + ["Boiler check"] * 6)

    def test_what_readers_see_of_an_event(self):
        tentative = self.planned.copy({"name": "Offered", "tentative": True})
        self.new_event(
            name="Visit; Boiler, 2\\3",
            start=datetime(2026, 3, 10, 9),
            stop=datetime(2026, 3, 10, 10),
            description="<p>First line</p><p>Second, <b>line</b> ñ" + "á" * 80 + "</p>",
            location="Calle Mayor 1, Madrid",
            agenda_type_id=self.visit.id,
            agenda_status_id=tentative.id,
            privacy="confidential",
            show_as="free",
            partner_ids=[(6, 0, self.members["read"].partner_id.ids)],
        )
        feed = self.new_feed()
        [event] = self.read_feed(feed).walk("VEVENT")
        self.assertEqual(event["SUMMARY"], "Visit; Boiler, 2\\3")
        self.assertIn("First line", event["DESCRIPTION"])
        self.assertIn("á" * 80, event["DESCRIPTION"])
        self.assertEqual(event["LOCATION"], "Calle Mayor 1, Madrid")
        self.assertEqual(event["CATEGORIES"].cats, [self.visit.name])
        self.assertEqual(event["STATUS"], "TENTATIVE")
        self.assertEqual(event["CLASS"], "CONFIDENTIAL")
        self.assertEqual(event["TRANSP"], "TRANSPARENT")
        self.assertIn("/mail/view?", event["URL"])
        self.assertIn("mailto:read@example.com", event["ATTENDEE"])

    def test_the_type_of_another_company_is_not_named(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self.owner.company_ids |= company
        calendar = self.new_calendar("There", company_id=company.id)
        values = {"name": "Their type", "company_id": company.id}
        kind = self.env["crm.agenda.event.type"].create(values)
        guests = [(6, 0, self.stranger.partner_id.ids)]
        event = self.new_event(calendar, agenda_type_id=kind.id, partner_ids=guests)
        for user, is_named in ((self.owner, True), (self.stranger, False)):
            self.forget()
            bodies = event.with_user(user)._get_ical_bodies()
            self.assertEqual("Their type" in str(bodies), is_named)

    def test_states_that_free_the_time(self):
        event = self.new_event(start=datetime(2026, 3, 10, 9))
        feed = self.new_feed()
        for status, shown, transparency in (
            (self.planned, "CONFIRMED", "OPAQUE"),
            (self.done, "CONFIRMED", "OPAQUE"),
            (self.cancelled, "CANCELLED", "TRANSPARENT"),
        ):
            status.tentative = False
            event.agenda_status_id = status
            [read] = self.read_feed(feed).walk("VEVENT")
            self.assertEqual((read["STATUS"], read["TRANSP"]), (shown, transparency))

    def test_no_text_of_an_event_writes_lines_of_its_own(self):
        evil = "Boiler\r\nEND:VEVENT\nBEGIN:VEVENT\rSUMMARY:Forged\x0b"
        partner = self.customer.create({"name": evil, "email": "evil@example.com"})
        self.new_event(
            start=datetime(2026, 3, 10, 9),
            name=evil,
            location=evil,
            partner_ids=[(6, 0, partner.ids)],
        )
        [event] = self.read_feed(self.new_feed()).walk("VEVENT")
        self.assertIsInstance(event["SUMMARY"], str)  # and not two of them
        self.assertIn("END:VEVENT", event["SUMMARY"])

    def test_lines_are_short_and_time_zones_told(self):
        self.new_weekly(name="ñ" * 200, event_tz="Australia/Lord_Howe")
        feed = self.new_feed()
        text = feed._get_ical()
        self.assertTrue(text.endswith("END:VCALENDAR\r\n"))
        self.assertLessEqual(max(len(li.encode()) for li in text.split("\r\n")), 75)
        [series] = self.read_feed(feed).walk("VEVENT")
        self.assertEqual(series["SUMMARY"], "ñ" * 200)
        zones = {
            str(zone["TZID"]): zone for zone in self.read_feed(feed).walk("VTIMEZONE")
        }
        zone = zones["Australia/Lord_Howe"].to_tz(lookup_tzid=False)
        own = pytz.timezone("Australia/Lord_Howe")
        day = datetime(2026, 1, 1)
        while day.year < 2028:
            expected = UTC.localize(day).astimezone(own)
            local = expected.replace(tzinfo=None)
            self.assertEqual(
                zone.localize(local).utcoffset()
                if hasattr(zone, "localize")
                else local.replace(tzinfo=zone).utcoffset(),
                expected.utcoffset(),
                day,
            )
            day += timedelta(days=3)

    def test_days_of_an_event_that_lasts_all_day(self):
        self.new_event(
            allday=True,
            start_date=date(2026, 3, 28),
            stop_date=date(2026, 3, 30),
            start=datetime(2026, 3, 28, 8),
            stop=datetime(2026, 3, 30, 18),
        )
        for user in (self.owner, self.members["busy"]):
            [event] = self.read_feed(self.new_feed(user)).walk("VEVENT")
            self.assertEqual(event["DTSTART"].dt, date(2026, 3, 28))
            self.assertEqual(event["DTEND"].dt, date(2026, 3, 31))
