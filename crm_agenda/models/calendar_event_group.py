"""Groups of events that hold, opened, what they counted."""

from odoo import api, fields, models

from .compat import asks_for


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    is_groupable = fields.Boolean(
        compute="_compute_is_groupable",
        search="_search_is_groupable",
        help="May be counted by what it says, such as its place.",
    )

    @api.depends_context("uid")
    @api.depends("agenda_calendar_id", "privacy", "user_id")
    def _compute_is_groupable(self):
        groupable = self.search([("id", "in", self.ids), ("is_groupable", "=", True)])
        for event in self:
            event.is_groupable = event._origin in groupable

    @api.model
    def _search_is_groupable(self, operator, value):
        domain = self._get_groupable_domain()
        return domain if asks_for(operator, value) else ["!", *domain]

    @api.model
    def _get_public_fields(self):
        """Let events be counted: 19.0 takes the number of them for one of their fields,
        and looks for those that are private to leave them out."""
        return super()._get_public_fields() | {"__count"}

    @api.model
    def _get_default_privacy_domain(self):
        """Leave out of groups the private meetings of others, as Odoo does.

        By a field: Odoo's own domain holds a query, which RPC can't carry and with
        which a group, opened, shows fewer events than it counted.
        """
        return [("is_groupable", "=", True)]

    @api.model
    def _get_groupable_domain(self):
        # sudo: who keeps their meetings private decides only what is left out
        settings = self.env["res.users.settings"].sudo()
        discreet = settings._search([("calendar_default_privacy", "=", "private")])
        return [
            "|",
            "|",
            "|",
            # Who may not read it is kept from it by the record rules.
            ("agenda_calendar_id", "!=", False),
            ("user_id", "=", self.env.uid),
            ("privacy", "in", ["public", "confidential"]),
            "&",
            ("privacy", "=", False),
            "|",
            ("user_id", "=", False),
            ("user_id", "not in", discreet.subselect("user_id")),
        ]
