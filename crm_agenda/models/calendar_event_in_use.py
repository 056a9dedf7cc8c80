"""What is archived stays with the events that have it, and is given to no other."""

from odoo import api, models
from odoo.exceptions import ValidationError

from .change import get_change

CONFIGURATION = ("agenda_calendar_id", "agenda_type_id", "agenda_status_id")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        given = [
            (fname, vals.get(fname)) for vals in vals_list for fname in CONFIGURATION
        ]
        events = super().create(vals_list)
        self._check_in_use(given)
        return events

    def write(self, values):
        # sudo: just what they have; only what is new is checked
        events = self.sudo()
        given = [
            (fname, values[fname])
            for fname in CONFIGURATION
            if values.get(fname)
            and any(event[fname].id != values[fname] for event in events)
        ]
        result = super().write(values)
        self._check_in_use(given)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        # The occurrences of a series are all alike.
        if not get_change(self.env) and "agenda_type_id" not in (default or {}):
            for event, vals in zip(self, vals_list, strict=True):
                # sudo: as above
                if event.sudo().agenda_type_id.filtered(lambda t: not t.active):
                    vals.pop("agenda_type_id", None)
        return vals_list

    @api.model
    def _check_in_use(self, given):
        """Refuse to give events what is archived.

        :param given: ``[(field name, id)]``, of what they did not have
        """
        if get_change(self.env):
            return  # an occurrence has what its series has
        for fname, record_id in given:
            # sudo: just whether it is, after the user was allowed to give it
            record = self.env[self._fields[fname].comodel_name].sudo()
            if record_id and not record.browse(record_id).active:
                raise ValidationError(
                    self.env._(
                        "%(field)s: choose one that is not archived.",
                        field=self._get_word(fname),
                    )
                )
