"""The rule of a series in iCalendar, and Odoo's own."""

from datetime import datetime

from odoo import api, models

WEEK = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _set_ical_rule(self, rule):
        """Have these events be the series of a rule, if Odoo can hold it."""
        series = self.recurrence_id
        vals = rule and self.env["calendar.recurrence"]._get_ical_vals(rule)
        if not vals:
            self.filtered("recurrency").write(
                {"recurrence_id": False, "recurrency": False}
            )
            series._end_if_empty()
            return
        if len(series) == 1:
            series.write(vals)
            (self - series.calendar_event_ids).recurrence_id = series
        else:
            self.env["calendar.recurrence"].create(
                {
                    **vals,
                    "base_event_id": self[0].id,
                    "calendar_event_ids": [(6, 0, self.ids)],
                }
            )
            series._end_if_empty()
        self.filtered(lambda e: not e.recurrency).recurrency = True


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    def _write_ical_rules(self):
        """Return the rules, without an end, of which one is that of the series; none,
        if it says no day."""
        self.ensure_one()
        if not self.rrule_type or self.interval < 1:
            return []
        rule = f"FREQ={self.rrule_type.upper()};INTERVAL={self.interval}"
        if self.rrule_type == "weekly":
            days = ",".join(map(str, self._get_week_days()))
            if not days:
                return []
            rule = f"{rule};BYDAY={days}"
            # Odoo takes the first day of a week from the language of who saves it.
            return (
                [f"{rule};WKST={day}" for day in WEEK] if self.interval > 1 else [rule]
            )
        if self.rrule_type == "monthly" and self.month_by == "day":
            return [f"{rule};BYDAY={self.byday}{(self.weekday or '')[:2]}"]
        if self.rrule_type == "monthly":
            return [f"{rule};BYMONTHDAY={self.day}"]
        return [rule]

    def _end_if_empty(self):
        """Delete series that have no events any more, not even ones of others."""
        for series in self:
            if not series._find_events():
                series.unlink()

    @api.model
    def _get_ical_vals(self, rule):
        """Return the values with which Odoo's own rule has the same places; none, if
        it can't say it."""
        bare, places = rule.get_bare_rule(), rule.get_places()
        if not bare or not places:
            return {}
        first = datetime.combine(places[0], datetime.min.time())
        if not rule.allday:
            first = places[0]
        count, until = rule.get_end()
        try:
            vals = self._rrule_parse(bare, first)
        except (KeyError, ValueError):
            return {}
        if vals.get("byday") not in (None, *dict(self._fields["byday"].selection)):
            return {}
        last = places[-1].date() if not rule.allday else places[-1]
        vals.update(
            event_tz=rule.zone,
            end_type="count" if count else "end_date" if until else "forever",
            count=len(places) if count else 1,
            until=last if until and not count else False,
        )
        series = self.new({**vals, "end_type": "end_date", "until": last})
        start = series._get_start_of_period(first)
        found = [p.date() if rule.allday else p for p in series._get_rrule(start)]
        same = [p for p in found if places[0] <= p <= places[-1]] == places
        return vals if same else {}
