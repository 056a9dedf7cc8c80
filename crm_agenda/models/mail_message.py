from odoo import api, models

EVENT = "calendar.event"


class MailMessage(models.Model):
    """The subject of a message about an event names the event."""

    _inherit = "mail.message"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name a message only for who may read it.

        Odoo does it in sudo where it stands in a many2one, as in the notifications of
        others, which any employee may read. One about a deleted event is about nothing.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            ours = self.filtered(lambda m: m.id and m.model in (EVENT, False))
            events = ours.filtered("model").mapped("res_id")
            ids = self.env[EVENT]._get_hidden_ids(events)
            hidden = ours.filtered(lambda m: m.model and m.res_id in ids)
            others = (ours - hidden).with_user(self.env.user)
            hidden |= (others - others._filtered_access("read")).with_env(self.env)
        hidden.display_name = self.env._("Not shared")
        return super(MailMessage, self - hidden)._compute_display_name()
