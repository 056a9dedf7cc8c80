"""The time that an event takes in its calendar, and what else takes it."""

from collections import defaultdict

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import create_column

from .compat import Constraint
from .days import get_days

SHOWN_CLASHES = 5
UNCHECKED = "crm_agenda.unchecked_events"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # What is free, cancelled or archived takes no time: its slot is empty.
    slot_start = fields.Datetime(
        compute="_compute_slot",
        store=True,
        help="When it starts to take time in its calendar; midnight there, if it lasts "
        "all day.",
    )
    slot_stop = fields.Datetime("Slot End", compute="_compute_slot", store=True)
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
        fnames = ("slot_start", "slot_stop", "slot_exclusive")
        for fname in (*fnames, "agenda_hours", "worked_hours"):
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
        self.filtered(lambda e: e.id and e.slot_exclusive)._check_later()

    @api.depends_context("uid")
    @api.depends("agenda_calendar_id.double_booking", "slot_start", "slot_stop")
    def _compute_has_clash(self):
        # sudo: of calendars whose members may know at least that the time is taken
        calendars = self.sudo().agenda_calendar_id._filter_watched()
        watched = self.filtered(lambda e: e.sudo().agenda_calendar_id in calendars)
        clashes = watched._get_clashes()
        for event in self:
            event.has_clash = event in clashes

    @api.depends_context("uid", "lang", "tz")
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
            or self._is_calendar_made_up()
        ):
            return False, False
        start, stop = self.start, self.stop
        if self.allday and self.start_date and self.stop_date:
            timezone = calendar.resource_calendar_id.tz
            start, stop = get_days(self.start_date, self.stop_date, timezone)
        return (start, stop) if start < stop else (False, False)

    def _is_calendar_made_up(self):
        """Say whether it is only in a form in a calendar that the user may not see.

        Its working hours and its owner's absences would come out.
        """
        calendar = self.agenda_calendar_id._origin
        if self.id or calendar == self._origin.agenda_calendar_id:
            return False
        return calendar != calendar.with_user(self.env.user)._filter_visible()

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
            f"{event.display_name}, {event._get_when()}"
            # sudo: its name says no more to who may not read it, see its compute
            for event in self[:SHOWN_CLASHES].sudo()
        ]
        if len(self) > SHOWN_CLASHES:
            lines.append(self.env._("and %s more", len(self) - SHOWN_CLASHES))
        return "\n".join(lines)

    def _check_later(self):
        """Check these slots when the transaction ends, if nobody does it before.

        Whatever it was that changed them: who did it is not to get an error of the
        database.
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        if UNCHECKED not in precommit.data:
            # As nobody in particular: to whom the message goes is not known there.
            nobody = self.env.ref("base.public_user")
            precommit.add(self.browse().with_user(nobody)._check_double_booking)
        precommit.data.setdefault(UNCHECKED, set()).update(self.ids)

    @api.model
    def _check_double_booking(self):
        """Have the database check now what it would refuse when all is done.

        :raise ValidationError: an event takes time that is taken
        """
        self._recompute_model(["slot_exclusive"])
        events = self.browse(self.env.cr.precommit.data.get(UNCHECKED))
        if not events:
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
            # sudo: who moves an event need not be in its calendar
            events = events.exists().filtered(lambda e: e.sudo().slot_exclusive)
            for event, others in events._get_clashes().items():
                others = others.filtered("slot_exclusive")
                if others:
                    raise ValidationError(event._get_refusal(others)) from None
            # The other one is of a transaction that ended after ours had begun.
            raise ValidationError(events._get_refusal(self.browse())) from None
        # It may be gone: what else was to be flushed may have run this too.
        self.env.cr.precommit.data.pop(UNCHECKED, None)

    def _get_refusal(self, others):
        """Return what says that these events can't be at that time, and why.

        :param others: what else takes it, if it is known
        """
        # Who runs an event need not know its calendar, nor what is in it.
        calendar = self.sudo().agenda_calendar_id.with_env(self.env)
        known = len(calendar) == 1 and calendar._filtered_access("read")
        names = {
            "calendar": known.name if known else self.env._("The calendar"),
            "event": self._get_slot_summary(),
            "others": others.with_env(self.env)._get_slot_summary(),
        }
        if known and others:
            return self.env._(
                "%(calendar)s takes one event at a time. %(event)s overlaps with:\n"
                "%(others)s\n"
                "Give one of them another time or another calendar.",
                **names,
            )
        return self.env._(
            "%(calendar)s takes one event at a time, and that time is taken:\n"
            "%(event)s\n"
            "Choose another time or another calendar.",
            **names,
        )
