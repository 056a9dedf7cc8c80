"""A whole calendar of iCalendar, written as if each of its objects had been."""

import hashlib

from odoo import api, models
from odoo.exceptions import UserError

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
        for uid, source in sources.items():
            if isinstance(source, Exception):
                outcome[uid] = source
            elif uid not in groups and not source.rule:
                fresh[uid] = source
        outcome.update(self._put_new_icals(calendar, fresh))
        for uid, source in sources.items():
            if uid not in outcome:
                outcome[uid] = self._try_ical(calendar, uid, source, groups.get(uid))
        return outcome

    @api.model
    def _put_new_icals(self, calendar, sources):
        """Make new events all at once; none, if one of them is refused."""
        try:
            with self.env.cr.savepoint():
                vals_list = []
                for source in sources.values():
                    event = source.master
                    own = self._has_own_people(event, None)
                    times = {event.start: event.get_times(event.start)}
                    self._check_ical_days(times)
                    vals = self._get_new_ical_vals(
                        event.get_facts(), calendar, own, event.allday
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
                for event, source in zip(events, sources.values(), strict=True):
                    placed = {source.master.start: event}
                    event._take_ical_answers(source.master.get_facts()["PEOPLE"])
                    self._keep_ical_object(
                        calendar,
                        self._make_ical_name(source.uid),
                        source,
                        placed,
                        None,
                        self._has_own_people(source.master, None),
                        False,
                    )
        except (UserError, ValueError):
            return {}
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
