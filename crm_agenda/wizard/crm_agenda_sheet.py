from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, html2plaintext

from ..models.days import check_days


class CrmAgendaSheet(models.TransientModel):
    """What calendars hold on a day or a week, to print."""

    _name = "crm.agenda.sheet"
    _description = "Agenda Day's Sheet"

    calendar_ids = fields.Many2many(
        "crm.agenda.calendar",
        "crm_agenda_sheet_calendar_rel",
        "sheet_id",
        "calendar_id",
        string="Calendars",
        required=True,
        domain=[("can_read", "=", True)],
        default=lambda self: self._default_calendar_ids(),
    )
    date_from = fields.Date(
        string="Date", required=True, default=fields.Date.context_today
    )
    period = fields.Selection(
        [("day", "Day"), ("week", "Week")],
        required=True,
        default="day",
        help="The week is that of the date, from Monday on.",
    )

    @api.model
    def _default_calendar_ids(self):
        calendars = self.env.user._get_agenda_calendar("can_read")
        if self.env.context.get("active_model") == calendars._name:
            calendars = calendars.browse(self.env.context.get("active_ids"))
        return self._filter_readable(calendars)

    @api.constrains("date_from")
    def _check_days(self):
        for sheet in self:
            check_days(self.env, sheet.date_from)

    def action_print(self):
        """Return the PDF's action, or that of a page where none can be made."""
        self.ensure_one()
        self._check_reader()
        report = self.env.ref("crm_agenda.crm_agenda_sheet_report")
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            # By itself: Odoo would show it in the middle of a screen.
            return {
                "type": "ir.actions.act_url",
                "url": f"/report/html/{report.report_name}/{self.id}",
                "target": "new",
            }
        # Without config, an administrator would first be asked for the layout of
        # the company's letters, which the sheet doesn't use.
        return report.report_action(self, config=False)

    @api.model
    def _filter_readable(self, calendars):
        """Return the calendars whose events the user may read, in their order."""
        domain = [("id", "in", calendars.ids), ("can_read", "=", True)]
        return calendars.with_context(active_test=False).search(domain)

    def _check_reader(self):
        """Refuse who would get a sheet without the events that there are."""
        # sudo: just which calendars were asked for, whose names are not told
        asked = self.sudo().with_context(active_test=False).calendar_ids
        if not asked or len(self._filter_readable(asked)) < len(asked):
            raise UserError(
                self.env._(
                    "Choose calendars whose events you may read: others can't be "
                    "printed."
                )
            )

    def _get_title(self):
        """Return the name of the file."""
        dates = self._get_dates()
        names = self._filter_readable(self.calendar_ids).mapped("name")
        if len(names) > 1:
            names = [self.env._("%(count)s calendars", count=len(names))]
        return " ".join([*names, *sorted({str(dates[0]), str(dates[-1])})])

    def _get_dates(self):
        self.ensure_one()
        if self.period == "day":
            return [self.date_from]
        monday = self.date_from - timedelta(days=self.date_from.weekday())
        return [monday + timedelta(days=days) for days in range(7)]

    def _get_pages(self):
        """Return ``[{"calendar", "heading", "visits"}]``, a page for each calendar and
        day, as the user sees them.

        An event is in each of the days that it touches; see ``_get_visit``.
        """
        sheet = self.with_user(self.env.user)  # a report may come here as superuser
        sheet._check_reader()
        calendars = sheet._filter_readable(sheet.calendar_ids)
        spans = [(event, event._get_days()) for event in sheet._get_events()]
        return [
            {
                "calendar": calendar,
                "heading": format_date(sheet.env, date, date_format="full"),
                "visits": [
                    sheet._get_visit(event, date)
                    for event, (first, last) in spans
                    if event.agenda_calendar_id == calendar and first <= date <= last
                ],
            }
            for calendar in calendars
            for date in sheet._get_dates()
        ]

    def _get_events(self):
        """Return at least the events of the period, in the order of a day."""
        dates = self._get_dates()
        # A day more at each side: no time zone is further than that from UTC, in
        # which instants are stored.
        events = self.env["calendar.event"].search(
            [
                ("agenda_calendar_id", "in", self.calendar_ids.ids),
                ("start", "<", datetime.combine(dates[-1], time.max) + timedelta(1)),
                ("stop", ">=", datetime.combine(dates[0], time.min) - timedelta(1)),
            ],
        )
        return events.filtered(lambda e: e.agenda_status_kind != "cancelled").sorted(
            lambda e: (not e.allday, e.start, e.id)
        )

    def _get_visit(self, event, date):
        """Return what the sheet says of the event on that day."""
        return {
            **event._get_visit(),
            "event": event,
            "time": event._get_when(day=date),
            "document": event.document_ref.display_name
            if event.document_ref
            else event.document_kind,
            "has_description": self._has_description(event),
        }

    def _has_description(self, event):
        """Say whether something is written, markup apart."""
        description = event.description or ""
        if event._fields["description"].type == "html":
            description = html2plaintext(description)
        return bool(description.strip())
