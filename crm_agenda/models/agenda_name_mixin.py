from odoo import api, models


class AgendaNameMixin(models.AbstractModel):
    """A record whose name is for who may read it.

    Odoo shows the name of what a many2one leads to, which it reads in sudo, to whoever
    reads the record that leads there; and a client may have it lead to any number.
    """

    _name = "crm.agenda.name.mixin"
    _description = "Agenda Name"

    def _hide_names(self):
        """Give those a name that the user may not know; return the others."""
        # People who ask themselves are asked by Odoo whether they may read the name.
        if not self.env.su or self.env.user._is_superuser():
            return self
        asked = self.with_user(self.env.user).filtered("id")
        hidden = (asked - asked._filter_nameable()).with_env(self.env)
        hidden.display_name = self._get_hidden_name()
        return self - hidden

    def _filter_nameable(self):
        """Return those whose names the user may know."""
        return self._filtered_access("read")

    @api.model
    def _get_hidden_name(self):
        return self.env._("Not shared")
