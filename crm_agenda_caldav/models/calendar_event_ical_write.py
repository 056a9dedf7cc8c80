"""An object of iCalendar, written into events and series as its user would do it."""

from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_agenda.models.days import check_days

from .ical import get_zone
from .ical_lines import ReadError, read_text
from .ical_reader import read_calendar, to_instant
from .ical_rule import GivenRule, RuleError


class ICalError(UserError):
    """What a calendar can't take, with the name that CalDAV has for it."""

    def __init__(self, message, condition="valid-calendar-data"):
        super().__init__(message)
        self.condition = condition
        self.title = ""  # what the event is called, where that could be read


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _put_ical(self, calendar, name, text):
        """Make or replace the object that has this name in the calendar, as the user.

        What stays the same is not written, and nobody is told of it.

        :return: its events
        """
        found = list(self._read_ical(text))
        if len(found) != 1:
            raise ICalError(
                self.env._("An address takes one event, or one series."),
                "valid-calendar-object-resource",
            )
        _uid, source = found[0]
        if isinstance(source, Exception):
            raise source
        return self._put_ical_object(calendar, name, source)

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
            known._keep(target, target_name, group.uid, events)
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
                self.env._("The agenda takes events, and no %s.", ", ".join(others)),
                "supported-calendar-component",
            )
        said = str(error)[:200]
        if isinstance(error, RuleError):
            return ICalError(
                self.env._("The agenda can't repeat an event like this: %s", said)
            )
        return ICalError(self.env._("This can't be read as an event: %s", said))

    @api.model
    def _put_ical_object(self, calendar, name, source):
        calendar.ensure_one()
        group = self._find_ical_group(calendar, name)
        self._check_ical_uid(calendar, name, source.uid, group)
        same_rule = self._is_same_ical_rule(source.rule, group)
        try:
            wanted = source.get_occurrences(fields.Datetime.now(), not same_rule)
            times = {place: event.get_times(place) for place, event in wanted.items()}
        except (ValueError, OverflowError) as error:
            raise self._explain_ical(error) from error
        if not wanted:
            raise ICalError(self.env._("The series has no event."))
        self._check_ical_days(times)
        before = group.events if group else self.browse()
        several = len(wanted) > 1 or len(before) > 1
        with self._as_one_ical_change(before, several) as outer:
            placed, left, missing = self._pair_ical(source, wanted, group)
            outer.browse(left.ids).unlink()
            own = self._has_own_people(source.master, group)
            made = outer._make_ical_events(
                calendar, wanted, times, missing, placed, own
            )
            events = outer.concat(*(placed[place] for place in wanted))
            if not same_rule:
                events._set_ical_rule(source.rule)
            events._write_ical_events(wanted, times, placed, made, own)
            self._keep_ical_object(
                calendar, name, source, placed, group, own, same_rule
            )
        return self.browse([placed[place].id for place in wanted])

    @api.model
    def _check_ical_uid(self, calendar, name, uid, group):
        if group:
            if group.uid != uid:
                raise ICalError(
                    self.env._("An event keeps its UID: this one has another."),
                    "no-uid-conflict",
                )
            return
        other = self._get_ical_uid_names(calendar, [uid])[uid]
        taken = other != name and self._find_ical_group(calendar, other)
        if taken and taken.uid == uid or self._is_own_ical_uid(calendar, uid):
            raise ICalError(
                self.env._("This event is in the calendar already, as %s.", other),
                "no-uid-conflict",
            )

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
                    event.get_facts(), calendar, own, event.allday
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

    def _set_ical_rule(self, rule):
        """Have these events be the series of a rule, if Odoo can hold it."""
        series = self.recurrence_id
        vals = rule and self.env["calendar.recurrence"]._get_ical_vals(rule)
        if not vals:
            self.filtered("recurrency").write(
                {"recurrence_id": False, "recurrency": False}
            )
            series._end_if_empty()
            return
        if len(series) == 1:
            series.write(vals)
            (self - series.calendar_event_ids).recurrence_id = series
        else:
            self.env["calendar.recurrence"].create(
                {
                    **vals,
                    "base_event_id": self[0].id,
                    "calendar_event_ids": [(6, 0, self.ids)],
                }
            )
            series._end_if_empty()
        self.filtered(lambda e: not e.recurrency).recurrency = True

    @api.model
    def _keep_ical_object(self, calendar, name, source, placed, group, own, same_rule):
        """Keep what Odoo can't hold, and the names."""
        url = self._get_ical_origin()[1]
        kept = {"": self._get_ical_kept(source.master, placed, url, own)}
        for place, event in source.exceptions.items():
            if place in placed:
                lines = self._get_ical_kept(event, {place: placed[place]}, url, own)
                kept[str(placed[place].id)] = lines
        known = group and group.known_as or self.env["crm.agenda.ical.object"]
        if known:
            # Of occurrences that the user may not read, all stays.
            seen = {"", *map(str, group.events.ids)}
            hidden = (known.kept or {}).items()
            kept.update((key, lines) for key, lines in hidden if key not in seen)
        kept = {key: lines for key, lines in kept.items() if lines}
        rule = source.rule.dump() if source.rule else None
        if same_rule and not (known and known.rule):
            rule = None
        own_name = self._get_ical_uid_names(calendar, [source.uid])[source.uid]
        if known or kept or rule or not group or own_name != name:
            known._keep(
                calendar,
                name,
                source.uid,
                self.browse().concat(*placed.values()),
                kept=kept or None,
                rule=rule,
            )


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    def _end_if_empty(self):
        """Delete series that have no events any more, not even ones of others."""
        for series in self:
            if not series._find_events():
                series.unlink()

    @api.model
    def _get_ical_vals(self, rule):
        """Return the values with which Odoo's own rule has the same places; none, if
        it can't say it."""
        bare, places = rule.get_bare_rule(), rule.get_places()
        if not bare or not places:
            return {}
        first = datetime.combine(places[0], datetime.min.time())
        if not rule.allday:
            first = places[0]
        count, until = rule.get_end()
        try:
            vals = self._rrule_parse(bare, first)
        except (KeyError, ValueError):
            return {}
        if vals.get("byday") not in (None, *dict(self._fields["byday"].selection)):
            return {}
        last = places[-1].date() if not rule.allday else places[-1]
        vals.update(
            event_tz=rule.zone,
            end_type="count" if count else "end_date" if until else "forever",
            count=len(places) if count else 1,
            until=last if until and not count else False,
        )
        series = self.new({**vals, "end_type": "end_date", "until": last})
        start = series._get_start_of_period(first)
        found = [p.date() if rule.allday else p for p in series._get_rrule(start)]
        same = [p for p in found if places[0] <= p <= places[-1]] == places
        return vals if same else {}
