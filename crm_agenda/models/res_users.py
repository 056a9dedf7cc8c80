from collections import defaultdict

import pytz

from odoo import api, fields, models

from .compat import USER_GROUPS


class ResUsers(models.Model):
    _inherit = "res.users"

    agenda_calendar_id = fields.Many2one(
        "crm.agenda.calendar",
        string="Default Calendar",
        ondelete="set null",
        domain="[('writer_ids', 'in', [id])]",
        help="New events of the agenda start in this calendar.",
    )

    agenda_hidden_calendar_ids = fields.Many2many(
        "crm.agenda.calendar",
        "crm_agenda_hidden_calendar_rel",
        "user_id",
        "calendar_id",
        string="Calendars not shown",
        help="Unticked beside the calendar screen.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return list(super().SELF_READABLE_FIELDS) + ["agenda_calendar_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return list(super().SELF_WRITEABLE_FIELDS) + ["agenda_calendar_id"]

    def write(self, vals):
        administrators = self._filter_agenda_managers()
        # sudo: just who works here
        employees = self.filtered(lambda u: not u.sudo().share)
        people = self.partner_id
        result = super().write(vals)
        if {"active", "partner_id"} & set(vals):
            (people | self.partner_id)._plan_agenda_reminders()
        lost = administrators - self._filter_agenda_managers()
        if "company_ids" in vals:
            lost |= administrators
        lost._forget_administration()
        gone = employees.filtered(lambda u: u.sudo().share)
        if not vals.get("active", True):
            gone = self
        if gone:
            self.env["calendar.event"]._forget_users(gone)
        former = people - self.partner_id
        if former:
            former._unfollow_agenda_events()
        return result

    def unlink(self):
        # What they follow would go on to reach the contact who is left.
        self.write({"active": False})
        return super().unlink()

    @api.constrains("active", "company_ids", USER_GROUPS)
    def _check_owned_calendars(self):
        """A calendar never ends without somebody who can manage it.

        One with which somebody started and that was never used goes with them.
        """
        # sudo: people who archive users may be no members of their calendars; they must
        # learn their names to be able to go on.
        calendars = self.env["crm.agenda.calendar"].sudo()
        left = calendars.search([("owner_id", "in", self.ids)])._filter_left()
        untouched = left._filter_untouched()
        (left - untouched)._check_owner()
        untouched.unlink()

    def _get_agenda_calendar(self, right="can_write"):
        """Return the default calendar of the current user, if it may be proposed."""
        return self.agenda_calendar_id.filtered(lambda c: c.active and c[right])

    def _is_agenda_manager(self):
        return self.has_group("crm_agenda.group_agenda_manager")

    def _filter_agenda_managers(self):
        # sudo: who administers the agenda is not told to the user
        return self.filtered(lambda u: u.sudo()._is_agenda_manager())

    def _forget_administration(self):
        """Forget these users in the events that they read as administrators alone."""
        if self:
            # sudo: as in _forget_users
            calendars = self.env["crm.agenda.calendar"].sudo()
            calendars = calendars.with_context(active_test=False).search([])
            self.env["calendar.event"]._forget_users(self, calendars)

    def _get_absences(self, start, stop):
        """Return ``{user: [(start, stop, leave)]}`` of the absences, such as those
        that the Time Off app keeps, that their resources have in a period (UTC)."""
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id.user_id", "in", self.ids),
                ("time_type", "=", "leave"),
                ("date_from", "<", stop),
                ("date_to", ">", start),
            ]
        )
        localize = pytz.UTC.localize
        absences = defaultdict(list)
        for leave in leaves:
            interval = (localize(leave.date_from), localize(leave.date_to), leave)
            absences[leave.resource_id.user_id].append(interval)
        return absences
