"""The name that an event or a series has in the address of its calendar."""

import re

from odoo import api, models

from .calendar_event_ical import ICAL_FIELDS
from .ical_error import ICalError

OWN_NAME = re.compile(r"(event|series)-([0-9]{1,9})\.ics")


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
    def _find_ical(self, calendar, name):
        """Return the events that have this name in the calendar, those that the user
        may read; none, if there is no such object."""
        group = self._find_ical_group(calendar, name)
        return group.events if group else self.browse()

    @api.model
    def _find_ical_group(self, calendar, name):
        known = self._search_ical_objects(calendar, [("name", "=", name)])
        own = OWN_NAME.fullmatch(name)
        uid = known.uid or own and self._get_ical_uid(*own.groups())
        found = uid and self._find_ical_groups(calendar, [uid]).get(uid)
        return found[1] if found and found[0] == name else None

    @api.model
    def _find_ical_groups(self, calendar, uids):
        """Return ``{uid: (name, group)}`` of the objects that there are to the user."""
        known = self._search_ical_objects(calendar, [("uid", "in", list(uids))])
        events = set(known.event_ids.ids)
        series = set(known.event_ids.recurrence_id.ids)
        names = {found.uid: found.name for found in known}
        for uid in uids:
            own = self._match_ical_uid(uid)
            if own:
                names.setdefault(uid, own[0])
                (events if own[1] == "event" else series).add(int(own[2]))
        if not names:
            return {}
        here = [("agenda_calendar_id", "=", calendar.id), ("in_agenda", "=", True)]
        asked = ["|", ("id", "in", list(events)), ("recurrence_id", "in", list(series))]
        found = self.search_fetch([*here, *asked], ICAL_FIELDS)
        if found.recurrence_id:
            # The rule says which of a series stand by themselves.
            found |= self.search_fetch(
                [*here, ("recurrence_id", "in", found.recurrence_id.ids)], ICAL_FIELDS
            )
        groups = found._get_ical_groups()
        return {g.uid: (names[g.uid], g) for g in groups if g.uid in names}

    @api.model
    def _search_ical_objects(self, calendar, domain):
        # sudo: what comes out is decided by which events the user may read
        objects = self.env["crm.agenda.ical.object"].sudo()
        return objects.search([("calendar_id", "=", calendar.id), *domain])

    @api.model
    def _match_ical_uid(self, uid):
        """Return the match of the name that goes with a UID of Odoo's own."""
        prefix, _at, origin = uid.rpartition("@")
        own = origin == self._get_ical_origin()[0]
        return OWN_NAME.fullmatch(f"{prefix}.ics") if own else None

    @api.model
    def _find_free_ical_place(self, calendar, name, uid):
        """Return ``(name, uid, group)`` with which the user may write an object.

        What they may not know of keeps its own, and they are told nothing of it.
        """
        group = self._find_ical_group(calendar, name)
        if group and group.uid == uid:
            return name, uid, group
        uid = self._get_free_ical_uids(calendar, [uid])[uid]
        hidden = self._search_ical_objects(calendar, [("name", "=", name)])
        hidden = hidden._filter_hidden()
        if hidden:
            hidden._log_events()  # to phones, there is nothing of that name
            name = self._make_ical_name(uid)
            group = self._find_ical_group(calendar, name)
        return name, uid, group

    @api.model
    def _get_free_ical_uids(self, calendar, uids):
        """Return ``{uid: the one that it gets in this calendar}``.

        One that is of what the user may not know of, or is, was or will be that of what
        Odoo made, stands for a copy: else it would hide the other one from its people.
        """
        uids = list(uids)
        known = self._search_ical_objects(calendar, [("uid", "in", uids)])
        taken = set(known._filter_hidden().mapped("uid"))
        own = [uid for uid in uids if self._match_ical_uid(uid)]
        taken.update(set(own) - set(self._find_ical_groups(calendar, own)))
        copies = {uid: f"copy-{uid}" for uid in taken}
        free = self._get_free_ical_uids(calendar, copies.values()) if copies else {}
        return {uid: free[copies[uid]] if uid in copies else uid for uid in uids}

    @api.model
    def _check_ical_uid(self, calendar, name, uid, group):
        if group:
            if group.uid != uid:
                raise ICalError(
                    self.env._("An event keeps its UID: this one has another."),
                    "no-uid-conflict",
                )
            return
        found = self._find_ical_groups(calendar, [uid]).get(uid)
        if found:
            raise ICalError(
                self.env._("This event is in the calendar already, as %s.", found[0]),
                "no-uid-conflict",
            )

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
