"""Who hears of an event: followers, people addressed, people in its video call.

Each message goes to those who may read the event when it is sent. Whoever may no longer
read it is forgotten at once: they follow it no more, its messages leave their inbox and
its video call gets another link.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What decides who reads an event, beside the members of its calendar.
READER_FIELDS = {
    "agenda_calendar_id",
    "partner_ids",
    "privacy",
    "shared_user_ids",
    "user_id",
}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def write(self, values):
        if not READER_FIELDS & set(values):
            return super().write(values)
        # sudo: only to tell whether anybody is left out
        calls = self.sudo().filtered(
            lambda e: e.agenda_calendar_id and e.videocall_source == "discuss"
        )
        before = {event: event._get_admitted() for event in calls}
        result = super().write(values)
        self._forget_outsiders()
        calls = calls.exists()
        calls.filtered(lambda e: before[e] - e._get_admitted())._renew_videocall()
        return result

    def message_post(self, **kwargs):
        """Refuse to address a colleague who may not read the event."""
        outsiders = self._get_colleagues_outside(kwargs.get("partner_ids"))
        if kwargs.get("message_type") == "comment":
            self._refuse_outsiders(outsiders)
        return super().message_post(**self._leave_out(outsiders, kwargs))

    def message_notify(self, **kwargs):
        outsiders = self._get_colleagues_outside(kwargs.get("partner_ids"))
        return super().message_notify(**self._leave_out(outsiders, kwargs))

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Refuse to have a colleague follow who may not read the event."""
        for event in self:
            outsiders = event._get_colleagues_outside(partner_ids)
            event._refuse_outsiders(outsiders - event.sudo().attendee_ids.partner_id)
        return super().message_subscribe(partner_ids, subtype_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        people = self.env["res.partner"].browse(partner_ids or [])
        # sudo: 18.0 has attendees follow an event in which they are not written yet
        outsiders = self._get_outsiders(people - self.sudo().attendee_ids.partner_id)
        rest = self
        for event in self.browse().union(*outsiders.values()):
            rest -= event
            insiders = people.filtered(lambda p, e=event: e not in outsiders.get(p, ()))
            super(CalendarEvent, event)._message_subscribe(
                insiders.ids, subtype_ids, customer_ids
            )
        return super(CalendarEvent, rest)._message_subscribe(
            partner_ids, subtype_ids, customer_ids
        )

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send a message to who may read the event now, whoever follows it."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        people = self.env["res.partner"].browse(
            [r["id"] for r in recipients if r["id"]]
        )
        outsiders = self._get_outsiders(people)
        # sudo: whom the author addresses
        addressed = (msg_vals or {}).get("partner_ids", message.sudo().partner_ids.ids)
        return [
            recipient
            for recipient in recipients
            if people.browse(recipient["id"]) not in outsiders
            or (recipient["id"] in addressed and recipient["share"])
        ]

    def _leave_out(self, partners, kwargs):
        if not partners:
            return kwargs
        left = [i for i in kwargs["partner_ids"] if i not in partners.ids]
        return dict(kwargs, partner_ids=left)

    def _get_colleagues_outside(self, partner_ids):
        """Return those of the people who work here and may not read the event."""
        people = self.env["res.partner"].browse(partner_ids or [])
        outsiders = people.browse().union(*self._get_outsiders(people))
        return outsiders.filtered(lambda p: not p.partner_share)

    def _get_outsiders(self, partners):
        """Return ``{partner: agenda events}`` of people with a login who may not read
        them. Whoever has none is a contact, who attends or is written to on purpose."""
        # sudo: who they are and what they may read is not told to the user
        events = self.sudo().filtered("agenda_calendar_id")
        hidden = {
            partner: events.filtered(lambda e, p=partner: p not in e.partner_ids)
            for partner in partners.sudo()
        }
        people = [partner.id for partner in hidden if hidden[partner]]
        if not people:
            return {}
        # Archived users too: whoever left the company reads nothing any more.
        users = self.env["res.users"].sudo().with_context(active_test=False)
        users = users.search([("partner_id", "in", people)])
        for user in users.filtered("active"):
            hidden[user.partner_id] -= hidden[user.partner_id]._filter_allowed(user)
        return {p: hidden[p] for p in users.partner_id if hidden[p]}

    def _get_admitted(self):
        """Return whom the event's own fields let read it: people, and a calendar's."""
        people = self.partner_ids | self.shared_user_ids.partner_id
        people |= self.user_id.partner_id
        calendar = self.agenda_calendar_id.filtered(lambda _: self.privacy != "private")
        return {*people, *calendar}

    def _forget_outsiders(self, partners=None):
        """Forget who may not read these events, of ``partners`` or of everybody."""
        # sudo: as in _get_outsiders
        events = self.sudo().exists().filtered("agenda_calendar_id")
        if not events:
            return
        if partners is None:
            followers, messages = events._get_told_things()
            partners = followers.partner_id
            partners |= messages.partner_ids | messages.notified_partner_ids
        for partner, hidden in events._get_outsiders(partners).items():
            followers, messages = hidden._get_told_things(partner)
            followers.unlink()
            # What they were told was for them while they could read it.
            messages.notification_ids.filtered(
                lambda n, p=partner: n.res_partner_id == p
            ).unlink()
            messages.write({"partner_ids": [(3, partner.id)]})
            partner._bus_send("mail.message/delete", {"message_ids": messages.ids})

    def _get_told_things(self, partner=None):
        """Return the followers and the messages of these events: all, or a person's."""
        followers = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        messages = [("model", "=", self._name), ("res_id", "in", self.ids)]
        if partner:
            followers += [("partner_id", "=", partner.id)]
            messages += [
                "|",
                ("partner_ids", "in", partner.ids),
                ("notified_partner_ids", "in", partner.ids),
            ]
        # sudo: to take away, whoever may see them
        return (
            self.env["mail.followers"].sudo().search(followers),
            self.env["mail.message"].sudo().search(messages),
        )

    @api.model
    def _forget_users(self, users, calendars=None):
        """Forget ``users`` where they may read no more: events of ``calendars``, all of
        which they could read, or those of which somebody who is archived knew."""
        partners = users.sudo().partner_id
        things = SQL(
            """
            SELECT res_id
              FROM mail_followers
             WHERE res_model = 'calendar.event' AND partner_id = ANY(%(partners)s)
         UNION
            SELECT message.res_id
              FROM mail_message message
              JOIN mail_notification told ON told.mail_message_id = message.id
             WHERE message.model = 'calendar.event'
               AND told.res_partner_id = ANY(%(partners)s)
         UNION
            SELECT message.res_id
              FROM mail_message message
              JOIN mail_message_res_partner_rel addressed
                ON addressed.mail_message_id = message.id
             WHERE message.model = 'calendar.event'
               AND addressed.res_partner_id = ANY(%(partners)s)
            """,
            partners=partners.ids,
        )
        known = [("agenda_calendar_id", "!=", False)]
        calls = [("videocall_location", "like", f"/{self.DISCUSS_ROUTE}/")]
        if calendars is not None:
            known = [("agenda_calendar_id", "in", calendars.ids)]
            calls += known
        else:
            calls += [
                "|",
                ("agenda_calendar_id.reader_ids", "in", users.ids),
                ("shared_user_ids", "in", users.ids),
            ]
        for model in ("mail.followers", "mail.message", "mail.notification"):
            self.env[model].flush_model()
        # sudo: what they lose is looked for among all that there is
        events = self.sudo().with_context(active_test=False)
        told = [row[0] for row in self.env.execute_query(things)]
        events.search([("id", "in", told), *known])._forget_outsiders(partners)
        for lost in events.search(calls)._get_outsiders(partners).values():
            lost._renew_videocall()

    def _refuse_outsiders(self, outsiders):
        """Refuse to address colleagues who may not read the event."""
        if outsiders:
            raise UserError(
                self.env._(
                    "%(people)s may not read this event. Make them extra users of it "
                    "first, or share its calendar with them.",
                    people=", ".join(outsiders.mapped("name")),
                )
            )
