"""The work on an event: who does it, from when to when, and who takes it."""

from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AtOnceCase, TestAgendaCommon

# A Thursday.
NOW = datetime(2026, 3, 26, 9)


class WorkCase(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.tz = "Europe/Madrid"
        cls.other = cls.new_user("other")
        cls.queue = cls.new_calendar("Incidents", cls.members["manage"], is_queue=True)
        for user in (cls.owner, cls.other):
            cls.share(cls.queue, "write", user_id=user.id)
        cls.new_calendar("Other technician", cls.other)
        cls.in_progress = cls.env.ref("crm_agenda.crm_agenda_event_status_in_progress")

    def setUp(self):
        super().setUp()
        self.clock = self.freeze(NOW)

    def get_my_day(self, user=None, calendar=None):
        self.forget()
        events = self.Event.with_user(user or self.owner)
        return events.with_context(tz="Europe/Madrid").get_my_day(
            calendar and calendar.id
        )

    def get_names(self, user=None, calendar=None):
        """Return ``{date: names}`` of a user's days."""
        return {
            day["date"]: [card["name"] for card in day["cards"]]
            for day in self.get_my_day(user, calendar)["days"]
        }


@tagged("post_install", "-at_install")
class TestWork(WorkCase):
    def test_an_event_of_another_company_is_in_the_day_of_an_extra_user(self):
        company = self.env["res.company"].create({"name": "Other company"})
        host = self.new_user(
            "host", company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        calendar = self.new_calendar("Abroad", host, company_id=company.id)
        status = self.env["crm.agenda.event.status"].create(
            {"name": "Ready abroad", "company_id": company.id}
        )
        event_type = self.env["crm.agenda.event.type"].create(
            {"name": "Visit abroad", "company_id": company.id}
        )
        event = self.new_event(
            calendar,
            start=NOW,
            agenda_status_id=status.id,
            agenda_type_id=event_type.id,
            shared_user_ids=[(6, 0, self.owner.ids)],
        )
        (card,) = self.get_my_day()["days"][0]["cards"]
        self.assertEqual(card["id"], event.id)
        self.assertEqual(card["status"], "Ready abroad")
        self.assertEqual(card["type"], "Visit abroad")
        self.forget()
        popover = event.with_user(self.owner).get_popover_details()
        self.assertEqual(popover["type"], "Visit abroad")
        self.assertIn({"id": status.id, "name": "Ready abroad"}, popover["statuses"])

    def test_start_and_done_keep_the_time(self):
        event = self.new_event(start=NOW)
        mine = event.with_user(self.owner)
        mine.action_start()
        self.assertEqual(event.agenda_status_id, self.in_progress)
        self.clock.tick(timedelta(minutes=90))
        mine.action_done()
        self.assertEqual(event.agenda_status_id, self.done)
        self.assertEqual(event.started_at, NOW)
        self.assertEqual(event.done_at, NOW + timedelta(minutes=90))
        self.assertEqual(event.worked_hours, 1.5)

    def test_work_that_goes_on_has_not_ended(self):
        event = self.new_event(start=NOW)
        event.action_start()
        event.action_done()
        self.clock.tick(timedelta(hours=1))
        event.action_start()
        self.assertEqual(event.started_at, NOW)
        self.assertFalse(event.done_at)
        self.assertEqual(event.worked_hours, 0)

    def test_cancelled_work_took_time_only_if_it_began(self):
        begun, other = self.new_event(start=NOW), self.new_event(start=NOW)
        begun.action_start()
        self.clock.tick(timedelta(minutes=15))
        (begun | other).action_cancel()
        self.assertEqual((begun | other).agenda_status_id, self.cancelled)
        self.assertEqual(begun.worked_hours, 0.25)
        self.assertFalse(other.done_at)

    def test_without_such_a_status_the_time_is_kept(self):
        self.in_progress.under_way = False
        event = self.new_event(start=NOW)
        event.action_start()
        self.assertEqual(event.agenda_status_id, self.planned)
        self.assertEqual(event.started_at, NOW)
        self.done.active = False
        with self.refused("no status for that", UserError):
            event.action_done()

    def test_who_only_reads_does_no_work(self):
        event = self.new_event(start=NOW)
        for action in ("action_start", "action_done", "action_cancel"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(event.with_user(self.members["read"]), action)()
        self.assertFalse(event.started_at)

    def test_work_does_not_end_before_it_starts(self):
        event = self.new_event(start=NOW)
        times = {"started_at": NOW, "done_at": NOW - timedelta(hours=1)}
        with (
            mute_logger("odoo.sql_db"),
            self.refused("calendar_event_worked_time", IntegrityError),
        ):
            event.write(times)
            event.flush_recordset()

    def test_an_occurrence_is_worked_on_by_itself(self):
        first, second, _third = self.new_series(start=NOW)
        first.action_start()
        self.assertEqual(second.agenda_status_id, self.planned)
        self.assertFalse(second.started_at)
        self.assertFalse(first.copy().started_at)

    def test_load_tells_hours_worked_beside_those_planned(self):
        event = self.new_event(start=NOW, stop=NOW + timedelta(hours=2))
        event.action_start()
        self.clock.tick(timedelta(hours=3))
        event.action_done()
        # Over midnight from Sunday to Monday in Madrid, which is an hour of each week.
        night = self.new_event(start=datetime(2026, 3, 29, 21))
        night.write(
            {
                "started_at": datetime(2026, 3, 29, 21),
                "done_at": datetime(2026, 3, 29, 23),
                "agenda_status_id": self.done.id,
            }
        )
        self.calendar.resource_calendar_id.tz = "Europe/Madrid"
        self.forget()
        loads = self.env["crm.agenda.load"].with_user(self.owner)
        rows = loads.search(
            [
                ("calendar_id", "=", self.calendar.id),
                ("week", ">=", date(2026, 3, 23)),
                ("week", "<=", date(2026, 3, 30)),
            ]
        )
        self.assertEqual(rows.mapped("taken"), [3, 0])
        self.assertEqual(rows.mapped("worked"), [4, 1])

    def test_a_note_is_for_colleagues(self):
        event = self.new_event(start=NOW)
        event.with_user(self.owner).action_note("Valve <b>changed</b>\nTwice")
        message = event.message_ids[0]
        self.assertEqual(message.author_id, self.owner.partner_id)
        self.assertTrue(message.subtype_id.internal)
        self.assertIn("&lt;b&gt;changed", message.body)


@tagged("post_install", "-at_install")
class TestQueue(WorkCase):
    def test_take_it_to_the_calendar_of_choice(self):
        event = self.new_event(self.queue, start=NOW)
        event.with_user(self.owner).action_take()
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        second = self.new_calendar("Second")
        self.owner.agenda_calendar_id = second
        event = self.new_event(self.queue, start=NOW)
        self.forget()
        event.with_user(self.owner).action_take()
        self.assertEqual(event.agenda_calendar_id, second)

    def test_who_comes_second_is_told(self):
        event = self.new_event(self.queue, start=NOW)
        event.with_user(self.owner).action_take()
        self.forget()
        with self.refused("Somebody else has taken it", UserError):
            event.with_user(self.other).action_take()
        self.assertEqual(event.agenda_calendar_id, self.calendar)

    def test_only_what_waits_in_a_queue_is_taken(self):
        self.share(self.calendar, "write", user_id=self.other.id)
        cancelled = self.new_event(self.queue, start=NOW)
        cancelled.agenda_status_id = self.cancelled
        for event in (self.new_event(start=NOW), cancelled):
            with self.refused("Somebody else has taken it", UserError):
                event.with_user(self.other).action_take()

    def test_an_event_of_a_series_does_not_wait(self):
        """It has its time, on the board as in My day."""
        event = self.new_event(self.queue, start=NOW, name="Leak")
        daily = self.new_series(calendar=self.queue, start=NOW, name="Round")
        board = self.env["crm.agenda.board"].with_user(self.other)
        rows = [row["id"] for row in board.get_waiting()["rows"]]
        cards = [card["id"] for card in self.get_my_day(self.other)["waiting"]]
        self.assertEqual(cards, event.ids)
        self.assertTrue(event.id in rows and not set(daily.ids) & set(rows))
        with self.refused("Somebody else has taken it", UserError):
            daily[0].with_user(self.other).action_take()

    def test_what_is_under_way_is_not_started(self):
        event = self.new_event(start=NOW)
        for under_way, status in ((False, self.planned), (True, self.in_progress)):
            event.agenda_status_id = status
            (card,) = self.get_my_day(self.owner)["days"][0]["cards"]
            self.assertEqual(card["under_way"], under_way)

    def test_who_may_not_write_the_queue_takes_nothing(self):
        event = self.new_event(self.queue, start=NOW)
        reader = self.members["read"]
        self.share(self.queue, "read", user_id=reader.id)
        self.new_calendar("Reader", reader)
        self.assertFalse(self.get_my_day(reader)["waiting"])
        with self.refused("Somebody else has taken it", UserError):
            event.with_user(reader).action_take()

    def test_what_waits_is_offered_to_who_can_take_it(self):
        self.new_event(self.queue, start=NOW - timedelta(days=3), name="Leak")
        waiting = self.get_my_day(self.other)["waiting"]
        self.assertEqual([card["name"] for card in waiting], ["Leak"])
        writer = self.members["write"]  # of others' calendars only
        self.share(self.queue, "write", user_id=writer.id)
        self.env["crm.agenda.share"].search(
            [("user_id", "=", writer.id), ("calendar_id", "=", self.calendar.id)]
        ).unlink()
        self.assertFalse(self.get_my_day(writer)["waiting"])


@tagged("post_install", "-at_install")
class TestTakenAtOnce(AtOnceCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            calendars = env["crm.agenda.calendar"]
            self.user_ids = self.make_colleagues(env).ids
            for user_id in self.user_ids:
                calendars.create({"name": "Own", "owner_id": user_id})
            shares = [
                (0, 0, {"user_id": user_id, "level": "write"})
                for user_id in self.user_ids
            ]
            queue = calendars.create(
                {
                    "name": "Incidents",
                    "is_queue": True,
                    "owner_id": env.ref("base.user_admin").id,
                    "share_ids": shares,
                }
            )
            self.queue_id = queue.id
            event = env["calendar.event"].create(
                {
                    "name": "Leak",
                    "agenda_calendar_id": queue.id,
                    "start": NOW,
                    "stop": NOW,
                }
            )
            self.event_id = event.id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.environment() as env:
            env["calendar.event"].browse(self.event_id).unlink()
            env["crm.agenda.calendar"].browse(self.queue_id).unlink()

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_one_has_it_and_the_other_is_told(self):
        outcomes = self.at_once(
            *[(user_id, "action_take", [self.event_id]) for user_id in self.user_ids]
        )
        self.assertEqual(outcomes.count(None), 1, outcomes)
        self.assertEqual(outcomes.count("Somebody else has taken it."), 1, outcomes)
        with self.environment() as env:
            owner = env["calendar.event"].browse(self.event_id).agenda_calendar_id
            winner = self.user_ids[outcomes.index(None)]
            self.assertEqual(owner.owner_id.id, winner)


@tagged("post_install", "-at_install")
class TestMyDay(WorkCase):
    def test_days_in_order(self):
        for name, start in (
            ("Second", datetime(2026, 3, 26, 15)),
            ("Yesterday", datetime(2026, 3, 25, 15)),
            ("First", datetime(2026, 3, 26, 7)),
            ("Past midnight", datetime(2026, 3, 26, 23, 30)),
            ("Next week", datetime(2026, 4, 1, 9)),
            ("Too far", datetime(2026, 4, 2, 9)),
        ):
            self.new_event(name=name, start=start)
        self.new_event(name="All day", allday=True, start=NOW, stop=NOW)
        self.assertEqual(
            self.get_names(),
            {
                "2026-03-26": ["All day", "First", "Second"],
                "2026-03-27": ["Past midnight"],
                "2026-04-01": ["Next week"],
            },
        )

    def test_what_a_card_tells(self):
        self.customer.phone = "+34 600 000 000"
        self.new_event(
            start=NOW,
            customer_id=self.customer.id,
            agenda_type_id=self.visit.id,
            description="Bring the big ladder",
        )
        day = self.get_my_day()["days"][0]
        self.assertEqual(day["name"], "Today")
        (card,) = day["cards"]
        self.assertRegex(card["time"], "^10:00.*11:00")
        self.assertEqual(card["customer"], "Customer")
        self.assertEqual(card["phones"], ["+34 600 000 000"])
        self.assertEqual(card["place"], "Calle Mayor 1, Madrid")
        self.assertEqual(card["type"], "Visit")
        self.assertTrue(card["can_edit"])

    def test_work_that_goes_on_stays_until_it_ends(self):
        event = self.new_event(start=NOW, name="Long")
        event.action_start()
        self.clock.tick(timedelta(days=3))
        self.assertEqual(self.get_names(), {"2026-03-29": ["Long"]})
        event.action_done()
        self.assertEqual(self.get_names(), {"2026-03-29": []})

    def test_whose_events_are_mine(self):
        office = self.members["write"]
        self.new_event(start=NOW, name="Planned for another", user=office)
        self.new_event(self.new_calendar("Office", office), start=NOW, name="Own")
        self.new_event(
            start=NOW, name="Invited", partner_ids=[(6, 0, office.partner_id.ids)]
        )
        self.new_event(start=NOW, name="Extra", shared_user_ids=[(6, 0, office.ids)])
        self.assertEqual(
            self.get_names(office), {"2026-03-26": ["Own", "Invited", "Extra"]}
        )

    def test_who_owns_no_calendar_works_in_what_is_shared_with_them(self):
        self.new_event(start=NOW)
        reader = self.members["read"]
        self.assertEqual(self.get_names(reader), {"2026-03-26": ["Boiler check"]})
        self.assertFalse(self.get_my_day(reader)["days"][0]["cards"][0]["can_edit"])
        self.assertEqual(self.get_names(self.members["busy"]), {"2026-03-26": []})

    def test_a_room_is_nobodys_day(self):
        self.calendar.kind = "resource"
        self.new_event(start=NOW)
        self.assertEqual(self.get_names(), {"2026-03-26": []})

    def test_the_day_of_another_calendar(self):
        self.new_event(start=NOW)
        self.new_event(start=NOW, name="Doctor", privacy="private")
        self.new_calendar("Reader", self.members["read"])
        self.assertEqual(self.get_names(self.members["read"]), {"2026-03-26": []})
        for level, names in (("read", ["Boiler check"]), ("busy", [])):
            user = self.members[level]
            names_by_day = self.get_names(user, self.calendar)
            self.assertEqual(names_by_day, {"2026-03-26": names}, level)

    def test_cancelled_events_are_of_today_only(self):
        for name, start in (("Today", NOW), ("Later", NOW + timedelta(days=1))):
            self.new_event(name=name, start=start).action_cancel()
        self.assertEqual(self.get_names(), {"2026-03-26": ["Today"]})
