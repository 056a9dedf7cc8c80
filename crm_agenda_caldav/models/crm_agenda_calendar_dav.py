"""A calendar as a collection of CalDAV, for the user of the environment."""

import re
from datetime import timedelta
from hashlib import blake2b

from odoo import api, models

from odoo.addons.crm_agenda.models.compat import all_of
from odoo.addons.crm_agenda.models.days import get_days

from .calendar_event_ical import ICAL_FIELDS
from .calendar_event_ical_find import OWN_NAME
from .dav_object import IcalObject

SLOT_FIELDS = ["start", "stop", "start_date", "stop_date", "allday"]
TOKEN = re.compile(r"(data:,[0-9a-f]{16}):([0-9]{1,18}(?::[0-9]{1,18})*)")
DAY = timedelta(days=1)


def _merge(times, start, stop):
    merged = []
    for first, last in sorted(times):
        first, last = max(first, start), min(last, stop)
        if first >= last:
            continue
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    @api.model
    def _get_dav_calendars(self):
        """Return the calendars that a phone shows: not all that an administrator may
        read."""
        if not self.has_access("read"):
            return self.browse()
        return self.search([("member_ids", "in", self.env.user.ids)])

    def _read_dav(self, domain=None, slots=None):
        """Return ``{name: object}`` of what the user may know of the calendar.

        :param domain: only objects in which an event meets it
        :param slots: the same, for what they only know that it takes time
        """
        self.ensure_one()
        events = self.env["calendar.event"]
        here = [("agenda_calendar_id", "=", self.id)]
        if domain is not None:
            met = events.search(all_of([here, domain]))
            domain = self._get_dav_domain(met)
        known = events.search_fetch(
            all_of([here, domain or []]), ICAL_FIELDS, order="start, id"
        )
        objects, _timezones = known._get_ical_objects()
        rows = known._read_slots([*here, *(slots or [])], SLOT_FIELDS, known)
        slots = known._get_ical_slots(rows)
        names = known._get_ical_uid_names(self, {*objects, *slots})
        return {
            names[uid]: IcalObject(names[uid], lines, uid in objects)
            for uid, lines in {**slots, **objects}.items()
        }

    def _get_dav_domain(self, met):
        """Return the domain of all that is in one object with events that were met."""
        # sudo: the ids of others, of which the record rules then have their say
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.union(*known._get_by_event(met).values())
        ids = {*met.ids, *known.event_ids.ids}
        series = (met.sudo() | known.event_ids).recurrence_id
        return ["|", ("id", "in", list(ids)), ("recurrence_id", "in", series.ids)]

    def _read_dav_objects(self, names):
        """Return ``{name: object}`` of those with these names that there are."""
        names = [name for name in names if "\0" not in name]  # PostgreSQL takes none
        # sudo: the ids of their events, of which the record rules have their say
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.search([("calendar_id", "=", self.id), ("name", "in", names)])
        ids = {"event": known.event_ids.ids, "series": []}
        for name in names:
            found = OWN_NAME.fullmatch(name)
            if found:
                ids[found[1]].append(int(found[2]))
        objects = self._read_dav_of(ids["event"], ids["series"])
        return {name: objects[name] for name in names if name in objects}

    def _read_dav_of(self, event_ids, series_ids):
        if not (event_ids or series_ids):
            return {}
        domain = ["|", ("id", "in", event_ids), ("recurrence_id", "in", series_ids)]
        # sudo: ids, of which ``_read_slots`` says what the user may know
        events = self.env["calendar.event"].sudo()
        events = events.search(all_of([[("agenda_calendar_id", "=", self.id)], domain]))
        return self._read_dav(domain, [("id", "in", events.ids)])

    def _read_dav_busy(self, start, stop):
        """Return ``[(start, stop)]`` of the time that is taken between two instants."""
        self.ensure_one()
        events = self.env["calendar.event"]
        domain = [
            ("agenda_calendar_id", "=", self.id),
            ("slot_start", "<", stop),
            ("slot_stop", ">", start),
        ]
        known = events.search_fetch(domain, ["slot_start", "slot_stop"])
        times = [(event.slot_start, event.slot_stop) for event in known]
        # A day more on either side: where their days begin is not told here.
        slots = [
            ("agenda_calendar_id", "=", self.id),
            ("start", "<", stop + DAY),
            ("stop", ">", start - DAY),
        ]
        readable = events.search(slots)
        for row in known._read_slots(slots, SLOT_FIELDS, readable):
            taken = row["start"], row["stop"]
            if row["allday"]:
                days = row["start_date"], row["stop_date"]
                taken = get_days(*days, self.env.user.tz)
            times.append(taken)
        return _merge(times, start, stop)

    def _get_dav_tokens(self):
        """Return ``{calendar: what the user has seen}`` of its changes, as text."""
        marks = self.env["crm.agenda.change"]._get_marks(self.ids)
        stamps = self._get_dav_stamps()
        return {
            calendar: ":".join(
                [
                    f"data:,{stamps[calendar]}",
                    *map(str, [marks[calendar.id][0], *marks[calendar.id][1]]),
                ]
            )
            for calendar in self
        }

    def _get_dav_stamps(self):
        """Return ``{calendar: text}`` that differs when events look different to the
        user, though none has changed."""
        user = self.env.user
        readable = self.filtered("can_read")
        # sudo: whether the user themselves is reminded
        reminded = self.sudo().search(
            [("id", "in", self.ids), ("reminded_ids", "in", user.ids)]
        )
        origin = [*self.env["crm.agenda.change"]._get_origin(), user.id]
        origin += [user.lang, user.tz, user.partner_id.id]
        return {
            calendar: blake2b(
                repr(
                    [
                        *origin,
                        calendar in readable,
                        calendar.id in reminded.ids,
                    ]
                ).encode(),
                digest_size=8,
            ).hexdigest()
            for calendar in self
        }

    def _read_dav_changes(self, token):
        """Return ``({name: object}, names)`` of what is new or changed since, and of
        what is gone or was never there to the user.

        :return: ``None`` if it is not known any more, or was never a token
        """
        self.ensure_one()
        current = self._get_dav_tokens()[self]
        prefix, marks = TOKEN.fullmatch(current).groups()
        given = TOKEN.fullmatch(token)
        if not given or given[1] != prefix:
            return None
        newest = int(marks.split(":")[0])
        first, *running = map(int, given[2].split(":"))
        if first > newest:
            return None
        rows = self.env["crm.agenda.change"]._read_since(self.id, first, running)
        if rows is None:
            return None
        event_ids = list({event_id for event_id, *_what in rows})
        series_ids = list({series_id for _id, series_id, *_what in rows} - {0})
        objects = self._read_dav_of(event_ids, series_ids)
        return objects, self._get_dav_names(rows, series_ids) - set(objects)

    def _get_dav_names(self, rows, series_ids):
        """Return the names that objects of changed events may have had."""
        events = self.env["calendar.event"]
        # Each may have been an object of its own, before the rule of its series said
        # when it is.
        here = [("agenda_calendar_id", "=", self.id)]
        alone = set(events.search([*here, ("recurrence_id", "in", series_ids)]).ids)
        alone.update(id_ for id_, series_id, *_what in rows if series_id)
        # What another program made has a name of Odoo's for those alone who only know
        # that it takes time.
        unnamed = {id_ for id_, series_id, name, *_ in rows if not (series_id or name)}
        alone |= unnamed - {id_ for id_, *_what, made, _private in rows if made}
        alone.update(
            id_ for id_, *_what, private in rows if private or not self.can_read
        )
        return {
            *{name for _id, _series_id, name, *_what in rows if name},
            *{f"event-{number}.ics" for number in alone},
            *{f"series-{number}.ics" for number in series_ids},
        }
