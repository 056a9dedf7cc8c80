from odoo import api, models


class MailMail(models.Model):
    """Its subject may name an event, as that of a reminder does."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(MailMail, self._hide_names())._compute_display_name()
