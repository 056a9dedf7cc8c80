from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        # Its days begin elsewhere in another time zone, and with them all-day events.
        result = super().write(vals)
        self.env["calendar.event"]._check_double_booking()
        return result
