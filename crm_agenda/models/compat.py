"""What differs in Python between Odoo series; nothing else asks which one runs."""

from datetime import timedelta

from odoo import fields, release

SERIES = release.version_info[0]

if SERIES >= 19:
    from odoo.tools.intervals import Intervals
elif SERIES >= 17:
    from odoo.addons.resource.models.utils import Intervals
else:
    from odoo.addons.resource.models.resource import Intervals

__all__ = ["Intervals"]

# Hours that a mere click on the calendar's grid proposes.
CLICK_HOURS = 1.0 if SERIES >= 18 else 0.5

# What a cron of ours that runs by itself is sure to have seen before it is due.
LONG_BEFORE = timedelta(hours=1)

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
    return dict(group_by(model, domain, [groupby], ["__count"]))


def group_by(model, domain, groupby, aggregates):
    """Group the records that match ``domain``.

    :param groupby: names of fields, none of them a date
    :param aggregates: ``["__count", "field:function"]``
    :return: a tuple of their values for each group, with ids of records
    """
    if SERIES >= 18:
        rows = model._read_group(domain, groupby, aggregates)
        return [tuple(getattr(value, "id", value) for value in row) for row in rows]
    fields = [
        "%s:%s(%s)" % (name.replace(":", "_"), *reversed(name.split(":")))
        for name in aggregates
        if ":" in name
    ]
    rows = model.read_group(domain, [*fields, "__count"], groupby, lazy=False)
    names = [name.replace(":", "_") for name in [*groupby, *aggregates]]
    values = [[row[name] for name in names] for row in rows]
    return [tuple(v[0] if isinstance(v, tuple) else v for v in row) for row in values]


def flush(env):
    """Write to the database what the ORM holds back."""
    if SERIES >= 18:
        env.flush_all()
    else:
        env["base"].flush()


def flush_fields(model, *fnames):
    """Write to the database what the ORM holds back of some fields."""
    if SERIES >= 18:
        model.flush_model(fnames)
    else:
        model.flush(fnames)


def forget(env):
    """Write, and drop, all that the ORM remembers."""
    flush(env)
    if SERIES >= 18:
        env.invalidate_all()
    else:
        env.cache.invalidate()


def is_private(event):
    """Say whether Odoo hides the event from all but its own people."""
    if event.privacy or SERIES < 18:
        return event.privacy == "private"
    return event.user_id.calendar_default_privacy == "private"


def trigger(env, xmlid, instant):
    """Have a cron run at ``instant`` that, in each run, asks for its next one.

    If it runs long before by itself, nothing needs to be asked; and where nothing can
    be, it runs each minute.
    """
    # sudo: nobody else may wake a cron
    cron = SERIES >= 18 and env(su=True).ref(xmlid, raise_if_not_found=False)
    if cron and not fields.Datetime.now() < cron.nextcall < instant - LONG_BEFORE:
        cron._trigger(instant)


def hasten(cron):
    """Have ``cron`` run as soon as a worker is free."""
    if SERIES >= 18:
        cron._trigger()
    else:
        cron.try_write({"nextcall": fields.Datetime.now()})  # unless it runs now


def push_alarms(user, alarms):
    """Pop up ``alarms`` (see ``calendar.alarm_manager``) in the user's web client."""
    if SERIES >= 18:
        user._bus_send("calendar.alarm", alarms)
    else:
        channel = (user.env.cr.dbname, "calendar.alarm", user.partner_id.id)
        user.env["bus.bus"].sendone(channel, alarms)


def render(env, xmlid, values):
    """Return the QWeb template as a string of HTML."""
    html = env["ir.ui.view"]._render_template(xmlid, values)
    return html.decode() if isinstance(html, bytes) else html
