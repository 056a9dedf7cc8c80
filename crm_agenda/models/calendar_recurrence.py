from datetime import timedelta
from itertools import islice

from odoo import api, models
from odoo.exceptions import ValidationError

from .days import check_instants

RULE_FIELDS = (
    *("base_event_id", "rrule_type", "interval", "end_type", "count", "until"),
    *("month_by", "day", "weekday", "byday"),
)
# What repeats daily, for more than five years.
LONGEST_SERIES = 2000


class CalendarRecurrence(models.Model):
    _name = "calendar.recurrence"
    _inherit = ["calendar.recurrence", "crm.agenda.guard.mixin"]

    _guarded_in_write = ("base_event_id",)

    @api.constrains(*RULE_FIELDS)
    def _check_rule(self):
        """Refuse a series of the agenda before Odoo makes all of its events: those of
        each day until the year 9999, say."""
        for recurrence in self.sudo():  # sudo: as in _find_events
            if not recurrence.base_event_id.agenda_calendar_id:
                continue
            starts = recurrence._read_starts()
            if starts is None:
                raise ValidationError(
                    self.env._(
                        "The series can't repeat like that: check how often, on which "
                        "days and until when it does."
                    )
                )
            if len(starts) > LONGEST_SERIES:
                raise ValidationError(
                    self.env._(
                        "A series takes %s events at most: let it end earlier.",
                        LONGEST_SERIES,
                    )
                )
            check_instants(self.env, *starts[-1:])

    def unlink(self):
        """Refuse who may not write all the events that would leave their series."""
        self._find_events()._check_linkable()
        return super().unlink()

    def _select_new_base_event(self):
        # sudo: who deletes the last events of a series that they may read reads the
        # series no more; it only takes one of its own events
        return super(CalendarRecurrence, self.sudo())._select_new_base_event()

    def _stop_at(self, event):
        """End a series of the agenda on the day before the event.

        Odoo ends it with the week or the month before, and so leaves out what comes
        first in that of the event when the series is changed again.
        """
        day = event._get_start_date() - timedelta(days=1)
        detached = super()._stop_at(event)
        # sudo: just whether there is one
        if self.exists() and event.sudo().agenda_calendar_id:
            self.until = day
        return detached

    def _read_starts(self):
        """Return when its events start by its rule, one too many of them at most;
        nothing, if it is no rule."""
        self.ensure_one()
        if self.interval < 1 or (self.end_type == "count" and self.count < 1):
            return None
        try:
            starts = self._get_occurrences(self.base_event_id.start)
            return list(islice(starts, LONGEST_SERIES + 1))
        except (KeyError, OverflowError, TypeError, ValueError):
            return None

    def _check_links(self, fname, made, undone):
        # An occurrence takes over when the first one ends, whoever ends it.
        events = self.env["calendar.event"].browse({event_id for _id, event_id in made})
        # sudo: only to tell what is in the series, where it joined by right
        inside = {(event.recurrence_id.id, event.id) for event in events.sudo()}
        return super()._check_links(fname, made - inside, undone)

    def _check_linkable(self):
        """Refuse who may not write all the events of the series, as one that joins
        gets their texts."""
        # sudo: as in _find_events
        base = self.sudo().base_event_id.with_env(self.env)
        (self._find_events() | base)._check_linkable()

    def _find_events(self):
        """Return all the events of the series, archived ones too."""
        # sudo: a series may have private occurrences
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        events = events.search([("recurrence_id", "in", self.ids)])
        return events.with_env(self.env)
