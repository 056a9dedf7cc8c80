from odoo import api, fields, models

from .compat import Constraint


class CrmAgendaEventType(models.Model):
    """What an event is: appointment, visit, incident…"""

    _name = "crm.agenda.event.type"
    _inherit = "crm.agenda.company.mixin"
    _description = "Agenda Event Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    icon = fields.Char(
        default="fa-calendar",
        help="Name of a Font Awesome 4 icon, such as fa-car or fa-phone.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company uses it."
    )
    default_duration = fields.Float(
        help="Hours proposed for events of this type. Zero proposes nothing."
    )
    default_alarm_ids = fields.Many2many(
        "calendar.alarm",
        "crm_agenda_event_type_alarm_rel",
        "type_id",
        "alarm_id",
        string="Default Reminders",
    )
    starting_status_id = fields.Many2one(
        "crm.agenda.event.status",
        check_company=True,
        ondelete="set null",
        help="Empty: the first open status.",
    )

    _default_duration_positive = Constraint(
        "CHECK (default_duration >= 0 AND default_duration <= 8760)",
        "The default duration can't be negative, nor longer than a year.",
    )

    @api.constrains("company_id")
    def _check_event_companies(self):
        for event_type in self.filtered("company_id"):
            calendars = self.env["crm.agenda.calendar"].with_context(active_test=False)
            calendars = calendars.search([("default_type_id", "=", event_type.id)])
            calendars._check_company(["default_type_id"])
            self.env["calendar.event"]._check_companies(
                [
                    ("agenda_type_id", "=", event_type.id),
                    ("agenda_calendar_id.company_id", "!=", event_type.company_id.id),
                    ("agenda_calendar_id", "!=", False),
                ]
            )

    def _get_starting_status(self, company):
        """Return the status in which events of this type begin in a company.

        Of no type, too.
        """
        status = self.starting_status_id.filtered("active")
        return status or status._get_starting(company)
