from odoo import api, fields, models

from .crm_agenda_reminder import SNOOZE


class CrmAgendaReminder(models.Model):
    """Has the web client show what is due, until it is seen or over."""

    _inherit = "crm.agenda.reminder"

    def _filter_shown(self):
        return self.filtered(lambda row: row.state == "sent" and row.next_attempt)

    @api.model
    def _show_to(self, partners):
        """Have these people's web clients show what is to be shown, and no more."""
        for user in partners.user_ids.filtered(lambda u: not u.share):
            manager = self.env["calendar.alarm_manager"].with_user(user)
            manager = manager.with_context(lang=user.lang)
            user._bus_send("calendar.alarm", manager.get_next_notif())

    @api.model
    def _show_again(self):
        """Bring back what was shown a while ago and nobody has confirmed."""
        now = fields.Datetime.now()
        # sudo: as in _dispatch_batch
        domain = [("state", "=", "sent"), ("next_attempt", "<=", now)]
        rows = self.sudo().search(domain)
        over = rows.filtered(lambda row: row.event_id.stop <= now)
        over.write({"next_attempt": False})
        (rows - over).write({"next_attempt": now + SNOOZE})
        self._show_to(rows.partner_id)

    @api.model
    def _get_shown(self, partner):
        """Return what the web client of ``partner`` has to show now."""
        domain = [
            ("partner_id", "=", partner.id),
            ("state", "=", "sent"),
            ("next_attempt", "!=", False),
            ("event_id.stop", ">", fields.Datetime.now()),
        ]
        rows = self.sudo().search(domain)  # sudo: of the partner's own reminders
        events = rows.event_id.with_env(self.env)._filter_allowed(self.env.user)
        rows = rows.filtered(lambda row: row.event_id.id in events.ids)
        return [
            {
                "alarm_id": row.alarm_id.id,
                "event_id": row.event_id.id,
                "title": row.event_id.name,
                "message": row.event_id._get_when(partner),
                "timer": 0,
                "notify_at": fields.Datetime.to_string(row.due),
                "agenda": True,  # may close by itself
            }
            for row in rows
        ]

    @api.model
    def _confirm_shown(self, partner):
        """Stop showing what ``partner`` has seen."""
        domain = [("partner_id", "=", partner.id), ("state", "=", "sent")]
        rows = self.sudo().search(domain + [("next_attempt", "!=", False)])
        rows.write({"next_attempt": False})  # sudo: of the partner's own reminders
        self._show_to(rows.partner_id)  # on their other screens
