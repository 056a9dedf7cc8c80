from odoo import api, models


class IrAttachment(models.Model):
    _name = "ir.attachment"
    _inherit = ["ir.attachment", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(IrAttachment, self._hide_names())._compute_display_name()

    def _filter_nameable(self):
        """Have the name of an event's file be for who reads the event."""
        # sudo: just which events they are of
        files = self.sudo().filtered(lambda file: file.res_model == "calendar.event")
        hidden = self.env["calendar.event"]._get_hidden_ids(files.mapped("res_id"))
        return self - files.filtered(lambda file: file.res_id in hidden)
