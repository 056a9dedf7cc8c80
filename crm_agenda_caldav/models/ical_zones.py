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
from .ical_lines import ReadError, get_line_name

# What says more of a zone, or has another rule than for a day of each year, would take
# long to read, and no place has it.
MAX_ZONE, MAX_RULES = 50_000, 20
# Of how many zones a file what it says is looked at.
MAX_ZONES = 10


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
    if sum(map(len, lines)) > MAX_ZONE or not _is_yearly(lines):
        return None
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


def _is_yearly(lines):
    """Say whether the rules of a zone are of a day of each year, or of the week in
    which that is."""
    values = {"RRULE": [], "EXRULE": [], "DTSTART": []}
    for line in lines:
        values.get(get_line_name(line), []).append(line.rpartition(":")[2].strip())
    for rule in values["RRULE"]:
        parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
        days = parts.pop("BYMONTHDAY", "")
        if parts.get("FREQ") != "YEARLY" or "," in "".join(parts.values()):
            return False
        if (days or "BYDAY" in parts) and "BYMONTH" not in parts or days.count(",") > 6:
            return False
    early = any(value < "16" for value in values["DTSTART"])
    return not (early or values["EXRULE"]) and len(values["RRULE"]) <= MAX_RULES
