"""What the text of iCalendar says, RFC 5545. Nothing of Odoo's.

It is read here, as ``vobject`` would trust what a file says of time zones, for all who
come later.
"""

import re
from datetime import datetime, timedelta

from .ical import UTC, get_zone, is_link, to_local, write_date, write_local
from .ical_lines import ReadError, read_components, read_list, read_text
from .ical_rule import MAX_PLACES, GivenRule, RuleError, as_datetime, read_place
from .ical_zones import Zones

YEARS = range(1900, 3000)
DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?"
)
# In bytes: an index takes no thousands.
MAX_UID = 1000
RULES = ("RRULE", "RDATE", "EXRULE")
TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION")
CHOICES = ("STATUS", "CLASS", "TRANSP")
# What is each reader's own: that they have seen a reminder, or put it off.
PERSONAL = ("X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME")
# What a reminder says that Odoo has, too.
PLAIN_ALARM = {"ACTION", "TRIGGER", "DESCRIPTION"}
# What is read here, and what the server says itself.
READ = {
    *("UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "DURATION", "EXDATE"),
    *("RECURRENCE-ID", "CATEGORIES", "CONFERENCE", "ORGANIZER", "ATTENDEE"),
    *RULES,
    *TEXTS,
    *CHOICES,
}


def read_duration(text):
    """Return ``(days, the rest)``, the one as the clock shows it."""
    match = DURATION.fullmatch(text.strip().upper())
    if not match or text.strip()[-1:] in "PT":
        raise ReadError(text)
    sign = -1 if match[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (int(x or 0) for x in match.groups()[1:])
    rest = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return sign * timedelta(days=days + 7 * weeks), sign * rest


def to_instant(place, zone):
    """Return the instant, naive, of a local time, one that the clocks skip as well."""
    return place.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


class ReadEvent:
    """A ``VEVENT``: its times, and what else it says."""

    def __init__(self, component, zones):
        self.component, self.zones, self._facts = component, zones, None
        self.uid = component.get_value("UID")
        line = component.get("DTSTART")
        if not line:
            raise ReadError("DTSTART")
        self.start, self.zone = self.read_time(line)
        self.allday = not isinstance(self.start, datetime)
        line = component.get("RECURRENCE-ID")
        self.place = self.read_time(line) if line else None
        if line and "RANGE" in line[1]:
            raise ReadError(line[3])
        self.days, self.rest = self._read_length()
        if self.days + self.rest < timedelta():
            raise ReadError("DTEND < DTSTART")

    def read_time(self, line):
        """Return ``(day or local time, name of its zone)``."""
        _name, params, value, text = line
        value = value.strip()
        try:
            place = read_place(value.removesuffix("Z"))
        except ValueError as error:
            raise ReadError(text[:100]) from error
        if place.year not in YEARS:
            raise ReadError(text[:100])
        if not isinstance(place, datetime):
            return place, "UTC"
        if value.endswith("Z"):
            return place, "UTC"
        name = params.get("TZID")
        return place, self.zones.get(name, place.year) if name else self.zones.default

    def get_instant(self, place, zone=None):
        return to_instant(place, get_zone(zone or self.zone))

    def _read_length(self):
        """Return how long it lasts: ``(days, the rest)``, of which the days are as the
        clock shows them."""
        line = self.component.get("DTEND")
        if line:
            end, zone = self.read_time(line)
            if self.allday or not isinstance(end, datetime):
                days = as_datetime(end).date() - as_datetime(self.start).date()
                return days if days else timedelta(days=int(self.allday)), timedelta()
            return timedelta(), self.get_instant(end, zone) - self.get_instant(
                self.start
            )
        line = self.component.get("DURATION")
        if not line:
            return timedelta(days=1 if self.allday else 0), timedelta()
        days, rest = read_duration(line[2])
        if self.allday:
            return max(days, timedelta(days=1)), timedelta()
        return days, rest

    def get_times(self, place):
        """Return ``(start, stop)`` of its occurrence at a place: days, the last within,
        or instants; an exception has its own."""
        if self.place:
            place = self.start
        if self.allday:
            return place, place + self.days - timedelta(days=1)
        start = self.get_instant(place)
        if not self.days:
            return start, start + self.rest
        return start, self.get_instant(place + self.days) + self.rest

    def get_rule(self):
        """Return its rule, if it is a series."""
        lines = []
        for name, params, value, text in self.component.lines:
            if name not in RULES:
                continue
            if name == "RDATE" and not self.allday:
                # In the zone of the start, as this is the one that is kept.
                value = ",".join(self._read_dates(params, value, text))
                lines.append(f"RDATE:{value}")
            else:
                lines.append(f"{name}:{value.strip()}")
        if sum(line.startswith(("RRULE", "EXRULE")) for line in lines) > 2:
            raise RuleError("RRULE")
        if not lines:
            return None
        rule = GivenRule(self.start, self.zone, lines)
        rule.check()
        return rule

    def get_left_out(self):
        """Return the places of a series at which there is none."""
        places = set()
        for _name, params, value, text in self.component.get_all("EXDATE"):
            for date in self._read_dates(params, value, text):
                place = read_place(date)
                places.add(place)
        return places

    def get_place(self, place, zone):
        """Return a place as one of the series that starts here."""
        if self.allday:
            return as_datetime(place).date()
        if not isinstance(place, datetime):
            return datetime.combine(place, self.start.time())
        if zone == self.zone:
            return place
        return to_local(self.get_instant(place, zone), get_zone(self.zone))

    def _read_dates(self, params, value, text):
        for date in value.split(","):
            if "/" in date:
                raise ReadError(text[:100])  # its own length, that no rule has
            line = ("", params, date, text)
            place = self.get_place(*self.read_time(line))
            yield write_date(place) if self.allday else write_local(place)

    def get_facts(self):
        """Return what it says of an event, without its times."""
        if self._facts is None:
            self._facts = self._read_facts()
        return self._facts

    def _read_facts(self):
        facts = {
            name: read_text(self.component.get_value(name)).strip() for name in TEXTS
        }
        for name in ("SUMMARY", "LOCATION"):
            facts[name] = " ".join(facts[name].split())
        for name in CHOICES:
            facts[name] = self.component.get_value(name).upper() or None
        facts["CATEGORIES"] = tuple(
            dict.fromkeys(
                name
                for line in self.component.get_all("CATEGORIES")
                for name in read_list(line[2])
            )
        )
        link = self._get_link()
        facts["CONFERENCE"] = link and link[2].strip()
        facts["ALARMS"] = frozenset(self._read_alarms())
        organizer = self.component.get("ORGANIZER")
        facts["ORGANIZER"] = read_address(organizer[2]) if organizer else None
        people = {}
        for _name, params, value, _line in self.component.get_all("ATTENDEE"):
            address = read_address(value)
            if address:
                answer = params.get("PARTSTAT", "NEEDS-ACTION").upper()
                people[address] = (params.get("CN", ""), answer)
        facts["PEOPLE"] = people
        return facts

    @property
    def says_length(self):
        """Say whether it tells how long it lasts, and not its end."""
        return bool(self.component.get("DURATION") and not self.component.get("DTEND"))

    def read_alike(self, lines):
        """Return the facts that these lines give, at the same times."""
        times = [self.component.get(name) for name in ("DTSTART", "DTEND", "DURATION")]
        lines = ["BEGIN:VEVENT", *(t[3] for t in times if t), *lines, "END:VEVENT"]
        component = read_components("\r\n".join(lines))[0]
        return ReadEvent(component, self.zones).get_facts()

    def _get_link(self):
        """Return the line of where it is held online, if it is one to follow."""
        lines = self.component.get_all("CONFERENCE")
        return next((line for line in lines if is_link(line[2].strip())), None)

    def _read_alarms(self):
        """Yield how long before the start it reminds; after it, none does."""
        start = as_datetime(self.start)
        for part in self._get_alarms():
            trigger = part.get("TRIGGER")
            # What puts another one off is related to it, RFC 9074.
            again = part.get_value("ACTION").upper() == "NONE" or part.get("RELATED-TO")
            if again or not trigger:
                continue
            value = trigger[2].strip()
            try:
                if value[:1].isdigit():
                    place = self.get_place(*self.read_time(trigger))
                    ahead = start - as_datetime(place)
                else:
                    ahead = -sum(read_duration(value), timedelta())
                    if trigger[1].get("RELATED", "").upper() == "END":
                        ahead -= self.days + self.rest
            except ValueError:
                continue
            yield ahead

    def _get_alarms(self):
        return [part for part in self.component.parts if part.name == "VALARM"]

    def get_personal(self):
        """Return what is its reader's own: lines, and reminders."""
        lines = [x[3] for x in self.component.lines if x[0].startswith(PERSONAL)]
        return lines, self._get_alarms()

    def get_kept(self, own_url=""):
        """Return the lines that say nothing that is read here."""
        kept, link = [], self._get_link()
        for name, _params, value, line in self.component.lines:
            if name == "URL" and own_url and value.startswith(own_url):
                continue
            if name not in READ and not name.startswith(PERSONAL):
                kept.append(line)
        kept += [x[3] for x in self.component.get_all("CONFERENCE") if x is not link]
        for part in self.component.parts:
            if part.name != "VALARM":
                kept += part.get_lines()
        return kept

    def get_people(self, known, own):
        """Return the lines of who attends, without those that are known, as they came.

        :param own: or else the line of who organizes it, too
        """
        names = ("ATTENDEE",) if own else ("ATTENDEE", "ORGANIZER")
        return [
            line
            for name, _params, value, line in self.component.lines
            if name in names and read_address(value) not in known
        ]


def read_address(value):
    address = value.strip()
    if address[:7].lower() == "mailto:":
        address = address[7:]
    return address.strip().lower() if "@" in address else ""


class ReadObject:
    """What has one UID: an event, or a series with its exceptions."""

    def __init__(self, uid, events):
        self.uid = uid
        masters = [event for event in events if not event.place]
        if len(masters) != 1:
            raise ReadError("RECURRENCE-ID" if not masters else f"UID:{uid}")
        self.master = masters[0]
        self.rule = self.master.get_rule()
        self.exceptions = {}
        for event in events:
            if event.place:
                self.exceptions[self.master.get_place(*event.place)] = event
        if self.exceptions and not self.rule:
            raise ReadError("RRULE")

    def get_occurrences(self, now, anew):
        """Return ``{place: event that says what it is}`` of all that are kept.

        :param anew: whether to decide which those are
        """
        if not self.rule:
            return {self.master.start: self.master}
        places = self.rule.settle(now if anew else None)
        left_out = self.master.get_left_out()
        found = {place: self.master for place in places if place not in left_out}
        first = self.rule.first
        for place, event in self.exceptions.items():
            if first is not None and place >= first:
                found[place] = event
        if len(found) > 2 * MAX_PLACES:
            raise RuleError("RECURRENCE-ID")
        return found


def read_calendar(text, default_zone):
    """Yield ``(uid, object, or what is wrong with it)`` of each in a text."""
    calendars = read_components(text)
    if not calendars or any(part.name != "VCALENDAR" for part in calendars):
        raise ReadError("BEGIN:VCALENDAR")
    for calendar in calendars:
        zones = Zones(calendar, default_zone)
        by_uid = {}
        for part in calendar.parts:
            if part.name not in ("VTIMEZONE", "VALARM"):
                by_uid.setdefault(part.get_value("UID"), []).append(part)
        for uid, parts in by_uid.items():
            try:
                for part in parts:
                    if part.name != "VEVENT":
                        raise ReadError(f"BEGIN:{part.name}")
                if not 0 < len(uid.encode()) <= MAX_UID:
                    raise ReadError("UID")
                events = [ReadEvent(part, zones) for part in parts]
                yield uid, parts, ReadObject(uid, events)
            except ValueError as error:
                yield uid, parts, error
