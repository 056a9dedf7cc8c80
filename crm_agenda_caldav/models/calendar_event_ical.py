"""An event as iCalendar, as its reader may know it."""

from collections import Counter, defaultdict, namedtuple
from datetime import timedelta

from odoo import api, models
from odoo.tools import html2plaintext

from .ical import (
    get_zone,
    is_link,
    write_date,
    write_length,
    write_local,
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
        no_object = self.env["crm.agenda.ical.object"]
        known = no_object._get_by_event(self)
        gathered = defaultdict(list)
        for event in self:
            series = event.recurrence_id
            known_as = known.get(event.id)
            gathered[known_as or series or event].append(event)
        for key, events in gathered.items():
            known_as = key if key._name == no_object._name else no_object
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
                yield Group(uid, event, None, False, no_object)

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

    def _write_vevent(self, uid, times, bodies, shared, personal):
        """Return the lines of an event, with those that are kept of other programs."""
        return [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{write_utc(self.write_date)}",
            f"LAST-MODIFIED:{write_utc(self.write_date)}",
            *write_length(times, shared),
            *self._merge_ical_kept(bodies[self], shared, personal),
            "END:VEVENT",
        ]

    def _get_ical_bodies(self, reminded=None):
        """Return ``{event: the lines that may be alike in all of a series}``.

        :param reminded: the ids of ``_get_reminded``, if they are known
        """
        if reminded is None:
            reminded = set(self.filtered("alarm_ids")._get_reminded().ids)
        htmls = set(self.mapped("description"))
        texts = {html: html2plaintext(html).strip() for html in htmls if html}
        # sudo: their names are the event's, and extra users may not read its calendar
        events = self.sudo()
        types = events.agenda_type_id.with_env(self.env)._filter_nameable()
        types = {t.id: write_text(t.name) for t in types}
        states = {s.id: s._get_ical_status() for s in events.agenda_status_id}
        return {
            event: event._get_ical_body(
                texts.get(event.description),
                types.get(event.agenda_type_id.id),
                states.get(event.agenda_status_id.id, "CONFIRMED"),
                event.id in reminded,
            )
            for event in self
        }

    def _get_ical_body(self, description, event_type, status, reminds):
        lines = [f"SUMMARY:{write_text(self.name or '')}"]
        said = status if self.active else "CANCELLED"
        lines.append(f"STATUS:{said}")
        free = said == "CANCELLED" or self.show_as == "free"
        lines.append(f"TRANSP:{'TRANSPARENT' if free else 'OPAQUE'}")
        if self.privacy in CLASSES:  # public is what is meant where it is not said
            lines.append(f"CLASS:{CLASSES[self.privacy]}")
        if event_type:
            lines.append(f"CATEGORIES:{event_type}")
        if self.location:
            lines.append(f"LOCATION:{write_text(self.location)}")
        if description:
            lines.append(f"DESCRIPTION:{write_text(description)}")
        link = "".join((self.videocall_location or "").split())
        if is_link(link):
            lines.append(f"CONFERENCE;VALUE=URI:{link}")
        lines += self._get_ical_people()
        if reminds:
            lines += self._get_ical_alarms()
        return tuple(lines)

    def _write_ical_group(self, group, bodies):
        known, plan = group.known_as, group.plan
        kept = known._get_kept_of_all(group.events)
        if not plan:
            times = self._get_own_times()
            return self._write_vevent(group.uid, times, bodies, *kept)
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
        lines = model._write_vevent(group.uid, times, bodies, *kept)
        for place, event in plan.placed.items():
            own = known._get_kept(event.id)
            regular = plan.is_regular(place, event) and bodies[event] == typical
            if any(own) or not regular:
                times = [write("RECURRENCE-ID", place), *event._get_own_times()]
                lines += event._write_vevent(group.uid, times, bodies, *own)
        return lines
