from odoo import models

from .compat import count_by


class ResPartner(models.Model):
    """A customer: his events are those of his company's contacts too."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.agenda.document.mixin"]

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            self._plan_agenda_reminders()
        return result

    def _set_calendar_last_notif_ack(self):
        self.env["crm.agenda.reminder"]._confirm_shown(self.env.user.partner_id)
        return super()._set_calendar_last_notif_ack()

    def _plan_agenda_reminders(self):
        """Plan anew what is due to these people."""
        reminders = self.env["crm.agenda.reminder"].sudo()  # sudo: as in _plan
        domain = [("partner_id", "in", self.ids), ("state", "=", "pending")]
        reminders._plan(reminders.search(domain).event_id)

    def _count_agenda_events(self):
        events = self.env["calendar.event"]
        counts = count_by(events, self._get_agenda_domain(), "customer_id")
        totals = dict.fromkeys(self.ids, 0)
        contacts = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        for contact in contacts:
            ancestor = contact
            while ancestor:
                if ancestor.id in totals:
                    totals[ancestor.id] += counts.get(contact.id, 0)
                ancestor = ancestor.parent_id
        return totals

    def _get_agenda_domain(self):
        return [
            ("agenda_calendar_id", "!=", False),
            ("customer_id", "child_of", self.ids),
        ]

    def _get_agenda_context(self):
        return {"default_customer_id": self.id}
