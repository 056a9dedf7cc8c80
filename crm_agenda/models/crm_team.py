from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def unlink(self):
        # The database would drop the shares, but leave the members behind.
        # sudo: who deletes a team need not be a member of the calendars.
        shares = self.env["crm.agenda.share"].sudo()
        shares.search([("team_id", "in", self.ids)]).unlink()
        return super().unlink()
