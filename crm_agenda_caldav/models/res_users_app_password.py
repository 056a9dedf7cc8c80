"""App passwords: Odoo's own keys, of a scope that only opens the agenda."""

from odoo import api, models

from .crm_agenda_feed import hash_secret

SCOPE = "crm_agenda_caldav"


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _find_by_app_password(self, login, password, source):
        """Return the user who has this app password.

        Neither the password of an account opens the agenda, nor a key of another scope,
        which would open all the rest to whoever finds the phone.

        :param source: the address from which it is asked
        :return: nobody if it is wrong; ``None`` if the source has to wait
        """
        hashed = hash_secret(f"{login}\0{password}")
        if self._has_to_wait(source, hashed):
            return None
        # sudo: the password stands for the right to find its user
        user = self.sudo().browse(self._check_app_password(password))
        known = bool(user and user.login == login and user._is_internal())
        self._count_try(source, hashed, known)
        return user if known else user.browse()

    @api.model
    def _check_app_password(self, password):
        keys = self.env["res.users.apikeys"]
        # PostgreSQL takes no NUL, and none has anything but letters and numbers.
        uid = password.isalnum() and keys._check_credentials(scope=SCOPE, key=password)
        if not uid:
            return None
        # To Odoo a key without a scope is good for any.
        self.env.cr.execute(
            "SELECT 1 FROM res_users_apikeys "
            "WHERE user_id = %s AND scope = %s AND index = left(%s, length(index))",
            [uid, SCOPE, password],
        )
        return uid if self.env.cr.rowcount else None

    def _get_first_app_password(self):
        """Return the number of the oldest one that somebody still has."""
        self.env.cr.execute(
            "SELECT min(id) FROM res_users_apikeys WHERE user_id = %s AND scope = %s",
            [self.id, SCOPE],
        )
        return self.env.cr.fetchone()[0]
