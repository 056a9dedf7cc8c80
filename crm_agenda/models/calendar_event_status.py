"""Every event of the agenda has a status, however it came there or changed."""

from odoo import api, fields, models

from .compat import Constraint


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    agenda_status_id = fields.Many2one(
        compute="_compute_agenda_status_id", store=True, readonly=False, precompute=True
    )

    _agenda_status = Constraint(
        "CHECK (agenda_calendar_id IS NULL OR agenda_status_id IS NOT NULL)",
        "An event of an agenda calendar needs a status, and there is none in which to "
        "begin. Ask an administrator of the agenda for one.",
    )

    @api.depends("agenda_calendar_id")
    def _compute_agenda_status_id(self):
        for status, events in self._get_starting_statuses():
            for event in events:
                event.agenda_status_id = event.agenda_status_id or status

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._drop_empty(vals) for vals in vals_list])

    def write(self, values):
        if values.get("agenda_status_id", True):
            return super().write(values)
        for status, events in self._get_starting_statuses(values):
            # Of its own: Odoo takes out of the values what it has dealt with.
            stated = dict(values, agenda_status_id=status.id)
            super(CalendarEvent, events).write(stated)
        return True

    @api.model
    def _drop_empty(self, vals):
        """Return the values of a new event without empty ones that nobody chose."""
        fnames = {"agenda_status_id"}
        if "agenda_proposals" not in vals:  # in a form, the type may have been cleared
            fnames.add("agenda_type_id")
        return {f: value for f, value in vals.items() if value or f not in fnames}

    def _get_starting_statuses(self, values=None):
        """Yield ``(status, events)``: the one in which these events begin, if any.

        :param values: what is about to be written on them
        """
        values = values or {}
        fnames = ("agenda_calendar_id", "agenda_type_id")
        # sudo: as in _get_agenda_defaults
        groups = self.sudo().grouped(
            lambda e: tuple(values.get(fname, e[fname].id) for fname in fnames)
        )
        for ids, events in groups.items():
            calendar, event_type = (
                events[fname].browse(record_id)
                for fname, record_id in zip(fnames, ids, strict=True)
            )
            status = events.agenda_status_id.browse()
            if calendar:
                status = event_type._get_starting_status(calendar.company_id)
            yield status, events.with_env(self.env)
