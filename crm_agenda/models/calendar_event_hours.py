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
        "shown as available. Of what lasts for a day or more, the working hours.",
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
            length = event.slot_stop - event.slot_start if event.slot_stop else NOTHING
            event.agenda_hours = length / HOUR
            hours = event.sudo().agenda_calendar_id.resource_calendar_id
            # A day may have but 23 hours.
            if hours and (length >= DAY or length and event.allday):
                days[hours, event.slot_start.year] |= event
        for (hours, _year), events in days.items():
            events._count_working_hours(hours)

    def _count_working_hours(self, hours):
        """Count those of events that begin in one year.

        :param hours: their ``resource.calendar``; it is asked once for all of them, and
            for no more than a year of what lasts longer
        """
        spans = []
        for event in self:
            length = min(event.slot_stop - event.slot_start, YEAR)
            start = pytz.UTC.localize(event.slot_start)
            spans.append((start, start + length, event))
        first = min(start for start, _stop, _event in spans)
        last = max(stop for _start, stop, _event in spans)
        working = hours._attendance_intervals_batch(first, last)[False]
        for span in spans:
            shared = working & Intervals([span])
            span[2].agenda_hours = sum(
                (stop - start) / HOUR for start, stop, _r in shared
            )
