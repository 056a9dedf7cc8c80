from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name the file of an event only for who may read it.

        Odoo does it in sudo where it stands in a many2one, whose value may come from a
        client.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            files = self.filtered(lambda a: a.id and a.res_model == "calendar.event")
            ids = self.env["calendar.event"]._get_hidden_ids(files.mapped("res_id"))
            hidden = files.filtered(lambda a: a.res_id in ids)
        hidden.display_name = self.env._("Not shared")
        return super(IrAttachment, self - hidden)._compute_display_name()
