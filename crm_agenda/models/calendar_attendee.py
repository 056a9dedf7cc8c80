from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def write(self, vals):
        mine = all(a.partner_id == self.env.user.partner_id for a in self)
        if mine and set(vals) == {"state"}:
            # sudo: an attendee answers his own invitation, and 19.0 asks for the
            # right to write the event
            self = self.sudo()
        result = super().write(vals)
        if "state" in vals:
            self.env["crm.agenda.reminder"]._plan(self.event_id)
        return result
