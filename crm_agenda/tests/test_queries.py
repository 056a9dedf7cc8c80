"""How many queries the main screens take: as many for few records as for many."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from ..models.compat import SERIES
from .common import DAILY, TestAgendaCommon

MONDAY = datetime(2030, 1, 7, 9)
CARD = ["name", "start", "agenda_calendar_id", "agenda_status_id", "customer_id"]
# What each of the methods below may take. For a kanban, 19.0's web client asks in one
# go for the groups and for the cards of each.
LIMITS = {
    "week": 19,
    "side_panel": 8,
    "kanban": 22 if SERIES >= 19 else 20,
    "pivot": 8,
    "open": 18,
    "count_contacts": 6,
    # Two and five by crm_agenda_caldav, for the phones that will ask what changed.
    "plan": 57,
    "move": 48,
    "series": 106,
}


@tagged("post_install", "-at_install")
class TestQueries(TestAgendaCommon):
    def setUp(self):
        super().setUp()
        self.freeze("2030-01-07 08:00:00")
        self.user = self.members["write"]
        self.events = self.Event.with_user(self.user)
        self.contacts = self.customer
        self.plan()  # one that the user attends, as those that are planned later
        self.grow(2)

    def grow(self, count):
        """Make so many calendars more, each shared, with its events and customers."""
        for index in range(count):
            calendar = self.new_calendar(f"More {index}", double_booking="warn")
            self.share(calendar, "write", user_id=self.user.id)
            self.share(calendar, "read", user_id=self.stranger.id)
            hidden = self.new_calendar(f"Hidden {index}")
            self.share(hidden, "busy", user_id=self.user.id)
            customer = self.customer.copy()
            self.contacts |= customer
            for hour in range(3):
                start = MONDAY + timedelta(hours=hour)
                for where in (calendar, hidden):
                    self.new_event(where, start=start, customer_id=customer.id)
        self.forget()

    def week(self):
        domain = [
            ["start", "<=", "2030-01-13 23:59:59"],
            ["stop", ">=", "2030-01-07 00:00:00"],
            ["in_agenda", "=", True],
        ]
        return self.events.search_read(domain, CARD + ["display_name", "is_late"])

    def side_panel(self):
        return self.events.search_panel_select_multi_range(
            "agenda_calendar_id",
            enable_counters=True,
            search_domain=[["in_agenda", "=", True]],
            category_domain=[],
            filter_domain=[],
            expand=False,
            limit=1000,
        )["values"]

    def kanban(self):
        domain, name = [["in_agenda", "=", True]], {"fields": {"display_name": {}}}
        card = {f: name if f.endswith("_id") else {} for f in CARD}
        opened = {"auto_unfold": True, "unfold_read_specification": card}
        groups = self.group(self.events, domain, "agenda_status_id", **opened)
        if SERIES < 19:
            self.events.web_search_read(domain, card)
        return groups

    def pivot(self):
        domain = [["in_agenda", "=", True]]
        rows, cells = ["agenda_calendar_id"], ["agenda_calendar_id", "start:month"]
        if SERIES >= 19:
            return self.events.formatted_read_grouping_sets(
                domain, [[], rows, cells], ["duration:sum", "__count"]
            )
        return self.events.read_group(domain, ["duration:sum"], cells, lazy=False)

    def open(self):
        event = self.events.search([("agenda_calendar_id.name", "=", "More 0")])[0]
        fnames = CARD + ["document_kind", "document_state", "has_clash", "alarm_ids"]
        return event.read(
            fnames + ["shared_user_ids", "attachment_ids", "reminder_ids"]
        )

    def count_contacts(self):
        contacts = self.contacts.with_user(self.user)
        return contacts.read(["agenda_event_count"])

    def plan(self, **values):
        # Where nothing grows: what is made each time would be seen by the next.
        start = MONDAY + timedelta(days=30)
        popup = self.env.ref("calendar.alarm_notif_1")
        values.update(
            alarm_ids=[(6, 0, popup.ids)],
            partner_ids=[(6, 0, self.user.partner_id.ids)],
        )
        return self.new_event(user=self.user, start=start, **values)

    def move(self):
        event = self.events.search([("agenda_calendar_id.name", "=", "More 0")])[0]
        return event.write({"start": event.start + timedelta(days=1)})

    def series(self):
        return self.plan(**DAILY, count=10, event_tz="UTC")

    def count(self, call):
        """Return the queries of a second call, in which the server is warm."""
        for _warm in range(2):
            self.forget()
            before = self.env.cr.sql_log_count
            call()
            self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def count_all(self):
        return {name: self.count(getattr(self, name)) for name in LIMITS}

    def test_more_records_take_no_more_queries(self):
        few = self.count_all()
        self.grow(20)
        many = self.count_all()
        for name, limit in LIMITS.items():
            self.assertLessEqual(many[name], few[name], name)
            self.assertLessEqual(many[name], limit, name)
