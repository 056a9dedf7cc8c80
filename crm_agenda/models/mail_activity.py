from odoo import models


class MailActivity(models.Model):
    """Odoo copies to an activity the texts of the event that it is linked to."""

    _name = "mail.activity"
    _inherit = ["mail.activity", "crm.agenda.guard.mixin"]

    _guarded_in_create = _guarded_in_write = ("calendar_event_id",)
