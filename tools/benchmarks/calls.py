"""What the web client asks of the agenda, and the nearest that it asks of stock Odoo.

Each function takes an environment and the ``screens.Database`` and gives how many rows,
groups or records came out, so that a table can show whether the two are comparable.
"""

from collections import namedtuple
from datetime import timedelta

from database import NEW, PEOPLE

from odoo import fields

from .company import FIRST_ID, WEEK, WEEKDAYS

Call = namedtuple("Call", "name login agenda stock")
CALENDARS = "agenda_calendar_id"
CALENDAR = FIRST_ID + 1  # one in which the user who sees few may write


def show(days, people=False):
    """Read the calendar screen; stock's of the same ``people`` or of everybody."""

    def call(env, database):
        domain = [["start", "<=", day(days)], ["stop", ">=", day(0)]]
        if database.agenda:
            domain.append(["in_agenda", "=", True])
        elif people:
            domain.append(["partner_ids", "in", database.seen])
        events = env["calendar.event"]
        return len(events.search_read(domain, database.calendar_fields))

    return call


def board(env, database):
    """Read the board's day; stock's calendar screen, which shows less."""
    count = show(1)(env, database)
    if database.agenda:
        calendars = env["crm.agenda.calendar"].get_panel()
        calendar_ids = [calendar["id"] for calendar in calendars]
        env["crm.agenda.board"].get_day(day(0), day(1), calendar_ids)
        env["crm.agenda.board"].get_waiting()
    return count


def side_panel(fname):
    def call(env, database):
        panel = env["calendar.event"].search_panel_select_multi_range(
            fname,
            enable_counters=True,
            search_domain=everything(database),
            category_domain=[],
            filter_domain=[],
            expand=False,
            limit=1000,
        )
        return len(panel["values"])

    return call


def kanban(fname):
    """Read the columns, and the cards of the first."""

    def call(env, database):
        events, domain = env["calendar.event"], everything(database)
        cards = {name: {} for name in ("name", "start", "location", "duration")}
        names = [[fname]] if NEW else [[*cards], [fname]]
        groups = events.web_read_group(domain, *names, limit=80)["groups"]
        first = groups[0]
        domain = domain + first["__extra_domain"] if NEW else first["__domain"]
        events.web_search_read(domain, cards, limit=40, order="start")
        return len(groups)

    return call


def pivot(fname):
    def call(env, database):
        events, domain = env["calendar.event"], everything(database)
        groupby, sums = [fname, "start:month"], ["duration:sum"]
        if NEW:
            return len(events.formatted_read_grouping_sets(domain, [groupby], sums)[0])
        return len(events.read_group(domain, sums, groupby, lazy=False))

    return call


def open_event(env, database):
    event = env["calendar.event"].browse(database.event)
    return len(event.web_read(database.form))


def create(**recurrence):
    """Make a meeting of tomorrow, or the series that begins with it, in the calendar
    of somebody who is told of it; stock Odoo invites them."""

    def call(env, database):
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=1)
        people = env.user.partner_id.ids
        if not database.agenda:
            people = list({*people, database.owner})
        values = {
            "name": "Visit",
            "start": start,
            "stop": start + timedelta(hours=1),
            "partner_ids": [(6, 0, people)],
            "alarm_ids": [(6, 0, [database.alarm])],
            **recurrence,
        }
        if recurrence:
            values[WEEKDAYS[start.weekday()]] = True
        if database.agenda:
            values[CALENDARS] = CALENDAR
        event = env["calendar.event"].create(values)
        return len(event.recurrence_id.calendar_event_ids) or 1

    return call


def move(env, database):
    event = env["calendar.event"].browse(database.event)
    hour = timedelta(hours=1)
    event.write({"start": event.start + hour, "stop": event.stop + hour})
    return 1


def count_events(env, database):
    fname = "agenda_event_count" if database.agenda else "meeting_count"
    rows = env["res.partner"].browse(database.contacts).read([fname])
    return sum(row[fname] for row in rows)


def change_group(env, database):
    """Take a member out of the group with whom every calendar is shared."""
    group = env["res.groups"].browse(database.group)
    group.write({PEOPLE: [(3, database.member)]})
    return len(group[PEOPLE])


def everything(database):
    return [["in_agenda", "=", True]] if database.agenda else []


def day(days):
    return fields.Datetime.to_string(WEEK + timedelta(days=days))


YEARLY = {"recurrency": True, "rrule_type": "weekly", "count": 52, "event_tz": "UTC"}
CALLS = [
    Call("week", "bench_few", show(7), show(7)),
    Call("week, same people", "bench_few", show(7), show(7, people=True)),
    Call("month", "bench_few", show(42), show(42)),
    Call("month, same people", "bench_few", show(42), show(42, people=True)),
    Call("day", "bench_few", show(1), show(1)),
    Call("board's day", "bench_few", board, board),
    Call("week of who sees all", "bench_all", show(7), show(7)),
    Call(
        "side panel",
        "bench_few",
        side_panel("agenda_calendar_id"),
        side_panel("user_id"),
    ),
    Call("kanban", "bench_few", kanban("agenda_status_id"), kanban("show_as")),
    Call("pivot", "bench_few", pivot("agenda_calendar_id"), pivot("user_id")),
    Call("open an event", "bench_few", open_event, open_event),
    Call("events of 80 contacts", "bench_few", count_events, count_events),
    Call("create an event", "bench_few", create(), create()),
    Call("move an event", "bench_few", move, move),
    # Of a calendar's owner, which the agenda has to tell to nobody.
    Call("create one's own event", "bench-001", create(), create()),
    Call("move one's own event", "bench-001", move, move),
    Call("create 52 weeks", "bench_few", create(**YEARLY), create(**YEARLY)),
    Call("a member leaves a group", "admin", change_group, change_group),
]
