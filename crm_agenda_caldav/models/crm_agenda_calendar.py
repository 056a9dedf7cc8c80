from odoo import models


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    def action_show_in_phone(self):
        """Make an address of this calendar for the user, and show it."""
        self.ensure_one()
        feed = self.env["crm.agenda.feed"].create(
            {
                "name": self.name,
                "content": "calendars",
                "calendar_ids": [(6, 0, self.ids)],
            }
        )
        return feed.action_make_address()
