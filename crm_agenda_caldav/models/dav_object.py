"""Which objects of iCalendar a calendar holds, by the last part of their address."""

import re
from hashlib import blake2b

from .ical import HEADER, get_timezone_lines, write_lines

ZONE = re.compile(r";TZID=\"?([^\":;]+)")
YEAR = re.compile(r"(?:[:=]|UNTIL=)([0-9]{4})[0-9]{4}")
NAME = re.compile(r"[^:;]*")
STAMP = re.compile("DTSTAMP|LAST-MODIFIED")
ANSWER = re.compile("(?<=ATTENDEE);PARTSTAT=[A-Z-]*")
TIMES = {"DTSTART", "DTEND", "EXDATE", "RRULE", "RECURRENCE-ID"}
# For how long time zones are told of what repeats for ever, or almost.
YEARS_AHEAD = 30


class IcalObject:
    """An object as its reader may know it: the lines of its VEVENTs."""

    def __init__(self, name, lines, readable):
        """:param readable: or else its reader only knows that it takes time"""
        self.name, self.lines, self.readable = name, lines, readable

    @property
    def etag(self):
        # Of all that is said: reminders and what is private differ by reader.
        text = "\n".join(self.lines).encode()
        return f'"{blake2b(text, digest_size=16).hexdigest()}"'

    @property
    def schedule_tag(self):
        """Return what stays the same when somebody answers, of what was invited to."""
        if not any(line.startswith("ORGANIZER") for line in self.lines):
            return None
        lines = [ANSWER.sub("", line) for line in self.lines]
        text = "\n".join(line for line in lines if not STAMP.match(line)).encode()
        return f'"{blake2b(text, digest_size=16).hexdigest()}"'

    @property
    def text(self):
        return write_calendar(self.lines)


def write_calendar(lines):
    """Return a calendar with these components, and the time zones that they need."""
    zones, years, ends = set(), set(), set()
    for name, line in _get_times(lines):
        head, _colon, said = line.partition(":")
        zones.update(ZONE.findall(head))
        if name == "RRULE":
            ends.update(map(int, YEAR.findall(said) or [9999]))
        else:
            years.update(map(int, YEAR.findall(line)))
    ends = {min(end, max(years) + YEARS_AHEAD) for end in ends}
    written = [
        *HEADER,
        "CALSCALE:GREGORIAN",
    ]
    for zone in sorted(zones):
        # A year more for whoever has one of them in another zone.
        written += get_timezone_lines(zone, min(years) - 1, max(years | ends) + 1)
    return write_lines([*written, *lines, "END:VCALENDAR"])


def _get_times(lines):
    """Yield ``(name, line)`` of what says when: what is kept of other programs may have
    times in it that are none of ours."""
    depth = 0
    for line in lines:
        if line.startswith("BEGIN:"):
            depth += 1
        elif line.startswith("END:"):
            depth -= 1
        elif depth == 1:
            name = NAME.match(line)[0]
            if name in TIMES:
                yield name, line
