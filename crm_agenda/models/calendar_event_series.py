"""The agenda's fields in a series, whose occurrences Odoo may make anew."""

from collections import defaultdict

from odoo import models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, values):
        if len(self) > 1 and values.get("attachment_ids"):
            commands = values["attachment_ids"]
            values = dict(values, attachment_ids=self._add_copies(commands))
        update = values.get("recurrence_update", "self_only")
        if update == "self_only" or len(self) != 1 or not self.recurrence_id:
            return super().write(values)
        status_id = values.get("agenda_status_id")
        base = self.recurrence_id.base_event_id
        # sudo: a series may have private occurrences
        before = self.recurrence_id.sudo().calendar_event_ids
        days = {event: event._get_start_date() for event in before | base}
        statuses = {days[event]: event.agenda_status_id for event in before}
        result = super().write(values)
        survivor = self if self.active else base
        made = survivor.recurrence_id.calendar_event_ids - before
        if made and status_id:
            made._take_over_status(made.agenda_status_id.browse(status_id))
        elif made:
            shift = survivor._get_start_date() - days[survivor]
            by_status = defaultdict(self.browse)
            for event in made:
                by_status[statuses.get(event._get_start_date() - shift)] |= event
            by_status.pop(None, None)
            for status, events in by_status.items():
                events._take_over_status(status)
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
