from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.days import get_days


class CrmAgendaReassign(models.TransientModel):
    """Give events to another calendar: all of them, or none."""

    _name = "crm.agenda.reassign"
    _description = "Agenda Reassignment"

    mode = fields.Selection(
        [("move", "Move"), ("copy", "Copy")], required=True, default="move"
    )
    source_id = fields.Many2one(
        "crm.agenda.calendar",
        string="From Calendar",
        ondelete="cascade",
        help="Whose events of the period are given away, when they are not chosen one "
        "by one.",
    )
    date_from = fields.Date(string="From", default=lambda self: self._default_date())
    date_to = fields.Date(string="To", default=lambda self: self._default_date())
    event_ids = fields.Many2many(
        "calendar.event",
        "crm_agenda_reassign_event_rel",
        "reassign_id",
        "event_id",
        string="Events",
        default=lambda self: self._default_event_ids(),
        domain="[('agenda_calendar_id.can_write', '=', True)]",
    )
    calendar_id = fields.Many2one(
        "crm.agenda.calendar",
        string="To Calendar",
        required=True,
        ondelete="cascade",
        domain="[('can_write', '=', True), ('id', '!=', source_id)]",
    )
    clash_summary = fields.Text(string="Overlaps", compute="_compute_clash_summary")

    @api.model
    def _default_date(self):
        return fields.Date.context_today(self) + timedelta(days=1)

    @api.model
    def _default_event_ids(self):
        if self.env.context.get("active_model") != "calendar.event":
            return False
        return [(6, 0, self.env.context.get("active_ids") or [])]

    @api.model
    def default_get(self, fields_list):
        defaults = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.agenda.calendar":
            defaults["source_id"] = self.env.context.get("active_id")
        return defaults

    @api.depends("calendar_id", "event_ids", "mode")
    def _compute_clash_summary(self):
        for wizard in self:
            lines = [
                self.env._(
                    "%(event)s\noverlaps with %(others)s",
                    event=event._get_slot_summary(),
                    others=others.with_env(self.env)._get_slot_summary(),
                )
                for event, others in wizard._get_clashes().items()
            ]
            wizard.clash_summary = "\n".join(lines)

    @api.onchange("source_id", "date_from", "date_to")
    def _onchange_period(self):
        if self.source_id and self.date_from and self.date_to:
            self.event_ids = self.env["calendar.event"].search(self._get_domain())

    def action_reassign(self):
        """Move or copy the events, and show them where they are now.

        :raise UserError: there is none, or the user may not write one of them
        """
        self.ensure_one()
        events = self.event_ids
        if not events:
            raise UserError(self.env._("There is no event to move or copy."))
        if self.mode == "copy":
            events = events.copy({"agenda_calendar_id": self.calendar_id.id})
        else:
            events.write({"agenda_calendar_id": self.calendar_id.id})
        action = self.calendar_id.action_open_events()
        action["domain"] = [("id", "in", events.ids)]
        action["views"].sort(key=lambda view: view[1] not in ("list", "tree"))
        return action

    def _get_domain(self):
        """Return the domain of the open events that begin in the period."""
        start, stop = get_days(self.date_from, self.date_to, self.env.user.tz)
        return [
            ("agenda_calendar_id", "=", self.source_id.id),
            ("agenda_status_id.kind", "=", "open"),
            "|",
            "&",
            "&",
            ("allday", "=", False),
            ("start", ">=", start),
            ("start", "<", stop),
            # Its days are the same in every time zone.
            "&",
            "&",
            ("allday", "=", True),
            ("start_date", ">=", self.date_from),
            ("start_date", "<=", self.date_to),
        ]

    def _get_clashes(self):
        """Return ``{event: events that overlap with it there}``."""
        # Only of a calendar of the user: what others hold is not theirs to know.
        target = self.calendar_id._origin._filtered_access("read")
        if not target or target.double_booking == "allow":
            return {}
        events = self.event_ids._origin._filtered_access("read")
        return events._get_clashes(target)
