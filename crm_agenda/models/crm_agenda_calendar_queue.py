"""Whose work is in a calendar: the user's, or nobody's yet."""

from odoo import api, fields, models


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    is_queue = fields.Boolean(
        string="Queue",
        help="Events that nobody has taken yet: whoever may write them takes them to "
        "their own calendar.",
    )

    @api.model
    def _get_queues(self):
        """Return the queues in which the user may write."""
        return self.search([("is_queue", "=", True), ("can_write", "=", True)])

    @api.model
    def _get_mine(self):
        """Return the calendars whose events are the user's to do."""
        user = self.env.user
        default = user.agenda_calendar_id
        mine = ["|", ("owner_id", "=", user.id), ("id", "=", default.id)]
        given = [("share_ids.user_id", "=", user.id), ("can_read", "=", True)]
        somebodys = [("is_queue", "=", False), ("kind", "!=", "resource")]
        # Who owns none, as where the office has them all, works in what was shared
        # with them by name.
        return self.search(somebodys + mine) or self.search(somebodys + given)

    @api.model
    def _get_for_taking(self):
        """Return the calendar to which the user takes what waits, if there is one."""
        preferred = self.env.user.agenda_calendar_id
        mine = self._get_mine().filtered("can_write")
        return preferred & mine or mine[:1]
