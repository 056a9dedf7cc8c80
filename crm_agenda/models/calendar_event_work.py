"""The work that an event asks for: begun, done, given up, taken by somebody."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .compat import Constraint


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # Said by who does the work, when they do it: a status that somebody else sets
    # later, at a desk, tells nothing of when that was.
    started_at = fields.Datetime(string="Work Started", copy=False)
    done_at = fields.Datetime(string="Work Ended", copy=False)
    worked_hours = fields.Float(
        string="Hours Worked",
        compute="_compute_worked_hours",
        store=True,
        help="From the start of the work to its end.",
    )

    _worked_time = Constraint(
        "CHECK (done_at >= started_at)",
        "The work can't end before it starts.",
    )

    @api.depends("started_at", "done_at")
    def _compute_worked_hours(self):
        for event in self:
            worked = event.started_at and event.done_at
            length = event.done_at - event.started_at if worked else None
            event.worked_hours = length.total_seconds() / 3600 if length else 0

    def init(self):
        # For the hours worked in each week of a calendar.
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS calendar_event_worked_index "
            "ON calendar_event (agenda_calendar_id, done_at, started_at) "
            "WHERE done_at IS NOT NULL AND started_at IS NOT NULL"
        )
        return super().init()

    def action_start(self):
        """Begin the work now, or go on with it."""
        for event in self:
            status = event._get_work_status([("under_way", "=", True)])
            event._set_work(
                status,
                started_at=event.started_at or fields.Datetime.now(),
                done_at=False,
            )
        return True

    def action_done(self):
        """End the work now."""
        return self._end_work("done")

    def action_cancel(self):
        """Give the work up now."""
        return self._end_work("cancelled")

    def action_take(self):
        """Move an event that waits in a queue to one's own calendar.

        :raise UserError: it does not wait any more, or there is nowhere to move it
        """
        self.ensure_one()
        # Of two people at once, one updates the event first. PostgreSQL refuses the
        # other's update, Odoo tries it again, and then this is what they meet. What
        # somebody took they may not even read.
        if not self.search_count([("id", "=", self.id), *self._get_waiting_domain()]):
            raise UserError(self.env._("Somebody else has taken it."))
        calendar = self.env["crm.agenda.calendar"]._get_for_taking()
        if not calendar:
            raise UserError(
                self.env._("You need a calendar of your own to take events.")
            )
        self.agenda_calendar_id = calendar
        return True

    def action_note(self, text):
        """Write a note about the work in the chatter."""
        self.ensure_one()
        self.message_post(body=plaintext2html(text), subtype_xmlid="mail.mt_note")
        return True

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of what waits for somebody to take it.

        An event of a series has its time: it does not wait.
        """
        calendars = self.env["crm.agenda.calendar"]
        return [
            ("agenda_calendar_id", "in", calendars._get_queues().ids),
            ("agenda_status_id.kind", "=", "open"),
            ("recurrency", "=", False),
        ]

    def _end_work(self, kind):
        for event in self:
            status = event._get_work_status([("kind", "=", kind)])
            if not status:
                raise UserError(
                    self.env._(
                        "There is no status for that. Ask an administrator of the "
                        "agenda for one."
                    )
                )
            # What was given up before it began took no time.
            ended = event.started_at or kind == "done"
            event._set_work(status, done_at=ended and fields.Datetime.now())
        return True

    def _get_work_status(self, domain):
        """Return the first of the event's company's statuses, if any."""
        # sudo: whoever writes the event may know its company
        company = self.sudo().agenda_calendar_id.company_id
        return self.agenda_status_id._get_first(company, domain)

    def _set_work(self, status, **values):
        if status:
            values["agenda_status_id"] = status.id
        self.write(values)
