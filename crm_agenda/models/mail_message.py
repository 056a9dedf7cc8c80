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

    @api.model
    def _create(self, data_list):
        messages = super()._create(data_list)
        messages._check_parents()
        return messages

    def write(self, vals):
        result = super().write(vals)
        if {"model", "parent_id", "res_id"} & set(vals):
            self._check_parents()
        return result

    def copy_data(self, default=None):
        self.check_access("read")  # 18.0 asks whoever reads it, not whoever copies it
        return super().copy_data(default)

    def _check_parents(self):
        """Refuse to answer what one may not read: Odoo shows it beside the answer.

        Of the same thread it does so by itself, for people who may not read the first
        of its messages too.
        """
        if self.env.su:
            return
        # sudo: just to compare them
        answers = self.sudo().filtered(
            lambda m: (m.model, m.res_id) != (m.parent_id.model, m.parent_id.res_id)
        )
        answers.parent_id.with_env(self.env).check_access("read")

    def _hide_names(self):
        # Odoo asks who may read a message where clients read it, and not its own code,
        # such as what previews a link.
        return super(MailMessage, self.sudo())._hide_names().with_env(self.env)

    def _filter_nameable(self):
        # To 18.0 those of hidden events end in an error.
        known = self - self.env["calendar.event"]._filter_hidden(self, "model")
        return known._filtered_access("read")
