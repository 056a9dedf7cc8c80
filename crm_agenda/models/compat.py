"""What differs in Python between Odoo series; nothing else asks which one runs."""

from odoo import release

SERIES = release.version_info[0]

# The people of a ``res.groups``.
GROUP_USERS = "users" if SERIES < 19 else "user_ids"


def accessible(records, operation):
    """Return the part of ``records`` on which the user may do ``operation``."""
    if SERIES >= 18:
        return records._filtered_access(operation)
    if not records.check_access_rights(operation, raise_exception=False):
        return records.browse()
    return records._filter_access_rules(operation)


def count_by(model, domain, groupby):
    """Count the records that match ``domain`` by a many2one or integer field.

    :return: ``{id: count}``
    """
    if SERIES >= 18:
        groups = model._read_group(domain, [groupby], ["__count"])
        return {getattr(key, "id", key): count for key, count in groups}
    groups = model.read_group(domain, [groupby], [groupby])
    counts = {}
    for group in groups:
        key = group[groupby]
        counts[key[0] if isinstance(key, tuple) else key] = group[groupby + "_count"]
    return counts
