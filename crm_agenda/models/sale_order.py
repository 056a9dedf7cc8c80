from odoo import api, fields, models

ORDER_STATES = ("sale", "cancel")


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.agenda.document.mixin"]

    agenda_proposal = fields.Char(
        compute="_compute_agenda_proposal",
        groups="crm_agenda.group_agenda_user",
        help="What may be done with the open events of an order in this state.",
    )

    @api.depends_context("uid", "lang")
    @api.depends("state")
    def _compute_agenda_proposal(self):
        for order in self:
            status = order._get_proposed_status()
            events = order._get_events_before(status)
            order.agenda_proposal = bool(events) and self.env._(
                "Open events of this order: %(count)s. Mark them as %(status)s?",
                count=len(events),
                status=status.name,
            )

    def action_accept_agenda_proposal(self):
        """Give the order's open events the status that goes with its state."""
        self.ensure_one()
        status = self._get_proposed_status()
        self._get_events_before(status).write({"agenda_status_id": status.id})

    def _get_proposed_status(self):
        self.ensure_one()
        statuses = self.env["crm.agenda.event.status"]
        if self.state not in ORDER_STATES:
            return statuses
        return statuses._get_first(self.company_id, [("order_state", "=", self.state)])

    def _get_events_before(self, status):
        """Return the order's open events, of those that the user may write, that have
        not come as far as ``status``: what is in progress is not to be confirmed."""
        events = self.env["calendar.event"]
        if not status:
            return events
        domain = self._get_agenda_domain() + [("agenda_status_kind", "=", "open")]
        if status.company_id:
            company = ("agenda_calendar_id.company_id", "=", status.company_id.id)
            domain += [company]
        events = events.search(domain)
        if status.kind == "open":
            events = events.filtered(
                lambda e: e.agenda_status_id.sequence < status.sequence
            )
        return events._filtered_access("write")
