from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    agenda_own_calendars = fields.Boolean(
        string="A Calendar for Everybody",
        default=True,
        help="New users start with an agenda calendar of their own.",
    )
