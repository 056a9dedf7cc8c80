from odoo import api, models


class AgendaCompanyMixin(models.AbstractModel):
    """Configuration of one company, or of all of them."""

    _name = "crm.agenda.company.mixin"
    _inherit = "crm.agenda.import.mixin"
    _description = "Agenda Configuration of a Company"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name what is another company's to nobody else.

        Odoo does it in sudo in a many2one, whose value may come from a client, and in
        the error that says that companies differ.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            companies = self.env.user.company_ids
            hidden = self.filtered(lambda r: r.company_id - companies)
        hidden.display_name = self.env._("Not shared")
        return super(AgendaCompanyMixin, self - hidden)._compute_display_name()
