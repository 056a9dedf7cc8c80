"""Who an agenda event is for is written on it, and looked up nowhere."""

from odoo import api, fields, models

from .compat import Constraint

# From the one that shows most to the one that shows least.
PRIVACIES = ["public", "confidential", "private"]


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # Odoo leaves it empty for "as its organizer prefers", which no rule can ask.
    privacy = fields.Selection(
        compute="_compute_privacy", store=True, readonly=False, precompute=True
    )

    _agenda_privacy = Constraint(
        "CHECK (agenda_calendar_id IS NULL OR privacy IS NOT NULL)",
        "An event of an agenda calendar must say whether it is private.",
    )

    @api.depends("agenda_calendar_id")
    def _compute_privacy(self):
        """Have an event that enters the agenda say what its organizer prefers now.

        It stays so: neither another organizer nor another preference changes who
        reads what is already there.
        """
        for event in self:
            privacy = event.privacy
            if event.agenda_calendar_id and not privacy:
                privacy = event._get_preferred_privacy()
            event.privacy = privacy

    @api.model_create_multi
    def create(self, vals_list):
        calendar_id = self.env.context.get("default_agenda_calendar_id")
        for vals in vals_list:
            if vals.get("agenda_calendar_id", calendar_id) and not vals.get("privacy"):
                vals.pop("privacy", None)  # what a form says of an empty field
        return super().create(vals_list)

    def write(self, values):
        if values.get("privacy", True):
            return super().write(values)
        agenda = self.sudo().filtered("agenda_calendar_id").with_env(self.env)
        if "agenda_calendar_id" in values:
            agenda = self if values["agenda_calendar_id"] else self.browse()
        if agenda:
            stated = dict(values, privacy=agenda._get_preferred_privacy())
            super(CalendarEvent, agenda).write(stated)
        return super(CalendarEvent, self - agenda).write(values)

    def _get_preferred_privacy(self):
        """Return what the organizers prefer; the one that shows least, of several."""
        organizers = self.sudo().user_id  # sudo: as Odoo does; their texts stay there
        preferred = organizers.mapped("calendar_default_privacy")
        return max(preferred, key=PRIVACIES.index, default=PRIVACIES[0])
