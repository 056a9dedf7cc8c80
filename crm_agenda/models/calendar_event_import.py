"""Events from a file, in which cells are empty and days have no time zone."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.agenda.import.mixin"]

    @api.model
    def _leave_out_empty(self, cells):
        if self.env.context.get("agenda") or cells.get("agenda_calendar_id"):
            return super()._leave_out_empty(cells)
        return cells

    @api.model
    def _is_never_empty(self, fname):
        never = {"agenda_calendar_id", "duration", "start_date", "stop_date"}
        never.update(self._get_recurrent_fields())
        return fname in never or super()._is_never_empty(fname)

    def _load_records_create(self, vals_list):
        """Give an empty cell what the event would get without the column."""
        # As the agenda's screens do, where no calendar is said.
        default = {}
        if self.env.context.get("agenda"):
            default = self.default_get(["agenda_calendar_id"])
        for index, vals in enumerate(vals_list):
            if default or vals.get("agenda_calendar_id"):
                said = self._leave_out_false(vals, vals)
                vals = self._read_time({**default, **said})
                if not (vals.get("start_date") or vals.get("start")):
                    raise ValidationError(
                        self.env._(
                            "%(event)s has no start: fill it in.",
                            event=vals.get("name") or "",
                        )
                    )
                vals_list[index] = vals
        return super()._load_records_create(vals_list)

    def _load_records_write(self, values):
        # sudo: just whether it is; who organizes an event need not be in its calendar
        if self.sudo().agenda_calendar_id or values.get("agenda_calendar_id"):
            never = filter(self._is_never_empty, values)
            values = self._read_time(self._leave_out_false(values, set(never)))
        return super()._load_records_write(values)

    @api.model
    def _leave_out_false(self, vals, fnames):
        """Return the values without those of the fields that came from empty cells."""
        return {
            fname: value
            for fname, value in vals.items()
            if value is not False
            or fname not in fnames
            or self._fields[fname].type == "boolean"
        }

    def _read_time(self, vals):
        """Return the values with the days of what lasts all day.

        They are those that the file says where it is read. To Odoo they are those of
        UTC, and it wants both of them.
        """
        first, last = (
            fields.Date.to_date(vals.get(fname))
            for fname in ("start_date", "stop_date")
        )
        allday = vals.get("allday", self.allday)
        if not (allday or first and not vals.get("start")):
            return vals
        first, last = (
            day or self._read_day(vals.get(fname))
            for day, fname in ((first, "start"), (last, "stop"))
        )
        if not first:
            first = self.start_date or self._read_day(self.start)
        if not last and self.start_date and first:
            last = first + (self.stop_date - self.start_date)
        days = {"allday": True, "start_date": first, "stop_date": last or first}
        instants = ("start", "stop", "duration")
        return {f: v for f, v in {**vals, **days}.items() if f not in instants}

    @api.model
    def _read_day(self, instant):
        instant = fields.Datetime.to_datetime(instant)
        return instant and fields.Datetime.context_timestamp(self, instant).date()
