"""When a calendar works, less holidays and its owner's absences, and what is taken."""

from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models

from .compat import Intervals
from .days import read_instant

LONGEST_PERIOD = timedelta(days=62)  # a month on the screen, with room

HOUR = 3600  # seconds


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    kind = fields.Selection(
        [
            ("person", "One person"),
            ("team", "Several people"),
            ("resource", "A room or equipment"),
        ],
        string="Whose Time",
        required=True,
        default="person",
        help="One person's calendar is not free while they are absent. All-day events "
        "take no time among several people: somebody's day off leaves the others free.",
    )

    @api.model
    def get_off_times(self, calendar_ids, start, stop):
        """Return ``[[start, stop]]`` (UTC) in which none of these calendars works.

        :param calendar_ids: of calendars; those that the user may not see are left out
        """
        calendars = self.browse(calendar_ids)._filtered_access("read")
        start, stop = (read_instant(self.env, instant) for instant in (start, stop))
        if not calendars or stop - start > LONGEST_PERIOD:
            return []
        localize = pytz.UTC.localize
        off = Intervals([(localize(start), localize(stop), calendars)])
        for working in calendars._get_working_times(start, stop).values():
            off -= working
        return [
            [
                fields.Datetime.to_string(instant.astimezone(pytz.UTC))
                for instant in (begin, end)
            ]
            for begin, end, _records in off
        ]

    def _get_working_times(self, start, stop):
        """Return ``{calendar: Intervals}`` of when they work.

        :param start, stop: the period, as naive ``datetime`` in UTC
        """
        localize = pytz.UTC.localize
        period = (localize(start), localize(stop))
        # sudo: when people are away is no more than that their time is not free
        calendars = self.sudo()
        working = {
            hours: hours._work_intervals_batch(*period)[False]
            for hours in calendars.resource_calendar_id
        }
        always = Intervals([(*period, self.env["resource.calendar"])])
        people = calendars.filtered(lambda c: c.kind == "person")
        absences = people.owner_id._get_absences(start, stop)
        return {
            calendar.with_env(self.env): (
                always & working.get(calendar.resource_calendar_id, always)
            )
            - Intervals(absences[calendar.owner_id] if calendar in people else [])
            for calendar in calendars
        }

    def _get_taken_hours(self, start, stop):
        """Return ``{calendar: hours}`` that events take of a period, each hour once.

        :param start, stop: the period, as naive ``datetime`` in UTC
        """
        # sudo: whoever sees a calendar may know how much of its time is taken
        events = self.env["calendar.event"].sudo()
        slots = events.search_fetch(
            [
                ("agenda_calendar_id", "in", self.ids),
                ("slot_start", "<", stop),
                ("slot_stop", ">", start),
            ],
            ["agenda_calendar_id", "slot_start", "slot_stop"],
        )
        spans = defaultdict(list)
        for event in slots:
            span = (max(event.slot_start, start), min(event.slot_stop, stop), events)
            spans[event.agenda_calendar_id.id].append(span)
        return {
            calendar: self._sum_hours(Intervals(spans[calendar.id]))
            for calendar in self
        }

    def _sum_hours(self, intervals):
        return sum((end - begin).total_seconds() / HOUR for begin, end, _r in intervals)
