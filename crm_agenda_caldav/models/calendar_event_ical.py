"""An event as iCalendar, as its reader may know it."""

from collections import Counter, defaultdict, namedtuple
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.tools import html2plaintext

from .ical import (
    get_zone,
    write_date,
    write_duration,
    write_local,
    write_parameter,
    write_text,
    write_utc,
)
from .ical_plan import GivenPlan, SeriesPlan

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
# What other programs say again in their own way, such as the place as a pin on a map.
# What was said by then is kept beside it, after the sign: it goes when that changes.
ECHOES = {
    "GEO": "LOCATION",
    "X-APPLE-STRUCTURED-LOCATION": "LOCATION",
    "X-ALT-DESC": "DESCRIPTION",
}
SAID = "="

# One object: its uid, its events, how they follow from a rule, and what another program
# gave, if it came from one.
Group = namedtuple("Group", "uid events plan timezone known_as")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_ical_objects(self, whole=True):
        """Return ``{uid: lines of its VEVENTs}`` of events that the user may read, and
        the names of the time zones that these need.

        :param whole: whether these are all the occurrences of their series
        """
        objects, timezones = {}, set()
        bodies = self._get_ical_bodies()
        for group in self._get_ical_groups(whole):
            if group.uid in objects:
                # Two calendars have a copy each, and both are shown.
                number = group.events[0].agenda_calendar_id.id
                group = group._replace(uid=f"{number}-{group.uid}")
            objects[group.uid] = group.events._write_ical_group(group, bodies)
            timezones.add(group.timezone)
        return objects, timezones - {False}

    def _get_ical_groups(self, whole=True):
        """Yield what is one object each: an event, or a series with its exceptions.

        Odoo keeps occurrences, and not what was their place in the rule before they
        were moved. So the rule is expanded, and the occurrences laid over it.
        """
        known = self.env["crm.agenda.ical.object"]._get_by_event(self)
        gathered = defaultdict(list)
        for event in self:
            series = event.recurrence_id
            known_as = known.get(event.id)
            gathered[known_as or series or event].append(event)
        for key, events in gathered.items():
            known_as = key if key._name == "crm.agenda.ical.object" else None
            events.sort(key=lambda e: (e.start, e.id))
            plan, timezone = self._plan_ical_series(events, known_as, whole)
            strays = events
            if plan and plan.placed:
                strays = plan.strays
                uid = known_as.uid if known_as else self._get_ical_uid("series", key.id)
                placed = self.browse().concat(*plan.placed.values())
                timezone = not plan.allday and timezone
                yield Group(uid, placed, plan, timezone, known_as)
            elif known_as:
                yield Group(known_as.uid, events[0], None, False, known_as)
                strays = events[1:]
            for event in strays:
                uid = self._get_ical_uid("event", event.id)
                yield Group(uid, event, None, False, None)

    @api.model
    def _plan_ical_series(self, events, known_as, whole):
        """Return how these events follow from a rule, if they do, and the time zone."""
        given = known_as and known_as._get_given_rule()
        if given and whole:
            plan = GivenPlan(events, given)
            if plan.placed:
                return plan, given.zone
        if len(events) < 2:
            return None, False
        for series in dict.fromkeys(e.recurrence_id for e in events):
            timezone = series.event_tz or self.env.user.tz or "UTC"
            rules = series._write_ical_rules() if series else []
            if rules:
                return SeriesPlan(events, rules, get_zone(timezone)), timezone
        rule = given and given.get_bare_rule()
        if rule:
            return SeriesPlan(events, [rule], get_zone(given.zone)), given.zone
        return None, False

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

    def _write_vevent(self, uid, times, bodies, kept=()):
        """Return the lines of an event.

        :param kept: those of another program, which stand for ours of the same name
            where there can be but one
        """
        url = f"URL:{self._get_ical_origin()[1]}{self.id}"
        lines = bodies[self]
        kept = kept and _get_current(kept, lines)
        names = set(map(get_line_name, kept))
        if "ORGANIZER" in names:
            lines = [x for x in lines if not x.startswith(("ORGANIZER", "ATTENDEE"))]
        return [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{write_utc(self.write_date)}",
            f"LAST-MODIFIED:{write_utc(self.write_date)}",
            *times,
            *([] if "URL" in names else [url]),
            *lines,
            *kept,
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
        said = status._get_ical_status() if self.active else "CANCELLED"
        lines.append(f"STATUS:{said}")
        free = said == "CANCELLED" or self.show_as == "free"
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
        return self.filtered("alarm_ids")._get_reminded()

    def _get_reminded(self):
        """Return the events of which the user gets the reminders, if there are any."""
        events, user = self, self.env.user
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

    def _write_ical_group(self, group, bodies):
        kept = group.known_as.kept or {} if group.known_as else {}
        plan = group.plan
        if not plan:
            times = self._get_own_times()
            return self._write_vevent(group.uid, times, bodies, kept.get("", ()))
        typical = Counter(bodies[e] for e in plan.placed.values()).most_common(1)[0][0]
        model = next(e for e in plan.placed.values() if bodies[e] == typical)
        if plan.allday:

            def write(fname, place):
                return f"{fname};VALUE=DATE:{write_date(place)}"
        else:

            def write(fname, place):
                return f"{fname};TZID={group.timezone}:{write_local(place)}"

        times = [write("DTSTART", plan.first)]
        if plan.length:
            times.append(write("DTEND", plan.first + plan.length))
        times += plan.lines
        times += [write("EXDATE", place) for place in plan.skipped]
        lines = model._write_vevent(group.uid, times, bodies, kept.get("", ()))
        for place, event in plan.placed.items():
            own = kept.get(str(event.id))
            if own or bodies[event] != typical or not plan.is_regular(place, event):
                times = [write("RECURRENCE-ID", place), *event._get_own_times()]
                lines += event._write_vevent(group.uid, times, bodies, own or ())
        return lines


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


def get_line_name(line):
    return line.replace(":", ";").partition(";")[0].upper()


def _get_current(kept, lines):
    """Return what is kept without what no longer holds: see ``ECHOES``."""
    said = {get_line_name(line[1:]): line[1:] for line in kept if line.startswith(SAID)}
    now = {get_line_name(line): line for line in lines}

    def holds(fname):
        told = said[fname], now.get(fname, f"{fname}:")
        before, after = (line.replace("\\n", " ").split() for line in told)
        return before == after

    gone = {fname for fname in said if not holds(fname)}
    return [
        line
        for line in kept
        if not line.startswith(SAID) and ECHOES.get(get_line_name(line)) not in gone
    ]
