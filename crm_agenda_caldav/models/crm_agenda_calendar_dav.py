"""A calendar as a collection of CalDAV, for the user of the environment."""

import logging
import re
from datetime import timedelta

from odoo import api, models

from odoo.addons.crm_agenda.models.compat import all_of
from odoo.addons.crm_agenda.models.days import get_days

from .calendar_event_ical import ICAL_FIELDS
from .calendar_event_ical_find import OWN_NAME
from .crm_agenda_dav_property import PATH
from .dav_object import IcalObject

_logger = logging.getLogger(__name__)

SLOT_FIELDS = ["start", "stop", "start_date", "stop_date", "allday"]
NUMBER = re.compile("[0-9]{1,9}")
DAY = timedelta(days=1)


def merge(times, start, stop):
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

    @api.model
    def _find_dav(self, path):
        """Return the calendar with this last part of an address: its number, or what a
        phone of the user called it."""
        if not (self.has_access("read") and path.isprintable()):
            return self.browse()
        if NUMBER.fullmatch(path):
            ids = [int(path)]
        else:
            ids = self.env["crm.agenda.dav.property"]._find_by_path(path).ids
        return self.search([("id", "in", ids)], limit=1)

    @api.model
    def _make_dav(self, path, vals, own):
        """Make a calendar of the user's own, with this last part of its address.

        :param own: how they show it: see ``crm.agenda.dav.property``
        """
        user, properties = self.env.user, self.env["crm.agenda.dav.property"]
        company = {"owner_id": user.id, "company_id": user.company_id.id}
        calendar = self.create({**company, **vals})
        # An archived one may have had it.
        properties._free_path(properties._find_by_path(path))
        properties._set_own(calendar, {**own, PATH: path})
        return calendar

    def _delete_dav(self):
        """Archive what was deleted on a phone, and free its address.

        Its events are the company's, and a finger slips: an administrator, or whoever
        manages it, brings it back.
        """
        self.active = False
        self.env["crm.agenda.dav.property"]._free_path(self)
        _logger.info(
            "Calendar %s archived: user %s deleted it on a phone",
            self.id,
            self.env.uid,
        )

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
        return merge(times, start, stop)

    def _get_dav_tokens(self):
        """Return ``{calendar: what the user has seen}`` of its changes, as text."""
        readable = self.filtered("can_read")
        # sudo: whether the user themselves is reminded
        reminded = self.sudo().search(
            [("id", "in", self.ids), ("reminded_ids", "in", self.env.user.ids)]
        )
        tokens = self.env["crm.agenda.change"]._get_tokens(
            {c.id: (c in readable, c.id in reminded.ids) for c in self}
        )
        return {calendar: tokens[calendar.id] for calendar in self}

    def _read_dav_changes(self, token, current=None):
        """Return ``({name: object}, names)`` of what is new or changed since, and of
        what is gone or was never there to the user.

        :param current: the token as it is now, if it is known
        :return: ``None`` if it is not known any more, or was never a token
        """
        self.ensure_one()
        current = current or self._get_dav_tokens()[self]
        changes = self.env["crm.agenda.change"]
        rows = changes._read_since_token(self.id, token, current)
        if rows is None:
            return None
        series_ids = list({series_id for _id, series_id, *_what in rows} - {0})
        names = list({name for _id, _series_id, name, *_what in rows} - {""})
        # What an event was part of may be there without it.
        # sudo: ids, of which ``_read_dav_of`` says what the user may know
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.search([("calendar_id", "=", self.id), ("name", "in", names)])
        # An occurrence that Odoo made has the name of what the others are.
        of_series = known._get_by_series(series_ids)
        known |= of_series.filtered(lambda o: o.calendar_id == self)
        event_ids = list({*known.event_ids.ids, *(event_id for event_id, *_ in rows)})
        objects = self._read_dav_of(event_ids, series_ids)
        return objects, self._get_dav_names(rows, series_ids, known) - set(objects)

    def _get_dav_names(self, rows, series_ids, known):
        """Return the names that objects of changed events may have had.

        :param known: those of other programs that they may have been part of
        """
        events = self.env["calendar.event"]
        # Each may have been an object of its own, before the rule of its series said
        # when it is.
        here = [("agenda_calendar_id", "=", self.id)]
        of_several = known.filtered(lambda o: len(o.event_ids) > 1).event_ids.ids
        asked = ["|", ("id", "in", of_several), ("recurrence_id", "in", series_ids)]
        alone = set(events.search([*here, *asked]).ids)
        alone.update(id_ for id_, series_id, *_what in rows if series_id)
        # What another program made has a name of Odoo's for those alone who only know
        # that it takes time.
        unnamed = {id_ for id_, series_id, name, *_ in rows if not (series_id or name)}
        alone |= unnamed - {id_ for id_, *_what, made, _private in rows if made}
        alone.update(
            id_ for id_, *_what, private in rows if private or not self.can_read
        )
        return {
            *known.mapped("name"),
            *{name for _id, _series_id, name, *_what in rows if name},
            *{f"event-{number}.ics" for number in alone},
            *{f"series-{number}.ics" for number in series_ids},
        }
