"""The time of an event, as people write it."""

import re
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, format_time, get_lang, posix_to_ldml
from odoo.tools.misc import babel_locale_parse

# Between which hours, of no time zone, Odoo has what lasts all day.
ALLDAY_START, ALLDAY_END = time(8), time(18)
SECONDS = re.compile(r"\W?%S[^\s%]*")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.onchange("start_date", "stop_date")
    def _onchange_date(self):
        """Set start and end in the form alone.

        Odoo writes them, on which people would be told and reminders planned of what
        nobody has saved.
        """
        for event in self.filtered(lambda e: e.start_date and e.stop_date):
            event.update(
                {
                    "start": datetime.combine(event.start_date, ALLDAY_START),
                    "stop": datetime.combine(event.stop_date, ALLDAY_END),
                }
            )

    def _compute_display_time(self):
        agenda = self.filtered(lambda e: e.sudo().agenda_calendar_id)
        for event in agenda:
            event.display_time = event._get_when()
        return super(CalendarEvent, self - agenda)._compute_display_time()

    @api.constrains("start", "stop", "start_date", "stop_date")
    def _check_closing_date(self):
        agenda = self.filtered(lambda e: e.sudo().agenda_calendar_id)
        for event in agenda:
            if event.start and event.stop and event.stop < event.start:
                event._check_days()  # of which none can be written
                raise ValidationError(
                    self.env._(
                        "%(event)s would end before it starts: %(when)s",
                        event=event.name,
                        when=event._get_when(),
                    )
                )
        return super(CalendarEvent, self - agenda)._check_closing_date()

    def get_display_time_tz(self, tz=False):
        """Return the time for a mail of Odoo's, to a contact in time zone ``tz``."""
        self.check_access("read")  # what is read in sudo is not asked for again
        if not self.sudo().agenda_calendar_id:
            return super().get_display_time_tz(tz)
        return self._write_time(*self._get_times(), tz or self._get_timezone(), tz)

    def _mail_track(self, tracked_fields, initial_values):
        """Write the days of an all-day event in its chatter, and not its instants.

        They are those of no time zone: each reader's would make other days of them.
        """
        if self.allday and self.sudo().agenda_calendar_id:
            tracked_fields = {
                fname: field
                for fname, field in tracked_fields.items()
                if fname not in ("start", "stop")
            }
        return super()._mail_track(tracked_fields, initial_values)

    def _get_when(self, partner=None, day=None):
        """Return the event's time, in the language of the context.

        :param partner: who reads it, by default the user, on their screen
        :param day: the date below which it stands, which is not repeated
        """
        self.ensure_one()
        if partner:
            own = partner.tz
            timezone = self._get_timezone(partner)
        else:
            own = self.env.user.tz
            timezone = self.env.context.get("tz") or own or "UTC"
        return self._write_time(*self._get_times(), timezone, own, day)

    def _get_days(self):
        """Return the first and the last day of the event where the user is."""
        self.ensure_one()
        if self.allday:
            return self.start_date, self.stop_date
        # What ends at midnight is not in the day that begins then.
        end = max(self.start, self.stop - timedelta(microseconds=1))
        return tuple(
            fields.Datetime.context_timestamp(self, instant).date()
            for instant in (self.start, end)
        )

    def _get_times(self):
        return self.start, self.stop, self.allday

    def _get_timezone(self, partner=None):
        """Return the name of the time zone of ``partner``, or else of the event."""
        if partner and partner.tz:
            return partner.tz
        event = self.sudo()  # sudo: a time is told in some zone, whoever organizes it
        # Only a series has one of its own.
        return event.recurrency and event.event_tz or event.user_id.tz or "UTC"

    @api.model
    def _write_time(self, start, stop, allday, timezone, own, day=None):
        """Return a time in the language of the context.

        :param timezone: the one in which to write; named, if it is not the reader's
        :param own: the reader's, if known
        :param day: see ``_get_when``
        """
        if allday:
            return self._write_days(start.date(), stop.date(), day)
        zone = pytz.timezone(timezone)
        start, stop = (
            pytz.utc.localize(instant).astimezone(zone) for instant in (start, stop)
        )
        # What ends at midnight is not in the day that begins then.
        last = stop if stop < start else max(start, stop - timedelta(microseconds=1))
        begin, end = self._write_hour(start), self._write_hour(stop)
        if last.date() != (day or start.date()) or begin == end:
            end = f"{self._write_date(stop)} {end}"
        if start.date() != day:
            begin = f"{self._write_date(start)} {begin}"
        text = begin if start == stop else f"{begin} – {end}"
        return text if timezone == own else f"{text} ({timezone})"

    @api.model
    def _write_days(self, first, last, day):
        if first == last == day:
            return self.env._("All day")
        days = dict.fromkeys([first, last])
        return self.env._(
            "%(days)s, all day", days=" – ".join(map(self._write_date, days))
        )

    @api.model
    def _write_date(self, day):
        return format_date(self.env, day)

    @api.model
    def _write_hour(self, instant):
        """Return the hour as the language writes it, without the seconds."""
        lang = get_lang(self.env)
        pattern = posix_to_ldml(
            SECONDS.sub("", lang.time_format), babel_locale_parse(lang.code)
        )
        return format_time(self.env, instant.time(), time_format=pattern)
