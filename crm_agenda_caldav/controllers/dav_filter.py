"""What a report asks for: CALDAV:filter and CALDAV:calendar-data of RFC 4791."""

import re
import string
from datetime import datetime, time, timedelta

from lxml import etree

from ..models.ical import get_zone, to_local
from .dav_text import (
    Budget,
    Component,
    get_midnight,
    get_occurrences,
    read_duration,
    read_time,
)
from .dav_xml import DavError, tag

INSTANT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# All that the agenda may hold is between these.
EARLIEST, LATEST = datetime(1850, 1, 1), datetime(3050, 1, 1)
ESCAPED = re.compile(r"\\(.)", re.S)
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# Of a filter, in bytes: each test is made of all that there is in the calendar.
MAX_FILTER = 5000


class Range:
    """Two instants, of which one may be missing."""

    def __init__(self, element):
        values = [element.get("start"), element.get("end")]
        if not any(values):
            raise DavError(403, "C:valid-filter")
        self.start = self._read(values[0]) or EARLIEST
        self.stop = self._read(values[1]) or LATEST
        if self.start >= self.stop:
            raise DavError(403, "C:valid-filter")

    @staticmethod
    def _read(value):
        if not value:
            return None
        try:
            if not INSTANT.fullmatch(value):
                raise ValueError
            instant = datetime.strptime(value, "%Y%m%dT%H%M%SZ")
        except ValueError:
            raise DavError(403, "C:valid-filter") from None
        return min(max(instant, EARLIEST), LATEST)

    def get_domain(self, timezone):
        """Return a domain for what takes some of the time, as a day or as an instant
        has it."""
        zone = get_zone(timezone or "UTC")
        first = to_local(self.start, zone).date()
        last = to_local(self.stop - timedelta(seconds=1), zone).date()
        return [
            "|",
            "&",
            "&",
            ("allday", "=", False),
            ("start", "<", self.stop),
            "|",
            ("stop", ">", self.start),
            ("start", ">=", self.start),
            "&",
            "&",
            ("allday", "=", True),
            ("start_date", "<=", last),
            ("stop_date", ">=", first),
        ]


class Filter:
    """Which objects are wanted."""

    def __init__(self, element, timezone):
        self.timezone, self.budget = timezone, Budget()
        found = element is not None and element.findall(tag("C:comp-filter")) or []
        if len(found) != 1 or found[0].get("name", "").upper() != "VCALENDAR":
            raise DavError(403, "C:valid-filter")
        self.element = found[0]
        if len(etree.tostring(self.element)) > MAX_FILTER:
            raise DavError(403, "C:supported-filter")
        self._check(self.element)
        # What the database can look for: whatever else is asked comes after that.
        ranges = [
            Range(r)
            for event in self.element.findall(tag("C:comp-filter"))
            if event.get("name").upper() == "VEVENT"
            for r in event.findall(tag("C:time-range"))
        ]
        self.range = ranges[0] if ranges else None

    def _check(self, element):
        for part in element.iter():
            if part.tag == tag("C:comp-filter"):
                if not part.get("name"):
                    raise DavError(403, "C:valid-filter")
            elif part.tag == tag("C:time-range"):
                Range(part)
            elif part.tag in (tag("C:prop-filter"), tag("C:param-filter")):
                if not part.get("name"):
                    raise DavError(403, "C:valid-filter")
            elif part.tag == tag("C:text-match"):
                if part.get("collation", "i;ascii-casemap") not in COLLATIONS:
                    raise DavError(403, "C:supported-collation")
            elif part.tag != tag("C:is-not-defined"):
                raise DavError(403, "C:supported-filter")

    def matches(self, lines):
        """Say whether an object is wanted, of those that the database found."""
        inner = self.element.findall(tag("C:comp-filter"))
        if not inner and not self.element.findall(tag("C:prop-filter")):
            return self.element.find(tag("C:is-not-defined")) is None
        if len(inner) == 1 and inner[0].get("name").upper() == "VEVENT":
            # The database has found what was asked.
            parts = [part.tag for part in inner[0]]
            if parts in ([], [tag("C:time-range")]):
                return True
        whole = Component("VCALENDAR")
        whole.components = self.events = Component.parse(lines)
        return self._matches(whole, self.element)

    def _matches(self, parent, element):
        for part in element:
            name = part.get("name", "").upper()
            if part.tag == tag("C:comp-filter"):
                of_kind = [c for c in parent.components if c.name == name]
                if part.find(tag("C:is-not-defined")) is not None:
                    if of_kind:
                        return False
                elif not any(
                    self._matches(component, part)
                    and self._is_in_time(parent, component, part)
                    for component in of_kind
                ):
                    return False
            elif part.tag == tag("C:prop-filter"):
                found = [p for p in parent.properties if p.name == name]
                if not self._match_values(found, part):
                    return False
        return True

    def _match_values(self, found, part):
        if part.find(tag("C:is-not-defined")) is not None:
            return not found
        return any(self._matches_value(prop, part) for prop in found)

    def _matches_value(self, prop, part):
        for test in part:
            if test.tag == tag("C:text-match"):
                if not _matches_text(ESCAPED.sub(_unescape, prop.value), test):
                    return False
            elif test.tag == tag("C:time-range"):
                if not self._is_value_in(prop, Range(test)):
                    return False
            elif test.tag == tag("C:param-filter"):
                value = prop.parameters.get(test.get("name").upper())
                wanted = test.find(tag("C:is-not-defined")) is None
                text = test.find(tag("C:text-match"))
                if (value is not None) != wanted:
                    return False
                if text is not None and not _matches_text(value or "", text):
                    return False
        return True

    def _is_in_time(self, parent, component, part):
        element = part.find(tag("C:time-range"))
        if element is None:
            return True
        asked = Range(element)
        if component.name == "VALARM" and parent in self.events:
            try:
                return any(
                    asked.start <= instant < asked.stop
                    for instant in self._get_alarms(parent, component, asked)
                )
            except (ValueError, OverflowError):
                return False  # what is kept of other programs may be no time
        # That of a VEVENT the database has found, and others are none that is known.
        return True

    def _get_alarms(self, event, alarm, asked):
        trigger = alarm.get("TRIGGER")
        if trigger is None:
            return
        if trigger.parameters.get("VALUE") == "DATE-TIME":
            moment = read_time(trigger)
            if isinstance(moment, datetime):
                yield moment
            return
        ahead = read_duration(trigger.value)
        stop = min(asked.stop - ahead, LATEST)
        for occurrence in get_occurrences([event], stop, self.budget):
            at_end = trigger.parameters.get("RELATED") == "END"
            moment = occurrence.stop if at_end else occurrence.start
            if not isinstance(moment, datetime):
                moment = get_midnight(moment, self.timezone)
            yield moment + ahead

    def _is_value_in(self, prop, asked):
        try:
            moment = read_time(prop)
        except ValueError:
            return False  # it is no time
        if not isinstance(moment, datetime):
            first = get_midnight(moment, self.timezone)
            return first < asked.stop and first + timedelta(1) > asked.start
        return asked.start <= moment < asked.stop


def _unescape(found):
    return "\n" if found[1] in "nN" else found[1]


def _fold_ascii(text):
    return text.translate(LOWER)


COLLATIONS = {
    "i;ascii-casemap": _fold_ascii,
    "i;unicode-casemap": str.casefold,
    "i;octet": str,
}


def _matches_text(value, element):
    fold = COLLATIONS[element.get("collation", "i;ascii-casemap")]
    found = fold(element.text or "") in fold(value)
    return found != (element.get("negate-condition") == "yes")


class Data:
    """How the text of an object is wanted: CALDAV:calendar-data."""

    def __init__(self, element, timezone):
        self.timezone, self.budget = timezone, Budget()
        self.expand = self.limit = None
        if element is None:
            return
        kind = element.get("content-type", "text/calendar")
        if kind != "text/calendar" or element.get("version", "2.0") != "2.0":
            raise DavError(403, "C:supported-calendar-data")
        for name in ("expand", "limit-recurrence-set"):
            found = element.find(tag(f"C:{name}"))
            if found is not None:
                if not (found.get("start") and found.get("end")):
                    raise DavError(403, "C:valid-filter")
                if name == "expand":
                    self.expand = Range(found)
                else:
                    self.limit = Range(found)

    def get_lines(self, lines):
        """Return the lines of an object as they are wanted."""
        if not (self.expand or self.limit):
            return lines
        asked = self.expand or self.limit
        components = Component.parse(lines)
        occurrences = [
            occurrence
            for occurrence in get_occurrences(components, asked.stop, self.budget)
            if occurrence.is_within(asked.start, asked.stop, self.timezone)
        ]
        if self.expand:
            occurrences.sort(key=lambda o: _as_datetime(o.start))
            return [line for o in occurrences for line in self._write(o)]
        within = {id(o.component) for o in occurrences}
        return [
            line
            for component in components
            if id(component) in within or not component.get("RECURRENCE-ID")
            for line in component.get_lines()
        ]

    def _write(self, occurrence):
        lines = occurrence.get_lines()
        self.budget.spend_text(lines)
        return lines


def _as_datetime(moment):
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())
