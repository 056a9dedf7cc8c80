from datetime import timedelta

from odoo import models


class CalendarRecurrence(models.Model):
    _name = "calendar.recurrence"
    _inherit = ["calendar.recurrence", "crm.agenda.guard.mixin"]

    _guarded_in_write = ("base_event_id",)

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
