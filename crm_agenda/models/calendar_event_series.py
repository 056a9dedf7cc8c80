"""The agenda's fields in a series, whose occurrences Odoo may make anew."""

from collections import defaultdict

from odoo import models

from .change import get_change


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, values):
        if len(self) > 1 and values.get("attachment_ids"):
            commands = values["attachment_ids"]
            values = dict(values, attachment_ids=self._add_copies(commands))
        update = values.get("recurrence_update", "self_only")
        change = get_change(self.env)
        if update == "self_only" or not change or len(self) != 1:
            return super().write(values)
        status_id = values.get("agenda_status_id")
        result = super().write(values)
        made = self.browse(change.made).exists()
        if made and status_id:
            made._take_over_status(made.agenda_status_id.browse(status_id))
        elif made:
            by_status = defaultdict(self.browse)
            after = (self.browse(change.before).exists() | made)._get_states()
            for old, new in self._pair_states(change.before, after):
                if old and new and new.id in made.ids:
                    by_status[old.agenda_status_id] |= self.browse(new.id)
            for status, events in by_status.items():
                events._take_over_status(status)
        return result

    def _update_future_events(self, values, time_values, recurrence_values):
        """Apply a new rule once, and leave no event outside of it.

        Odoo would apply it again, to an event that may be in the series no more.
        """
        result = super()._update_future_events(values, time_values, recurrence_values)
        if self.sudo().agenda_calendar_id:  # sudo: just whether there is one
            recurrence_values.clear()
            if not self.recurrence_id:
                self.active = False
        return result

    def _take_over_status(self, status):
        """Set the status of occurrences that stand for others, which is no news."""
        events = self.filtered(lambda e: e.agenda_status_id != status)
        events.with_context(tracking_disable=True).agenda_status_id = status

    def _add_copies(self, commands):
        """Return commands for files that also take away, with a file, its copies in
        the other occurrences."""
        taken = {command[1] for command in commands if command[0] in (2, 3)}
        files = self.attachment_ids
        alike = {(f.name, f.checksum) for f in files if f.id in taken}
        copies = files.filtered(
            lambda f: f.id not in taken and (f.name, f.checksum) in alike
        )
        return list(commands) + [(3, copy.id) for copy in copies]
