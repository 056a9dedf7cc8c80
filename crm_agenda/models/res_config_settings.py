from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    agenda_own_calendars = fields.Boolean(
        related="company_id.agenda_own_calendars", readonly=False
    )
