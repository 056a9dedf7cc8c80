"""The reminders of an event in iCalendar: those of its reader."""

from datetime import datetime, time

import pytz

from odoo import models

from .ical import write_duration, write_text
from .ical_reader import PLAIN_ALARM

MIDNIGHT = time()
# Before what the reminders of Odoo were when others were kept, which hold until then.
WERE = "=TRIGGER:"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_reminded(self):
        """Return the events of which the user gets the reminders, if there are any: see
        ``_get_recipients`` of the reminders, which tells it of all people, one event
        after the other."""
        events, user = self, self.env.user
        # sudo: what is asked is about the reader alone, of events that they read
        attending = self.env["calendar.attendee"].sudo()
        attending = attending.search(
            [("event_id", "in", events.ids), ("partner_id", "=", user.partner_id.id)]
        )
        # As for the reminders, who was uninvited is not asked whatever row is left.
        invited = attending.filtered(
            lambda a: a.state != "declined" and a.partner_id in a.event_id.partner_ids
        )
        out = set((attending - invited).event_id.ids)
        calendars = events.sudo().agenda_calendar_id
        calendars = calendars.filtered(lambda c: user in c.reminded_ids)
        extra = events.sudo().with_context(active_test=False)
        extra = extra.search(
            [("id", "in", events.ids), ("shared_user_ids", "in", user.ids)]
        )
        own, calendar_ids = {*invited.event_id.ids, *extra.ids}, set(calendars.ids)

        def reminds(event):
            if event.id in own or event.id in out:
                return event.id not in out
            if event.privacy == "private":
                return event.user_id == user
            return event.agenda_calendar_id.id in calendar_ids

        return events.filtered(reminds)

    def _get_aheads(self):
        """Return how long before the start it reminds."""
        timezone = pytz.timezone(self.env.user.tz or "UTC")
        return {alarm._get_ahead(self, timezone) for alarm in self.alarm_ids}

    def _get_ical_alarms(self):
        """Yield the reminders of the user."""
        for ahead in sorted(self._get_aheads()):
            yield from (
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                f"DESCRIPTION:{write_text(self.name or '')}",
                f"TRIGGER:{write_duration(-ahead)}",
                "END:VALARM",
            )

    def _get_ical_personal(self, source, reminded=None):
        """Return the lines that are kept for the user alone, of an event as it is now:
        which reminders they have dismissed, and theirs that Odoo can't hold.

        :param reminded: the ids of ``_get_reminded``, if they are known
        """
        lines, alarms = source.get_personal()
        if not alarms:
            return lines
        reminded = self._get_reminded().ids if reminded is None else reminded
        event = self.filtered(lambda e: e.id in reminded)
        names = {line[0] for part in alarms for line in part.lines}
        if names <= PLAIN_ALARM and source.get_facts()["ALARMS"] == event._get_aheads():
            return lines
        lines.append(_get_triggers(event._get_ical_alarms()))
        return lines + [line for part in alarms for line in part.get_lines()]


class CalendarAlarm(models.Model):
    _inherit = "calendar.alarm"

    def _get_ahead(self, event, timezone):
        """Return how long before its start the event reminds somebody.

        An all-day event starts at their midnight.
        """
        due = self._get_due(event, timezone)
        if not event.allday:
            return event.start - due
        local = pytz.utc.localize(due).astimezone(timezone).replace(tzinfo=None)
        return datetime.combine(event.start_date, MIDNIGHT) - local


def choose_alarms(lines, personal):
    """Return both with the reminders of one of them: those that are kept for the
    user, unless Odoo's have changed since."""
    kept = _get_first_alarm(personal)
    if _get_triggers(lines) in personal[:kept]:
        lines = lines[: _get_first_alarm(lines)]
    else:
        personal = personal[:kept]
    return lines, [line for line in personal if not line.startswith(WERE)]


def _get_triggers(lines):
    return WERE + ",".join(line for line in lines if line.startswith("TRIGGER:"))


def _get_first_alarm(lines):
    """Return where the reminders begin, which come last."""
    return lines.index("BEGIN:VALARM") if "BEGIN:VALARM" in lines else len(lines)
