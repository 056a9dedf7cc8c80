from odoo import api, fields, models

from odoo.addons.crm_agenda.models.compat import Constraint

LONGEST = 10000


class CrmAgendaDavProperty(models.Model):
    """How somebody has named or coloured a calendar on their phone, for themselves.

    Nobody reads it by RPC: it comes back to the phones of the same user.
    """

    _name = "crm.agenda.dav.property"
    _description = "Calendar as Its User Shows It"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    calendar_id = fields.Many2one(
        "crm.agenda.calendar", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    value = fields.Text(required=True)

    _name_unique = Constraint(
        "UNIQUE(user_id, calendar_id, name)", "A calendar has each property once."
    )

    @api.model
    def _get_own(self, calendar):
        """Return ``{name: value}`` of a calendar for the user."""
        # sudo: nobody has the right to the others' rows, and these are the user's own
        rows = self.sudo().search(self._get_own_domain(calendar))
        return {row.name: row.value for row in rows}

    @api.model
    def _set_own(self, calendar, values):
        """Keep ``{name: value}``, or forget it if it has no value."""
        # sudo: as above
        rows = self.sudo().search(self._get_own_domain(calendar))
        rows.filtered(lambda row: row.name in values).unlink()
        self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "calendar_id": calendar.id,
                    "name": name,
                    "value": value[:LONGEST],
                }
                for name, value in values.items()
                if value
            ]
        )

    @api.model
    def _get_own_domain(self, calendar):
        return [("user_id", "=", self.env.uid), ("calendar_id", "=", calendar.id)]
