"""The time that an event takes in its calendar, and what else takes it."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytz
from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.sql import create_column

from .compat import Constraint

SHOWN_CLASHES = 5
# The days of the agenda: with those of Python, which end in 9999, no time zone and no
# duration can be reckoned.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def check_days(env, *days):
    """Refuse each ``date`` that is out of the agenda."""
    if not all(FIRST_DAY <= day <= LAST_DAY for day in days):
        raise ValidationError(
            env._(
                "The agenda takes dates from %(first)s to %(last)s.",
                first=format_date(env, FIRST_DAY),
                last=format_date(env, LAST_DAY),
            )
        )


def get_days(first, last, timezone):
    """Return the midnights (UTC) between which the days are in the time zone.

    :param first: the first ``date``; ``last`` is within as well
    :param timezone: its name, or nothing for UTC
    """
    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    zone = pytz.timezone(timezone or "UTC")
    return tuple(
        zone.localize(datetime.combine(day, time()))
        .astimezone(pytz.UTC)
        .replace(tzinfo=None)
        for day in (first, last + timedelta(days=1))
    )


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # What is free, cancelled or archived takes no time: its slot is empty.
    slot_start = fields.Datetime(
        compute="_compute_slot",
        store=True,
        help="When it starts to take time in its calendar; midnight there, if it lasts "
        "all day.",
    )
    slot_stop = fields.Datetime(compute="_compute_slot", store=True)
    slot_exclusive = fields.Boolean(
        compute="_compute_slot",
        store=True,
        help="Nothing else may take time in the calendar meanwhile.",
    )
    has_clash = fields.Boolean(
        string="Double Booked",
        compute="_compute_has_clash",
        help="Overlaps with others of a calendar that warns of it.",
    )
    clash_summary = fields.Text(
        string="Overlaps with", compute="_compute_clash_summary"
    )

    # Ranges of one number, because they compare by themselves where plain numbers
    # ask for an extension of PostgreSQL. Deferred, because the events of a series
    # move one after the other: see _check_double_booking.
    _no_double_booking = Constraint(
        "EXCLUDE USING gist ("
        "int4range(agenda_calendar_id, agenda_calendar_id, '[]') WITH &&, "
        "tsrange(slot_start, slot_stop) WITH &&"
        ") WHERE (slot_exclusive) DEFERRABLE INITIALLY DEFERRED",
        "The calendar takes one event at a time, and that time was just taken.",
    )

    def _auto_init(self):
        """Make the columns empty, as they are for meetings that are in no calendar.

        The ORM would compute them, event by event, for all that the company ever had.
        """
        for fname in ("slot_start", "slot_stop", "slot_exclusive", "agenda_hours"):
            self.env.cr.execute(
                "SELECT 1 FROM information_schema.columns "
                "WHERE table_name = %s AND column_name = %s",
                [self._table, fname],
            )
            if not self.env.cr.rowcount:
                kind = self._fields[fname].column_type[1]
                create_column(self.env.cr, self._table, fname, kind)
        return super()._auto_init()

    def init(self):
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS calendar_event_slot_index "
            "ON calendar_event (agenda_calendar_id, slot_stop, slot_start) "
            "WHERE slot_stop IS NOT NULL"
        )
        # What a screen shows is of some calendars and between two instants, or of all
        # of them: Odoo has no index on time. This one does for the calendar alone too.
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS calendar_event_agenda_calendar_time_index "
            "ON calendar_event (agenda_calendar_id, stop, start) "
            "WHERE agenda_calendar_id IS NOT NULL"
        )
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS calendar_event_agenda_time_index "
            "ON calendar_event (stop, start) WHERE agenda_calendar_id IS NOT NULL"
        )

    @api.depends(
        "active",
        "agenda_calendar_id.double_booking",
        "agenda_calendar_id.kind",
        "agenda_calendar_id.resource_calendar_id.tz",
        "agenda_status_id.kind",
        "allday",
        "show_as",
        "start",
        "start_date",
        "stop",
        "stop_date",
    )
    def _compute_slot(self):
        now = fields.Datetime.now()
        for event in self:
            start, stop = event._get_slot()
            event.slot_start, event.slot_stop = start, stop
            # What is over may overlap: the calendar did not refuse it in its day.
            event.slot_exclusive = (
                bool(stop)
                and stop > now
                and event.agenda_calendar_id.double_booking == "refuse"
            )

    @api.depends_context("uid")
    @api.depends("agenda_calendar_id.double_booking", "slot_start", "slot_stop")
    def _compute_has_clash(self):
        # sudo: of calendars whose members may know at least that the time is taken
        calendars = self.sudo().agenda_calendar_id._filter_watched()
        watched = self.filtered(lambda e: e.sudo().agenda_calendar_id in calendars)
        clashes = watched._get_clashes()
        for event in self:
            event.has_clash = event in clashes

    @api.depends_context("uid")
    @api.depends("has_clash")
    def _compute_clash_summary(self):
        clashes = self.filtered("has_clash")._get_clashes()
        for event in self:
            others = clashes.get(event, self.browse())
            event.clash_summary = others._get_slot_summary()

    def _get_slot(self):
        """Return the start and the end (UTC) of the time that the event takes."""
        calendar = self.agenda_calendar_id
        if (
            not (calendar and self.active and self.start and self.stop)
            or self.show_as != "busy"
            or self.agenda_status_id.kind == "cancelled"
            or (self.allday and calendar.kind == "team")
        ):
            return False, False
        start, stop = self.start, self.stop
        if self.allday and self.start_date and self.stop_date:
            timezone = calendar.resource_calendar_id.tz
            start, stop = get_days(self.start_date, self.stop_date, timezone)
        return (start, stop) if start < stop else (False, False)

    def _get_clashes(self, calendar=None):
        """Return ``{event: events that take part of its time in its calendar}``.

        For events in a form, they are those that it would meet if it were saved; with
        a ``calendar``, if it were there. The result is in sudo: it may hold events
        that the user may not read.
        """
        slots = [
            (
                index,
                (calendar or event.agenda_calendar_id).id,
                event.slot_start,
                event.slot_stop,
                event._origin.id or 0,
            )
            for index, event in enumerate(self.sudo())
            if event.slot_stop
        ]
        if not slots:
            return {}
        self.env.flush_all()
        # A join of each event's time with that of others, which no domain can say.
        self.env.cr.execute(
            """
            SELECT mine.index, event.id
              FROM unnest(%s::int[], %s::int[], %s::timestamp[], %s::timestamp[],
                          %s::int[]) AS mine (index, calendar, start, stop, id)
              JOIN calendar_event event
                ON event.agenda_calendar_id = mine.calendar
               AND event.slot_start < mine.stop
               AND event.slot_stop > mine.start
               AND event.id != mine.id
             ORDER BY event.slot_start, event.id
            """,
            [list(column) for column in zip(*slots, strict=False)],
        )
        ids = defaultdict(list)
        for index, event_id in self.env.cr.fetchall():
            ids[self[index]].append(event_id)
        return {event: self.sudo().browse(ids[event]) for event in ids}

    def _get_slot_summary(self):
        """Return a line for each event, with no more than the user may know of it."""
        lines = [
            # sudo: its name says no more to who may not read it, see its compute
            f"{event.sudo().display_name}, {event._get_when()}"
            for event in self[:SHOWN_CLASHES]
        ]
        if len(self) > SHOWN_CLASHES:
            lines.append(self.env._("and %s more", len(self) - SHOWN_CLASHES))
        return "\n".join(lines)

    def _check_double_booking(self):
        """Have the database check now what it would refuse when all is done.

        :raise ValidationError: one of these events takes time that is taken
        """
        # sudo: who moves an event need not be in its calendar
        if not any(self.sudo().mapped("slot_exclusive")):
            return
        try:
            self.env.flush_all()
            with self.env.cr.savepoint(flush=False):
                # No error in the log: it is the user's.
                self.env.cr.execute(
                    "SET CONSTRAINTS calendar_event_no_double_booking IMMEDIATE",
                    log_exceptions=False,
                )
                self.env.cr.execute(
                    "SET CONSTRAINTS calendar_event_no_double_booking DEFERRED"
                )
        except ExclusionViolation:
            clashes = self.filtered(lambda e: e.sudo().slot_exclusive)._get_clashes()
            for event, others in clashes.items():
                others = others.filtered("slot_exclusive")
                if others:
                    raise ValidationError(event._get_refusal(others)) from None
            # The other one is of a transaction that ended after ours had begun: the
            # constraint's own message has to do.
            raise

    def _get_refusal(self, others):
        calendar = self.sudo().agenda_calendar_id  # sudo: as in the check
        return self.env._(
            "%(calendar)s takes one event at a time. %(event)s overlaps with:\n"
            "%(others)s",
            calendar=calendar.name,
            event=self._get_slot_summary(),
            others=others.with_env(self.env)._get_slot_summary(),
        )
