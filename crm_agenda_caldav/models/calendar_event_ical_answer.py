"""An answer that comes as the object that was answered: RFC 6638, 3.2.2.1."""

from odoo import api, models
from odoo.exceptions import AccessError

from .calendar_event_ical_vals import get_plain
from .ical_error import ICalError

# What a client may not change with an answer. The rest, such as its own reminders, it
# may say as it likes: it comes back as it is.
FIXED = ("SUMMARY", "LOCATION", "DESCRIPTION")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _answer_ical(self, group, text):
        """Take what the user answers to events that they may not change otherwise."""
        source = self._read_ical_object(text)
        attendees = group.events.attendee_ids if group else self.attendee_ids
        if self.env.user.partner_id not in attendees.partner_id:
            raise AccessError(
                self.env._("Only people who attend an event can answer it.")
            )
        self._check_ical_uid(None, None, source.uid, group)
        if not self._is_same_ical_rule(source.rule, group):
            self._refuse_ical_answer()
        wanted, times = self._read_ical_occurrences(source, False)
        placed, left, missing = self._pair_ical(source, wanted, group)
        if left or missing:
            self._refuse_ical_answer()
        bodies, known = group.events._get_ical_bodies(), group.known_as
        for place, event in placed.items():
            facts = wanted[place].get_facts()
            current = event._read_ical_alike(bodies[event], wanted[place], known)
            if event._get_changed_ical_times(wanted[place], times[place]) or any(
                get_plain(facts[name]) != get_plain(current[name]) for name in FIXED
            ):
                self._refuse_ical_answer()
        with group.events._as_one_ical_change(len(placed) > 1) as outer:
            for place, event in placed.items():
                people = wanted[place].get_facts()["PEOPLE"]
                for answer in outer.browse(event.id)._find_ical_answers(people):
                    answer()
        return group.events

    @api.model
    def _refuse_ical_answer(self):
        raise ICalError(
            self.env._("You can answer this event, but not change it."),
            "allowed-attendee-scheduling-object-change",
        )
