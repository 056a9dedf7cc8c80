from odoo import api, models


class IrAttachment(models.Model):
    _name = "ir.attachment"
    _inherit = ["ir.attachment", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(IrAttachment, self._hide_names())._compute_display_name()

    def _filter_nameable(self):
        """Have the name of an event's file be for who reads the event."""
        return self - self.env["calendar.event"]._filter_hidden(self)
