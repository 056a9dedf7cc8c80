from odoo import api, models


class AgendaCompanyMixin(models.AbstractModel):
    """Configuration of one company, or of all of them."""

    _name = "crm.agenda.company.mixin"
    _inherit = ["crm.agenda.import.mixin", "crm.agenda.name.mixin"]
    _description = "Agenda Configuration of a Company"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name what is another company's to nobody else, not even in the error which
        says that companies differ."""
        return super(AgendaCompanyMixin, self._hide_names())._compute_display_name()

    def _filter_nameable(self):
        companies = self.env.user.company_ids
        # sudo: just of which company they are
        return self.sudo().filtered(lambda r: not r.company_id - companies)
