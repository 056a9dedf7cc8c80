"""The calendars beside the calendar screen, and who may do what with them."""

from odoo import api, fields, models


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    can_manage = fields.Boolean(compute="_compute_can_manage", string="I may manage")

    @api.depends_context("uid")
    @api.depends("manager_ids")
    def _compute_can_manage(self):
        managed = self._origin._filtered_access("write")
        for calendar in self:
            calendar.can_manage = not calendar._origin or calendar._origin in managed

    @api.model
    def get_panel(self):
        """Return what the panel shows of each calendar that the user may see.

        :return: dicts with ``id``, ``name``, ``color``, ``owner`` and its ``initials``,
            ``level`` (as of a share) and its label, ``group`` (mine, team or other),
            ``shown``
        """
        calendars = self.search([])
        hidden = self.env.user.sudo().agenda_hidden_calendar_ids  # sudo: one's own
        managed = calendars._filtered_access("write")
        levels = dict(
            self.env["crm.agenda.share"]
            ._fields["level"]
            ._description_selection(self.env)
        )
        panel = []
        for calendar in calendars:
            owner = calendar.owner_id
            if calendar in managed:
                level = "manage"
            elif calendar.can_write:
                level = "write"
            else:
                level = "read" if calendar.can_read else "busy"
            if owner == self.env.user and calendar.kind == "person":
                group = "mine"
            else:
                group = "other" if calendar.kind == "person" else "team"
            panel.append(
                {
                    "id": calendar.id,
                    "name": calendar.name,
                    "color": calendar.color,
                    "owner": owner.name,
                    "initials": "".join(word[0] for word in owner.name.split()[:2]),
                    "level": level,
                    "level_label": levels[level],
                    "group": group,
                    "shown": calendar not in hidden,
                }
            )
        return panel

    @api.model
    def show_in_panel(self, calendar_ids):
        """Show just these calendars, from now on and wherever the user logs in."""
        hidden = self.search([("id", "not in", calendar_ids)])
        # sudo: everybody decides what they look at
        self.env.user.sudo().agenda_hidden_calendar_ids = hidden
