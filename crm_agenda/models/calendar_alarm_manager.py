from odoo import api, models

from .change import get_change


class CalendarAlarmManager(models.AbstractModel):
    """Odoo's reminders, for the events that are in no agenda calendar."""

    _inherit = "calendar.alarm_manager"

    @api.model
    def get_next_notif(self):
        shown = self.env["crm.agenda.reminder"]._get_shown(self.env.user.partner_id)
        return super().get_next_notif() + shown

    def _notify_next_alarm(self, partner_ids):
        """Send nothing anew when nothing that Odoo reminds of has changed.

        It would look for it among all events, once for each occurrence of a series.
        """
        change = get_change(self.env)
        if change and change.agenda_only:
            return None
        return super()._notify_next_alarm(partner_ids)

    def _get_next_potential_limit_alarm(self, alarm_type, seconds=None, partners=None):
        alarms = super()._get_next_potential_limit_alarm(alarm_type, seconds, partners)
        ours = self._get_agenda_event_ids(alarms)
        return {key: alarms[key] for key in alarms if key not in ours}

    def _get_events_by_alarm_to_notify(self, alarm_type):
        ids_by_alarm = super()._get_events_by_alarm_to_notify(alarm_type)
        ours = self._get_agenda_event_ids(
            event_id for ids in ids_by_alarm.values() for event_id in ids
        )
        return {
            alarm_id: [event_id for event_id in ids if event_id not in ours]
            for alarm_id, ids in ids_by_alarm.items()
        }

    @api.model
    def _get_agenda_event_ids(self, event_ids):
        # sudo: only to tell which events remind by themselves
        events = self.env["calendar.event"].sudo().browse(event_ids)
        return set(events.filtered("agenda_calendar_id").ids)
