"""What is part of one change, of which people are told at its end."""

from collections import namedtuple

# Kept in the context as an object: what a client puts there comes from JSON and is
# none. ``agenda_only`` says that no meeting of Odoo's own is in it, ``of_series`` that
# others of a series change with one event; ``before`` has the states of the events by
# id, ``restored`` the ids of those that were archived, ``made`` of those that it makes,
# ``told`` of contacts to whom Odoo writes meanwhile.
Change = namedtuple("Change", "agenda_only of_series before restored made told")


def get_change(env):
    """Return the change that what happens in ``env`` is a part of, if any."""
    change = env.context.get("agenda_change")
    return change if isinstance(change, Change) else None
