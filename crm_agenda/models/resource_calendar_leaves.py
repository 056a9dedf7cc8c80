from odoo import api, models

from .days import check_instants


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        """Refuse what Odoo can't reckon in a time zone: nobody would be told any more
        when a calendar is free."""
        for leave in self:
            check_instants(self.env, leave.date_from, leave.date_to)

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._count_hours_anew(leaves._get_lasting_events())
        return leaves

    def write(self, vals):
        events = self._get_lasting_events()
        result = super().write(vals)
        self._count_hours_anew(events | self._get_lasting_events())
        return result

    def unlink(self):
        events = self._get_lasting_events()
        result = super().unlink()
        self._count_hours_anew(events)
        return result

    @api.model
    def _count_hours_anew(self, events):
        self.env.add_to_compute(events._fields["agenda_hours"], events)

    def _get_lasting_events(self):
        """Return the events that take working hours in the time of these leaves."""
        # sudo: whoever keeps absences need not see the events, and learns nothing
        events = self.env["calendar.event"].sudo()
        if not self:
            return events
        domain = [
            ("agenda_calendar_id", "!=", False),
            ("slot_start", "<", max(self.mapped("date_to"))),
            ("slot_stop", ">", min(self.mapped("date_from"))),
        ]
        if all(leave.resource_id for leave in self):
            owners = self.resource_id.user_id
            domain.append(("agenda_calendar_id.owner_id", "in", owners.ids))
        return events.search(domain).filtered(lambda e: e._lasts_for_days())
