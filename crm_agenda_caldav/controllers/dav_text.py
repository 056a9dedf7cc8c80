"""Objects of iCalendar as text: their components, and when these happen."""

import re
from datetime import datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from ..models.ical import (
    UTC,
    get_zone,
    to_local,
    write_date,
    write_utc,
)
from ..models.ical_lines import read_line
from ..models.ical_rule import read_rule, write_rule
from .dav_xml import DavError

DURATION = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
UNTIL = re.compile(r"UNTIL=([0-9TZ]+)")
TIMES = {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"}
RULES = {"RRULE", "RDATE", "EXDATE", "EXRULE"}
# Of a rule that says every day for ever.
MOST = 20000
# How many days rules are followed at most to answer once, and in place of how many
# of them a text is written.
MAX_DAYS, DAY_TEXT = 500_000, 50


class Budget:
    """How much may still be done to answer."""

    def __init__(self):
        self.left = MAX_DAYS

    def spend(self, days):
        self.left -= days
        if self.left < 0:
            raise DavError(507, "number-of-matches-within-limits")

    def spend_text(self, lines):
        self.spend(sum(map(len, lines)) // DAY_TEXT)


class Property:
    def __init__(self, line):
        self.line = line
        # What is kept of other programs may be written in any way.
        found = read_line(line) or ("", {}, line)
        self.name, self.parameters, self.value = found


class Component:
    def __init__(self, name):
        self.name, self.properties, self.components = name, [], []

    @classmethod
    def parse(cls, lines):
        """Return the components that the lines are."""
        root = cls("")
        path = [root]
        for line in lines:
            if line.startswith("BEGIN:"):
                made = cls(line[6:].upper())
                path[-1].components.append(made)
                path.append(made)
            elif line.startswith("END:"):
                path.pop()
            else:
                path[-1].properties.append(Property(line))
        return root.components

    def get_all(self, name):
        return [found for found in self.properties if found.name == name]

    def get(self, name):
        return next(iter(self.get_all(name)), None)

    def get_lines(self, replaced=(), times=()):
        """Return its lines, with ``times`` in the place of what is replaced."""
        lines = [f"BEGIN:{self.name}", *times]
        lines += [p.line for p in self.properties if p.name not in replaced]
        for component in self.components:
            lines += component.get_lines()
        return [*lines, f"END:{self.name}"]


def read_time(prop):
    """Return the ``date``, or the instant in UTC, that a property says."""
    [value] = read_times(prop)[:1] or [None]
    return value


def read_times(prop):
    return [_read_time(value, prop.parameters) for value in prop.value.split(",")]


def _read_time(value, parameters):
    value = value.partition("/")[0]
    if len(value) == 8:
        return datetime.strptime(value, "%Y%m%d").date()
    local = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")
    if value.endswith("Z"):
        return local
    return _as_instant(local, _get_zone(parameters))


def _get_zone(parameters):
    try:
        return get_zone(parameters.get("TZID", "UTC"))
    except (FileNotFoundError, ValueError, OSError):
        return get_zone("UTC")


def _as_instant(local, zone):
    # What a change of the clocks skips is reckoned as before it, as RFC 5545 says.
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def read_duration(value):
    found = DURATION.fullmatch(value)
    if not found:
        raise ValueError(value)
    sign, *numbers = found.groups()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    delta = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    return -delta if sign == "-" else delta


class Occurrence:
    """A component at one of the times at which it happens."""

    def __init__(self, component, place, start, length, repeats):
        self.component, self.place, self.start = component, place, start
        self.length, self.repeats = length, repeats

    @property
    def stop(self):
        return self.start + self.length

    def is_within(self, start, stop, timezone):
        """Say whether some of it is between two instants."""
        first, last = self.start, self.stop
        if not isinstance(first, datetime):
            first, last = get_midnight(first, timezone), get_midnight(last, timezone)
        if first == last:
            return start <= first < stop
        return first < stop and last > start

    def get_lines(self):
        if isinstance(self.start, datetime):
            times = [f"DTSTART:{write_utc(self.start)}"]
            if self.length:
                times.append(f"DTEND:{write_utc(self.stop)}")
        else:
            times = [f"DTSTART;VALUE=DATE:{write_date(self.start)}"]
            times.append(f"DTEND;VALUE=DATE:{write_date(self.stop)}")
        if self.repeats:
            if isinstance(self.place, datetime):
                times.append(f"RECURRENCE-ID:{write_utc(self.place)}")
            else:
                times.append(f"RECURRENCE-ID;VALUE=DATE:{write_date(self.place)}")
        return self.component.get_lines(TIMES | RULES, times)


def get_midnight(day, timezone):
    zone = get_zone(timezone or "UTC")
    return _as_instant(datetime.combine(day, time()), zone)


def get_occurrences(components, stop, budget):
    """Yield when the VEVENTs of an object happen, up to an instant."""
    own, masters = {}, []
    for component in components:
        place = component.get("RECURRENCE-ID")
        if place:
            own[read_time(place)] = component
        else:
            masters.append(component)
    for master in masters:
        repeats = any(master.get(name) for name in RULES)
        length = _get_length(master)
        for place in _get_places(master, stop, budget):
            if place not in own:
                yield Occurrence(master, place, place, length, repeats)
    for place, component in own.items():
        start = read_time(component.get("DTSTART"))
        yield Occurrence(component, place, start, _get_length(component), True)


def _get_length(component):
    start = read_time(component.get("DTSTART"))
    if component.get("DTEND"):
        stop = read_time(component.get("DTEND"))
        return stop - start if type(stop) is type(start) else timedelta()
    if component.get("DURATION"):
        return read_duration(component.get("DURATION").value)
    return timedelta() if isinstance(start, datetime) else timedelta(days=1)


def _get_places(master, stop, budget):
    """Return when the rule of a component says that it happens, in order."""
    prop = master.get("DTSTART")
    first = read_time(prop)
    allday = not isinstance(first, datetime)
    zone = None if allday else _get_zone(prop.parameters)
    utc = prop.value.endswith("Z")
    if allday:
        start = datetime.combine(first, time())
    else:
        start = first if utc else to_local(first, zone)

    def expand(rule):
        value = write_rule(read_rule(rule.value))
        value = UNTIL.sub(lambda u: f"UNTIL={_as_floating(u[1], zone)}", value)
        before = start
        for local in islice(rrulestr(value, dtstart=start), MOST):
            budget.spend((local - before).days)
            before = local
            place = (
                local.date() if allday else local if utc else _as_instant(local, zone)
            )
            if (get_midnight(place, None) if allday else place) >= stop:
                break
            yield place

    places = {first}
    for rule in master.get_all("RRULE"):
        places.update(expand(rule))
    for added in master.get_all("RDATE"):
        places.update(read_times(added))
    for rule in master.get_all("EXRULE"):
        places.difference_update(expand(rule))
    for gone in master.get_all("EXDATE"):
        places.difference_update(read_times(gone))
    return sorted(p for p in places if isinstance(p, datetime) != allday)


def _as_floating(value, zone):
    """Return the end of a rule as its start is written: without a zone."""
    if value.endswith("Z"):
        instant = datetime.strptime(value, "%Y%m%dT%H%M%SZ")
        value = f"{to_local(instant, zone) if zone else instant:%Y%m%dT%H%M%S}"
    return value if "T" in value else f"{value}T235959"
