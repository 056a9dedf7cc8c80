from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .compat import GROUP_USERS, Constraint

COLORS = range(1, 12)


class CrmAgendaCalendar(models.Model):
    """A calendar that is managed and shared on its own."""

    _name = "crm.agenda.calendar"
    _inherit = [
        "bus.listener.mixin",
        "crm.agenda.guard.mixin",
        "crm.agenda.import.mixin",
        "crm.agenda.name.mixin",
    ]
    _description = "Agenda Calendar"
    _order = "sequence, name, id"
    _check_company_auto = True

    _guarded_in_write = ("owner_id",)

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer(default=lambda self: self._default_color())
    description = fields.Text()
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="May always manage the calendar, whatever the shares say.",
    )

    default_type_id = fields.Many2one(
        "crm.agenda.event.type",
        string="Default Event Type",
        check_company=True,
        ondelete="set null",
    )
    default_duration = fields.Float(
        default=1.0, help="Hours that a new event of this calendar lasts."
    )
    default_alarm_ids = fields.Many2many(
        "calendar.alarm",
        "crm_agenda_calendar_alarm_rel",
        "calendar_id",
        "alarm_id",
        string="Default Reminders",
    )

    double_booking = fields.Selection(
        [("allow", "Allowed"), ("warn", "Warn"), ("refuse", "Refuse")],
        required=True,
        default="allow",
        help="Whether two events may take the same time. What is free or cancelled "
        "takes none.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        compute="_compute_resource_calendar_id",
        store=True,
        readonly=False,
        ondelete="set null",
        domain="[('company_id', 'in', [company_id, False])]",
        help="When a time is looked for. All-day events last from midnight to midnight "
        "of its time zone.",
    )

    share_ids = fields.One2many(
        "crm.agenda.share", "calendar_id", string="Shares", copy=True
    )
    remind_owner = fields.Boolean(
        string="Remind the Owner",
        default=True,
        help="The owner gets the reminders of all events. For other people, see the "
        "shares.",
    )
    owner_updates = fields.Selection(
        selection="_select_updates",
        string="Tell the Owner of",
        required=True,
        default="changes",
        help="What others do in the calendar. For other people, see the shares.",
    )
    coming_event_count = fields.Integer(
        compute="_compute_coming_event_count", string="Coming Events"
    )

    _default_duration_positive = Constraint(
        "CHECK (default_duration > 0 AND default_duration <= 8760)",
        "The default duration must be longer than zero, and no longer than a year.",
    )

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(CrmAgendaCalendar, self._hide_names())._compute_display_name()

    def _default_color(self):
        return self._pick_colors(1)[0]

    @api.model
    def _pick_colors(self, count):
        """Return the colours that the fewest calendars have, one after the other."""
        # sudo: only numbers come out, and they tell calendars apart that the user may
        # later see together.
        used = Counter(self.sudo().search([]).mapped("color"))
        colors = []
        for _index in range(count):
            colors.append(min(COLORS, key=lambda color: used[color]))
            used[colors[-1]] += 1
        return colors

    @api.depends("company_id")
    def _compute_resource_calendar_id(self):
        for calendar in self:
            company = calendar.company_id or self.env.company
            calendar.resource_calendar_id = company.resource_calendar_id

    @api.depends_context("uid")
    def _compute_coming_event_count(self):
        domain = [
            ("agenda_calendar_id", "in", self.ids),
            ("stop", ">=", fields.Datetime.now()),
        ]
        events = self.env["calendar.event"]
        counts = dict(events._read_group(domain, ["agenda_calendar_id"], ["__count"]))
        for calendar in self:
            calendar.coming_event_count = counts.get(calendar, 0)

    @api.constrains("active", "owner_id", "company_id")
    def _check_owner(self):
        """The owner is the one who can always manage: they must be able to."""
        for calendar in self._filter_left():
            raise ValidationError(
                self.env._(
                    "The calendar %(calendar)s needs an owner who is an active user "
                    "of its company, which %(owner)s is not. Give it another owner "
                    "first.",
                    calendar=calendar.name,
                    owner=calendar.owner_id.name,
                )
            )

    def _filter_left(self):
        """Return those in use whose owner is not there any more."""
        return self.filtered(
            lambda c: (
                c.active
                and (
                    c.owner_id.share
                    or not c.owner_id.active
                    or not c._is_open_to(c.owner_id)
                )
            )
        )

    def _filter_untouched(self):
        """Return those that nobody shared and in which nothing was ever planned."""
        events = self.env["calendar.event"].with_context(active_test=False)
        planned = events.search([("agenda_calendar_id", "in", self.ids)])
        return self.filtered(lambda c: not c.share_ids) - planned.agenda_calendar_id

    @api.constrains("company_id")
    def _check_event_companies(self):
        for company, calendars in self.grouped("company_id").items():
            companies = [False, company.id]
            self.env["calendar.event"]._check_companies(
                [
                    ("agenda_calendar_id", "in", calendars.ids),
                    "|",
                    ("agenda_type_id.company_id", "not in", companies),
                    ("agenda_status_id.company_id", "not in", companies),
                ]
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Tell those apart that are created at once: a default knows none of them."""
        if "default_color" not in self.env.context:
            colors = self._pick_colors(len(vals_list))
            vals_list = [
                {"color": color, **vals}
                for color, vals in zip(colors, vals_list, strict=True)
            ]
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            administrators = self.env.ref("crm_agenda.group_agenda_manager").sudo()
            self.env["calendar.event"]._forget_users(administrators[GROUP_USERS], self)
        if "active" in vals:
            self.env["crm.agenda.reminder"]._plan_coming(
                [("agenda_calendar_id", "in", self.ids)]
            )
        self.env["calendar.event"]._check_double_booking()
        return result

    def unlink(self):
        # sudo: events of a private kind, which the user may not see, count too.
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        for calendar in self:
            count = events.search_count([("agenda_calendar_id", "=", calendar.id)])
            if count:
                raise UserError(
                    self.env._(
                        "The calendar %(calendar)s has %(count)s events. Archive it, "
                        "or move its events to another calendar first.",
                        calendar=calendar.name,
                        count=count,
                    )
                )
        return super().unlink()

    def copy_data(self, default=None):
        default = dict(default or {})
        if "name" in default or len(self) > 1:
            return super().copy_data(default)
        return super().copy_data(dict(default, name=self.env._("%s (copy)", self.name)))

    def action_open_events(self):
        """Open the agenda filtered on this calendar."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "crm_agenda.calendar_event_action_agenda"
        )
        action["context"] = {
            "agenda": True,
            "search_default_coming": True,
            "search_default_agenda_calendar_id": self.id,
            "default_agenda_calendar_id": self.id,
        }
        action["display_name"] = self.name
        return action

    @api.model
    def _select_updates(self):
        return (
            self.env["crm.agenda.share"]
            ._fields["updates"]
            ._description_selection(self.env)
        )
