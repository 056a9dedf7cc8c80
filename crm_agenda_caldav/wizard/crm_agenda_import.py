import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

# Of a long file, what is shown: all of it is counted.
SHOWN = 300


class CrmAgendaImport(models.TransientModel):
    """A file of iCalendar, and what it would change in a calendar."""

    _name = "crm.agenda.import"
    _description = "Import Events"

    calendar_id = fields.Many2one(
        "crm.agenda.calendar",
        required=True,
        domain="[('can_write', '=', True)]",
        default=lambda self: self._get_default_calendar(),
    )
    file = fields.Binary(required=True, attachment=False, string="File (.ics)")
    file_name = fields.Char()
    summary = fields.Char(readonly=True)
    changes = fields.Boolean(readonly=True)
    refused = fields.Boolean(readonly=True)
    line_ids = fields.One2many(
        "crm.agenda.import.line", "import_id", string="Events", readonly=True
    )

    @api.model
    def _get_default_calendar(self):
        own = self.env.user._get_agenda_calendar()
        return own or own.search([("can_write", "=", True)], limit=1)

    @api.onchange("file", "calendar_id")
    def _onchange_file(self):
        self.summary = self.changes = self.refused = False
        self.line_ids = False

    @api.model
    def open_dropped(self, name, data):
        """Show what a file that was dropped on the calendar would change."""
        if not self._get_default_calendar():
            raise UserError(self.env._("There is no calendar in which you may write."))
        return self.create({"file": data, "file_name": name}).action_check()

    def action_check(self):
        """Show what would change."""
        self.ensure_one()
        sources = self._read_sources()
        outcome = self._get_events()._put_icals(self.calendar_id, sources, preview=True)
        lines = [self._get_line(uid, sources[uid], outcome[uid]) for uid in sources]
        # What is refused first, and what stays last.
        order = list(dict(self.line_ids._fields["outcome"].selection))
        lines.sort(key=lambda line: order.index(line["outcome"]))
        outcomes = {line["outcome"] for line in lines}
        self.write(
            {
                "line_ids": [(5,), *((0, 0, line) for line in lines[:SHOWN])],
                "summary": self._summarize(outcome),
                "changes": bool({"new", "changed"} & outcomes),
                "refused": "refused" in outcomes,
            }
        )
        return self.action_open()

    def action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import events"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_import(self):
        self.ensure_one()
        outcome = self._get_events()._put_icals(self.calendar_id, self._read_sources())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.calendar_id.name,
                "message": self._summarize(outcome),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_events(self):
        # In the user's name, whatever it was that opened the wizard.
        return self.env["calendar.event"].with_context(agenda=False)

    def _read_sources(self):
        """Return ``{uid: what it says, or why it can't be read}``."""
        data = base64.b64decode(self.file or b"")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        sources = dict(self._get_events()._read_ical(text))
        if not sources:
            raise UserError(self.env._("There is no event in this file."))
        return sources

    @api.model
    def _get_line(self, uid, source, outcome):
        refused = isinstance(outcome, Exception)
        line = {
            "name": refused and getattr(outcome, "title", "") or uid,
            "outcome": "refused" if refused else outcome,
            "reason": refused and str(outcome),
        }
        if not isinstance(source, Exception):
            event = source.master
            line["name"] = event.get_facts()["SUMMARY"] or self.env._("Untitled")
            start, stop = event.get_times(event.start)
            vals = self.env["calendar.event"]._get_ical_times(event, (start, stop))
            line["when"] = self.env["calendar.event"]._write_time(
                vals["start"],
                vals["stop"],
                vals["allday"],
                self.env.user.tz or "UTC",
                self.env.user.tz,
            )
            if source.rule:
                line["when"] = self.env._("%s, repeats", line["when"])
        return line

    @api.model
    def _summarize(self, outcome):
        counts = Counter(
            "refused" if isinstance(x, Exception) else x for x in outcome.values()
        )
        return self.env._(
            "%(new)s new, %(changed)s changed, %(same)s unchanged, %(refused)s refused",
            **{key: counts[key] for key in ("new", "changed", "same", "refused")},
        )


class CrmAgendaImportLine(models.TransientModel):
    _name = "crm.agenda.import.line"
    _description = "Event to Import"

    import_id = fields.Many2one(
        "crm.agenda.import", required=True, ondelete="cascade", index=True
    )
    name = fields.Char()
    when = fields.Char()
    outcome = fields.Selection(
        [
            ("refused", "Refused"),
            ("new", "New"),
            ("changed", "Changed"),
            ("same", "Unchanged"),
        ],
        string="What Happens",
    )
    reason = fields.Char()
