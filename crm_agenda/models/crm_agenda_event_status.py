from odoo import api, fields, models


class CrmAgendaEventStatus(models.Model):
    """A step in the life of an event, chosen by the consultant."""

    _name = "crm.agenda.event.status"
    _inherit = "crm.agenda.company.mixin"
    _description = "Agenda Event Status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        help="Done and cancelled events are over: they are never late, and a "
        "cancelled one leaves its time free.",
    )
    tentative = fields.Boolean(
        string="Not Confirmed",
        help="The event may still change: it is drawn with a dashed line.",
    )
    under_way = fields.Boolean(
        help="Start now, in My day, brings an event to the first such status."
    )
    fold = fields.Boolean(
        string="Folded in Kanban", help="Its column starts folded in the kanban."
    )
    order_state = fields.Selection(
        [("sale", "Order confirmed"), ("cancel", "Order cancelled")],
        string="Propose When",
        help="An order that comes to this proposes the status for its open events.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company uses it."
    )

    @api.constrains("company_id")
    def _check_event_companies(self):
        for status in self.filtered("company_id"):
            types = self.env["crm.agenda.event.type"].with_context(active_test=False)
            types = types.search([("starting_status_id", "=", status.id)])
            types._check_company(["starting_status_id"])
            self.env["calendar.event"]._check_companies(
                [
                    ("agenda_status_id", "=", status.id),
                    ("agenda_calendar_id.company_id", "!=", status.company_id.id),
                    ("agenda_calendar_id", "!=", False),
                ]
            )

    def write(self, vals):
        result = super().write(vals)
        self.env["calendar.event"]._check_double_booking()
        if "kind" in vals:
            self.env["crm.agenda.reminder"]._plan_coming(
                [("agenda_status_id", "in", self.ids)]
            )
        return result

    @api.model
    def _get_starting(self, company):
        """Return the status in which events of ``company`` begin."""
        return self._get_first(company, [("kind", "=", "open")])

    @api.model
    def _get_first(self, company, domain):
        """Return the first of the statuses of ``company`` that are in the domain."""
        companies = [("company_id", "in", [False, company.id])]
        statuses = self.with_context(active_test=True)
        return statuses.search(domain + companies, limit=1).with_env(self.env)
