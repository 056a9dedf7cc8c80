"""The events of a user that are in no calendar of their phone, as one more."""

import re

from odoo import api, models

from odoo.addons.crm_agenda.models.compat import all_of

from .calendar_event_ical import ICAL_FIELDS
from .dav_object import IcalObject

# The objects of other programs may be called alike in two calendars.
MINE_NAME = re.compile(r"(event|series|object)-([0-9]{1,9})\.ics")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _get_dav_mine_domain(self):
        """Return the domain of what the user organizes, attends or shares, and sees in
        none of their calendars."""
        user = self.env.user
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        return [
            "|",
            ("in_agenda", "=", True),
            ("agenda_calendar_id", "=", False),
            ("agenda_calendar_id", "not in", calendars.ids),
            "|",
            "|",
            ("user_id", "=", user.id),
            ("partner_ids", "in", user.partner_id.ids),
            ("shared_user_ids", "in", user.ids),
        ]

    @api.model
    def _read_dav_mine(self, domain=None):
        """Return ``{name: object}``.

        :param domain: only objects in which an event meets it
        """
        events = self._find_dav_mine(domain)
        bodies = events._get_ical_bodies()
        return {
            name: IcalObject(name, group.events._write_ical_group(group, bodies), True)
            for name, group in events._get_dav_mine_groups()
        }

    @api.model
    def _find_dav_mine(self, domain):
        here = self._get_dav_mine_domain()
        if domain is not None:
            met = self.search(all_of([here, domain]))
            domain = self.env["crm.agenda.calendar"]._get_dav_domain(met)
        return self.search_fetch(
            all_of([here, domain or []]), ICAL_FIELDS, order="start, id"
        )

    def _get_dav_mine_groups(self):
        """Yield ``(name, group)`` of each object that these events are.

        The UIDs of other programs, that two calendars may have a copy of each, are told
        apart here whether or not the user sees both.
        """
        for group in self._get_ical_groups():
            known = group.known_as
            if known:
                uid = f"{known.id}-{group.uid}"
                yield f"object-{known.id}.ics", group._replace(uid=uid)
            else:
                yield f"{group.uid.rpartition('@')[0]}.ics", group

    @api.model
    def _read_dav_mine_objects(self, names):
        """Return ``{name: object}`` of those with these names that there are."""
        domain = self._get_dav_mine_named(names)
        objects = self._read_dav_mine(domain) if domain else {}
        return {name: objects[name] for name in names if name in objects}

    @api.model
    def _get_dav_mine_named(self, names):
        ids = {"event": [], "series": [], "object": []}
        for name in names:
            found = MINE_NAME.fullmatch(name)
            if found:
                ids[found[1]].append(int(found[2]))
        # sudo: the ids of their events, of which the record rules have their say
        known = self.env["crm.agenda.ical.object"].sudo().browse(ids["object"])
        ids["event"] += known.exists().event_ids.ids
        if not (ids["event"] or ids["series"]):
            return []
        return [
            "|",
            ("id", "in", ids["event"]),
            ("recurrence_id", "in", ids["series"]),
        ]

    @api.model
    def _get_dav_mine_token(self):
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        number = -self.env.uid
        # Changes are written down as long as there is an app password: see ``_log``.
        since = self.env.user._get_first_app_password()
        seen = {number: [since, *calendars.ids]}
        tokens = self.env["crm.agenda.change"]._get_tokens(seen)
        return tokens[number]

    @api.model
    def _read_dav_mine_changes(self, token, current):
        """Return what ``_read_dav_changes`` of a calendar does."""
        changes = self.env["crm.agenda.change"]
        rows = changes._read_since_token(-self.env.uid, token, current)
        if rows is None:
            return None
        event_ids = {event_id for event_id, *_what in rows}
        series_ids = {series_id for _id, series_id, *_what in rows} - {0}
        if not event_ids:
            return {}, set()
        # Each may have been an object of its own.
        series = [("recurrence_id", "in", list(series_ids))]
        events = self._find_dav_mine(series) if series_ids else self.browse()
        objects = self._read_dav_mine(
            [
                "|",
                ("id", "in", list(event_ids)),
                ("recurrence_id", "in", list(series_ids)),
            ]
        )
        known = self.env["crm.agenda.ical.object"]._get_by_series(list(series_ids))
        names = {
            *{f"object-{number}.ics" for number in known.ids},
            *{name for _id, _series_id, name, *_what in rows if name},
            *{f"event-{number}.ics" for number in {*event_ids, *events.ids}},
            *{f"series-{number}.ics" for number in series_ids},
        }
        return objects, names - set(objects)

    @api.model
    def _answer_dav_mine(self, name, text):
        """Take the answer of the user to the object that has this name."""
        events = self._find_dav_mine(self._get_dav_mine_named([name]))
        for found, group in events._get_dav_mine_groups():
            if found == name:
                return self._answer_ical(group, text)
        return self.browse()
