"""The name that an event or a series has in the address of its calendar."""

import re
from uuid import uuid4

from odoo import api, models
from odoo.tools import SQL

OWN_NAME = re.compile(r"(event|series)-([0-9]{1,9})\.ics")
# Of what the number in such a name is.
NUMBERED = {"event": "id", "series": "recurrence_id"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_ical_names(self):
        """Return ``{event id: name}`` of events that the user may read.

        An occurrence has that of its series, though one that its rule does not know
        stands by itself, under its own.
        """
        known = self.env["crm.agenda.ical.object"]._get_by_event(self)
        return {
            event.id: known[event.id].name
            if event.id in known
            else f"series-{event.recurrence_id.id}.ics"
            if event.recurrence_id
            else f"event-{event.id}.ics"
            for event in self
        }

    @api.model
    def _get_ical_uid_names(self, calendar, uids):
        """Return ``{uid: name}`` of objects of a calendar, as ``_get_ical_objects``
        gives them."""
        # sudo: who has the uid was shown the event
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.search_fetch(
            [("calendar_id", "=", calendar.id), ("uid", "in", list(uids))],
            ["uid", "name"],
        )
        names = {uid: f"{uid.rpartition('@')[0] or uid}.ics" for uid in uids}
        return {**names, **{found.uid: found.name for found in known}}

    @api.model
    def _is_own_ical_uid(self, calendar, uid):
        """Say whether a UID is, or will be, that of what Odoo has in a calendar.

        Whoever took it would hide that event from others, be it one that they may not
        even read. Elsewhere it may be a copy.
        """
        prefix, _at, origin = uid.rpartition("@")
        own = OWN_NAME.fullmatch(f"{prefix}.ics")
        if not own or origin != self._get_ical_origin()[0]:
            return False
        kind, number = own.groups()
        # sudo: just whether it is there, as its slot tells
        events = self.sudo().with_context(active_test=False)
        events = events.search([(NUMBERED[kind], "=", int(number))])
        if events:
            return calendar in events.agenda_calendar_id
        series = self.env["calendar.recurrence"]
        table = self._table if kind == "event" else series._table
        sequence = SQL.identifier(f"{table}_id_seq")
        self.env.cr.execute(SQL("SELECT last_value FROM %s", sequence))
        return int(number) > self.env.cr.fetchone()[0]

    def _get_own_ical_uids(self):
        series = [("series", series.id) for series in self.recurrence_id]
        events = [("event", event.id) for event in self]
        return {self._get_ical_uid(*own) for own in events + series}

    @api.model
    def _find_ical(self, calendar, name):
        """Return the events that have this name in the calendar, those that the user
        may read; none, if there is no such object."""
        group = self._find_ical_group(calendar, name)
        return group.events if group else self.browse()

    @api.model
    def _find_ical_group(self, calendar, name):
        # sudo: only the events come out, those that the user may read
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.search([("calendar_id", "=", calendar.id), ("name", "=", name)])
        own = OWN_NAME.fullmatch(name)
        if known:
            events = known.event_ids
            uid = known.uid
            domain = [
                "|",
                ("id", "in", events.ids),
                ("recurrence_id", "in", events.recurrence_id.ids),
            ]
        elif own:
            kind, number = own.groups()
            uid = self._get_ical_uid(kind, number)
            domain = [(NUMBERED[kind], "=", int(number))]
        else:
            return None
        domain += [("agenda_calendar_id", "=", calendar.id), ("in_agenda", "=", True)]
        found = self.search(domain)
        if own and not known and found.recurrence_id:
            # Of a series, the rule says which of them stand by themselves.
            domain = [
                ("recurrence_id", "=", found.recurrence_id.id),
                ("agenda_calendar_id", "=", calendar.id),
            ]
            found = self.search(domain)
        groups = found._get_ical_groups()
        return next((group for group in groups if group.uid == uid), None)

    def write(self, values):
        """Take along the names of what moves to another calendar."""
        result = super().write(values)
        if "agenda_calendar_id" in values:
            self._move_ical_objects()
        return result

    def _move_ical_objects(self):
        # sudo: of events that the user has just moved
        known = self.env["crm.agenda.ical.object"].sudo()
        known = known.with_context(active_test=False)
        for found in known.search([("event_ids", "in", self.ids)]):
            calendars = found.event_ids.agenda_calendar_id
            if len(calendars) != 1 or calendars == found.calendar_id:
                continue
            taken = known.search_count(
                [
                    ("calendar_id", "=", calendars.id),
                    "|",
                    ("name", "=", found.name),
                    ("uid", "=", found.uid),
                ]
            )
            if not taken:
                found.calendar_id = calendars
        # What was a copy of it there is one no more.
        moved = self.sudo()
        domain = [
            ("calendar_id", "in", moved.agenda_calendar_id.ids),
            ("uid", "in", list(moved._get_own_ical_uids())),
        ]
        for found in known.search(domain):
            if found.uid not in found.event_ids._get_own_ical_uids():
                found.uid = f"{uuid4()}"
