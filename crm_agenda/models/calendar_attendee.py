from odoo import fields, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    # The record rules ask for fields of the event, which 14.0 would otherwise look up
    # in all events, one by one.
    event_id = fields.Many2one(index=True, auto_join=True)

    def write(self, vals):
        mine = all(a.partner_id == self.env.user.partner_id for a in self)
        if mine and set(vals) == {"state"}:
            # sudo: an attendee answers his own invitation, and 19.0 asks for the
            # right to write the event
            self = self.sudo()
        result = super().write(vals)
        if "state" in vals:
            self.env["crm.agenda.reminder"]._plan(self.event_id)
        return result

    def _send_mail_to_attendees(self, template, *args, **kwargs):
        """Leave out whom the agenda tells of a new time, with the old one and all else.

        And the user himself, to whom Odoo sends nothing either, but finds out only
        once it has drawn up the invitation.

        :param template: a ``mail.template``, or in 14.0 the XML id of one
        """
        agenda = self.filtered("event_id.agenda_calendar_id")
        if not self.env.context.get("mail_notify_author"):
            self -= agenda.filtered(lambda a: a.partner_id == self.env.user.partner_id)
        moved = "calendar.calendar_template_meeting_changedate"
        if not isinstance(template, str):
            moved = self.env.ref(moved, raise_if_not_found=False)
        if template == moved:
            self -= agenda.filtered(lambda a: not a.partner_id.partner_share)
        return bool(self) and super()._send_mail_to_attendees(template, *args, **kwargs)
