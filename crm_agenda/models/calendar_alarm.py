from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools.float_utils import float_round

from .compat import Constraint

PLAN_FIELDS = {
    "alarm_type",
    "at_clock_time",
    "clock_day",
    "clock_time",
    "duration",
    "interval",
}
# What reminds of events, and by which field.
USES = {
    "calendar.event": "alarm_ids",
    "crm.agenda.calendar": "default_alarm_ids",
    "crm.agenda.event.type": "default_alarm_ids",
}
MAX_AHEAD = 10 * 366 * 24 * 60  # minutes


class CalendarAlarm(models.Model):
    _inherit = "calendar.alarm"

    at_clock_time = fields.Boolean(
        string="At a Time of Day",
        help="People are reminded of events of an agenda calendar at this time of day, "
        "in their own time zone, instead of so long before the start.",
    )
    clock_time = fields.Float(string="Time of Day", default=18.0)
    clock_day = fields.Selection(
        [("day", "The same day"), ("eve", "The day before")],
        string="On",
        default="eve",
    )

    _clock_time_of_a_day = Constraint(
        "CHECK (clock_time >= 0 AND clock_time < 24)",
        "The time of day must be between 00:00 and 23:59.",
    )

    @api.constrains("duration", "interval")
    def _check_duration(self):
        if any(abs(alarm.duration_minutes) > MAX_AHEAD for alarm in self):
            raise ValidationError(
                self.env._("A reminder can't come more than ten years before.")
            )

    def write(self, values):
        self._check_users()
        result = super().write(values)
        if PLAN_FIELDS & set(values):
            self.env["crm.agenda.reminder"]._plan_coming(
                [("alarm_ids", "in", self.ids)]
            )
        return result

    def unlink(self):
        self._check_users()
        return super().unlink()

    def _check_users(self):
        """Refuse to change when people are reminded of events that one may not write,
        or will be of those in calendars and of types that one may not change.

        To Odoo any employee may change any reminder, whoever uses it.
        """
        if self.env.su or self.env.user._is_agenda_manager():
            return
        for model, fname in USES.items():
            # sudo: just whether there are others
            users = self.env[model].sudo().with_context(active_test=False)
            domain = [(fname, "in", self.ids)]
            if model == "calendar.event":
                domain.append(("agenda_calendar_id", "!=", False))
            users = users.search(domain)
            if users.with_env(self.env)._filtered_access("write") != users:
                raise AccessError(
                    self.env._(
                        "Others use this reminder, too. Make one of your own, or ask "
                        "an administrator of the agenda to change it."
                    )
                )

    def _get_due(self, event, timezone):
        """Return the instant (UTC) at which to remind somebody in ``timezone``.

        An all-day event begins at 8:00 of whoever is reminded: Odoo stores that
        hour without a time zone.
        """
        self.ensure_one()
        if event.allday:
            start = _to_utc(event.start, timezone)
        else:
            start = event.start
        if not self.at_clock_time:
            return start - timedelta(minutes=self.duration_minutes)
        day = pytz.utc.localize(start).astimezone(timezone).date()
        if self.clock_day == "eve":
            day -= timedelta(days=1)
        minutes = int(float_round(self.clock_time * 60, precision_digits=0))
        clock = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return _to_utc(clock, timezone)


def _to_utc(local, timezone):
    """Return a naive local time as naive UTC.

    A time that a DST change skips is the same instant as the time after it; one that
    happens twice is the first.
    """
    instant = timezone.normalize(timezone.localize(local, is_dst=True))
    if instant.replace(tzinfo=None) != local:
        instant = timezone.normalize(timezone.localize(local, is_dst=False))
    return instant.astimezone(pytz.utc).replace(tzinfo=None)
