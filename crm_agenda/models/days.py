"""The days of the agenda, and when they begin and end."""

from datetime import date, datetime, time, timedelta

import pytz

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tools import format_date

# Not all that Python has: near the year 9999 no time zone and no duration can be
# reckoned.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def check_days(env, *days):
    """Refuse each ``date`` that is out of the agenda."""
    if not all(FIRST_DAY <= day <= LAST_DAY for day in days):
        raise ValidationError(
            env._(
                "The agenda takes dates from %(first)s to %(last)s.",
                first=format_date(env, FIRST_DAY),
                last=format_date(env, LAST_DAY),
            )
        )


def check_instants(env, *instants):
    """Refuse each ``datetime`` that is out of the agenda; whether one may be missing
    is for the database to say."""
    check_days(env, *(instant.date() for instant in instants if instant))


def read_instant(env, text):
    """Return as ``datetime`` what a screen sends for one, or for a day.

    :raise ValidationError: it is none, or is out of the agenda
    """
    try:
        instant = fields.Datetime.to_datetime(text)
    except (TypeError, ValueError):
        instant = None
    if not instant:
        raise ValidationError(env._("This is not a date: %s", text))
    check_instants(env, instant)
    return instant


def get_days(first, last, timezone):
    """Return the midnights (UTC) between which the days are in the time zone.

    :param first: the first ``date``; ``last`` is within as well
    :param timezone: its name, or nothing for UTC
    """
    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    zone = pytz.timezone(timezone or "UTC")
    return tuple(
        zone.localize(datetime.combine(day, time()))
        .astimezone(pytz.UTC)
        .replace(tzinfo=None)
        for day in (first, last + timedelta(days=1))
    )
