"""The text of iCalendar, RFC 5545: values, lines, time zones. Nothing of Odoo's.

It is written here, as libraries take milliseconds for each event and a feed may have
ten thousand.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytz

UTC = ZoneInfo("UTC")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
LINE_BYTES = 75
# What is kept beside the lines of an event of which another program says how long it
# lasts, and not its end.
LENGTH = "=DURATION"
LINK = re.compile(r"https?://[^/]", re.I)
# How each calendar begins.
HEADER = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crm_agenda//Agenda//EN")


def write_text(value):
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", lines).translate(ESCAPES)


def write_parameter(value):
    """Return a quoted value, which no character can end."""
    return '"{}"'.format(re.sub(r'["\x00-\x1f\x7f]', " ", value))


def is_link(address):
    """Say whether an address may become a link on a screen: no script, say."""
    return bool(LINK.match(address))


def write_date(day):
    return day.strftime("%Y%m%d")


def write_utc(instant):
    return instant.strftime("%Y%m%dT%H%M%SZ")


def write_local(local):
    return local.strftime("%Y%m%dT%H%M%S")


def write_duration(delta):
    seconds = round(delta.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    days, seconds = divmod(seconds, 86400)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    clock = "".join(
        f"{number}{unit}"
        for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S"))
        if number
    )
    if not (days or clock):
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def write_length(times, kept):
    """Return the lines of a time, with how long it lasts in the place of its end, if it
    is kept that another program says it so."""
    [start] = (line for line in times if line.startswith("DTSTART"))
    end = next((line for line in times if line.startswith("DTEND")), None)
    if not end or LENGTH not in kept:
        return times
    length = f"DURATION:{write_duration(_read_local(end) - _read_local(start))}"
    return [length if line == end else line for line in times]


def _read_local(line):
    value = line.rpartition(":")[2].rstrip("Z")
    return datetime.strptime(value, "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")


def write_lines(lines):
    """Return the text of content lines, none longer than 75 bytes."""
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _fold(line):
    if len(line) <= LINE_BYTES and line.isascii():
        return line
    parts, part, size = [], [], 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE_BYTES:
            parts.append("".join(part))
            part, size = [], 1  # the space that continues a line
        part.append(character)
        size += width
    return "\r\n ".join([*parts, "".join(part)])


@lru_cache(512)
def get_zone(name):
    """Return a time zone as Odoo knows it: the machine may not have them all."""
    with pytz.open_resource(name) as data:
        return ZoneInfo.from_file(data, key=name)


def to_utc(local, zone):
    """Return the instant, naive, of a naive local time, or nothing if a change of the
    clocks skips it; of two, the first, as RFC 5545 says."""
    instant = local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    return instant if to_local(instant, zone) == local else None


def to_local(instant, zone):
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


@lru_cache(512)
def get_timezone_lines(name, first_year, last_year):
    """Return a VTIMEZONE that holds from the one year to the other."""
    zone = get_zone(name)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    observances = {}
    before = _get_offset(start, zone)
    for instant, after in [(start, before), *_get_changes(zone, start, last_year + 2)]:
        onset = (instant + before[0]).replace(tzinfo=None)
        observances.setdefault((before[0], *after), []).append(onset)
        before = after
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for (old, new, label, saving), onsets in observances.items():
        kind = "DAYLIGHT" if saving else "STANDARD"
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{write_local(onsets[0])}",
            f"TZOFFSETFROM:{_write_offset(old)}",
            f"TZOFFSETTO:{_write_offset(new)}",
            f"TZNAME:{label}",
            *(f"RDATE:{write_local(onset)}" for onset in onsets[1:]),
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def _get_changes(zone, start, end_year):
    """Yield ``(instant, what it is from then on)``."""
    instant, before = start, _get_offset(start, zone)
    while instant.year < end_year:
        following = instant + timedelta(days=7)
        after = _get_offset(following, zone)
        if after != before:
            low, high = instant, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if _get_offset(middle, zone) == before:
                    low = middle
                else:
                    high = middle
            yield high, _get_offset(high, zone)
            before = after
        instant = following


def _get_offset(instant, zone):
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname(), bool(local.dst())


def _write_offset(delta):
    seconds = round(delta.total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    text = f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}"
    return text + (f"{seconds % 60:02}" if seconds % 60 else "")
