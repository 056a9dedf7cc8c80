from odoo import api, models

DAY = 24 * 60
# Odoo begins all-day events at 8:00.
ALL_DAY_START = 8 * 60


class CalendarAlarm(models.Model):
    _inherit = "calendar.alarm"

    @api.model
    def _find_by_ahead(self, minutes, allday):
        """Return a reminder that comes so long before the start, or make it.

        An all-day event starts at midnight, and reminds at a time of that day or of the
        one before.
        """
        if allday and minutes <= DAY:
            day, clock = ("eve", DAY - minutes) if minutes > 0 else ("day", -minutes)
            vals = {"at_clock_time": True, "clock_day": day, "clock_time": clock / 60}
            label = self.env._("At a time of day")
        else:
            minutes += ALL_DAY_START if allday else 0
            unit, size = "minutes", 1
            if minutes and not minutes % 60:
                unit, size = ("days", DAY) if not minutes % DAY else ("hours", 60)
            number = minutes // size
            vals = {"duration": number, "interval": unit, "at_clock_time": False}
            units = dict(self._fields["interval"]._description_selection(self.env))
            label = f"{number} {units[unit]}"
        vals["alarm_type"] = "notification"
        domain = [(fname, "=", value) for fname, value in vals.items()]
        return self.search(domain, limit=1) or self.create({**vals, "name": label})
