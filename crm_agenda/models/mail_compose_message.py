from odoo import models


class MailComposeMessage(models.TransientModel):
    """What it takes from the message that is answered, which a client may choose, is
    for who may read that. Odoo takes it in sudo."""

    _inherit = "mail.compose.message"

    def _compute_subject(self):
        self.parent_id.with_user(self.env.user).check_access("read")
        return super()._compute_subject()

    def _compute_partner_ids(self):
        self.parent_id.with_user(self.env.user).check_access("read")
        return super()._compute_partner_ids()
