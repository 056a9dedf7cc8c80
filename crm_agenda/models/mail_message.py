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
        # sudo: just what they are about
        about = self.sudo().filtered(lambda m: m.model == "calendar.event")
        hidden = self.env["calendar.event"]._get_hidden_ids(about.mapped("res_id"))
        known = self - about.filtered(lambda m: m.res_id in hidden)
        return known._filtered_access("read")
