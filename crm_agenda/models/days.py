"""The days of the agenda, and when they begin and end."""

from datetime import date, datetime, time, timedelta

import pytz

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
