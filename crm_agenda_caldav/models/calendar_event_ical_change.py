"""What is written of an object or a file is one change, told and invited to once."""

from collections import defaultdict
from contextlib import contextmanager

from odoo import fields, models

from odoo.addons.crm_agenda.models.change import get_change


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @contextmanager
    def _as_one_ical_change(self, several):
        """Have people told once of all that happens to these events and to new ones.

        Give the environment for it. Who begins to attend a series is invited once.
        """
        if get_change(self.env):
            yield self.browse()
            return
        outer = self._nest(True, self, several)
        quiet = outer.with_context(no_mail_to_attendees=True) if several else outer
        yield quiet.browse()
        change = get_change(outer.env)
        after = (self | self.browse(change.made)).exists()
        after._check_double_booking()
        if several:
            after._invite_once(change)
        self._tell(after._get_states(), change)

    @contextmanager
    def _as_no_ical_change(self, several):
        """Undo all that happens: it is part of a change of which nobody is told."""
        outer = self._nest(True, self, several).with_context(
            no_mail_to_attendees=True, mail_notify_force_send=False
        )
        savepoint = self.env.cr.savepoint()
        try:
            yield outer.browse()
        finally:
            savepoint.close(rollback=True)

    def _invite_once(self, change):
        """Invite who begins to attend, to the first of the events of a series that is
        to come."""
        known_as = self.env["crm.agenda.ical.object"]._get_by_event(self)
        attended = {state.id: state.attendees for state in change.before.values()}
        known = defaultdict(self.env["res.partner"].browse)
        gone = self.env["res.partner"].union(
            *(attended[number] for number in attended if number not in self.ids)
        )
        by_key = defaultdict(self.browse)
        for event in self.sorted("start"):
            key = known_as.get(event.id) or event.recurrence_id or event
            by_key[key] |= event
            known[key] |= attended.get(event.id, gone)
        now = fields.Datetime.now()
        for key, events in by_key.items():
            for event in events.filtered(lambda e: e.start > now):
                partners = event.attendee_ids.partner_id - known[key]
                known[key] |= partners
                new = event.attendee_ids.filtered(
                    lambda a, new=partners: a.partner_id in new
                )
                if new:
                    new.with_context(agenda_change=change)._send_invitation_emails()
