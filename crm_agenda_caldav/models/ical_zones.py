"""The time zones of iCalendar, by name, or by what a file says of them.

Nothing is registered for others: a file may say of a zone what it likes.
"""

from datetime import datetime
from functools import lru_cache
from io import StringIO

import pytz
from babel.core import get_global
from dateutil.tz import tzical

from .ical import get_zone
from .ical_lines import ReadError

MAX_ZONE_LINES = 2_000
# Of how many zones a file what it says is looked at.
MAX_ZONES = 50


class Zones:
    """The time zones that a text means, by their names in the database of all."""

    def __init__(self, calendar, default):
        self.default = default
        self.given = {
            part.get_value("TZID"): part
            for part in calendar.parts
            if part.name == "VTIMEZONE"
        }
        self.known = {}

    def get(self, name, year):
        """Return the name of a time zone; it may be none but by its definition, which
        has to be that of one in that year and the next."""
        if name not in self.known:
            part = self.given.get(name)
            names = [name, part.get_value("X-LIC-LOCATION") if part else ""]
            found = next(filter(None, map(_find_zone, names)), None)
            if not found and part and len(self.known) < MAX_ZONES:
                found = _match_zone(tuple(part.get_lines()), name, year)
            if not found:
                raise ReadError(f"TZID={name}")
            self.known[name] = found
        return self.known[name]


@lru_cache(1024)
def _find_zone(name):
    by_lower = _get_zones()
    name = get_global("windows_zone_mapping").get(name, name)
    parts = name.strip("/").split("/")
    for count in (3, 2, 1):
        found = by_lower.get("/".join(parts[-count:]).lower())
        if found:
            return found
    return None


@lru_cache(1)
def _get_zones():
    return {name.lower(): name for name in pytz.all_timezones}


@lru_cache(64)
def _match_zone(lines, name, year):
    """Return a time zone that is in a year and the next what a ``VTIMEZONE`` says."""
    rules = [line for line in lines if line.startswith("RRULE")]
    if len(lines) > MAX_ZONE_LINES or any("FREQ=YEARLY" not in x for x in rules):
        return None  # one that would take long to read, and that no place has
    try:
        zone = tzical(StringIO("\r\n".join(lines))).get(name)
        instants = [
            datetime(year + month // 12, month % 12 + 1, day)
            for month in range(24)
            for day in (1, 15)
        ]
        said = [zone.utcoffset(instant) for instant in instants]
    except (ValueError, TypeError, OverflowError, AttributeError, IndexError):
        return None
    for candidate in (*pytz.common_timezones, *pytz.all_timezones):
        own = get_zone(candidate)
        if all(own.utcoffset(i) == o for i, o in zip(instants, said, strict=True)):
            return candidate
    return None
