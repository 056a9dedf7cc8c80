"""How much of the time that calendars work is taken, week by week."""

from bisect import bisect
from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.days import get_days

WEEK = timedelta(weeks=1)
WEEKS_BACK, WEEKS_AHEAD = 13, 26
# What takes the working hours that it lasts, and not nights: see ``agenda_hours``.
LASTS_FOR_DAYS = SQL("(allday OR slot_stop - slot_start >= INTERVAL '1 day')")


class CrmAgendaLoad(models.Model):
    """A week of a calendar that the user may read."""

    _name = "crm.agenda.load"
    _description = "Agenda Load"
    _auto = False
    _order = "week, calendar_id"
    _rec_name = "calendar_id"
    _depends = {
        "calendar.event": [
            "agenda_calendar_id",
            "allday",
            "slot_start",
            "slot_stop",
            "started_at",
            "done_at",
        ],
    }

    calendar_id = fields.Many2one("crm.agenda.calendar", readonly=True)
    week = fields.Date(readonly=True, help="The Monday of the week.")
    available = fields.Float(
        string="Hours Available",
        readonly=True,
        help="Working hours, less holidays and absences.",
    )
    taken = fields.Float(string="Hours Taken", readonly=True)
    worked = fields.Float(
        string="Hours Worked",
        readonly=True,
        help="From the start of the work to its end, as told in My day.",
    )
    ratio = fields.Float(string="Load", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        columns = list(zip(*self._get_weeks(), strict=True)) or [()] * 6
        return SQL(
            """
            SELECT week.calendar_id * 10000
                     + (week.monday - DATE '1970-01-05') / 7 AS id,
                   week.calendar_id,
                   week.monday AS week,
                   week.available,
                   week.days + COALESCE(event.hours, 0) AS taken,
                   COALESCE(work.hours, 0) AS worked,
                   COALESCE(
                     (week.days + COALESCE(event.hours, 0)) / NULLIF(week.available, 0),
                     0
                   ) AS ratio
              FROM unnest(%s::int[], %s::date[], %s::timestamp[], %s::timestamp[],
                          %s::float[], %s::float[])
                AS week (calendar_id, monday, start, stop, available, days)
              LEFT JOIN LATERAL (
                   SELECT SUM(
                            EXTRACT(EPOCH FROM LEAST(slot_stop, week.stop)
                                               - GREATEST(slot_start, week.start))
                          ) / 3600 AS hours
                     FROM calendar_event
                    WHERE agenda_calendar_id = week.calendar_id
                      AND slot_start < week.stop
                      AND slot_stop > week.start
                      AND NOT %s
                   ) event ON TRUE
              LEFT JOIN LATERAL (
                   SELECT SUM(
                            EXTRACT(EPOCH FROM LEAST(done_at, week.stop)
                                               - GREATEST(started_at, week.start))
                          ) / 3600 AS hours
                     FROM calendar_event
                    WHERE agenda_calendar_id = week.calendar_id
                      AND active
                      AND started_at < week.stop
                      AND done_at > week.start
                   ) work ON TRUE
            """,
            *map(list, columns),
            LASTS_FOR_DAYS,
        )

    @api.model
    def _get_weeks(self):
        """Return ``[(calendar id, Monday, start, stop, hours available, hours taken by
        what lasts for days)]``, in UTC.

        They begin at midnight in the time zone of each calendar's working hours.
        """
        today = fields.Date.context_today(self)
        first = today - timedelta(days=today.weekday()) - WEEKS_BACK * WEEK
        mondays = [first + index * WEEK for index in range(WEEKS_BACK + WEEKS_AHEAD)]
        calendars = self.env["crm.agenda.calendar"].search([("can_read", "=", True)])
        # A day more at each side: no time zone is further than that from UTC.
        begin = datetime.combine(first - timedelta(days=1), time())
        end = datetime.combine(mondays[-1] + timedelta(days=8), time())
        slots = self._get_slots_of_days(calendars, begin, end)
        rows = []
        for calendar, working in calendars._get_working_times(begin, end).items():
            # sudo: working hours may be of another company
            timezone = pytz.timezone(calendar.sudo().resource_calendar_id.tz or "UTC")
            available = self._sum_by_week(working, timezone)
            taken = self._cut(list(working), slots[calendar.id])
            days = self._sum_by_week(taken, timezone)
            for monday in mondays:
                sunday = monday + timedelta(days=6)
                start, stop = get_days(monday, sunday, timezone.zone)
                hours = (available[monday], days[monday])
                rows.append((calendar.id, monday, start, stop, *hours))
        return rows

    @api.model
    def _get_slots_of_days(self, calendars, begin, end):
        """Return ``{calendar id: [(start, stop)]}`` of what lasts for days."""
        query = SQL(
            """
            SELECT agenda_calendar_id, slot_start, slot_stop
              FROM calendar_event
             WHERE agenda_calendar_id = ANY(%s)
               AND slot_start < %s
               AND slot_stop > %s
               AND %s
            """,
            calendars.ids,
            end,
            begin,
            LASTS_FOR_DAYS,
        )
        slots = defaultdict(list)
        for calendar_id, *slot in self.env.execute_query(query):
            slots[calendar_id].append(tuple(map(pytz.UTC.localize, slot)))
        return slots

    @api.model
    def _cut(self, intervals, slots):
        """Yield the parts of the intervals, one after the other, that are in each slot.

        In those of many slots one looks for a few days, of half a year.
        """
        starts, stops = ([item[edge] for item in intervals] for edge in (0, 1))
        for begin, end in slots:
            for start, stop, record in intervals[
                bisect(stops, begin) : bisect(starts, end)
            ]:
                yield max(start, begin), min(stop, end), record

    @api.model
    def _sum_by_week(self, intervals, timezone):
        """Return ``{Monday: hours}`` of what the intervals last in each week."""
        totals = Counter()
        for start, stop, _records in intervals:
            while start < stop:
                day = start.astimezone(timezone).date()
                monday = day - timedelta(days=day.weekday())
                midnight = datetime.combine(monday + WEEK, time())
                end = min(stop, timezone.localize(midnight))
                totals[monday] += (end - start) / timedelta(hours=1)
                start = end
        return totals

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Weigh the load of a group by the hours that there are."""
        if aggregate_spec != "ratio:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, "taken", query),
            self._field_to_sql(self._table, "available", query),
        )
