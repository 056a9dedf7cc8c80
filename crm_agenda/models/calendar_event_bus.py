"""What open screens hear when events change: that a calendar did, and nothing more."""

from odoo import api, models

CHANNEL = "crm_agenda.calendar_"  # as clients name it; the rest is the calendar's id
CHANGED = "crm_agenda.changed"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._refresh_screens()
        return events

    def write(self, values):
        self._refresh_screens()
        result = super().write(values)
        if "agenda_calendar_id" in values:
            self.exists()._refresh_screens()
        return result

    def unlink(self):
        self._refresh_screens()
        return super().unlink()

    def _refresh_screens(self):
        """Tell them, once a transaction, in which calendars these events are."""
        # sudo: members hear that something changed in a calendar that they see
        calendars = self.sudo().agenda_calendar_id
        changed = self.env.cr.precommit.data.setdefault(CHANGED, set())
        if calendars and not changed:
            self.env.cr.precommit.add(calendars.browse()._send_changed)
        changed.update(calendars.ids)


class CrmAgendaCalendar(models.Model):
    _inherit = "crm.agenda.calendar"

    @api.model
    def _send_changed(self):
        for calendar in self.browse(self.env.cr.precommit.data.pop(CHANGED)):
            calendar._bus_send(CHANGED, {"calendar_id": calendar.id})
