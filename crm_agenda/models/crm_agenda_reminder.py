import logging
import time
from collections import defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

from .compat import Constraint

_logger = logging.getLogger(__name__)

DISPATCHER = "crm_agenda.ir_cron_dispatch_reminders"
BATCH = 500
LONG_BEFORE = timedelta(hours=1)  # what the cron is sure to have seen before it is due
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

    @api.model
    def _forget(self, domain):
        """Delete rows before what they are about, and take them from the screens."""
        rows = self.sudo().search(domain)  # sudo: as in _plan
        people = rows._filter_shown().partner_id
        rows.unlink()
        self._show_to(people)
