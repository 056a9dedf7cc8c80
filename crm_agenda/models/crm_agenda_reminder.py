import logging
import time
from collections import defaultdict
from datetime import timedelta

import pytz
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

from .calendar_alarm import MAX_AHEAD
from .compat import Constraint

_logger = logging.getLogger(__name__)

DISPATCHER = "crm_agenda.ir_cron_dispatch_reminders"
BATCH = 500
HORIZON = timedelta(days=40)  # how far ahead rows are made
LONG_BEFORE = timedelta(hours=1)  # what the cron is sure to have seen before it is due
CLOCK_AHEAD = 3 * 24 * 60  # minutes; a clock time on the day before, in any time zone
SNOOZE = timedelta(minutes=5)  # after which a pop-up that nobody answered returns
PAUSE = timedelta(minutes=5)  # before the second attempt; doubles with each one
MAX_ATTEMPTS = 6


class CrmAgendaReminder(models.Model):
    """One delivery, due to one person at one instant for one event.

    Rows are made ahead of time and kept in step with the events, so that what is
    due never depends on when a scheduled action ran last.
    """

    _name = "crm.agenda.reminder"
    _description = "Agenda Reminder"
    _order = "due, id"
    _rec_name = "event_id"

    event_id = fields.Many2one(
        "calendar.event", required=True, index=True, ondelete="cascade"
    )
    alarm_id = fields.Many2one(
        "calendar.alarm", string="Reminder", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        required=True,
        index=True,
        ondelete="cascade",
    )
    channel = fields.Selection(
        [("notification", "Web notification"), ("email", "Email")], required=True
    )
    due = fields.Datetime(required=True)
    next_attempt = fields.Datetime(
        help="When there is something to do: send it, when it is due or after a pause, "
        "or show it again. Empty when nothing is left to do."
    )
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        required=True,
        default="pending",
    )
    late = fields.Boolean(
        readonly=True, help="The event was over before the reminder could be sent."
    )
    attempts = fields.Integer(readonly=True)
    error = fields.Char(string="Last Error", readonly=True)
    sent_at = fields.Datetime(readonly=True)

    _once = Constraint(
        "UNIQUE (event_id, alarm_id, partner_id)",
        "A person is reminded once of an event by each of its reminders.",
    )

    def init(self):
        # The dispatcher looks for the few rows that want something among all those of
        # years.
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS crm_agenda_reminder_next_attempt_index "
            "ON crm_agenda_reminder (next_attempt) WHERE next_attempt IS NOT NULL"
        )

    def action_retry(self):
        """Try again, now, what was given up."""
        self.filtered(lambda r: r.state == "failed").write(
            {
                "state": "pending",
                "attempts": 0,
                "error": False,
                "next_attempt": fields.Datetime.now(),
            }
        )
        self._plan(self.event_id)  # what could not even be planned
        self._trigger_dispatch([fields.Datetime.now()])

    # Planning

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
    def _trigger_dispatch(self, instants):
        """Have the dispatcher run at the first of the instants; each run asks for the
        next one. If it runs long before by itself, nothing needs to be asked."""
        # sudo: nobody else may wake a cron
        cron = self.env(su=True).ref(DISPATCHER, raise_if_not_found=False)
        if not instants or not cron:
            return
        first = min(instants)
        if not fields.Datetime.now() < cron.nextcall < first - LONG_BEFORE:
            cron._trigger(first)

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

    # Dispatching

    @api.model
    def _cron_dispatch(self, commit=True):
        """Send what is due, in batches that other workers skip while one has them."""
        started = time.monotonic()
        totals = defaultdict(int)
        while True:
            try:
                counts = self._dispatch_batch()
            except OperationalError as error:
                if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY or not commit:
                    raise
                # Another worker was done with one of the rows since this
                # transaction began: look again.
                self.env.cr.rollback()
                continue
            self._end_batch(commit)
            if not counts:
                break
            for outcome, count in counts.items():
                totals[outcome] += count
        self._show_again()
        _logger.info(
            "Reminders: %d sent, %d to retry, %d failed, %d late in %.1f s",
            totals["sent"],
            totals["retry"],
            totals["failed"],
            totals["late"],
            time.monotonic() - started,
        )
        # sudo: mails of anybody; by itself the queue may only run once an hour
        if self.env["mail.mail"].sudo().search([("state", "=", "outgoing")], limit=1):
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        upcoming = self.sudo().search(  # sudo: to wake up in time for anybody
            [("state", "=", "pending"), ("next_attempt", "!=", False)],
            order="next_attempt",
            limit=1,
        )
        self._trigger_dispatch(upcoming.mapped("next_attempt"))

    def _end_batch(self, commit):
        """Make what was done last, and forget it."""
        if commit:
            # The outgoing mails and the state of their rows are one transaction.
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.flush_all()
        self.env.invalidate_all()

    @api.model
    def _dispatch_batch(self, limit=BATCH):
        """Claim up to ``limit`` due rows, send them and mark them.

        :return: ``{outcome: count}``, empty when nothing is due
        """
        self = self.sudo()  # sudo: sends to everybody, returns only counts
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id FROM crm_agenda_reminder "
            "WHERE state = 'pending' AND next_attempt <= %s "
            "ORDER BY next_attempt, id LIMIT %s FOR UPDATE SKIP LOCKED",
            [now, limit],
        )
        rows = self.browse([row_id for (row_id,) in self.env.cr.fetchall()])
        if not rows:
            return {}
        late = rows.filtered(lambda row: row.event_id.stop <= now)
        late.write({"state": "cancelled", "late": True, "next_attempt": False})
        mute = (rows - late).filtered(
            lambda row: row.channel == "email" and not row.partner_id.email
        )
        mute.write(
            {
                "state": "failed",
                "error": self.env._("The recipient has no email address."),
                "next_attempt": False,
            }
        )
        due = rows - late - mute
        counts = defaultdict(int, late=len(late), failed=len(mute))
        try:
            with self.env.cr.savepoint():
                due._send()
            counts["sent"] += len(due)
        except OperationalError:
            raise
        except Exception as error:
            _logger.warning("%s; sending the batch one by one", error)
            for row in due:
                counts[row._send_alone()] += 1
        return dict(counts)

    def _send_alone(self):
        """Send one row, and keep its error if it fails.

        :return: the outcome: sent, retry or failed
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._send()
            return "sent"
        except OperationalError:
            raise
        except Exception as error:
            attempts = self.attempts + 1
            failed = attempts >= MAX_ATTEMPTS
            self.write(
                {
                    "state": "failed" if failed else "pending",
                    "attempts": attempts,
                    "error": str(error),
                    "next_attempt": not failed
                    and fields.Datetime.now() + PAUSE * 2 ** (attempts - 1),
                }
            )
            _logger.warning("Reminder %s failed %d times: %s", self.id, attempts, error)
            return "failed" if failed else "retry"

    def _send(self):
        """Hand the rows to Odoo's outgoing mail and to the web client."""
        now = fields.Datetime.now()
        emails = self.filtered(lambda row: row.channel == "email")
        shown = self - emails
        emails.write({"state": "sent", "sent_at": now, "next_attempt": False})
        shown.write({"state": "sent", "sent_at": now, "next_attempt": now + SNOOZE})
        ids_by_lang = defaultdict(list)
        for row in emails:
            ids_by_lang[row.partner_id.lang].append(row.id)
        self.env["mail.mail"].create(
            [
                row._get_mail_values()
                for lang, ids in ids_by_lang.items()
                for row in self.browse(ids).with_context(lang=lang)
            ]
        )
        self._show_to(shown.partner_id)

    def _get_mail_values(self):
        """Return the values of the ``mail.mail``, in the context's language."""
        event = self.event_id
        sender = event.user_id.partner_id or self.env.company.partner_id
        sender = sender if sender.email else self.env.company.partner_id
        when = event._get_when(self.partner_id)
        return {
            "subject": self.env._(
                "Reminder: %(name)s, %(when)s", name=event.name, when=when
            ),
            "body_html": self.env["ir.qweb"]._render(
                "crm_agenda.reminder_mail",
                {"event": event, "when": when, "url": self._get_url()},
            ),
            "author_id": sender.id,
            "email_from": sender.email_formatted,
            "recipient_ids": [(4, self.partner_id.id)],
            "auto_delete": True,
        }

    def _get_url(self):
        """Return a link to the event for who has a login."""
        return bool(self.partner_id.user_ids) and self.event_id._get_agenda_url()

    # Web notifications

    def _filter_shown(self):
        return self.filtered(lambda row: row.state == "sent" and row.next_attempt)

    @api.model
    def _show_to(self, partners):
        """Have these people's web clients show what is to be shown, and no more."""
        for user in partners.user_ids.filtered(lambda u: not u.share):
            manager = self.env["calendar.alarm_manager"].with_user(user)
            manager = manager.with_context(lang=user.lang)
            user._bus_send("calendar.alarm", manager.get_next_notif())

    @api.model
    def _show_again(self):
        """Bring back what was shown a while ago and nobody has confirmed."""
        now = fields.Datetime.now()
        # sudo: as in _dispatch_batch
        domain = [("state", "=", "sent"), ("next_attempt", "<=", now)]
        rows = self.sudo().search(domain)
        over = rows.filtered(lambda row: row.event_id.stop <= now)
        over.write({"next_attempt": False})
        (rows - over).write({"next_attempt": now + SNOOZE})
        self._show_to(rows.partner_id)

    @api.model
    def _get_shown(self, partner):
        """Return what the web client of ``partner`` has to show now."""
        domain = [
            ("partner_id", "=", partner.id),
            ("state", "=", "sent"),
            ("next_attempt", "!=", False),
            ("event_id.stop", ">", fields.Datetime.now()),
        ]
        rows = self.sudo().search(domain)  # sudo: of the partner's own reminders
        events = rows.event_id.with_env(self.env)._filter_allowed(self.env.user)
        rows = rows.filtered(lambda row: row.event_id.id in events.ids)
        return [
            {
                "alarm_id": row.alarm_id.id,
                "event_id": row.event_id.id,
                "title": row.event_id.name,
                "message": row.event_id._get_when(partner),
                "timer": 0,
                "notify_at": fields.Datetime.to_string(row.due),
                "agenda": True,  # may close by itself
            }
            for row in rows
        ]

    @api.model
    def _confirm_shown(self, partner):
        """Stop showing what ``partner`` has seen."""
        domain = [("partner_id", "=", partner.id), ("state", "=", "sent")]
        rows = self.sudo().search(domain + [("next_attempt", "!=", False)])
        rows.write({"next_attempt": False})  # sudo: of the partner's own reminders
        self._show_to(rows.partner_id)  # on their other screens

    @api.model
    def _forget(self, domain):
        """Delete rows before what they are about, and take them from the screens."""
        rows = self.sudo().search(domain)  # sudo: as in _plan
        people = rows._filter_shown().partner_id
        rows.unlink()
        self._show_to(people)
