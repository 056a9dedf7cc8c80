"""What keeps people out, and how it is taken out: the canary has to find each hole.

A guard is taken out on the classes of the registry, or in the database, until the
example ends; what Odoo does by itself is done again.
"""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from ..models import calendar_event_update
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


def no_rule(name):
    return sql(
        "UPDATE ir_rule SET active = false WHERE id = (SELECT res_id FROM "
        f"ir_model_data WHERE module = 'crm_agenda' AND name = '{name}')"
    )


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
ON_18_ALONE = (
    (
        "2 an attendee is pointed at another event",
        "relation token",
        [instead("calendar.attendee", "_check_links")],
    ),
)[: SERIES < 19]
# The kinds of the design's decision 2: (what, whose calls find it, what is taken out).
GUARDS = (
    (
        "1 a share gives its maker the right to make it",
        "share",
        [instead("crm.agenda.share", "_check_manage")],
    ),
    *ON_18_ALONE,
    (
        "2 an event joins another's series",
        "relation",
        [instead("calendar.event", "_check_links")],
    ),
    (
        "3 a contact gets meetings",
        "contact",
        [instead("res.partner", "_check_links")],
    ),
    (
        "3 a contact is merged with who attends",
        "contact",
        [without("base.partner.merge.automatic.wizard", "_merge")],
    ),
    (
        "4 tokens are read by who reads the event",
        "token",
        [instead("calendar.attendee", "_filter_token_known", lambda self: self)],
    ),
    (
        "5 pop-ups are shown to who lost the event",
        "work reminders",
        [
            instead(
                "calendar.event",
                "_filter_allowed",
                lambda self, user, operation="read": self,
            )
        ],
    ),
    (
        "5 followers stay, and are told",
        "work",
        [
            instead("calendar.event", "_forget_outsiders"),
            instead("calendar.event", "_get_outsiders", lambda self, partners: {}),
        ],
    ),
    (
        "5 an opportunity's chatter tells of events",
        "document",
        [without("crm.lead", "log_meeting")],
    ),
    (
        "5 an opportunity shows the next of all meetings",
        "document",
        [without("crm.lead", "_compute_meeting_display")],
    ),
    (
        "5 activities get an event's texts",
        "document",
        [without("calendar.event", "_sync_activities")],
    ),
    (
        "6 privacy is looked up later",
        "read",
        [
            sql(
                "ALTER TABLE calendar_event DROP CONSTRAINT "
                "calendar_event_agenda_privacy; "
                "UPDATE calendar_event SET privacy = NULL WHERE user_id = (SELECT id "
                "FROM res_users WHERE login LIKE '%canary_discreet')"
            )
        ],
    ),
    (
        "7 members and slots are written by clients",
        "stored",
        [
            instead(model, "_drop_computed", lambda self, vals: vals)
            for model in ("calendar.event", "crm.agenda.calendar")
        ],
    ),
    ("8 the context silences", "silence work", [trust_context]),
    (
        "9 a calendar is named to who points at it",
        "wizard",
        [without("crm.agenda.calendar", "_compute_display_name")],
    ),
    (
        "9 a method of mails tells when an event is",
        "screen",
        [
            instead(
                "calendar.event",
                "get_display_time_tz",
                lambda self, tz=False: self.sudo()._get_when(),
            )
        ],
    ),
    (
        "9 a feed is read in sudo",
        "phone",
        [
            instead(
                "res.users",
                "_get_own_env",
                lambda self: self.env(user=self.id, su=True),
            )
        ],
    ),
    (
        "10 series are read by all",
        "oracle",
        [no_rule("calendar_recurrence_rule_agenda_read")],
    ),
    (
        "10 followers are known to all",
        "oracle",
        [
            without("mail.followers", "_search"),
            without("mail.followers", "_check_access"),
        ],
    ),
    (
        "11 portal users stay members",
        "person",
        [instead("crm.agenda.calendar", "_is_open_to", lambda self, user: True)],
    ),
    (
        "11 administrators see all companies' reminders",
        "read reminders",
        [
            sql(
                "UPDATE ir_rule SET domain_force = '[(1, ''='', 1)]' WHERE id = "
                "(SELECT res_id FROM ir_model_data WHERE module = 'crm_agenda' "
                "AND name = 'crm_agenda_reminder_rule_manager')"
            )
        ],
    ),
)


@contextmanager
def taken_out(env, guards):
    with ExitStack() as stack:
        for guard in guards:
            stack.enter_context(guard(env))
        yield
