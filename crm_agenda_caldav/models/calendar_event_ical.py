"""An event as iCalendar, as its reader may know it."""

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import pytz
from dateutil.rrule import rrulestr

from odoo import api, models
from odoo.tools import html2plaintext

from .ical import (
    get_zone,
    to_local,
    to_utc,
    write_date,
    write_duration,
    write_local,
    write_parameter,
    write_text,
    write_utc,
)

ICAL_FIELDS = (
    "name",
    "start",
    "stop",
    "start_date",
    "stop_date",
    "allday",
    "active",
    "write_date",
    "location",
    "description",
    "privacy",
    "show_as",
    "videocall_location",
    "user_id",
    "attendee_ids",
    "alarm_ids",
    "recurrence_id",
    "agenda_calendar_id",
    "agenda_type_id",
    "agenda_status_id",
)
CLASSES = {"private": "PRIVATE", "confidential": "CONFIDENTIAL"}
ANSWERS = {
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
}
WEEK = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
MIDNIGHT = time()


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_ical_objects(self):
        """Return ``{uid: lines of its VEVENTs}`` of events that the user may read, and
        the names of the time zones that these need.

        Of a series it takes these occurrences as all that there are.
        """
        objects, timezones = {}, set()
        by_series = defaultdict(list)
        bodies = self._get_ical_bodies()
        for event in self:
            by_series[event.recurrence_id].append(event)
        alone = by_series.pop(self.env["calendar.recurrence"], [])
        for series, events in by_series.items():
            lines, strays, timezone = self._write_ical_series(series, events, bodies)
            alone += strays
            if lines:
                objects[self._get_ical_uid("series", series.id)] = lines
                timezones.add(timezone)
        for event in alone:
            uid = self._get_ical_uid("event", event.id)
            objects[uid] = event._write_vevent(uid, event._get_own_times(), bodies)
        return objects, timezones - {False}

    @api.model
    def _get_ical_slots(self, rows):
        """Return ``{uid: lines}`` of slots of which the user only knows that they are
        taken."""
        objects = {}
        busy = write_text(self.env._("Busy"))
        for row in rows:
            uid = self._get_ical_uid("event", row["id"])
            objects[uid] = [
                "BEGIN:VEVENT",
                f"UID:{uid}",
                f"DTSTAMP:{write_utc(row['start'])}",
                *self._write_times(
                    row["allday"],
                    row["start_date"] if row["allday"] else row["start"],
                    row["stop_date"] if row["allday"] else row["stop"],
                ),
                f"SUMMARY:{busy}",
                "TRANSP:OPAQUE",
                "END:VEVENT",
            ]
        return objects

    @api.model
    def _get_ical_uid(self, kind, number):
        return f"{kind}-{number}@{self._get_ical_origin()[0]}"

    @api.model
    def _get_ical_origin(self):
        """Return what tells this database from others, and where its events open."""
        cache = self.env.cr.cache
        if "agenda_ical_origin" not in cache:
            # sudo: both are in every invitation
            parameters = self.env["ir.config_parameter"].sudo()
            cache["agenda_ical_origin"] = (
                parameters.get_param("database.uuid"),
                f"{self.browse().get_base_url()}/mail/view?model={self._name}&res_id=",
            )
        return cache["agenda_ical_origin"]

    def _get_own_times(self):
        if self.allday:
            return self._write_times(True, self.start_date, self.stop_date)
        return self._write_times(False, self.start, self.stop)

    @api.model
    def _write_times(self, allday, start, stop):
        """Return the lines of a time that is written by itself: days, or instants."""
        if allday:
            following = stop + timedelta(days=1)
            return [
                f"DTSTART;VALUE=DATE:{write_date(start)}",
                f"DTEND;VALUE=DATE:{write_date(following)}",
            ]
        times = [f"DTSTART:{write_utc(start)}"]
        # What takes no time has no end: one that is not later is invalid.
        return times + ([f"DTEND:{write_utc(stop)}"] if stop > start else [])

    def _write_vevent(self, uid, times, bodies):
        return [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{write_utc(self.write_date)}",
            f"LAST-MODIFIED:{write_utc(self.write_date)}",
            *times,
            f"URL:{self._get_ical_origin()[1]}{self.id}",
            *bodies[self],
            "END:VEVENT",
        ]

    def _get_ical_bodies(self):
        """Return ``{event: the lines that may be alike in all of a series}``."""
        remind = set(self._get_reminding().ids)
        htmls = set(self.mapped("description"))
        texts = {html: html2plaintext(html).strip() for html in htmls if html}
        return {
            event: event._get_ical_body(
                texts.get(event.description), event.id in remind
            )
            for event in self
        }

    def _get_ical_body(self, description, reminds):
        lines = [f"SUMMARY:{write_text(self.name or '')}"]
        # sudo: their names are the event's, and extra users may not read its calendar
        event_type, status = self.agenda_type_id.sudo(), self.agenda_status_id.sudo()
        cancelled = status.kind == "cancelled" or not self.active
        if cancelled:
            lines.append("STATUS:CANCELLED")
        elif status.kind == "open" and status.tentative:
            lines.append("STATUS:TENTATIVE")
        else:
            lines.append("STATUS:CONFIRMED")
        free = cancelled or self.show_as == "free"
        lines.append(f"TRANSP:{'TRANSPARENT' if free else 'OPAQUE'}")
        lines.append(f"CLASS:{CLASSES.get(self.privacy, 'PUBLIC')}")
        if event_type:
            lines.append(f"CATEGORIES:{write_text(event_type.name)}")
        if self.location:
            lines.append(f"LOCATION:{write_text(self.location)}")
        if description:
            lines.append(f"DESCRIPTION:{write_text(description)}")
        if self.videocall_location:
            url = "".join(self.videocall_location.split())
            lines.append(f"CONFERENCE;VALUE=URI:{url}")
        lines += self._get_ical_people()
        if reminds:
            lines += self._get_ical_alarms()
        return tuple(lines)

    def _get_ical_people(self):
        """Yield who organizes it and who attends, if anybody was invited."""
        people = [
            (f"ATTENDEE;PARTSTAT={ANSWERS.get(a.state, 'NEEDS-ACTION')}", a)
            for a in self.attendee_ids
        ]
        if people and self.user_id:
            people.insert(0, ("ORGANIZER", self.user_id))
        for line, person in people:
            if person.email and not set(person.email) & set(" \r\n\t;,<>"):
                name = write_parameter(person.display_name or person.email)
                yield f"{line};CN={name}:mailto:{person.email}"

    def _get_reminding(self):
        """Return the events that remind the user: see ``_get_recipients`` of the
        reminders, which tells it of all people, one event after the other."""
        events = self.filtered("alarm_ids")
        user = self.env.user
        # sudo: what is asked is about the reader alone, of events that they read
        attending = self.env["calendar.attendee"].sudo()
        attending = attending.search(
            [("event_id", "in", events.ids), ("partner_id", "=", user.partner_id.id)]
        )
        # As for the reminders, who was uninvited is not asked whatever row is left.
        invited = attending.filtered(
            lambda a: a.state != "declined" and a.partner_id in a.event_id.partner_ids
        )
        out = set((attending - invited).event_id.ids)
        calendars = events.sudo().agenda_calendar_id
        calendars = calendars.filtered(lambda c: user in c.reminded_ids)
        extra = events.sudo().filtered(lambda e: user in e.shared_user_ids)
        own = {*invited.event_id.ids, *extra.ids}

        def reminds(event):
            if event.id in own or event.id in out:
                return event.id not in out
            if event.privacy == "private":
                return event.user_id == user
            return event.agenda_calendar_id in calendars

        return events.filtered(reminds)

    def _get_ical_alarms(self):
        """Yield the reminders of the user."""
        timezone = pytz.timezone(self.env.user.tz or "UTC")
        for ahead in sorted({a._get_ahead(self, timezone) for a in self.alarm_ids}):
            yield from (
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                f"DESCRIPTION:{write_text(self.name or '')}",
                f"TRIGGER:{write_duration(-ahead)}",
                "END:VALARM",
            )

    @api.model
    def _write_ical_series(self, series, events, bodies):
        """Return the lines of a series with its exceptions, the occurrences that stand
        by themselves, and the time zone that the lines need.

        Odoo keeps occurrences, and not what was their place in the rule before they
        were moved. So the rule is expanded, and the occurrences laid over it.
        """
        occurrences = sorted(events, key=lambda e: e.start)
        rules = series._write_ical_rules()
        if not rules or len(occurrences) < 2:
            return [], occurrences, False
        timezone = series.event_tz or self.env.user.tz or "UTC"
        plan = _SeriesPlan(occurrences, rules, get_zone(timezone))
        if not plan.placed:
            return [], occurrences, False
        typical = Counter(bodies[e] for e in plan.placed.values()).most_common(1)[0][0]
        model = next(e for e in plan.placed.values() if bodies[e] == typical)
        uid = self._get_ical_uid("series", series.id)
        if plan.allday:

            def write(fname, place):
                return f"{fname};VALUE=DATE:{write_date(place)}"
        else:

            def write(fname, place):
                return f"{fname};TZID={timezone}:{write_local(place)}"

        times = [write("DTSTART", plan.first)]
        if plan.length:
            times.append(write("DTEND", plan.first + plan.length))
        times.append(f"RRULE:{plan.rule}")
        times += [write("EXDATE", place) for place in plan.skipped]
        lines = model._write_vevent(uid, times, bodies)
        for place, event in plan.placed.items():
            if bodies[event] != typical or not plan.is_regular(place, event):
                times = [write("RECURRENCE-ID", place), *event._get_own_times()]
                lines += event._write_vevent(uid, times, bodies)
        return lines, plan.strays, not plan.allday and timezone


class _SeriesPlan:
    """Occurrences, laid over the places that a rule gives them.

    Places are local times, or dates in a series that lasts all day.
    """

    def __init__(self, occurrences, rules, zone):
        self.zone, self.rule = zone, rules[0]
        shapes = Counter(map(self._get_shape, occurrences))
        shape = shapes.most_common(1)[0][0]
        self.allday, _clock, self.length = shape
        regular = [e for e in occurrences if self._get_shape(e) == shape]
        self.placed, self.skipped, self.strays = {}, [], list(occurrences)
        last = self._get_start(regular[-1])
        self.first = next(filter(self._is_on_rule, map(self._get_start, regular)), None)
        if self.first is None:
            return
        until = write_date(last) if self.allday else write_utc(to_utc(last, zone))
        expansions = {r: self._expand(r, last) for r in rules}
        starts = {self._get_place(e): e for e in occurrences}
        best = min(rules, key=lambda r: len(set(starts) ^ set(expansions[r])))
        self.rule = f"{best};UNTIL={until}"
        self._lay(occurrences, expansions[best], starts)

    def is_regular(self, place, event):
        """Say whether an event is as the rule has it there."""
        if event.allday != self.allday or self._get_place(event) != place:
            return False
        if self.allday:
            return event.stop_date - event.start_date + timedelta(1) == self.length
        # Both as the clock shows it and as time passes: clients do the one or other.
        return (
            event.stop - event.start == self.length
            and to_utc(place + self.length, self.zone) == event.stop
        )

    def _lay(self, occurrences, expansion, starts):
        placed = {p: starts[p] for p in expansion if p in starts}
        on_rule = {e.id for e in placed.values()}
        strays = [e for e in occurrences if e.id not in on_rule]
        holes = [p for p in expansion if p not in placed]
        free = [p for p in holes if self.allday or to_utc(p, self.zone)]
        for event in strays[:]:
            if free:
                start = _as_datetime(self._get_start(event))
                near = min(free, key=lambda p: abs(_as_datetime(p) - start))
                free.remove(near)
                holes.remove(near)
                strays.remove(event)
                placed[near] = event
        if len(holes) <= len(placed):  # else they are not what the rule is about
            self.placed, self.skipped, self.strays = placed, holes, strays

    def _expand(self, rule, last):
        places = []
        for place in rrulestr(rule, dtstart=_as_datetime(self.first)):
            place = place.date() if self.allday else place
            if place > last:
                break
            places.append(place)
        return places

    def _is_on_rule(self, start):
        start = _as_datetime(start)
        return next(iter(rrulestr(self.rule, dtstart=start)), None) == start

    def _get_shape(self, event):
        if event.allday:
            return True, MIDNIGHT, event.stop_date - event.start_date + timedelta(1)
        clock = to_local(event.start, self.zone).time()
        return False, clock, event.stop - event.start

    def _get_start(self, event):
        if self.allday:
            return event.start_date if event.allday else event.start.date()
        return to_local(event.start, self.zone)

    def _get_place(self, event):
        """Return the one place that means this start, if there is one."""
        if self.allday != event.allday:
            return event.id  # none
        start = self._get_start(event)
        if self.allday or to_utc(start, self.zone) == event.start:
            return start
        return event.id


def _as_datetime(day):
    return day if isinstance(day, datetime) else datetime.combine(day, MIDNIGHT)


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    def _write_ical_rules(self):
        """Return the rules, without an end, of which one is that of the series; none,
        if it says no day."""
        self.ensure_one()
        if not self.rrule_type or self.interval < 1:
            return []
        rule = f"FREQ={self.rrule_type.upper()};INTERVAL={self.interval}"
        if self.rrule_type == "weekly":
            days = ",".join(map(str, self._get_week_days()))
            if not days:
                return []
            rule = f"{rule};BYDAY={days}"
            # Odoo takes the first day of a week from the language of who saves it.
            return (
                [f"{rule};WKST={day}" for day in WEEK] if self.interval > 1 else [rule]
            )
        if self.rrule_type == "monthly" and self.month_by == "day":
            return [f"{rule};BYDAY={self.byday}{(self.weekday or '')[:2]}"]
        if self.rrule_type == "monthly":
            return [f"{rule};BYMONTHDAY={self.day}"]
        return [rule]


class CalendarAlarm(models.Model):
    _inherit = "calendar.alarm"

    def _get_ahead(self, event, timezone):
        """Return how long before its start the event reminds somebody.

        An all-day event starts at their midnight.
        """
        due = self._get_due(event, timezone)
        if not event.allday:
            return event.start - due
        local = pytz.utc.localize(due).astimezone(timezone).replace(tzinfo=None)
        return datetime.combine(event.start_date, MIDNIGHT) - local
