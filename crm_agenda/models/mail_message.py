from odoo import api, models


class MailMessage(models.Model):
    """Its subject may name an event, in the notifications of others as well.

    What it is about need not be the event: one about an attendee or a deleted event.
    """

    _name = "mail.message"
    _inherit = ["mail.message", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(MailMessage, self._hide_names())._compute_display_name()

    def _filter_nameable(self):
        # To 18.0 those of hidden events end in an error.
        known = self - self.env["calendar.event"]._filter_hidden(self, "model")
        return known._filtered_access("read")
