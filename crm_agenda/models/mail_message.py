from odoo import api, models


class MailMessage(models.Model):
    """Its subject may name an event, in the notifications of others as well.

    One about a deleted event, or about several, is about no record.
    """

    _name = "mail.message"
    _inherit = ["mail.message", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(MailMessage, self._hide_names())._compute_display_name()

    def _filter_nameable(self):
        # sudo: just what they are about
        ours = self.sudo().filtered(lambda m: m.model in ("calendar.event", False))
        events = ours.filtered("model").mapped("res_id")
        hidden = self.env["calendar.event"]._get_hidden_ids(events)
        known = ours.filtered(lambda m: not m.model or m.res_id not in hidden)
        return self - ours | known.with_env(self.env)._filtered_access("read")
