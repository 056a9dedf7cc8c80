"""A whole calendar of iCalendar, written as if each of its objects had been."""

import hashlib

from odoo import api, models
from odoo.exceptions import UserError

from .ical_error import ICalError

# What changes in an object though nothing of it does.
STAMPS = ("DTSTAMP", "LAST-MODIFIED")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _put_icals(self, calendar, sources, preview=False):
        """Write each object into the calendar, as the user, and tell people once.

        :param sources: ``{uid: what it says, or why it can't be read}``
        :param preview: to see what would be, and change nothing
        :return: ``{uid: "new", "changed", "same", or the error}``
        """
        uids = self._get_free_ical_uids(calendar, sources)
        groups = self._find_ical_groups(calendar, uids.values())
        found = {uid: groups[own] for uid, own in uids.items() if own in groups}
        before = self.browse().union(*(group.events for _n, group in found.values()))
        change = before._as_no_ical_change if preview else before._as_one_ical_change
        for uid, source in sources.items():
            if not isinstance(source, Exception):
                source.uid = uids[uid]
        with change(True) as outer:
            return outer._put_found_icals(calendar, sources, found)

    @api.model
    def _make_ical_name(self, uid):
        """Return a name that says nothing, for what came without one."""
        return f"{hashlib.sha256(uid.encode()).hexdigest()[:32]}.ics"

    @api.model
    def _put_found_icals(self, calendar, sources, groups):
        outcome = {}
        fresh = {}
        events = self.browse().union(*(group.events for _n, group in groups.values()))
        seen = events._see_ical()
        for uid, source in sources.items():
            if isinstance(source, Exception):
                outcome[uid] = source
            elif uid not in groups:
                if not source.rule:
                    fresh[uid] = source
            elif self._is_ical_same(calendar, source, *groups[uid], seen):
                outcome[uid] = "same"
        outcome.update(self._put_new_icals(calendar, fresh))
        for uid, source in sources.items():
            if uid not in outcome:
                outcome[uid] = self._try_ical(calendar, uid, source, groups.get(uid))
        return outcome

    @api.model
    def _is_ical_same(self, calendar, source, name, group, seen):
        """Say whether it is all in the agenda as it is, without a look at the
        database, which a thousand of them would make long."""
        if not self._is_same_ical_rule(source.rule, group):
            return False
        try:
            wanted, times = self._read_ical_occurrences(source, False)
        except ICalError:
            return False
        placed, left, missing = self._pair_ical(source, wanted, group)
        if left or missing or not wanted:
            return False
        own, known = self._has_own_people(source.master, group), group.known_as
        people = [(placed[p], s.get_facts()["PEOPLE"]) for p, s in wanted.items()]
        if own and any(a for e, given in people for a in e._find_ical_answers(given)):
            return False
        if self._get_ical_changes(wanted, times, placed, own, known, seen):
            return False
        vals = self._get_ical_object_vals(
            calendar, name, source, placed, group, own, True, seen.reminded
        )
        events = self.browse().concat(*placed.values())
        return not (known._get_changed(vals, events) if known else vals)

    @api.model
    def _put_new_icals(self, calendar, sources):
        """Make new events all at once; none, if one of them is refused."""
        try:
            with self.env.cr.savepoint():
                return self._make_new_icals(calendar, sources)
        except (UserError, ValueError):
            return {}

    @api.model
    def _make_new_icals(self, calendar, sources):
        vals_list, cache, people = [], {}, []
        for source in sources.values():
            event = source.master
            own = self._has_own_people(event, None)
            people.append(own)
            times = {event.start: event.get_times(event.start)}
            self._check_ical_days(times)
            vals = self._get_new_ical_vals(
                event.get_facts(), calendar, own, event.allday, cache
            )
            vals_list.append(
                {
                    **vals,
                    **self._get_ical_times(event, times[event.start]),
                    "agenda_calendar_id": calendar.id,
                }
            )
        events = self.create(vals_list) if vals_list else self.browse()
        events._check_double_booking()
        reminded, kept = set(events._get_reminded().ids), []
        for event, source, own in zip(events, sources.values(), people, strict=True):
            facts = source.master.get_facts()
            for answer in event._find_ical_answers(own and facts["PEOPLE"]):
                answer()
            name = self._make_ical_name(source.uid)
            placed = {source.master.start: event}
            vals = self._get_ical_object_vals(
                calendar, name, source, placed, None, own, False, reminded
            )
            kept.append({**vals, "event_ids": [(6, 0, event.ids)]})
        self.env["crm.agenda.ical.object"]._make(kept)
        return dict.fromkeys(sources, "new")

    @api.model
    def _try_ical(self, calendar, uid, source, found):
        name, group = found or (self._make_ical_name(source.uid), None)
        before = group and self._get_ical_text(group.events)
        try:
            with self.env.cr.savepoint():
                events = self._put_ical_object(calendar, name, source, group)
                events._check_double_booking()
                if not group:
                    return "new"
                return "same" if self._get_ical_text(events) == before else "changed"
        except UserError as error:
            return error

    @api.model
    def _get_ical_text(self, events):
        objects, _zones = events._get_ical_objects()
        return [
            line
            for lines in objects.values()
            for line in lines
            if not line.startswith(STAMPS)
        ]
