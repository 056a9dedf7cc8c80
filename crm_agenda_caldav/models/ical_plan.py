"""The occurrences of a series, laid over the places that a rule gives them."""

import re
from collections import Counter
from datetime import time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from .ical import get_zone, to_local, to_utc, write_date, write_utc
from .ical_rule import as_datetime

MIDNIGHT = time()
INTERVAL = re.compile("INTERVAL=[0-9]+")


class SeriesPlan:
    """Occurrences, laid over the places that a rule gives them.

    Places are local times, or dates in a series that lasts all day.
    """

    def __init__(self, occurrences, rules, zone):
        self.zone, self.rule = zone, rules[0]
        shapes = Counter(map(self._get_shape, occurrences))
        shape = shapes.most_common(1)[0][0]
        self.allday, _clock, self.length = shape
        regular = [e for e in occurrences if self._get_shape(e) == shape]
        self.placed, self.skipped, self.strays = {}, [], list(occurrences)
        last = self._get_start(regular[-1])
        self.first = next(filter(self._is_on_rule, map(self._get_start, regular)), None)
        if self.first is None:
            return
        until = write_date(last) if self.allday else write_utc(to_utc(last, zone))
        most = 2 * len(occurrences) + 1  # too many to be what the rule is about
        expansions = {r: self._expand(r, last, most) for r in rules}
        starts = {self._get_place(e): e for e in occurrences}
        best = min(rules, key=lambda r: len(set(starts) ^ set(expansions[r])))
        self.lines = [f"RRULE:{best};UNTIL={until}"]
        self._lay(occurrences, expansions[best], starts)

    def is_regular(self, place, event):
        """Say whether an event is as the rule has it there."""
        if event.allday != self.allday or self._get_place(event) != place:
            return False
        if self.allday:
            return event.stop_date - event.start_date + timedelta(1) == self.length
        # Both as the clock shows it and as time passes: clients do the one or other.
        return (
            event.stop - event.start == self.length
            and to_utc(place + self.length, self.zone) == event.stop
        )

    def _lay(self, occurrences, expansion, starts):
        placed, holes, strays = self._place(occurrences, expansion, starts)
        if len(holes) <= len(placed):  # else they are not what the rule is about
            self.placed, self.skipped, self.strays = placed, holes, strays

    def _place(self, occurrences, expansion, starts):
        placed = {p: starts[p] for p in expansion if p in starts}
        on_rule = {e.id for e in placed.values()}
        strays = [e for e in occurrences if e.id not in on_rule]
        holes = [p for p in expansion if p not in placed]
        free = [p for p in holes if self.allday or to_utc(p, self.zone)]
        for event in strays[:]:
            if free:
                start = as_datetime(self._get_start(event))
                near = min(free, key=lambda p: abs(as_datetime(p) - start))
                free.remove(near)
                holes.remove(near)
                strays.remove(event)
                placed[near] = event
        return placed, holes, strays

    def _expand(self, rule, last, most):
        places = []
        for place in islice(rrulestr(rule, dtstart=as_datetime(self.first)), most):
            place = place.date() if self.allday else place
            if place > last:
                break
            places.append(place)
        return places

    def _is_on_rule(self, start):
        start = as_datetime(start)
        # It begins there, however seldom it is: all years would be searched for the
        # 31st in each 12th month after a February.
        rule = INTERVAL.sub("INTERVAL=1", self.rule)
        return next(iter(rrulestr(rule, dtstart=start)), None) == start

    def _get_shape(self, event):
        if event.allday:
            return True, MIDNIGHT, event.stop_date - event.start_date + timedelta(1)
        clock = to_local(event.start, self.zone).time()
        return False, clock, event.stop - event.start

    def _get_start(self, event):
        if self.allday:
            return event.start_date if event.allday else event.start.date()
        return to_local(event.start, self.zone)

    def _get_place(self, event):
        """Return the one place that means this start, if there is one."""
        if self.allday != event.allday:
            return event.id  # none
        start = self._get_start(event)
        if self.allday or to_utc(start, self.zone) == event.start:
            return start
        return event.id


class GivenPlan(SeriesPlan):
    """Occurrences, laid over the places of a rule that another program gave, and that
    it has back as it was."""

    def __init__(self, occurrences, given):
        self.zone, self.allday = get_zone(given.zone), given.allday
        self.first, self.lines = given.start, given.get_lines()
        alike = [e for e in occurrences if e.allday == self.allday]
        lengths = Counter(self._get_shape(e)[2] for e in alike)
        self.length = max(lengths, key=lengths.get, default=timedelta())
        self.placed, self.skipped, self.strays = {}, [], list(occurrences)
        expansion = given.get_places()
        starts = {self._get_place(e): e for e in occurrences}
        on_rule = sum(place in starts for place in expansion)
        # What is no more as it was given is written as Odoo has it.
        if on_rule * 2 >= len(occurrences):
            self._lay(occurrences, expansion, starts)
        if given.endless and given.last not in self.placed:
            self.placed = {}

    def _lay(self, occurrences, expansion, starts):
        self.placed, self.skipped, self.strays = self._place(
            occurrences, expansion, starts
        )
