"""The rule of a series as another program gave it, and the places that it means."""

import re
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from .ical import get_zone, to_local, write_date, write_local

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# As Odoo's own: of an endless series, so many occurrences are kept.
MAX_PLACES = 720
# Of how many a rule is read at most, to come to those of today.
MAX_READ = 40_000
# What has been over for longer is left out first, where there are too many.
PAST = timedelta(days=366)
LONGEST_RULE = 500
# Nothing of a calendar is later.
LATEST = datetime(3000, 1, 1)
# The calendar is the same again after so many years.
CYCLE = 400
NUMBERS = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, 10**6),
    "BYDAY": (1, 53),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366),
}
# Those that count from the end, too.
SIGNED = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
DAY = "MO|TU|WE|TH|FR|SA|SU"


class RuleError(ValueError):
    """A rule that says nothing, or that can't be kept."""


class GivenRule:
    """A start with its ``RRULE``, ``RDATE`` and ``EXRULE`` lines.

    Places are local times, or dates in a series that lasts all day. ``first`` and
    ``last`` are those between which it is kept, once that was decided.
    """

    def __init__(self, start, zone, lines, first=None, last=None, endless=False):
        self.start, self.zone, self.lines = start, zone, tuple(lines)
        self.first, self.last, self.endless = first, last, endless

    @property
    def allday(self):
        return not isinstance(self.start, datetime)

    @classmethod
    def load(cls, data):
        """Return the rule that ``dump`` gave."""
        data = {
            key: read_place(value) if key in ("start", "first", "last") else value
            for key, value in data.items()
        }
        return cls(**data)

    def dump(self):
        return {
            "start": self.write_place(self.start),
            "zone": self.zone,
            "lines": list(self.lines),
            "first": self.write_place(self.first),
            "last": self.write_place(self.last),
            "endless": self.endless,
        }

    def get_lines(self):
        """Return its lines, with the time zone of dates."""
        how = "VALUE=DATE" if self.allday else f"TZID={self.zone}"
        return [
            line.replace("RDATE:", f"RDATE;{how}:") if line[:6] == "RDATE:" else line
            for line in self.lines
        ]

    def get_meaning(self):
        """Return what is the same of rules that say the same in other words."""
        lines = [line.partition(":") for line in self.lines]
        return (
            self.start,
            self.allday or self.zone,
            frozenset(
                ("RDATE", value)
                if name.startswith("RDATE")
                else (name, *sorted(read_rule(value).items()))
                for name, _colon, value in lines
            ),
        )

    def write_place(self, place):
        return write_date(place) if self.allday else write_local(place)

    def get_places(self):
        """Return the places that are kept, in their order."""
        if self.last is None:
            return []
        return [place for place in self._expand(self.last) if place >= self.first]

    def check(self):
        """Refuse a rule that names no day, for which all years would be searched, now
        and whenever somebody reads it: those of some centuries tell."""
        start = as_datetime(self.start)
        last_cycle = (9999 - CYCLE // 4 - start.year) // CYCLE
        start = start.replace(year=start.year + CYCLE * last_cycle)
        for line in self.lines:
            name, value = line.partition(":")[::2]
            if name in ("RRULE", "EXRULE"):
                parts = read_rule(value)
                parts.pop("UNTIL", None)
                if not next(iter(rrulestr(write_rule(parts), dtstart=start)), None):
                    raise RuleError(value)

    def settle(self, now=None):
        """Return the places that are kept: those that were before, or all of them, or
        if they are too many, those to come and of a year before.

        :param now: decides it anew
        """
        if now is None and self.last is not None:
            return self.get_places()
        places = self._expand()
        self.endless = len(places) >= MAX_READ
        if now and len(places) > MAX_PLACES:
            recent = now - PAST
            recent = recent.date() if self.allday else recent
            late = [place for place in places if place >= recent]
            self.endless = self.endless or len(late) > MAX_PLACES
            if len(late) < MAX_PLACES:
                late = places[-MAX_PLACES:]
            places = late[:MAX_PLACES]
        if places:
            self.first, self.last = places[0], places[-1]
        return places

    def get_bare_rule(self):
        """Return the rule without its end, if it is all that there is."""
        if len(self.lines) != 1 or not self.lines[0].startswith("RRULE"):
            return None
        parts = read_rule(self.lines[0].partition(":")[2])
        parts = {k: v for k, v in parts.items() if k not in ("COUNT", "UNTIL")}
        return write_rule(parts)

    def get_end(self):
        """Return ``(count, until)`` of its only rule, as it was given."""
        parts = read_rule(self.lines[0].partition(":")[2])
        return parts.get("COUNT"), parts.get("UNTIL")

    def _expand(self, last=None):
        places, left_out = {self.start}, set()
        for line in self.lines:
            name, value = line.partition(":")[::2]
            fname = name.partition(";")[0]
            if fname in ("RRULE", "EXRULE"):
                found = self._expand_rule(value, last)
                (left_out if fname == "EXRULE" else places).update(found)
            elif fname == "RDATE":
                places.update(self._read_dates(value))
        if last is not None:
            places = {place for place in places if place <= last}
        return sorted(places - left_out)[:MAX_READ]

    def _expand_rule(self, text, last):
        start = as_datetime(self.start)
        parts = read_rule(text)
        until = parts.pop("UNTIL", None)
        end = last if until is None else self._read_until(until)
        if last is not None:
            end = min(end, last)
        rule = rrulestr(write_rule(parts), dtstart=start)
        if not isinstance(rule, rrule):
            raise RuleError(text)
        found = []
        latest = LATEST.date() if self.allday else LATEST
        for place in islice(rule, MAX_READ):
            place = place.date() if self.allday else place
            if place > (latest if end is None else end):
                break
            found.append(place)
        return found

    def _read_until(self, text):
        until = read_place(text.removesuffix("Z"))
        if self.allday:
            return until.date() if isinstance(until, datetime) else until
        if not isinstance(until, datetime):
            return datetime.combine(until, time.max)
        return to_local(until, get_zone(self.zone)) if text.endswith("Z") else until

    def _read_dates(self, value):
        for text in value.split(","):
            text = text.partition("/")[0]
            place = read_place(text.removesuffix("Z"))
            if self.allday:
                yield place.date() if isinstance(place, datetime) else place
            elif text.endswith("Z"):
                yield to_local(as_datetime(place), get_zone(self.zone))
            elif isinstance(place, datetime):
                yield place
            else:
                yield datetime.combine(place, self.start.time())


def read_rule(text):
    """Return the parts of a rule, or refuse one that can't be kept."""
    parts = {}
    for part in text.upper().strip(";").split(";"):
        key, equals, value = part.partition("=")
        if not (equals and value) or key in parts:
            raise RuleError(text)
        if not key.startswith("X-"):
            parts[key] = value
    if "FREQ" not in parts or len(text) > LONGEST_RULE:
        raise RuleError(text)
    for key, value in parts.items():
        if not _is_valid(key, value):
            raise RuleError(text)
    # Which would have ``dateutil`` look beyond the end of the year.
    within_month = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    if within_month and re.search("[6-9]|[1-9][0-9]", parts.get("BYDAY", "")):
        raise RuleError(text)
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    return parts


def _is_valid(key, value):
    """Say whether a part of a rule is one of RFC 5545, of days and longer."""
    match key:
        case "FREQ":
            return value in FREQUENCIES
        case "UNTIL":
            return True  # read where it is known what it is of
        case "WKST":
            return re.fullmatch(DAY, value)
    low, high = NUMBERS.get(key, (1, 0))
    pattern = rf"{'[+-]?' if key in SIGNED else ''}([0-9]{{1,7}})"
    if key == "BYDAY":
        pattern = rf"(?:{pattern})?(?:{DAY})"
    values = [value] if key in ("INTERVAL", "COUNT") else value.split(",")
    found = [re.fullmatch(pattern, v) for v in values]
    return all(f and low <= int(f[1] or low) <= high for f in found)


def write_rule(parts):
    return ";".join(f"{key}={value}" for key, value in parts.items())


def as_datetime(day):
    return day if isinstance(day, datetime) else datetime.combine(day, time())


def read_place(text):
    if text is None:
        return None
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if not re.fullmatch(r"\d{8}T\d{6}", text):
        raise RuleError(text)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")
