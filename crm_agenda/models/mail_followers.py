from odoo import api, models
from odoo.exceptions import AccessError

from .compat import all_of


class MailFollowers(models.Model):
    """Who follows an event is for who may read it, as Odoo does with messages."""

    _inherit = "mail.followers"

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not (self.env.su or kwargs.get("bypass_access")):
            # sudo: just to leave them out
            of_events = [("res_model", "=", "calendar.event")]
            followers = self.sudo().search(all_of([list(domain), of_events]))
            hidden = followers.with_env(self.env)._filter_hidden()
            if hidden:
                domain = all_of([list(domain), [("id", "not in", hidden.ids)]])
        return super()._search(domain, *args, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su:
            return result
        hidden = self._filter_hidden()
        if result or not hidden:
            return result and (result[0] | hidden, result[1])
        return hidden, lambda: AccessError(
            self.env._("They follow an event that you may not read.")
        )

    def _filter_hidden(self):
        """Return those who follow an event that the user may not read."""
        return self.env["calendar.event"]._filter_hidden(self)
