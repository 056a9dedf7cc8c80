"""What differs in Python between Odoo series; nothing else asks which one runs."""

from odoo import release

SERIES = release.version_info[0]

if SERIES >= 19:
    from odoo.fields import Domain
    from odoo.models import Constraint
    from odoo.tools.intervals import Intervals

    all_of = Domain.AND
else:
    from odoo.osv.expression import AND as all_of

    from odoo.addons.resource.models.utils import Intervals

    class Constraint:
        """A constraint of a table, as a model of 19.0 declares it."""

        def __init__(self, definition, message):
            self.definition, self.message = definition, message

        def __set_name__(self, owner, name):
            constraint = (name.removeprefix("_"), self.definition, self.message)
            declared = vars(owner).get("_sql_constraints", [])
            owner._sql_constraints = [*declared, constraint]


__all__ = ["Constraint", "Intervals", "all_of"]

# The people of a ``res.groups``, the groups of a person, and the groups that one
# implies, itself included.
GROUP_USERS = "users" if SERIES < 19 else "all_user_ids"
USER_GROUPS = "groups_id" if SERIES < 19 else "group_ids"
IMPLIED_GROUPS = "trans_implied_ids" if SERIES < 19 else "all_implied_ids"

# A many2one whose target a domain joins without asking who may read it.
JOINED = {"auto_join" if SERIES < 19 else "bypass_search_access": True}
# A many2many to files: 19.0 would read all that the user may see to give a few.
READ_AS_LINKED = {} if SERIES < 19 else {"bypass_search_access": True}


def asks_for(operator, value):
    """Say whether a condition on a boolean field wants what is true.

    19.0 gives ``in`` and ``not in`` with a set, 18.0 ``=`` and ``!=`` with a boolean.
    """
    wanted = True in value if operator in ("in", "not in") else bool(value)
    return wanted == (operator in ("=", "in"))
