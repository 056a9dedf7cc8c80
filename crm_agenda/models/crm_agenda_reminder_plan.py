import logging
from collections import defaultdict
from datetime import timedelta

import pytz
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models

from .calendar_alarm import MAX_AHEAD
from .crm_agenda_reminder import BATCH

_logger = logging.getLogger(__name__)

HORIZON = timedelta(days=40)  # how far ahead rows are made
CLOCK_AHEAD = 3 * 24 * 60  # minutes; a clock time on the day before, in any time zone


class CrmAgendaReminder(models.Model):
    """Keeps the rows in step with the events."""

    _inherit = "crm.agenda.reminder"

    @api.model
    def _plan(self, events):
        """Make the rows of ``events`` what they should be.

        Reads the events with everything that counts (time, alarms, people, status)
        and touches only the rows that differ.
        """
        if not events:
            return  # as for every meeting that is in no agenda calendar
        # sudo: whoever changes an event changes what its people are due; the rows
        # are written for them, and shown only as the record rules allow.
        events = events.sudo()
        self = self.sudo().with_context(active_test=False)
        now = fields.Datetime.now()
        wanted = {}
        for event in events:
            wanted.update(self._get_wanted(event, now))
        stale, shown = self.browse(), self.browse()
        moved = defaultdict(self.browse)
        for row in self.search([("event_id", "in", events.ids)]):
            due = wanted.pop(
                (row.event_id.id, row.alarm_id.id, row.partner_id.id), None
            )
            if due is None or due == row.due and row._is_shown_in_vain():
                if row.next_attempt:  # to be sent, or to be shown again
                    stale |= row
            elif due != row.due or row._is_reopened() or row._has_new_channel():
                moved[due, row.alarm_id.alarm_type] |= row
            else:
                continue
            shown |= row._filter_shown()
        if stale:
            stale.next_attempt = False
            stale.filtered(lambda row: row.state == "pending").state = "cancelled"
        for (due, channel), rows in moved.items():
            rows.write(self._get_new_values(due, channel))
        self._show_to(shown.partner_id)
        alarms = self.env["calendar.alarm"]
        self.create(
            [
                dict(
                    self._get_new_values(due, alarms.browse(alarm_id).alarm_type),
                    event_id=event_id,
                    alarm_id=alarm_id,
                    partner_id=partner_id,
                )
                for (event_id, alarm_id, partner_id), due in wanted.items()
            ]
        )
        self._trigger_dispatch([due for due, _c in moved] + list(wanted.values()))

    @api.model
    def _plan_coming(self, domain):
        """Plan the events that match ``domain`` and are not over."""
        events = self.env["calendar.event"].sudo()  # sudo: as in _plan
        domain = domain + [("stop", ">", fields.Datetime.now())]
        events = events.search(domain)
        for first in range(0, len(events), BATCH):
            self._plan_each(events[first : first + BATCH])

    @api.model
    def _plan_each(self, events):
        """Plan a batch of events, of which one that fails does not stop the others."""
        self.env.flush_all()  # an error of what was written before is not theirs
        try:
            with self.env.cr.savepoint():
                self._plan(events)
        except OperationalError:
            raise
        except Exception as error:
            if len(events) > 1:
                _logger.warning("%s; planning the batch one by one", error)
                for event in events:
                    self._plan_each(event)
            elif isinstance(error, UniqueViolation):
                _logger.info("Event %s was planned meanwhile", events.id)
            else:
                _logger.exception("Reminders of event %s not planned", events.id)
                self._keep_plan_error(events, error)

    @api.model
    def _keep_plan_error(self, event, error):
        """Show that the event reminds nobody, as a delivery to its calendar's owner."""
        self = self.sudo()  # sudo: as in _plan
        key = {
            "event_id": event.id,
            "alarm_id": event.alarm_ids[:1].id,
            "partner_id": event.agenda_calendar_id.owner_id.partner_id.id,
        }
        values = self._get_new_values(fields.Datetime.now(), "email")
        values.update(state="failed", error=str(error), next_attempt=False)
        row = self.search([(fname, "=", value) for fname, value in key.items()])
        if not row:
            self.create(dict(key, **values))
        elif row.state != "sent":
            row.write(values)

    @api.model
    def _get_wanted(self, event, now):
        """Return ``{(event id, alarm id, partner id): due instant}`` of one event."""
        if (
            not event.alarm_ids
            or not event.agenda_calendar_id.active
            or not event.active
            or not event.stop
            or event.stop <= now
            or event.agenda_status_kind in ("done", "cancelled")
        ):
            return {}
        wanted = {}
        for partner, channels in self._get_recipients(event).items():
            for alarm in event.alarm_ids:
                if alarm.alarm_type in channels:
                    timezone = pytz.timezone(event._get_timezone(partner))
                    due = alarm._get_due(event, timezone)
                    if due <= now + HORIZON:
                        wanted[event.id, alarm.id, partner.id] = due
        return wanted

    @api.model
    def _get_recipients(self, event):
        """Return ``{partner: channels that reach them}`` of who is reminded.

        All of them may read the event: see the record rules.
        """
        attending = event.attendee_ids.filtered(
            lambda a: a.state != "declined" and a.partner_id in event.partner_ids
        )
        declined = event.attendee_ids - attending
        users = event.shared_user_ids
        if event.privacy == "private":
            users |= event.user_id
        else:
            users |= event.agenda_calendar_id.reminded_ids
        users = users.filtered("active")
        colleagues = users.filtered(lambda u: not u.share).partner_id
        recipients = {}
        for partner in attending.partner_id | users.partner_id:
            if partner not in declined.partner_id:
                internal = partner in colleagues or any(
                    not u.share for u in partner.user_ids if u.active
                )
                recipients[partner] = (
                    ("notification", "email") if internal else ("email",)
                )
        return recipients

    def _is_reopened(self):
        return self.state == "cancelled" and not self.late

    def _has_new_channel(self):
        return self.state == "pending" and self.channel != self.alarm_id.alarm_type

    def _is_shown_in_vain(self):
        # Who had the pop-up was reminded: a mail would be the second time.
        return self.state == "sent" and self.channel != self.alarm_id.alarm_type

    @api.model
    def _get_new_values(self, due, channel):
        return {
            "channel": channel,
            "due": due,
            "next_attempt": due,
            "state": "pending",
            "late": False,
            "attempts": 0,
            "error": False,
            "sent_at": False,
        }

    @api.model
    def _cron_extend(self, commit=True):
        """Make the rows that came within the horizon."""
        # sudo: as in _plan
        events = self.env["calendar.event"].sudo()
        alarms = self.env["calendar.alarm"].sudo().search([])
        ahead = max(alarms.mapped("duration_minutes") + [CLOCK_AHEAD])
        ahead = min(ahead, MAX_AHEAD)  # what has more was there before it was refused
        now = fields.Datetime.now()
        domain = [
            ("agenda_calendar_id", "!=", False),
            ("alarm_ids", "!=", False),
            ("stop", ">", now),
            ("start", "<=", now + HORIZON + timedelta(minutes=ahead)),
        ]
        event_ids = events.search(domain, order="id").ids
        for first in range(0, len(event_ids), BATCH):
            self._plan_each(events.browse(event_ids[first : first + BATCH]).exists())
            self._end_batch(commit)
