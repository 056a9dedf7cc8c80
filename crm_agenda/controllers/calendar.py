from odoo.http import request, route

from odoo.addons.calendar.controllers.main import CalendarController


class AgendaCalendarController(CalendarController):
    @route()
    def calendar_join_meeting(self, token, **kwargs):
        """Have the link of a video call, which all readers know, not make anybody an
        attendee, who may read the event for good."""
        event = self._get_agenda_event(token)
        user = request.env.user
        # sudo: the token is for the event, and no more is asked than who attends
        if event and user.partner_id not in event.partner_ids:
            if not event._filter_allowed(user, "write"):
                return request.not_found()
        return super().calendar_join_meeting(token, **kwargs)

    @route()
    def calendar_join_videocall(self, access_token):
        """Let in who may read the event, attendees with their own token, and guests,
        who are nobody's colleagues, with that of the event, while it has such a call.
        """
        attendee = request.env["calendar.attendee"]._get_by_token(access_token)
        if attendee:
            event = attendee.event_id
            if not (attendee._is_invited() and event.access_token):
                return request.not_found()
            access_token = event.access_token
        event = self._get_agenda_event(access_token)
        user = request.env.user
        if event and event.videocall_source != "discuss":
            return request.not_found()
        if event and not user._is_public() and not event._filter_allowed(user, "read"):
            return request.not_found()
        return super().calendar_join_videocall(access_token)

    def _get_agenda_event(self, token):
        """Return the agenda event whose token it is, in sudo."""
        # sudo: the token stands for the right to find it
        events = request.env["calendar.event"].sudo()
        event = events.search([("access_token", "=", token)], limit=1)
        return event.filtered("agenda_calendar_id")
