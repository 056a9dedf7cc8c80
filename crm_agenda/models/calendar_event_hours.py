"""The hours of work that an event takes."""

from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models

from .compat import Intervals

NOTHING = timedelta()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=366)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    agenda_hours = fields.Float(
        string="Hours Taken",
        compute="_compute_agenda_hours",
        store=True,
        help="What it takes of its calendar's time: nothing if it is cancelled or "
        "shown as available. What lasts a day or more takes the working hours, less "
        "holidays and absences.",
    )

    # Who changes the working hours does not change what was planned with the old ones.
    @api.depends(
        "allday",
        "slot_start",
        "slot_stop",
        "agenda_calendar_id.resource_calendar_id",
    )
    def _compute_agenda_hours(self):
        days = defaultdict(self.browse)
        for event in self:
            event.agenda_hours = event._get_slot_length() / HOUR
            if event._lasts_for_days():
                days[event.slot_start.year] |= event
        for events in days.values():
            events._count_working_hours()

    def _get_slot_length(self):
        return self.slot_stop - self.slot_start if self.slot_stop else NOTHING

    def _lasts_for_days(self):
        """Say whether it takes working hours, and not nights."""
        length = self._get_slot_length()
        # A day may have but 23 hours.
        return length >= DAY or bool(length and self.allday)

    def _count_working_hours(self):
        """Count those of events that begin in one year.

        Their calendars are asked once for all of them, and for no more than a year of
        what lasts longer.
        """
        spans = {
            event: (event.slot_start, min(event.slot_stop, event.slot_start + YEAR))
            for event in self
        }
        first = min(start for start, _stop in spans.values())
        last = max(stop for _start, stop in spans.values())
        # sudo: who organizes an event need not be in its calendar, and only a number
        # comes out
        working = self.sudo().agenda_calendar_id._get_working_times(first, last)
        for event, (start, stop) in spans.items():
            span = (pytz.UTC.localize(start), pytz.UTC.localize(stop), event)
            shared = working[event.sudo().agenda_calendar_id] & Intervals([span])
            event.agenda_hours = sum((end - begin) / HOUR for begin, end, _r in shared)
