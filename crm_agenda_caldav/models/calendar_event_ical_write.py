"""An object of iCalendar, written into events and series as its user would do it."""

from datetime import datetime

from odoo import api, fields, models

from odoo.addons.crm_agenda.models.days import check_days

from .ical import get_zone
from .ical_error import ICalError
from .ical_lines import ReadError, read_text
from .ical_reader import read_calendar, to_instant
from .ical_rule import GivenRule, RuleError


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _put_ical(self, calendar, name, text):
        """Make or replace the object that has this name in the calendar, as the user.

        What stays the same is not written, and nobody is told of it.

        :return: its events
        """
        source = self._read_ical_object(text)
        place = self._find_free_ical_place(calendar, name, source.uid)
        name, source.uid, group = place
        self._check_ical_uid(calendar, name, source.uid, group)
        return self._put_ical_object(calendar, name, source, group)

    @api.model
    def _read_ical_object(self, text):
        found = list(self._read_ical(text))
        if len(found) != 1:
            raise ICalError(
                self.env._("An address takes one event, or one series."),
                "valid-calendar-object-resource",
            )
        _uid, source = found[0]
        if isinstance(source, Exception):
            raise source
        return source

    @api.model
    def _delete_ical(self, calendar, name):
        """Delete the object that has this name in the calendar, as the user."""
        events = self._find_ical(calendar, name)
        series = events.recurrence_id
        events.unlink()
        series._end_if_empty()

    @api.model
    def _move_ical(self, calendar, name, target, target_name):
        """Give the object another calendar, as the user, and another name there."""
        group = self._find_ical_group(calendar, name)
        if not group:
            raise ICalError(self.env._("There is no such event."))
        events = group.events
        if target != calendar:
            self._check_ical_uid(target, target_name, group.uid, None)
            events.write({"agenda_calendar_id": target.id})
        known = self.env["crm.agenda.ical.object"]._get_by_event(events)
        known = next(iter(known.values()), None)
        own_name = self._get_ical_uid_names(target, [group.uid])[group.uid]
        if known or own_name != target_name:
            known = known or self.env["crm.agenda.ical.object"]
            names = {"calendar_id": target.id, "name": target_name, "uid": group.uid}
            known._keep(names, events)
        return events

    @api.model
    def _read_ical(self, text):
        """Yield ``(uid, what it says, or the error for people)`` of each object."""
        try:
            for uid, parts, source in read_calendar(text, self.env.user.tz or "UTC"):
                if isinstance(source, Exception):
                    kinds = {part.name for part in parts}
                    source = self._explain_ical(source, kinds)
                    source.title = read_text(parts[0].get_value("SUMMARY")).strip()
                yield uid, source
        except ReadError as error:
            raise self._explain_ical(error) from error

    @api.model
    def _explain_ical(self, error, kinds=()):
        others = sorted({*kinds} - {"VEVENT"})
        if others:
            return ICalError(
                self.env._("The agenda takes events, not %s.", ", ".join(others)),
                "supported-calendar-component",
            )
        said = str(error)[:200]
        if isinstance(error, RuleError):
            return ICalError(
                self.env._("The agenda can't repeat an event like this: %s", said)
            )
        return ICalError(self.env._("This can't be read as an event: %s", said))

    @api.model
    def _read_ical_occurrences(self, source, anew):
        """Return ``({place: event}, {place: its times})`` of what an object says."""
        try:
            wanted = source.get_occurrences(fields.Datetime.now(), anew)
            times = {place: event.get_times(place) for place, event in wanted.items()}
        except (ValueError, OverflowError) as error:
            raise self._explain_ical(error) from error
        return wanted, times

    @api.model
    def _put_ical_object(self, calendar, name, source, group):
        calendar.ensure_one()
        same_rule = self._is_same_ical_rule(source.rule, group)
        wanted, times = self._read_ical_occurrences(source, not same_rule)
        if not wanted:
            raise ICalError(self.env._("The series has no event."))
        self._check_ical_days(times)
        before = group.events if group else self.browse()
        several = len(wanted) > 1 or len(before) > 1
        with before._as_one_ical_change(several) as outer:
            placed, left, missing = self._pair_ical(source, wanted, group)
            outer.browse(left.ids).unlink()
            own = self._has_own_people(source.master, group)
            made = outer._make_ical_events(
                calendar, wanted, times, missing, placed, own
            )
            events = outer.concat(*(placed[place] for place in wanted))
            if not same_rule:
                events._set_ical_rule(source.rule)
            known = group.known_as if group else self.env["crm.agenda.ical.object"]
            events._write_ical_events(wanted, times, placed, made, own, known)
            vals = self._get_ical_object_vals(
                calendar, name, source, placed, group, own, same_rule
            )
            if vals:
                known._keep(vals, self.browse().concat(*placed.values()))
        return self.browse([placed[place].id for place in wanted])

    @api.model
    def _check_ical_days(self, times):
        days = [day for pair in times.values() for day in (min(pair), max(pair))]
        days = [day.date() if isinstance(day, datetime) else day for day in days]
        check_days(self.env, min(days), max(days))

    @api.model
    def _is_same_ical_rule(self, rule, group):
        """Say whether the rule is that of the events as they are.

        What of it is kept stays as it was decided then.
        """
        plan = group and group.plan
        if not (rule and plan):
            return not rule and not plan
        try:
            current = GivenRule(plan.first, group.timezone or "UTC", plan.lines)
            if current.get_meaning() != rule.get_meaning():
                return False
        except ValueError:
            return False
        given = group.known_as and group.known_as._get_given_rule()
        if given:
            rule.first, rule.last, rule.endless = given.first, given.last, given.endless
        return True

    @api.model
    def _pair_ical(self, source, wanted, group):
        """Return ``({place: event}, events that are left, places that have none)``."""
        if not group:
            return {}, self.browse(), list(wanted)
        if len(wanted) == len(group.events) == 1:
            return {next(iter(wanted)): group.events}, self.browse(), []
        plan = group.plan
        zone = get_zone(source.master.zone)

        def get_key(place, timezone):
            return to_instant(place, timezone) if isinstance(place, datetime) else place

        by_key = {event.start_date or event.start: event for event in group.events}
        if plan:
            by_key = {get_key(p, plan.zone): e for p, e in plan.placed.items()}
        placed = {place: by_key.get(get_key(place, zone)) for place in sorted(wanted)}
        missing = [place for place, event in placed.items() if not event]
        placed = {place: event for place, event in placed.items() if event}
        left = group.events - self.browse().concat(*placed.values())
        if not placed:
            # All were moved: each is what it was, at another time.
            placed = dict(zip(missing, left.sorted("start"), strict=False))
            missing = missing[len(placed) :]
            left -= self.browse().concat(*placed.values())
        return placed, left, missing

    def _make_ical_events(self, calendar, wanted, times, missing, placed, own):
        """Make the events that are missing, and return those that need nothing more.

        Those of a series that there is are as its others, in what only Odoo knows.
        """
        base = next(iter(placed.values()), None)
        several = len(wanted) > 1
        cache, vals_list = {}, []
        for place in missing:
            event = wanted[place]
            if base:
                vals = cache.get(0) or base.copy_data()[0]
                cache[0] = vals
            else:
                vals = cache.get(id(event))
                vals = vals or self._get_new_ical_vals(
                    event.get_facts(), calendar, own, event.allday, cache
                )
                cache[id(event)] = vals
            vals_list.append(
                {
                    **vals,
                    **self._get_ical_times(event, times[place]),
                    "agenda_calendar_id": calendar.id,
                    "recurrency": several,
                    "recurrence_id": base.recurrence_id.id if base else False,
                }
            )
        made = self.create(vals_list) if vals_list else self.browse()
        placed.update(zip(missing, made, strict=True))
        return self.browse() if base else made

    @api.model
    def _get_ical_times(self, event, times):
        start, stop = times
        if event.allday:
            return {
                "allday": True,
                "start": datetime(start.year, start.month, start.day, 8),
                "stop": datetime(stop.year, stop.month, stop.day, 18),
                "start_date": start,
                "stop_date": stop,
            }
        return {"allday": False, "start": start, "stop": stop}

    def _get_changed_ical_times(self, event, times):
        """Return what of its times to write."""
        if self.allday == event.allday:
            own = (self.start_date, self.stop_date) if self.allday else None
            if (own or (self.start, self.stop)) == times:
                return {}
        vals = self._get_ical_times(event, times)
        if not event.allday and self.allday:
            vals.update(start_date=False, stop_date=False)
        return vals
