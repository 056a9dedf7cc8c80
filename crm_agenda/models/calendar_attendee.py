from odoo import fields, models

from .change import get_change
from .compat import JOINED


class CalendarAttendee(models.Model):
    _name = "calendar.attendee"
    _inherit = ["calendar.attendee", "crm.agenda.guard.mixin"]

    _guarded_in_write = ("event_id",)

    # The record rules ask for fields of the event, which would otherwise be looked up
    # among all events.
    event_id = fields.Many2one(index=True, **JOINED)

    def write(self, vals):
        mine = all(a.partner_id == self.env.user.partner_id for a in self)
        if mine and set(vals) == {"state"}:
            # sudo: attendees answer their own invitation, and 19.0 asks for the
            # right to write the event
            self = self.sudo()
        result = super().write(vals)
        if "state" in vals:
            self.env["crm.agenda.reminder"]._plan(self.event_id)
        return result

    def _send_mail_to_attendees(self, mail_template, force_send=False):
        """Odoo 18.0's way to invite attendees and to tell them of a new time."""
        told = self._get_told_by_odoo(
            mail_template, self.env.context.get("mail_notify_author")
        )
        return bool(told) and super(CalendarAttendee, told)._send_mail_to_attendees(
            mail_template, force_send
        )

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Odoo 19.0's."""
        told = self._get_told_by_odoo(mail_template, notify_author)
        return bool(told) and super(CalendarAttendee, told)._notify_attendees(
            mail_template, notify_author, force_send
        )

    def _get_told_by_odoo(self, mail_template, notify_author):
        """Leave out whom the agenda tells of a new time, with the old one and all else.

        And who has no login, of what is over; who is not invited, and so may not read
        the event; and the user who does it, to whom Odoo sends nothing either, but
        finds out only once it has drawn up the invitation.
        """
        agenda = self.filtered("event_id.agenda_calendar_id")
        told = self - agenda.filtered(
            lambda a: a.partner_id not in a.event_id.partner_ids
        )
        if not notify_author:
            told -= agenda.filtered(lambda a: a.partner_id == self.env.user.partner_id)
        change = get_change(self.env)
        if change:  # and not a message that somebody chooses to send
            states, now = agenda.event_id._get_states(), fields.Datetime.now()
            over = {id_ for id_, state in states.items() if state.is_settled(now)}
            told -= agenda.filtered(
                lambda a: a.event_id.id in over and a.partner_id.partner_share
            )
        moved = "calendar.calendar_template_meeting_changedate"
        if mail_template == self.env.ref(moved, raise_if_not_found=False):
            series = change and change.of_series  # of which Odoo tells one event
            told -= agenda.filtered(lambda a: series or not a.partner_id.partner_share)
        return told
