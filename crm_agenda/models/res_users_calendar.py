"""The calendar with which everybody starts."""

from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._give_own_calendars()
        return users

    def write(self, vals):
        absent = self.filtered(lambda u: u.share or not u.active)
        if "company_ids" in vals:
            absent = self
        result = super().write(vals)
        absent._give_own_calendars()
        return result

    def _give_own_calendars(self):
        """Give a calendar to each employee of these who owns none."""
        # sudo: who makes a user need not be in the agenda, and learns nothing by it
        calendars = self.env["crm.agenda.calendar"].sudo()
        owners = calendars.with_context(active_test=False).search(
            [("owner_id", "in", self.ids)]
        )
        users = self.sudo().filtered(
            lambda u: (
                u.active
                and not u.share
                and u.company_id.agenda_own_calendars
                and u not in owners.owner_id
            )
        )
        if not users:
            return
        vals_list = []
        for user in users:
            vals_list.append(
                {
                    "name": user.name,
                    "owner_id": user.id,
                    "company_id": user.company_id.id,
                    "kind": "person",
                }
            )
        for user, calendar in zip(users, calendars.create(vals_list), strict=True):
            user.agenda_calendar_id = user.agenda_calendar_id or calendar
