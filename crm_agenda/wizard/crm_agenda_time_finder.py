from collections import defaultdict
from datetime import datetime, timedelta
from itertools import islice

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.compat import Constraint, Intervals
from ..models.days import check_days, get_days

SHOWN_SLOTS = 20
STEP = timedelta(minutes=15)  # to which the start of a slot is rounded
LONGEST_PERIOD = timedelta(days=366)


class CrmAgendaTimeFinder(models.TransientModel):
    """Looks for the next time at which calendars are free."""

    _name = "crm.agenda.time.finder"
    _description = "Agenda Time Finder"
    # Not the name that somebody has thought of for an event: Odoo shows it in sudo to
    # whoever points a slot of theirs at it.
    _rec_name = "date_from"

    calendar_ids = fields.Many2many(
        "crm.agenda.calendar",
        "crm_agenda_time_finder_calendar_rel",
        "finder_id",
        "calendar_id",
        string="Calendars",
        required=True,
        default=lambda self: self.env.user._get_agenda_calendar("can_read"),
    )
    together = fields.Boolean(
        string="All at Once", help="Only when all of the calendars are free."
    )
    duration = fields.Float(default=1.0, required=True, help="Hours.")
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=7),
    )
    name = fields.Char(string="Event")
    agenda_type_id = fields.Many2one(
        "crm.agenda.event.type", string="Type", ondelete="cascade"
    )
    customer_id = fields.Many2one("res.partner", ondelete="cascade")
    slot_ids = fields.One2many(
        "crm.agenda.time.slot", "finder_id", string="Free Slots", readonly=True
    )

    _duration_positive = Constraint(
        "CHECK (duration >= 1.0 / 60 AND duration <= 8760)",
        "The duration must be between a minute and a year.",
    )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for finder in self:
            check_days(self.env, finder.date_from, finder.date_to)
            if finder.date_to - finder.date_from > LONGEST_PERIOD:
                raise ValidationError(
                    self.env._("Look for a time within one year at most.")
                )

    def action_find(self):
        """Fill in the free slots, and show them in the same dialog.

        :raise UserError: there is none
        """
        self.ensure_one()
        slots = self._find_slots()
        if not slots:
            raise UserError(
                self.env._("No slot is free in the working hours of that period.")
            )
        self.slot_ids.unlink()
        self.slot_ids = [
            (
                0,
                0,
                {
                    "start": start,
                    "stop": start + timedelta(hours=self.duration),
                    "calendar_ids": [(6, 0, calendars.ids)],
                },
            )
            for start, calendars in slots
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find a time"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _find_slots(self):
        """Return ``[(start (UTC), free calendars)]``, the first ones of the period."""
        # As the user: nobody learns when a calendar is taken that they can't see.
        calendars = self.calendar_ids._filtered_access("read")
        free = self._get_free(calendars)
        if self.together and free:
            common, *others = free.values()
            for intervals in others:
                common &= intervals
            free = {calendars: common}
        slots = [
            (start, who)
            for who, intervals in free.items()
            for start in islice(self._cut(intervals), SHOWN_SLOTS)
        ]
        slots.sort(key=lambda slot: (slot[0], slot[1].ids))
        return slots[:SHOWN_SLOTS]

    def _get_free(self, calendars):
        """Return ``{calendar: Intervals}`` in which it works and nothing is in it."""
        start, stop = get_days(self.date_from, self.date_to, self.env.user.tz)
        start = max(start, fields.Datetime.now())
        if start >= stop:
            return {}
        # sudo: whoever sees the calendars may know that their time is taken and when
        # they work, and only what is free comes out
        events = self.env["calendar.event"].sudo()
        localize = pytz.UTC.localize
        taken = defaultdict(list)
        for event in events.search(
            [
                ("agenda_calendar_id", "in", calendars.ids),
                ("slot_start", "<", stop),
                ("slot_stop", ">", start),
            ]
        ):
            slot = (localize(event.slot_start), localize(event.slot_stop), event)
            taken[event.agenda_calendar_id.id].append(slot)
        working = calendars._get_working_times(start, stop)
        return {
            calendar: working[calendar] - Intervals(taken[calendar.id])
            for calendar in calendars
        }

    def _cut(self, intervals):
        """Give the starts (UTC) of the slots that fit into the intervals."""
        duration = timedelta(hours=self.duration)
        for start, stop, _records in intervals:
            start, stop = (
                instant.astimezone(pytz.UTC).replace(tzinfo=None)
                for instant in (start, stop)
            )
            start += (datetime.min - start) % STEP
            while start + duration <= stop:
                yield start
                start += duration


class CrmAgendaTimeSlot(models.TransientModel):
    """A time at which calendars are free."""

    _name = "crm.agenda.time.slot"
    _description = "Agenda Free Slot"
    _order = "start, id"

    finder_id = fields.Many2one(
        "crm.agenda.time.finder", required=True, ondelete="cascade"
    )
    start = fields.Datetime(required=True)
    stop = fields.Datetime("End", required=True)
    calendar_ids = fields.Many2many(
        "crm.agenda.calendar",
        "crm_agenda_time_slot_calendar_rel",
        "slot_id",
        "calendar_id",
        string="Free",
    )

    def action_pick(self):
        """Open a new event there, filled in and not saved.

        It is in the first of the calendars in which the user may write, or else in
        their own; the owners of the others are invited.
        """
        self.ensure_one()
        finder, mine = self.finder_id, self.env.user._get_agenda_calendar()
        target = (self.calendar_ids.filtered("active") | mine).filtered("can_write")[:1]
        if not target:
            raise UserError(
                self.env._("There is no calendar in which you may write events.")
            )
        # sudo: people who share when they are busy may be invited
        invited = (self.calendar_ids - target).sudo().owner_id.partner_id
        action = self.env["ir.actions.actions"]._for_xml_id(
            "crm_agenda.calendar_event_action_full"
        )
        action["context"] = {
            "agenda": True,
            "agenda_typed": True,
            "default_name": finder.name or finder.agenda_type_id.name,
            "default_agenda_calendar_id": target.id,
            "default_start": fields.Datetime.to_string(self.start),
            "default_stop": fields.Datetime.to_string(self.stop),
            "default_duration": finder.duration,
            "default_customer_id": finder.customer_id.id,
            "default_partner_ids": invited.ids,
        }
        if finder.agenda_type_id:
            action["context"]["default_agenda_type_id"] = finder.agenda_type_id.id
        return action
