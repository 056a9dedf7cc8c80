from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if "implied_ids" in vals:
            # Odoo adds the people of an implied group in SQL, which triggers no
            # recomputation of what depends on them.
            self._recompute_agenda_members()
        return result

    def unlink(self):
        # The database would drop the shares, but leave the members behind.
        self._agenda_shares().unlink()
        return super().unlink()

    def _agenda_shares(self):
        # sudo: who edits groups need not be a member of the calendars; nothing
        # of the shares reaches him.
        shares = self.env["crm.agenda.share"].sudo()
        return shares.search([("group_id", "in", self.ids)])

    def _recompute_agenda_members(self):
        calendars = self.trans_implied_ids._agenda_shares().calendar_id
        for fname in calendars._get_member_fields():
            self.env.add_to_compute(calendars._fields[fname], calendars)
