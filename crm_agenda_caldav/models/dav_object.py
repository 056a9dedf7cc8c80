"""Which objects of iCalendar a calendar holds, by the last part of their address."""

import re
from hashlib import blake2b

from .ical import get_timezone_lines, write_lines

ZONE = re.compile(r";TZID=\"?([^\":;]+)")
YEAR = re.compile(r"(?:[:=]|UNTIL=)([0-9]{4})[0-9]{4}")


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
    def text(self):
        return write_calendar(self.lines)


def write_calendar(lines):
    """Return a calendar with these components, and the time zones that they need."""
    zones, years = set(), set()
    for line in lines:
        if line.startswith(("DTSTART", "DTEND", "EXDATE", "RRULE", "RECURRENCE-ID")):
            zones.update(ZONE.findall(line.partition(":")[0]))
            years.update(map(int, YEAR.findall(line)))
    written = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crm_agenda//Agenda//EN",
        "CALSCALE:GREGORIAN",
    ]
    for zone in sorted(zones):
        # A year more for whoever has one of them in another zone.
        written += get_timezone_lines(zone, min(years) - 1, max(years) + 1)
    return write_lines([*written, *lines, "END:VCALENDAR"])
