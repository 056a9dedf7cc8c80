"""What keeps people out, and how it is taken out: the canary has to find each hole.

A guard is taken out on the classes of the registry, or in the database, until the
example ends; what Odoo does by itself is done again.
"""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from ..models import calendar_event_update
from ..models.agenda_name_mixin import AgendaNameMixin
from ..models.compat import SERIES

OURS = "odoo.addons.crm_agenda"


def nothing(*_args, **_kwargs):
    """Stand in for a guard that only refuses or forgets."""


def instead(model, method, function=nothing):
    return lambda env: patch.object(type(env[model]), method, function)


def without(model, method):
    """Have Odoo's method alone, without what the addon adds to it."""

    def take_out(env):
        cls = type(env[model])
        odoos = next(
            vars(base)[method]
            for base in cls.__mro__
            if method in vars(base) and not base.__module__.startswith(OURS)
        )
        return patch.object(cls, method, odoos)

    return take_out


def in_sudo(model, method):
    """Have a method read and write everything, whoever calls it."""

    def take_out(env):
        cls = type(env[model])
        known = getattr(cls, method)
        return patch.object(cls, method, lambda self, *args: known(self.sudo(), *args))

    return take_out


def sql(query):
    @contextmanager
    def execute(env):
        env.flush_all()
        env.cr.execute(query)
        env.invalidate_all()
        env.registry.clear_cache()
        yield
        env.registry.clear_cache()

    return execute


def no_rule(name, change="active = false"):
    return sql(
        f"UPDATE ir_rule SET {change} WHERE id = (SELECT res_id FROM "
        f"ir_model_data WHERE module = 'crm_agenda' AND name = '{name}')"
    )


def tell_time(self, tz=False):
    return self.sudo()._get_when()


def trust_context(env):
    """Take any value of the context for what only the addon puts there."""
    known = calendar_event_update.get_change
    return patch.object(
        calendar_event_update,
        "get_change",
        lambda env: known(env) or env.context.get("agenda_change"),
    )


# 19.0 lets nobody point an attendee at an event that they may not write: see
# ``test_who_keeps_attendees_with_their_events``.
ON_18_ALONE = {
    "2 relation token: an attendee is pointed at another event": [
        instead("calendar.attendee", "_check_links")
    ]
}
# On 18.0 nothing lies within a group.
ON_19_ALONE = {
    "2 relation: a channel opens the call that it is within": [
        without("discuss.channel", "_create")
    ]
}
# The kinds of the design's decision 2, whose calls find what is taken out, and what.
GUARDS = {
    "1 share: a share gives its maker the right to make it": [
        instead("crm.agenda.share", "_check_manage")
    ],
    **(ON_18_ALONE if SERIES < 19 else ON_19_ALONE),
    "2 relation: an event joins another's series": [
        instead("calendar.event", "_check_links")
    ],
    "2 relation: fields name what they lead to": [
        instead(model, "_hide_names", lambda self: self)
        for model in ("discuss.channel", "ir.attachment", "mail.message", "mail.mail")
    ],
    "2 relation: a message answers any other": [
        instead("mail.message", "_check_parents")
    ],
    "3 contact: a contact gets meetings": [instead("res.partner", "_check_links")],
    "3 contact: a mail makes who attends": [without("mail.thread", "message_process")],
    "3 contact: a contact is merged with who attends": [
        without("base.partner.merge.automatic.wizard", "_merge")
    ],
    "4 token: tokens are read by who reads the event": [
        instead("calendar.attendee", "_filter_token_known", lambda self: self)
    ],
    "5 work reminders: pop-ups are shown to who lost the event": [
        instead("calendar.event", "_filter_allowed", lambda self, *_args: self)
    ],
    "5 work: followers stay, and are told": [
        instead("calendar.event", "_forget_outsiders"),
        instead("calendar.event", "_get_outsiders", lambda self, partners: {}),
    ],
    "5 work: reminders stay with who lost the event": [
        no_rule(
            "crm_agenda_reminder_rule_reader",
            "domain_force = '[(''partner_id'', ''='', user.partner_id.id)]'",
        )
    ],
    "5 document: an opportunity's chatter tells of events": [
        without("crm.lead", "log_meeting")
    ],
    "5 document: an opportunity shows the next of all meetings": [
        without("crm.lead", "_compute_meeting_display")
    ],
    "5 document: activities get an event's texts": [
        without("calendar.event", "_sync_activities")
    ],
    "6 read: privacy is looked up later": [
        sql(
            "ALTER TABLE calendar_event DROP CONSTRAINT calendar_event_agenda_privacy; "
            "UPDATE calendar_event SET privacy = NULL WHERE user_id = "
            "(SELECT id FROM res_users WHERE login LIKE '%canary_discreet')"
        )
    ],
    "7 stored: members and slots are written by clients": [
        instead(model, "_drop_computed", lambda self, vals: vals)
        for model in ("calendar.event", "crm.agenda.calendar")
    ],
    "8 silence work: the context silences": [trust_context],
    "9 wizard: a calendar is named to who points at it": [
        without("crm.agenda.calendar", "_compute_display_name")
    ],
    "9 render: a mail takes any file": [without("mail.template", "send_mail_batch")],
    "9 screen: a method of mails tells when an event is": [
        instead("calendar.event", "get_display_time_tz", tell_time)
    ],
    "9 read: a preview of a link names a message": [
        instead("mail.message", "_hide_names", AgendaNameMixin._hide_names)
    ],
    "9 screen: My day is read in sudo": [in_sudo("calendar.event", "get_my_day")],
    "9 phone: feeds and phones are served in sudo": [
        instead("res.users", "_get_own_env", lambda self: self.env(user=self, su=True))
    ],
    "9 phone: a file is imported in sudo": [
        in_sudo("crm.agenda.import", "action_import")
    ],
    "10 oracle: series are read by all": [
        no_rule("calendar_recurrence_rule_agenda_read")
    ],
    "10 oracle: followers are known to all": [
        without("mail.followers", "_search"),
        without("mail.followers", "_check_access"),
    ],
    "11 person: portal users stay members": [
        instead("crm.agenda.calendar", "_is_open_to", lambda self, user: True)
    ],
    "11 read reminders: administrators see all companies' reminders": [
        no_rule("crm_agenda_reminder_rule_manager", "domain_force = '[(1, ''='', 1)]'")
    ],
}


@contextmanager
def taken_out(env, guards):
    with ExitStack() as stack:
        for guard in guards:
            stack.enter_context(guard(env))
        yield
