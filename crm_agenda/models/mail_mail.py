from odoo import api, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name a mail as its message, for who may read that."""
        for mail in self:
            mail.display_name = mail.mail_message_id.display_name
