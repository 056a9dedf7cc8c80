"""When what a phone shows of an event changes."""

from odoo import api, models

# What says to whom an event was known, and by which name.
PLACE = {"agenda_calendar_id", "recurrence_id", "privacy", "user_id"}
PEOPLE = {"partner_ids", "attendee_ids", "shared_user_ids"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _create(self, data_list):
        events = super()._create(data_list)
        self.env["crm.agenda.change"]._log_events_at_end(events.ids, made=True)
        return events

    def write(self, values):
        if PEOPLE & values.keys():
            # With the people whom it leaves.
            self.env["crm.agenda.change"]._log_events(self.ids)
        return super().write(values)

    def _write_multi(self, vals_list):
        # Here, as what is computed changes too.
        changes = self.env["crm.agenda.change"]
        if any(PLACE & vals.keys() for vals in vals_list):
            changes._log_events(self.ids)  # in the calendar that it leaves
        changes._log_events_at_end(self.ids)
        return super()._write_multi(vals_list)

    def unlink(self):
        if self:
            # All of it: a calendar without the privacy that follows from it is refused.
            self.flush_model()
            self.env["crm.agenda.change"]._log_events(self.ids)
        return super().unlink()


class CrmAgendaChangeMixin(models.AbstractModel):
    """Records of which a phone shows something with events."""

    _name = "crm.agenda.change.mixin"
    _description = "Shown with Agenda Events"

    # With which: a condition on the rows of ``calendar_event event``, by the ids.
    _shown_with = None
    # What of them is shown; any field, if none is named.
    _shown_fields = frozenset()

    def _write_multi(self, vals_list):
        shown = self._shown_fields
        if not shown or any(shown & vals.keys() for vals in vals_list):
            self._log_events()  # by the names that they had
        return super()._write_multi(vals_list)

    def unlink(self):
        self._log_events()
        return super().unlink()

    def _log_events(self):
        self.env["crm.agenda.change"]._log(self._shown_with, self.ids)


class CrmAgendaIcalObject(models.Model):
    _name = "crm.agenda.ical.object"
    _inherit = ["crm.agenda.ical.object", "crm.agenda.change.mixin"]

    _shown_with = "rel.object_id = ANY(%s)"

    @api.model
    def _create(self, data_list):
        objects = super()._create(data_list)
        objects._log_events()
        return objects


class CalendarRecurrence(models.Model):
    _name = "calendar.recurrence"
    _inherit = ["calendar.recurrence", "crm.agenda.change.mixin"]

    _shown_with = "event.recurrence_id = ANY(%s)"


class CalendarAttendee(models.Model):
    _name = "calendar.attendee"
    _inherit = ["calendar.attendee", "crm.agenda.change.mixin"]

    _shown_with = (
        "event.id IN (SELECT event_id FROM calendar_attendee WHERE id = ANY(%s))"
    )

    @api.model
    def _create(self, data_list):
        attendees = super()._create(data_list)
        self.env["crm.agenda.change"]._log_events_at_end(
            {data["stored"].get("event_id") for data in data_list} - {None, False}
        )
        return attendees


class CrmAgendaCalendar(models.Model):
    _name = "crm.agenda.calendar"
    _inherit = ["crm.agenda.calendar", "crm.agenda.change.mixin"]

    _shown_with = "event.agenda_calendar_id = ANY(%s)"
    _shown_fields = {"active"}


class CrmAgendaEventType(models.Model):
    _name = "crm.agenda.event.type"
    _inherit = ["crm.agenda.event.type", "crm.agenda.change.mixin"]

    _shown_with = "event.agenda_type_id = ANY(%s)"
    _shown_fields = {"name"}


class CrmAgendaEventStatus(models.Model):
    _name = "crm.agenda.event.status"
    _inherit = ["crm.agenda.event.status", "crm.agenda.change.mixin"]

    _shown_with = "event.agenda_status_id = ANY(%s)"
    _shown_fields = {"kind", "tentative"}


class CalendarAlarm(models.Model):
    _name = "calendar.alarm"
    _inherit = ["calendar.alarm", "crm.agenda.change.mixin"]

    _shown_with = (
        "event.id IN (SELECT calendar_event_id "
        "FROM calendar_alarm_calendar_event_rel WHERE calendar_alarm_id = ANY(%s))"
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _create(self, data_list):
        partners = super()._create(data_list)
        if any(data["stored"].get("meeting_ids") for data in data_list):
            partners._log_meetings()
        return partners

    def write(self, vals):
        """Tell of who attends what from here, too, and not only from the events."""
        if not (self and "meeting_ids" in vals):
            return super().write(vals)
        self._log_meetings()  # that they leave
        result = super().write(vals)
        self._log_meetings()
        return result

    def _log_meetings(self):
        self.env["crm.agenda.change"]._log(
            "event.id IN (SELECT calendar_event_id "
            "FROM calendar_event_res_partner_rel WHERE res_partner_id = ANY(%s))",
            self.ids,
        )

    def _write_multi(self, vals_list):
        """Tell phones how people are called now who attend or organize something."""
        result = super()._write_multi(vals_list)
        if any({"complete_name", "email"} & vals.keys() for vals in vals_list):
            self.env["crm.agenda.change"]._log(
                "event.id IN (SELECT event_id FROM calendar_attendee "
                "WHERE partner_id = ANY(%s)) OR event.user_id IN "
                "(SELECT id FROM res_users WHERE partner_id = ANY(%s))",
                self.ids,
                self.ids,
            )
        return result
