"""Who holds a token reads, answers or joins: it is for who may do that anyway."""

import uuid

from odoo import api, fields, models
from odoo.tools import SQL

TOKEN = {
    "compute": "_compute_access_token",
    "inverse": "_inverse_access_token",
    "search": "_search_access_token",
    "store": False,
}


class CrmAgendaTokenMixin(models.AbstractModel):
    """Odoo's ``access_token``, read by few.

    The field is computed from its own column, so that no reading, searching, grouping
    or sorting meets the column itself, and what one user or ``sudo()`` has read is not
    in the cache for another.
    """

    _name = "crm.agenda.token.mixin"
    _description = "Agenda Token"

    @api.depends_context("uid")
    def _compute_access_token(self):
        known = self if self.env.su else self._origin._filter_token_known()
        self.env.cr.execute(
            SQL(
                "SELECT id, access_token FROM %s WHERE id = ANY(%s)",
                SQL.identifier(self._table),
                known._origin.ids,
            )
        )
        tokens = dict(self.env.cr.fetchall())
        for record in self:
            record.access_token = tokens.get(record._origin.id, False)

    def _inverse_access_token(self):
        rows = [(record.id, record.access_token or None) for record in self]
        self.env.cr.execute(
            SQL(
                "UPDATE %s AS record SET access_token = said.token "
                "FROM unnest(%s::int[], %s::varchar[]) AS said (id, token) "
                "WHERE record.id = said.id",
                SQL.identifier(self._table),
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        # For who reads it as somebody else, too.
        self.invalidate_recordset(["access_token"], flush=False)

    @api.model
    def _search_access_token(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        tokens = [value] if isinstance(value, str) else list(value or ())
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE access_token = ANY(%s)",
                SQL.identifier(self._table),
                [token for token in tokens if token],
            )
        )
        records = self.browse(row[0] for row in self.env.cr.fetchall())
        if not self.env.su:
            records = records._filtered_access("read")._filter_token_known()
        return [("id", "in", records.ids)]


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.agenda.token.mixin"]

    access_token = fields.Char(**TOKEN)

    @api.model
    def _get_thread_with_access(self, thread_id, *args, token=None, **kwargs):
        """Open no chatter by the link of a video call, as Odoo does with the token of
        any document: guests have it. Nor by a hash, which is made of the token alone:
        whoever gives it to a document of their own has Odoo make one."""
        # sudo: just whether it is in the agenda
        if self.sudo().browse(thread_id).exists().agenda_calendar_id:
            token = None
            kwargs.pop("hash", None)
        return super()._get_thread_with_access(thread_id, *args, token=token, **kwargs)

    def message_notify(self, **kwargs):
        """Invite attendees to the video call by their own token, which stays theirs
        when that of the event is given up because somebody else lost it."""
        event = self.sudo()  # sudo: the token goes to whose it is
        if len(event) == 1 and event.agenda_calendar_id and event.access_token:
            people = kwargs.get("partner_ids") or []
            attendee = event.attendee_ids.filtered(
                lambda a: [a.partner_id.id] == people
            )
            if len(attendee) == 1 and attendee.access_token:
                link = f"/{self.DISCUSS_ROUTE}/"
                kwargs["body"] = (kwargs.get("body") or "").replace(
                    link + event.access_token, link + attendee.access_token
                )
        return super().message_notify(**kwargs)

    def _check_links(self, fname, made, undone):
        """Refuse a meeting somebody else's video call: its link would let them in."""
        if fname != "videocall_channel_id":
            return super()._check_links(fname, made, undone)
        channels = self.env["discuss.channel"].browse({other for _id, other in made})
        channels = channels.exists()
        hidden = channels - channels._filtered_access("read")
        # That of an event which they read, such as another of its series, they may.
        known = self.search(
            [
                ("videocall_channel_id", "in", hidden.ids),
                ("id", "not in", [id_ for id_, _other in made]),
            ]
        )
        # sudo: to compare them
        if hidden - known.sudo().videocall_channel_id:
            self._refuse_link()
        return None

    def _filter_token_known(self):
        agenda = self.sudo().filtered("agenda_calendar_id").with_env(self.env)
        meetings = self - agenda
        hidden = meetings.filtered(lambda e: e._check_private_event_conditions())
        return meetings - hidden | agenda._filtered_access("write")

    def _renew_videocall(self):
        """Have who knows the old link of the video call stay outside of the new."""
        # sudo: whoever takes somebody's access away need not be in the call
        for event in self.sudo().filtered(lambda e: e.videocall_source == "discuss"):
            channel = event.videocall_channel_id
            event.write(
                {"access_token": uuid.uuid4().hex, "videocall_channel_id": False}
            )
            # A series has one for all of its events.
            events = self.sudo().search([("videocall_channel_id", "in", channel.ids)])
            events |= event
            members = channel.channel_member_ids.partner_id
            logins = members.with_context(active_test=False).filtered("user_ids")
            outsiders = events._get_outsiders(logins)
            for member in members - events.partner_ids:
                if member not in logins or outsiders.get(member) == events:
                    channel._action_unfollow(member)


class CalendarAttendee(models.Model):
    _name = "calendar.attendee"
    _inherit = ["calendar.attendee", "crm.agenda.token.mixin"]

    access_token = fields.Char(**TOKEN)

    @api.model
    def _get_by_token(self, token):
        """Return the attendee of an agenda event whose token it is, in sudo."""
        # sudo: the token stands for a login
        attendee = self.sudo().search([("access_token", "=", token)], limit=1)
        return attendee.filtered("event_id.agenda_calendar_id")

    def _is_invited(self):
        """Say whether the event still has them, and not only a row left over."""
        self.ensure_one()
        event = self.event_id.with_context(active_test=False)
        return self.partner_id in event.partner_ids

    def _filter_token_known(self):
        mine = self.filtered(lambda a: a.partner_id == self.env.user.partner_id)
        others = self - mine
        # sudo: which event each is of; who may know of it is asked as the user
        events = others.sudo().event_id.with_env(self.env)
        events = events._filter_token_known()
        return mine | others.filtered(lambda a: a.sudo().event_id in events.sudo())
