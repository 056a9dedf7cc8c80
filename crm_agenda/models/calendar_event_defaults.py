import json
from datetime import datetime, timedelta

from odoo import api, fields, models

from .days import check_instants

# Hours that a mere click on the calendar's grid proposes.
CLICK_HOURS = 1.0
# What decides what an event gets by default, and what of that has to be looked up.
DEFAULTING = {"agenda_calendar_id", "agenda_type_id"}
LOOKED_UP = frozenset({"alarm_ids"})
# Hours, more than from the first to the last day of the agenda.
LONGEST = 1100 * 366 * 24


class CalendarEvent(models.Model):
    """What an event gets from its calendar, its type and its customer."""

    _inherit = "calendar.event"

    agenda_proposals = fields.Char(
        store=False,
        help="What the form has proposed so far: it may be replaced, what the user "
        "typed may not.",
    )

    @api.model
    def default_get(self, fields_list):
        """Start an agenda event in the user's calendar, with its defaults."""
        defaults = super().default_get(fields_list)
        if not self.env.context.get("agenda"):
            return defaults
        for fname in ("agenda_calendar_id", "agenda_type_id", "agenda_status_id"):
            # Such as somebody's own default, made while it was in use, or what a
            # client names: what it proposes is for who may see it.
            record = self.env[self._fields[fname].comodel_name]
            record = record.browse(defaults.get(fname))
            if not record._filtered_access("read").active:
                defaults.pop(fname, None)
        calendar = self.env["crm.agenda.calendar"].browse(
            defaults.get("agenda_calendar_id")
        )
        if not calendar and "agenda_calendar_id" in fields_list:
            calendar = self.env.user._get_agenda_calendar()
            calendar = calendar or calendar.search(
                [("owner_id", "=", self.env.uid)], limit=1
            )
            defaults["agenda_calendar_id"] = calendar.id
        values = self._get_agenda_defaults(
            dict(defaults, agenda_calendar_id=calendar.id)
        )
        event_type = self.env["crm.agenda.event.type"].browse(values["agenda_type_id"])
        if "start" in fields_list:
            values.update(self._get_default_time(defaults, calendar, event_type))
        if self.env.context.get("agenda_typed"):
            # What comes from the short form, or from a time that was picked.
            values = {
                fname: value
                for fname, value in values.items()
                if f"default_{fname}" not in self.env.context
            }
        defaults.update((f, value) for f, value in values.items() if f in fields_list)
        return defaults

    @api.model
    def _get_default_time(self, defaults, calendar, event_type):
        """Return start, end and duration of a form that opens with ``defaults``.

        They are what was clicked or dragged on the grid, or else the next half hour.
        """
        clicked = self.env.context.get("default_start")
        if clicked:
            start = fields.Datetime.to_datetime(clicked)
            stop = fields.Datetime.to_datetime(defaults.get("stop")) or start
            hours = defaults.get("duration") or (stop - start).total_seconds() / 3600
            values = {}
        else:
            now = fields.Datetime.now()
            start = now + (datetime.min - now) % timedelta(minutes=30)
            hours = event_type.default_duration or calendar.default_duration or 1.0
            values = {
                "start": start,
                "stop": start + timedelta(hours=hours),
                "duration": hours,
            }
        if not clicked or hours == CLICK_HOURS:
            # Nobody chose it: the type may propose another.
            values["agenda_proposals"] = json.dumps({"duration": hours})
        return values

    @api.onchange("agenda_calendar_id")
    def _onchange_agenda_calendar_id(self):
        calendar = self.agenda_calendar_id
        self._propose("agenda_type_id", calendar.default_type_id.filtered("active"))
        self._propose_from_type()

    @api.onchange("agenda_type_id")
    def _onchange_agenda_type_id(self):
        self._propose_from_type()

    @api.onchange("customer_id")
    def _onchange_customer_id(self):
        self._propose("location", self.customer_id._get_agenda_place())

    @api.model
    def _add_agenda_defaults(self, vals_list):
        """Complete the values of new events, those for agenda calendars alone."""
        defaults, completed = {}, []
        for vals in vals_list:
            if vals.get("agenda_calendar_id"):
                # Those of a series are all alike.
                asked = {fname: vals[fname] for fname in DEFAULTING & set(vals)}
                missing = LOOKED_UP - set(vals)
                key = (frozenset(asked.items()), missing)
                if key not in defaults:
                    defaults[key] = self._get_agenda_defaults(asked, missing)
                vals = self._add_stop({**defaults[key], **vals})
            completed.append(vals)
        return completed

    @api.model
    def _get_agenda_defaults(self, vals, missing=LOOKED_UP):
        """Return what an event created with ``vals`` gets unless they say it.

        :param missing: which of ``LOOKED_UP`` to look up
        """
        # sudo: the defaults are those of the calendar in which the user creates
        # an event, which the record rules allow or refuse right after.
        calendar = self.env["crm.agenda.calendar"].sudo()
        calendar = calendar.browse(vals.get("agenda_calendar_id"))
        event_type = calendar.default_type_id.filtered("active")
        if "agenda_type_id" in vals:
            event_type = event_type.browse(vals["agenda_type_id"])
        values = {
            "agenda_type_id": event_type.id,
            # Whose event it is says the calendar: nobody is invited, and no
            # document linked, because of the screen from which it was made.
            "partner_ids": [(6, 0, [])],
            "res_model_id": False,
            "res_id": False,
        }
        if "alarm_ids" in missing:
            alarms = event_type.default_alarm_ids or calendar.default_alarm_ids
            values["alarm_ids"] = [(6, 0, alarms.ids)]
        return values

    @api.model
    def _add_stop(self, vals):
        """Have what does not say when it ends last as long as is usual.

        Odoo has it end an hour from now, whenever it starts.
        """
        if vals.get("stop") or not vals.get("start") or vals.get("allday"):
            return vals
        # sudo: as in _get_agenda_defaults
        event_type = self.env["crm.agenda.event.type"].sudo()
        calendar = self.env["crm.agenda.calendar"].sudo()
        hours = (
            vals.get("duration")
            or event_type.browse(vals.get("agenda_type_id")).default_duration
            or calendar.browse(vals["agenda_calendar_id"]).default_duration
        )
        start = fields.Datetime.to_datetime(vals["start"])
        check_instants(self.env, start)
        # What is longer, or no number, is refused: it would end after the last day, or
        # before the first.
        length = timedelta(hours=max(-LONGEST, min(LONGEST, hours)))
        return {**vals, "stop": start + length}

    def _propose_from_type(self):
        event_type, calendar = self.agenda_type_id, self.agenda_calendar_id
        if not self.allday:
            self._propose(
                "duration",
                event_type.default_duration or calendar.default_duration,
            )
        self._propose(
            "alarm_ids", event_type.default_alarm_ids or calendar.default_alarm_ids
        )

    def _propose(self, fname, value):
        """Set the field, unless it holds something that the user chose."""
        proposals = json.loads(self.agenda_proposals or "{}")
        untouched = proposals.get(fname)
        if value and (not self[fname] or self._plain(fname) == untouched):
            self[fname] = value
            proposals[fname] = self._plain(fname)
            self.agenda_proposals = json.dumps(proposals)

    def _plain(self, fname):
        """Return the field's value as something that JSON can hold."""
        return self._fields[fname].convert_to_read(self[fname], self, False)
