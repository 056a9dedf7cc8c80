"""Who tries many secrets has to wait, as at Odoo's login."""

from collections import defaultdict
from datetime import datetime

from odoo import models

# Of how many wrong secrets of one source it is known when they were tried, and of how
# many sources.
MAX_TRIED = 100
MAX_SOURCES = 10000


class ResUsers(models.Model):
    _inherit = "res.users"

    def _has_to_wait(self, source, hashed):
        """Say whether nobody from there may try this secret now.

        A phone that asks again and again with one that was revoked does not count, nor
        does it lock the login of those who share its address.

        :param source: the address from which it is asked
        """
        times = self._get_tried().get(source, {})
        return hashed not in times and self._on_login_cooldown(
            len(times), max(times.values(), default=datetime.min)
        )

    def _count_try(self, source, hashed, right):
        tried = self._get_tried()
        if right:
            tried.pop(source, None)
            return
        # Asked for again, it is no other guess.
        tried[source].setdefault(hashed, datetime.now())
        if len(tried[source]) > MAX_TRIED:
            tried[source].pop(next(iter(tried[source])))
        if len(tried) > MAX_SOURCES:
            tried.pop(next(iter(tried)))  # who began to try before all others

    def _get_own_env(self):
        """Return the environment in which a user works, as their screens have it."""
        self.ensure_one()
        context = {
            "lang": self.lang,
            "tz": self.tz,
            "allowed_company_ids": self.company_ids.ids,
        }
        return self.env(user=self.id, context=context, su=False)

    def _get_tried(self):
        return self.pool.__dict__.setdefault("_agenda_tried", defaultdict(dict))
