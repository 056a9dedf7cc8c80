from odoo import api, fields, models

from odoo.addons.crm_agenda.models.compat import Constraint

LONGEST = 10000
# The last part of the address that their phone gave to a calendar. The others are tags.
PATH = "path"


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

    def init(self):
        # Asked at once for two calendars at one address, the second is refused.
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS crm_agenda_dav_property_path
                ON crm_agenda_dav_property (user_id, value) WHERE name = 'path'
            """
        )

    @api.model
    def _get_own(self, calendars):
        """Return ``{calendar: {name: value}}`` for the user."""
        # sudo: nobody has the right to the others' rows, and these are the user's own
        rows = self.sudo().search_fetch(
            self._get_own_domain(calendars), ["calendar_id", "name", "value"]
        )
        own = {calendar: {} for calendar in calendars}
        for row in rows:
            own[row.calendar_id.with_env(self.env)][row.name] = row.value
        return own

    @api.model
    def _find_by_path(self, path):
        """Return the calendars that the user's phone gave this address to."""
        # sudo: as above, and the record rules have their say about the calendars
        rows = self.sudo().search(
            [("user_id", "=", self.env.uid), ("name", "=", PATH), ("value", "=", path)]
        )
        return rows.calendar_id.with_env(self.env)

    @api.model
    def _free_path(self, calendars):
        """Let another calendar have the address of these."""
        # sudo: as above
        rows = self.sudo().search(self._get_own_domain(calendars))
        rows.filtered(lambda row: row.name == PATH).unlink()

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
    def _get_own_domain(self, calendars):
        return [("user_id", "=", self.env.uid), ("calendar_id", "in", calendars.ids)]
