"""The board: a day of calendars side by side, and what waits beside it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import retrying
from odoo.tests import tagged

from ..models import crm_agenda_board
from .browser import BrowserCase
from .common import AtOnceCase, TestAgendaCommon

NOON = datetime(2026, 3, 10, 12)


class BoardCase(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.new_user("seller", "sales_team.group_sale_salesman")
        cls.share(cls.calendar, "write", user_id=cls.seller.id)
        orders = cls.env["crm.agenda.document.model"].search(
            [("model", "=", "sale.order")]
        )
        orders.write(
            {
                "waits": True,
                "waiting_domain": "[('state', '=', 'sale')]",
                "event_type_id": cls.visit.id,
            }
        )
        cls.order = cls.new_order()
        cls.queue = cls.new_calendar("Incidents", cls.seller, is_queue=True)

    @classmethod
    def new_order(cls):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "state": "sale",
            }
        )


class TestBoard(BoardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board = cls.env["crm.agenda.board"].with_user(cls.seller)

    def get_waiting(self, text="", user=None):
        board = self.board.with_user(user or self.seller)
        return [(row["model"], row["id"]) for row in board.get_waiting(text)["rows"]]

    def schedule(self, record, user=None, calendar=None):
        board = self.board.with_user(user or self.seller)
        calendar = calendar or self.calendar
        event_id = board.schedule(
            record._name, record.id, calendar.id, fields.Datetime.to_string(NOON)
        )
        return self.Event.browse(event_id)

    def test_an_order_waits_until_it_has_an_event(self):
        waiting = (self.order._name, self.order.id)
        self.assertIn(waiting, self.get_waiting())
        event = self.schedule(self.order)
        self.assertNotIn(waiting, self.get_waiting())
        event.agenda_status_id = self.cancelled
        self.assertIn(waiting, self.get_waiting())

    def test_what_was_scheduled_is_filled_in(self):
        event = self.schedule(self.order)
        self.assertEqual(event.agenda_calendar_id, self.calendar)
        self.assertEqual(event.document_ref, self.order)
        self.assertEqual(event.customer_id, self.customer)
        self.assertIn("Calle Mayor 1", event.location)
        self.assertEqual(event.agenda_type_id, self.visit)
        self.assertEqual(event.agenda_status_id, self.planned)
        self.assertEqual(event.start, NOON)
        hours = self.visit.default_duration or self.calendar.default_duration
        self.assertEqual(event.stop, NOON + timedelta(hours=hours))

    def test_an_archived_type_is_not_given(self):
        self.visit.active = False
        self.assertFalse(self.schedule(self.order).agenda_type_id)

    def test_it_is_scheduled_once(self):
        self.schedule(self.order)
        with self.refused("does not wait any more", UserError):
            self.schedule(self.order)

    def test_only_who_reads_an_order_sees_it_wait(self):
        other = self.new_user("other", "sales_team.group_sale_salesman")
        waiting = (self.order._name, self.order.id)
        self.assertNotIn(waiting, self.get_waiting(user=other))
        self.assertNotIn(waiting, self.get_waiting(user=self.stranger))
        for user in (other, self.stranger):
            with self.refused("does not wait any more", UserError):
                self.schedule(self.order, user)

    def test_nobody_schedules_where_they_may_not_write(self):
        foreign = self.new_calendar("Foreign", self.owner)
        self.share(foreign, "read", user_id=self.seller.id)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.schedule(self.order, calendar=foreign)
        self.assertIn((self.order._name, self.order.id), self.get_waiting())

    def test_what_waits_is_found_by_its_customer(self):
        order = self.new_order()
        order.partner_id = self.env["res.partner"].create({"name": "Zebra"})
        self.assertEqual(self.get_waiting("zebr"), [(order._name, order.id)])
        self.assertEqual(self.get_waiting(order.name), [(order._name, order.id)])

    def test_an_incident_leaves_the_queue_and_comes_back(self):
        incident = self.new_event(self.queue, name="Leak")
        self.assertIn(("calendar.event", incident.id), self.get_waiting())
        self.assertEqual(self.schedule(incident), incident)
        self.assertEqual(incident.agenda_calendar_id, self.calendar)
        self.assertEqual(incident.stop - incident.start, timedelta(hours=1))
        self.assertNotIn(("calendar.event", incident.id), self.get_waiting())
        self.board.unschedule(incident.id)
        self.assertEqual(incident.agenda_calendar_id, self.queue)

    def test_what_waits_is_archived_with_its_event(self):
        event = self.schedule(self.order)
        self.board.unschedule(event.id)
        self.assertFalse(event.active)
        self.assertIn((self.order._name, self.order.id), self.get_waiting())

    def test_what_has_nowhere_to_wait_stays(self):
        event = self.new_event()
        self.queue.is_queue = False
        with self.refused("nowhere to wait", UserError):
            self.board.unschedule(event.id)
        series = self.new_series()
        with self.refused("of a series", UserError):
            self.board.unschedule(series[0].id)

    def test_a_reader_takes_nothing_off_the_board(self):
        event = self.schedule(self.order)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.board.with_user(self.members["read"]).unschedule(event.id)
        self.assertTrue(event.active)

    def test_the_consultant_is_told_of_a_wrong_filter(self):
        orders = self.env["crm.agenda.document.model"].search(
            [("model", "=", "sale.order")]
        )
        for domain in (
            "nonsense",
            "[('colour', '=', 1)]",
            "[('state']",
            "[('id', '=', 'abc')]",
        ):
            with self.refused("can't be found"):
                orders.waiting_domain = domain

    def test_what_does_not_say_since_when_it_is_there_does_not_wait(self):
        """It would keep the board from whoever may read it."""
        kinds = self.env["crm.agenda.document.model"]
        with self.refused("can't be found"):
            kinds.create({"model": "sale.report", "waits": True})

    def test_what_waited_longest_is_listed_first(self):
        incidents = self.new_event(self.queue, name="Oldest", start=NOON)
        incidents += self.new_event(self.queue, start=NOON + timedelta(days=1))
        self.env.cr.execute(
            "UPDATE calendar_event SET create_date = '2001-01-01' WHERE id = %s",
            [incidents[0].id],
        )
        self.forget()
        with patch.object(crm_agenda_board, "LISTED", 1):
            waiting = self.board.get_waiting()
        events = [r["id"] for r in waiting["rows"] if r["model"] == "calendar.event"]
        self.assertEqual(events, incidents[0].ids)
        self.assertGreater(waiting["count"], len(waiting["rows"]))

    def test_what_does_not_say_since_when_it_waits_is_last(self):
        incident = self.new_event(self.queue)
        self.env.cr.execute(
            "UPDATE calendar_event SET create_date = NULL WHERE id = %s", incident.ids
        )
        self.forget()
        self.assertEqual(self.get_waiting()[-1], ("calendar.event", incident.id))

    def test_a_filter_that_became_wrong_leaves_the_rest_of_the_board(self):
        incident = self.new_event(self.queue)
        # As when the app with the field is uninstalled.
        self.env.cr.execute(
            "UPDATE crm_agenda_document_model SET waiting_domain = %s "
            "WHERE model = 'sale.order'",
            ["[('field_of_an_app_that_is_gone', '=', 1)]"],
        )
        self.forget()
        with self.assertLogs(crm_agenda_board.__name__, "WARNING") as log:
            waiting = self.get_waiting()
        self.assertIn(("calendar.event", incident.id), waiting)
        self.assertNotIn((self.order._name, self.order.id), waiting)
        self.assertIn("field_of_an_app_that_is_gone", log.output[0])

    def test_a_day_is_no_century(self):
        ids = self.calendar.ids
        self.assertFalse(self.board.get_day("1990-01-01", "2090-01-01", ids))
        with self.refused("takes dates from"):
            self.board.get_day("0001-01-01", "0001-01-02", ids)

    def get_day(self, user, calendar=None):
        calendar = calendar or self.calendar
        day = datetime(2026, 3, 10)
        board = self.board.with_user(user)
        return board.get_day(str(day), str(day + timedelta(days=1)), calendar.ids)

    def test_hours_are_those_that_are_worked_and_taken(self):
        self.new_event(start=NOON)
        self.new_event(start=NOON + timedelta(minutes=30))
        self.new_event(start=NOON + timedelta(hours=5), show_as="free")
        # Who knows only when time is taken, knows how much is.
        for user in (self.seller, self.members["busy"]):
            day = self.get_day(user)[self.calendar.id]
            self.assertEqual(day["hours"], 8)
            self.assertEqual(day["taken"], 1.5)
            self.assertFalse(day["away"])
        self.assertFalse(
            self.get_day(self.members["busy"])[self.calendar.id]["can_write"]
        )
        self.assertFalse(self.get_day(self.stranger))

    def test_an_absence_is_seen_on_the_day(self):
        resource = self.env["resource.resource"].create(
            {"name": "Owner", "user_id": self.owner.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "date_from": datetime(2026, 3, 10),
                "date_to": datetime(2026, 3, 11),
                "time_type": "leave",
            }
        )
        day = self.get_day(self.seller)[self.calendar.id]
        self.assertTrue(day["away"])
        self.assertEqual(day["hours"], 0)

    def test_members_hear_of_changes_and_strangers_do_not(self):
        name = f"crm_agenda.calendar_{self.calendar.id}"
        channels = self.env["ir.websocket"]
        for user, heard in (
            (self.members["busy"], self.calendar),
            (self.seller, self.calendar),
            (self.stranger, self.calendar.browse()),
            (self.env.ref("base.public_user"), self.calendar.browse()),
        ):
            resolved = channels.with_user(user)._resolve_agenda_channels(["x", name])
            self.assertEqual(resolved, ["x", *heard], user.login)

    def test_screens_hear_once_of_both_calendars(self):
        event = self.new_event()
        other = self.new_calendar("Other")
        self.env.cr.flush()
        before = self.env["bus.bus"].search([])
        event.write({"agenda_calendar_id": other.id, "name": "Moved"})
        event.name = "Again"
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([]) - before
        rows = rows.filtered(lambda row: "crm_agenda.changed" in row.message)
        self.assertEqual(len(rows), 2)
        self.assertFalse([row for row in rows if "Moved" in row.message])


@tagged("post_install", "-at_install")
class TestScheduledAtOnce(AtOnceCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            orders = env["crm.agenda.document.model"].search(
                [("model", "=", "sale.order")]
            )
            self.before = (orders.id, orders.read(["waits", "waiting_domain"])[0])
            orders.write({"waits": True, "waiting_domain": "[]"})
            partner = env["res.partner"].create({"name": "Customer"})
            order = env["sale.order"].create({"partner_id": partner.id})
            calendar = env["crm.agenda.calendar"].create(
                {"name": "Technician", "owner_id": env.ref("base.user_admin").id}
            )
            self.ids = (order.id, calendar.id, partner.id)
        self.addCleanup(self.clean_up)

    def clean_up(self):
        order_id, calendar_id, partner_id = self.ids
        orders_id, before = self.before
        with self.environment() as env:
            env["crm.agenda.document.model"].browse(orders_id).write(
                {fname: before[fname] for fname in ("waits", "waiting_domain")}
            )
            calendar = [("agenda_calendar_id", "=", calendar_id)]
            env["calendar.event"].search(calendar).unlink()
            env["crm.agenda.calendar"].browse(calendar_id).unlink()
            env["sale.order"].browse(order_id).unlink()
            env["res.partner"].browse(partner_id).unlink()

    def schedule(self):
        order_id, calendar_id, _partner_id = self.ids
        with self.environment() as env:
            env = env(user=env.ref("base.user_admin").id)
            call = partial(
                env["crm.agenda.board"].schedule,
                "sale.order",
                order_id,
                calendar_id,
                fields.Datetime.to_string(NOON),
            )
            try:
                retrying(call, env)
            except UserError as error:
                env.cr.rollback()
                return str(error)

    def test_of_two_people_one_schedules_it(self):
        with ThreadPoolExecutor() as pool, self.environment() as env:
            # Both look at what waits before either has found a place for it.
            env.cr.execute("LOCK TABLE calendar_event IN EXCLUSIVE MODE")
            env.cr.execute("LOCK TABLE crm_agenda_document_model IN EXCLUSIVE MODE")
            outcomes = [pool.submit(self.schedule) for _person in range(2)]
            self.wait_for_locks(env, 2)
            env.cr.rollback()
            first, second = sorted(str(outcome.result()) for outcome in outcomes)
        self.assertEqual(first, "None")
        self.assertIn("does not wait any more", second)

    def wait_for_locks(self, env, count):
        deadline = time.monotonic() + 30
        waiting = 0
        while waiting < count and time.monotonic() < deadline:
            time.sleep(0.05)
            env.cr.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND "
                "relation IN ('calendar_event'::regclass, "
                "'crm_agenda_document_model'::regclass)"
            )
            waiting = env.cr.fetchone()[0]
        self.assertEqual(waiting, count)


@tagged("post_install", "-at_install")
class TestBoardScreen(BoardCase, BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env.ref("crm_agenda.calendar_event_action_board")
        cls.seller.tz = "UTC"
        cls.today = datetime.combine(fields.Date.today(), datetime.min.time())
        cls.other = cls.new_calendar("Second", cls.owner)
        cls.share(cls.other, "write", user_id=cls.seller.id)
        cls.closed = cls.new_calendar("Third", cls.owner)
        cls.share(cls.closed, "read", user_id=cls.seller.id)
        cls.event = cls.new_event(name="Boiler check", start=cls.at(9))
        # While a page is open, its requests have the cursor.
        cls.order_name = cls.order.name

    @classmethod
    def at(cls, hour):
        return cls.today + timedelta(hours=hour)

    def open_board(self, **options):
        ready = ".o_agenda_board .fc-event"
        return self.open_agenda(self.seller, ready=ready, **options)

    def get_place(self, page, calendar, hour):
        """Give the middle of a column at an hour."""
        row = page.locator(f'.o_agenda_board [data-time="{hour:02}:00:00"]').last
        row.scroll_into_view_if_needed()
        head = page.locator(f'.o_agenda_head[data-calendar-id="{calendar.id}"]')
        box, line = head.bounding_box(), row.bounding_box()
        return box["x"] + box["width"] / 2, line["y"] + 6

    def drag(self, page, source, target):
        """Drag with the mouse; give the hours that what is dragged says meanwhile."""
        x, y = target
        box = source.bounding_box()
        page.mouse.move(box["x"] + 8, box["y"] + 6)
        page.mouse.down()
        page.mouse.move(box["x"] + 20, box["y"] + 16, steps=4)
        page.mouse.move(x, y, steps=12)
        page.mouse.move(x + 1, y, steps=3)
        mirror = page.locator(".fc-event-mirror b")
        hours = mirror.inner_text() if mirror.count() else None
        page.mouse.up()
        page.wait_for_timeout(2000)
        return hours

    def drag_by_finger(self, page, source, target):
        """Press long, as on a tablet, until it can be dragged."""
        session = page.context.new_cdp_session(page)

        def touch(kind, **point):
            points = [point] if point else []
            event = {"type": kind, "touchPoints": points}
            session.send("Input.dispatchTouchEvent", event)

        box = source.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + 8
        touch("touchStart", x=x, y=y)
        page.wait_for_timeout(900)
        for part in range(1, 9):
            shift_x, shift_y = target[0] - x, target[1] - y
            touch("touchMove", x=x + shift_x * part / 8, y=y + shift_y * part / 8)
            page.wait_for_timeout(100)
        touch("touchEnd")
        page.wait_for_timeout(2000)

    def shown(self, page, name="Boiler check"):
        event = page.locator(".o_agenda_board .fc-event", has_text=name).first
        event.wait_for()
        return event

    def get_column(self, page, name="Boiler check"):
        """Give the id of the calendar in whose column the event is."""
        return self.shown(page, name).evaluate(
            """element => {
                const date = element.closest('[data-date]').dataset.date;
                const head = document.querySelector(`th[data-date="${date}"] button`);
                return parseInt(head.dataset.calendarId, 10);
            }"""
        )

    def test_an_event_is_dragged_to_another_column_and_back_by_undo(self):
        page = self.open_board()
        target = self.get_place(page, self.other, 11)
        hours = self.drag(page, self.shown(page), target)
        self.assertRegex(hours, "^11:00.* – 12:00")
        self.assertEqual(self.get_column(page), self.other.id)
        self.forget()
        self.assertEqual(self.event.agenda_calendar_id, self.other)
        self.assertEqual(self.event.start, self.at(11))
        self.assertEqual(self.event.stop, self.at(12))
        page.locator(".o_notification button", has_text="Undo").click()
        page.wait_for_timeout(1500)
        self.assertEqual(self.get_column(page), self.calendar.id)
        self.close(page)
        self.assertEqual(self.event.agenda_calendar_id, self.calendar)
        self.assertEqual(self.event.start, self.at(9))

    def test_a_finger_drags_between_columns_and_from_what_waits(self):
        tablet = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
        page = self.open_board(**tablet)
        target = self.get_place(page, self.other, 11)
        self.drag_by_finger(page, self.shown(page), target)
        self.assertEqual(self.get_column(page), self.other.id)
        item = page.locator(".o_agenda_waiting_item", has_text=self.order_name)
        item.scroll_into_view_if_needed()
        self.drag_by_finger(page, item, self.get_place(page, self.calendar, 14))
        self.assertEqual(self.get_column(page, self.order_name), self.calendar.id)
        self.close(page)
        self.assertEqual(self.event.agenda_calendar_id, self.other)
        self.assertEqual(self.event.start, self.at(11))

    def test_a_column_without_rights_sends_it_back_with_the_reason(self):
        page = self.open_board()
        self.drag(page, self.shown(page), self.get_place(page, self.closed, 11))
        dialog = page.locator(".modal:visible")
        dialog.wait_for()
        self.assertIn("may write", dialog.inner_text())
        dialog.locator("button.btn-primary").first.click()
        page.wait_for_timeout(500)
        self.assertEqual(self.get_column(page), self.calendar.id)
        self.close(page)
        self.assertEqual(self.event.agenda_calendar_id, self.calendar)

    def test_a_calendar_that_refuses_clashes_sends_it_back(self):
        self.set_now(self.at(6))  # what is over may overlap
        self.other.double_booking = "refuse"
        self.new_event(self.other, name="Other visit", start=self.at(11))
        page = self.open_board()
        self.drag(page, self.shown(page), self.get_place(page, self.other, 11))
        dialog = page.locator(".modal:visible", has_text="Other visit")
        dialog.wait_for()
        dialog.locator("button.btn-primary").first.click()
        page.wait_for_timeout(500)
        self.assertEqual(self.get_column(page), self.calendar.id)
        self.close(page)

    def test_a_calendar_that_warns_of_clashes_marks_them(self):
        self.other.double_booking = "warn"
        self.new_event(self.other, name="Other visit", start=self.at(11))
        page = self.open_board()
        self.drag(page, self.shown(page), self.get_place(page, self.other, 11))
        for name in ("Boiler check", "Other visit"):
            self.assertIn("⚠", self.shown(page, name).inner_text())
        self.assertEqual(self.get_column(page), self.other.id)
        self.close(page)
        self.assertEqual(self.event.start, self.at(11))

    def test_an_event_of_a_series_asks_what_to_move(self):
        self.event.unlink()
        series = self.new_series(name="Round", start=self.at(9), count=3)
        page = self.open_board()
        self.drag(page, self.shown(page, "Round"), self.get_place(page, self.other, 13))
        dialog = page.locator(".modal:visible")
        dialog.locator("label", has_text="This event").first.click()
        dialog.locator("button", has_text="Confirm").click()
        page.wait_for_timeout(2000)
        self.close(page)
        moved, *others = series.sorted("id")
        self.assertEqual(moved.agenda_calendar_id, self.other)
        self.assertEqual(moved.start, self.at(13))
        self.assertEqual({e.agenda_calendar_id for e in others}, {self.calendar})

    def test_an_order_is_dragged_onto_a_column_and_back(self):
        page = self.open_board()
        item = page.locator(".o_agenda_waiting_item", has_text=self.order_name)
        item.scroll_into_view_if_needed()
        hours = self.drag(page, item, self.get_place(page, self.other, 14))
        self.assertRegex(hours, "^(02|14):00.* – (04|16):00")  # as long as visits last
        self.assertEqual(self.get_column(page, self.order_name), self.other.id)
        self.assertFalse(item.count())
        box = page.locator(".o_agenda_waiting").bounding_box()
        target = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.drag(page, self.shown(page, self.order_name), target)
        item.wait_for()
        self.close(page)
        events = self.Event.with_context(active_test=False)
        event = events.search([("res_id", "=", self.order.id)])
        event = event.filtered(lambda e: e.document_ref == self.order)
        self.assertEqual(event.start, self.at(14))
        self.assertEqual(event.customer_id, self.customer)
        self.assertFalse(event.active)

    def test_what_waits_is_searched_and_sorted(self):
        for name in ("Zebra", "Aardvark"):
            customer = self.env["res.partner"].create({"name": f"{name} searched"})
            order = self.new_order()
            order.partner_id = customer
        page = self.open_board()
        page.locator(".o_agenda_waiting input").fill("searched")
        items = page.locator(".o_agenda_waiting_item")
        items.nth(2).wait_for(state="detached")
        self.assertIn("Zebra", items.nth(0).inner_text())
        page.locator(".o_agenda_waiting select").select_option(label="Customer")
        page.wait_for_timeout(500)
        self.assertIn("Aardvark", items.nth(0).inner_text())
        self.assertEqual(items.count(), 2)
        page.locator(".o_agenda_waiting input").fill("nobody is called so")
        waiting = page.locator(".o_agenda_waiting", has_text="Nothing of that name")
        waiting.wait_for()
        self.close(page)

    def test_a_consultant_says_what_waits(self):
        groups = "sales_team.group_sale_salesman,crm_agenda.group_agenda_manager"
        consultant = self.new_user("consultant", groups)
        quotation = self.new_order()
        quotation.write({"user_id": consultant.id, "state": "draft"})
        name = quotation.name
        self.action = self.env.ref("crm_agenda.crm_agenda_document_model_action")
        page = self.open_agenda(consultant, view="list", ready=".o_data_row")
        page.locator(".o_data_row td", has_text="Sales Order").first.click()
        page.locator(".o_control_panel", has_text="Sales Order").wait_for()
        page.locator("div[name=waiting_domain] button").last.click()
        dialog = page.locator(".modal:visible")
        dialog.locator("select").last.select_option(label="Quotation")
        dialog.locator(".modal-footer .btn-primary").click()
        dialog.wait_for(state="detached")
        page.locator(".o_form_button_save").click()
        page.locator(".o_form_button_save").wait_for(state="hidden")
        page.wait_for_timeout(1000)
        page.locator("[data-menu-xmlid='crm_agenda.calendar_event_menu_board']").click()
        waiting = page.locator(".o_agenda_waiting_item", has_text=name)
        waiting.wait_for()
        confirmed = page.locator(".o_agenda_waiting_item", has_text=self.order_name)
        self.assertFalse(confirmed.count())
        self.close(page)

    def test_absence_is_seen_in_the_head(self):
        resource = self.env["resource.resource"].create(
            {"name": "Owner", "user_id": self.owner.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "date_from": self.at(0),
                "date_to": self.at(24),
                "time_type": "leave",
            }
        )
        page = self.open_board()
        self.assertIn("Away", self.get_head(page, self.calendar))
        self.assertIn("01:00 of 00:00 h", self.get_head(page, self.calendar))
        self.assertNotIn("Away", self.get_head(page, self.queue))
        self.close(page)

    def get_head(self, page, calendar):
        selector = f'.o_agenda_head[data-calendar-id="{calendar.id}"]'
        return page.locator(selector).inner_text()

    def test_a_click_creates_in_that_column(self):
        page = self.open_board()
        page.mouse.click(*self.get_place(page, self.other, 15))
        dialog = page.locator(".modal:visible")
        dialog.wait_for()
        page.wait_for_timeout(1000)
        calendar = dialog.locator("div[name=agenda_calendar_id] input")
        self.assertEqual(calendar.input_value(), "Second")
        dialog.locator(".btn-close").click()
        page.wait_for_timeout(500)
        page.mouse.click(*self.get_place(page, self.closed, 15))
        page.wait_for_timeout(1000)
        self.assertFalse(page.locator(".modal:visible").count())
        self.close(page)

    def test_forty_columns_scroll_below_their_heads(self):
        for index in range(40):
            self.new_calendar(f"Route {index:02}", self.seller)
        page = self.open_board()
        for width, height in ((1366, 768), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(500)
            with self.subTest(width=width):
                self.check_places(page, width)
        self.close(page)

    def check_places(self, page, width):
        """Nothing hides something else, and each head is above what it is of."""
        waiting, board, panel = (
            page.locator(f".o_agenda_{name}").bounding_box()
            for name in ("waiting", "board", "panel")
        )
        places = [0, width]
        for box in (waiting, board, panel):
            places[-1:-1] = [box["x"], box["x"] + box["width"]]
        self.assertEqual(places, sorted(places))
        self.assertGreater(board["width"], width / 2)
        item = page.locator(".o_agenda_waiting_item").first.bounding_box()
        self.assertGreaterEqual(item["x"], waiting["x"])
        self.assertLessEqual(item["x"] + item["width"], board["x"])
        heads = page.locator(".fc-col-header-cell")
        self.assertGreaterEqual(heads.count(), 40)
        for index in (0, 20, heads.count() - 1):
            heads.nth(index).scroll_into_view_if_needed()
            row = page.locator('.fc-timegrid-slot-label[data-time="20:00:00"]')
            row.scroll_into_view_if_needed()
            head = heads.nth(index).bounding_box()
            column = page.locator(".fc-timegrid-col[data-date]").nth(index)
            box, hour = column.bounding_box(), row.bounding_box()
            self.assertAlmostEqual(box["x"], head["x"], delta=2)
            self.assertAlmostEqual(box["width"], head["width"], delta=2)
            self.assertGreaterEqual(box["width"], 120)
            # Heads stay above and hours at the left, wherever one has scrolled to.
            self.assertAlmostEqual(head["y"], board["y"], delta=2)
            self.assertAlmostEqual(hour["x"], board["x"], delta=2)
            self.assertGreaterEqual(head["x"], hour["x"] + hour["width"] - 2)
            self.assertLessEqual(head["x"] + head["width"], panel["x"] + 1)

    def test_the_edge_is_dragged_to_last_longer(self):
        page = self.open_board()
        x, y = self.get_place(page, self.calendar, 12)
        event = self.shown(page)
        event.hover(position={"x": 30, "y": 10})
        edge = event.locator(".fc-event-resizer-end").bounding_box()
        page.mouse.move(x, edge["y"] + 2, steps=3)
        page.mouse.down()
        page.mouse.move(x, y - 12, steps=12)
        page.mouse.up()
        page.wait_for_timeout(2000)
        self.close(page)
        self.assertEqual(self.event.start, self.at(9))
        self.assertEqual(self.event.stop, self.at(12))

    def test_the_head_opens_the_week_of_its_calendar(self):
        page = self.open_board()
        page.locator(f'.o_agenda_head[data-calendar-id="{self.other.id}"]').click()
        page.locator(".fc-timeGridWeek-view").wait_for()
        self.assertIn("Second", page.locator(".o_control_panel").inner_text())
        self.close(page)
