from urllib.parse import urlencode

from odoo import api, models

MAP_URL = "https://www.google.com/maps/search/?"


class ResPartner(models.Model):
    """A customer: their events are those of their company's contacts too."""

    _name = "res.partner"
    _inherit = [
        "res.partner",
        "crm.agenda.document.mixin",
        "crm.agenda.guard.mixin",
    ]

    _guarded_in_create = _guarded_in_write = ("meeting_ids",)

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            self._plan_agenda_reminders()
        return result

    def _set_calendar_last_notif_ack(self):
        self.env["crm.agenda.reminder"]._confirm_shown(self.env.user.partner_id)
        return super()._set_calendar_last_notif_ack()

    def _check_links(self, fname, made, undone):
        result = super()._check_links(fname, made, undone)
        # Odoo lets who attends a private event write it, and the user does by now.
        me = self.env.user.partner_id.id
        events = self.env["calendar.event"].browse(
            {event_id for partner_id, event_id in made if partner_id == me}
        )
        # sudo: an event to which the user invited themselves
        events = events.sudo().filtered("agenda_calendar_id")
        if any(e.privacy == "private" and e.user_id != self.env.user for e in events):
            events._refuse_link()
        return result

    def _read_agenda_messages(self):
        """Return ``{(id, event id)}`` of the events that they follow, or of which they
        have a message: who merges them takes it over, and may read it then."""
        links = {(f.partner_id.id, f.res_id) for f in self._find_event_followers()}
        # sudo: just which events they are, whoever may see them
        messages = self.env["mail.message"].sudo()
        for fname in ("author_id", "partner_ids", "notified_partner_ids"):
            found = messages.search(
                [("model", "=", "calendar.event"), (fname, "in", self.ids)]
            )
            links.update((p.id, m.res_id) for m in found for p in m[fname] & self)
        return links

    def _unfollow_agenda_events(self):
        """Have contacts who were somebody's login, and are no more, follow no event but
        those that they attend: what they may read is asked of a login."""
        followers = self._find_event_followers()
        # sudo: whether they attend, whoever may see that
        events = self.env["calendar.event"].sudo().browse(followers.mapped("res_id"))
        agenda = events.exists().filtered("agenda_calendar_id")
        followers.filtered(
            lambda f: (
                f.res_id in agenda.ids
                and f.partner_id not in agenda.browse(f.res_id).partner_ids
            )
        ).unlink()

    def _find_event_followers(self):
        # sudo: just which events they follow, whoever may see them
        followers = self.env["mail.followers"].sudo()
        return followers.search(
            [("res_model", "=", "calendar.event"), ("partner_id", "in", self.ids)]
        )

    def _get_agenda_place(self):
        """Return the address in one line, nothing of nobody."""
        address = self._display_address(without_company=True) if self else ""
        lines = [line.strip() for line in address.splitlines()]
        return ", ".join(filter(None, lines))

    def _get_agenda_phones(self):
        """Return the numbers; not every series has a mobile one."""
        fnames = [fname for fname in ("phone", "mobile") if fname in self._fields]
        return [self[fname] for fname in fnames if self[fname]]

    @api.model
    def _get_agenda_map_url(self, place):
        """Return a link to a map that shows the place, a text."""
        return place and f"{MAP_URL}{urlencode({'api': 1, 'query': place})}"

    def _plan_agenda_reminders(self):
        """Plan anew what is due to these people."""
        reminders = self.env["crm.agenda.reminder"].sudo()  # sudo: as in _plan
        domain = [("partner_id", "in", self.ids), ("state", "=", "pending")]
        reminders._plan_coming([("id", "in", reminders.search(domain).event_id.ids)])

    def _count_agenda_events(self):
        events = self.env["calendar.event"]
        counts = dict(
            events._read_group(self._get_agenda_domain(), ["customer_id"], ["__count"])
        )
        totals = dict.fromkeys(self.ids, 0)
        contacts = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        for contact in contacts:
            ancestor = contact
            while ancestor:
                if ancestor.id in totals:
                    totals[ancestor.id] += counts.get(contact, 0)
                ancestor = ancestor.parent_id
        return totals

    @api.model
    def _get_agenda_ids(self, event):
        # sudo: just the ids of those to whose company or family the customer belongs
        ids, contact = [], event.customer_id.sudo()
        while contact:
            ids.append(contact.id)
            contact = contact.parent_id
        return ids

    def _get_agenda_domain(self):
        return [
            ("agenda_calendar_id", "!=", False),
            ("customer_id", "child_of", self.ids),
        ]

    def _get_agenda_context(self):
        return {"default_customer_id": self.id}
