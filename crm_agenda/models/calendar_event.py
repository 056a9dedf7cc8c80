from itertools import groupby
from math import isfinite

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from .compat import READ_AS_LINKED, asks_for
from .days import check_instants

PLAN_FIELDS = {
    "active",
    "agenda_calendar_id",
    "agenda_status_id",
    "alarm_ids",
    "allday",
    "duration",
    "partner_ids",
    "privacy",
    "shared_user_ids",
    "start",
    "start_date",
    "stop",
    "stop_date",
    "user_id",
}
# What 19.0 is not to add to an event of the agenda: who attends, to the description,
# and the id of the screen's record.
AS_TYPED = {"skip_contact_description": True, "default_res_id": False}
# What the copy of an event does not share with it.
BY_ITSELF = {
    "recurrency": False,
    "recurrence_id": False,
    "follow_recurrence": False,
    "videocall_channel_id": False,
}
# Calendars that PostgreSQL looks up one by one; with more of them it is faster to look
# at the events of everybody.
FEW = 200


class CalendarEvent(models.Model):
    """Odoo's meeting, as an event of an agenda calendar.

    A meeting without an agenda calendar behaves as it does without the addon.
    """

    _inherit = "calendar.event"

    agenda_calendar_id = fields.Many2one(
        "crm.agenda.calendar",
        string="Calendar",
        ondelete="restrict",
        tracking=True,
        domain="[('can_write', '=', True)]",
        group_expand="_expand_calendars",
    )
    in_agenda = fields.Boolean(
        compute="_compute_in_agenda",
        search="_search_in_agenda",
        help="In an agenda calendar that is not archived.",
    )
    agenda_color = fields.Integer(related="agenda_calendar_id.color")
    agenda_type_id = fields.Many2one(
        "crm.agenda.event.type", string="Type", index=True, ondelete="restrict"
    )
    # Not copied: Odoo makes the occurrences of a series as copies of the first,
    # and each goes through the statuses by itself.
    agenda_status_id = fields.Many2one(
        "crm.agenda.event.status",
        string="Status",
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        group_expand="_expand_statuses",
    )
    agenda_status_kind = fields.Selection(
        related="agenda_status_id.kind", string="Kind of Status"
    )
    is_late = fields.Boolean(
        compute="_compute_is_late",
        search="_search_is_late",
        help="Over, and neither done nor cancelled.",
    )
    customer_id = fields.Many2one("res.partner", index=True, ondelete="set null")
    # As 19.0 has them: the record rules ask for the one, Odoo for the other.
    user_id = fields.Many2one(index="btree_not_null")
    recurrence_id = fields.Many2one(index="btree_not_null")
    shared_user_ids = fields.Many2many(
        "res.users",
        "calendar_event_shared_user_rel",
        "event_id",
        "user_id",
        string="Extra Users",
        domain="[('share', '=', False)]",
        help="See this event and get its updates without being in the calendar.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "calendar_event_attachment_rel",
        "event_id",
        "attachment_id",
        string="Files",
        **READ_AS_LINKED,
    )
    reminder_ids = fields.One2many(
        "crm.agenda.reminder", "event_id", string="Deliveries", copy=False
    )

    @api.depends("agenda_calendar_id.active")
    def _compute_in_agenda(self):
        for event in self.sudo():  # sudo: as in the search
            event.in_agenda = event.agenda_calendar_id.active

    @api.model
    def _search_in_agenda(self, operator, value):
        calendars = self.env["crm.agenda.calendar"].with_context(active_test=True)
        in_agenda = asks_for(operator, value)
        user = self.env.user
        if (
            in_agenda
            and not self.env.su
            and user.has_group("crm_agenda.group_agenda_user")
            and not user._is_agenda_manager()
        ):
            mine = calendars.search([("can_read", "=", True)], limit=FEW + 1)
            if len(mine) <= FEW:
                return self._get_shown_domain(mine)
        # sudo: extra users and attendees may not read the calendar of their event
        archived = calendars.sudo().search([("active", "=", False)])
        if in_agenda:
            return [
                ("agenda_calendar_id", "!=", False),
                ("agenda_calendar_id", "not in", archived.ids),
            ]
        return [
            "|",
            ("agenda_calendar_id", "=", False),
            ("agenda_calendar_id", "in", archived.ids),
        ]

    @api.depends("stop", "agenda_status_id.kind")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for event in self:
            event.is_late = (
                event.agenda_status_kind == "open" and event.stop and event.stop < now
            )

    @api.model
    def _search_is_late(self, operator, value):
        late = [
            ("agenda_status_id.kind", "=", "open"),
            ("stop", "<", fields.Datetime.now()),
        ]
        return ["&", *late] if asks_for(operator, value) else ["!", "&", *late]

    def _compute_stop(self):
        try:
            return super()._compute_stop()
        except (OverflowError, ValueError) as error:
            raise ValidationError(
                self.env._("The event is too long: give it a shorter duration.")
            ) from error

    @api.constrains(
        "agenda_calendar_id", "start", "stop", "duration", "started_at", "done_at"
    )
    def _check_days(self):
        for event in self.sudo():  # sudo: the organizer may be out of the calendar
            if event.agenda_calendar_id:
                instants = (event.start, event.stop, event.started_at, event.done_at)
                check_instants(self.env, *instants)
                if not isfinite(event.duration):  # which no browser reads from JSON
                    raise ValidationError(
                        self.env._("The event is too long: give it a shorter duration.")
                    )

    @api.constrains("agenda_calendar_id", "agenda_type_id", "agenda_status_id")
    def _check_agenda_company(self):
        for event in self.sudo():  # sudo: the organizer may be out of the calendar
            company = event.agenda_calendar_id.company_id
            for record in (event.agenda_type_id, event.agenda_status_id):
                if record.company_id and record.company_id != company:
                    # Not by what they read only as it is in there now.
                    calendar = event.agenda_calendar_id.with_user(self.env.user)
                    calendar = calendar._filter_visible().name
                    raise ValidationError(
                        self.env._(
                            "%(record)s and the calendar %(calendar)s belong to "
                            "different companies.",
                            record=record.display_name,
                            calendar=calendar or self.env._("Not shared"),
                        )
                    )

    @api.model
    def _check_companies(self, domain):
        """Refuse what would leave events of ``domain`` with something of another
        company, with which nobody could change them any more."""
        # sudo: events that the user may not see count too; only names of what they
        # configure come out
        events = self.sudo().with_context(active_test=False)
        events.search(domain, limit=1)._check_agenda_company()

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self._add_agenda_defaults(vals_list)
        events = self.browse()
        # Apart, as a file to import may have both.
        for calendar, run in groupby(
            vals_list, lambda v: bool(v.get("agenda_calendar_id"))
        ):
            maker = self.with_context(**AS_TYPED) if calendar else self
            events += super(CalendarEvent, maker).create(list(run)).with_env(self.env)
        events._adopt_attachments()
        reminding = events.filtered(lambda e: e.agenda_calendar_id and e.alarm_ids)
        self.env["crm.agenda.reminder"]._plan(reminding)
        return events

    def write(self, values):
        result = super().write(values)
        if "attachment_ids" in values:
            self._adopt_attachments()
        if PLAN_FIELDS & set(values):
            # sudo: whether there is something to plan is not shown to anybody
            reminding = self.sudo()
            if "alarm_ids" not in values:
                reminding = reminding.filtered("alarm_ids")
            self.env["crm.agenda.reminder"]._plan(
                reminding.filtered(lambda e: e.agenda_calendar_id or e.reminder_ids)
            )
        return result

    def unlink(self):
        self.env["crm.agenda.reminder"]._forget([("event_id", "in", self.ids)])
        return super().unlink()

    def copy(self, default=None):
        """Copy an agenda event as an event by itself, with its attendees at once.

        Odoo adds them afterwards, which is another change to tell people of; and the
        copy of an occurrence joins the series.
        """
        agenda = self.filtered("agenda_calendar_id")
        others = self - agenda
        vals_list = agenda.copy_data({**BY_ITSELF, **(default or {})})
        copies = dict(zip(agenda, self.create(vals_list), strict=True))
        for event, copy in copies.items():
            if event.videocall_source == "discuss":
                copy._set_discuss_videocall_location()
        copied = super(CalendarEvent, others).copy(default)
        copies.update(zip(others, copied, strict=True))
        return self.browse().concat(*(copies[event] for event in self))

    def get_formview_id(self, access_uid=None):
        """Open what is in the agenda with the agenda's form, from links as well."""
        # Odoo asks in sudo, for the user or for whom ``access_uid`` says.
        event = self.with_user((self.env.su and access_uid) or self.env.uid)
        if len(event) == 1 and event.has_access("read") and event.agenda_calendar_id:
            return self.env.ref("crm_agenda.calendar_event_view_form").id
        return super().get_formview_id(access_uid=access_uid)

    def action_open_full_form(self):
        """Go from the short form to the form with everything."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("crm_agenda.calendar_event_view_form").id, "form")],
            "context": {"agenda": True},
        }

    def _setup_alarms(self):
        """Schedule Odoo's reminders, of events that do not remind by themselves."""
        return super(
            CalendarEvent, self.filtered(lambda e: not e.sudo().agenda_calendar_id)
        )._setup_alarms()

    def _expand_calendars(self, calendars, domain, order=None):
        """Give a column also to the user's calendars without an event, into which to
        drag one: all of them, or those of which ``domain`` asks."""
        asked = [
            ("id", "in", term[2])
            for term in domain
            if tuple(term[:2]) == ("agenda_calendar_id", "in")
        ]
        mine = calendars.search([("writer_ids", "in", self.env.user.ids)] + asked)
        # sudo: an extra user sees events of calendars that they may not read
        return (calendars | mine).sudo().sorted()

    def _expand_statuses(self, statuses, domain, order=None):
        return statuses.search([("company_id", "in", [False, self.env.company.id])])

    def _attendees_values(self, partner_commands):
        """Have nobody attend once all are taken out at once: Odoo leaves them, whom it
        would go on to write to."""
        cleared = [
            index
            for index, command in enumerate(partner_commands)
            if not isinstance(command, int) and command[0] == Command.CLEAR
        ]
        if cleared and self.sudo().agenda_calendar_id:  # sudo: just whether it has one
            added = partner_commands[cleared[-1] + 1 :]
            ids = [command[1] for command in added if command[0] == Command.LINK]
            partner_commands = [Command.set(ids)]
        return super()._attendees_values(partner_commands)

    def _get_agenda_url(self):
        """Return a link that opens the event in the web client."""
        self.ensure_one()
        return f"{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}"

    def _adopt_attachments(self):
        """Give each event files of its own, which are read by who reads the event.

        A file uploaded for it becomes its own; one of another record, such as the
        occurrence from which it was copied, is copied if the user may read it.
        """
        for event in self.filtered("attachment_ids"):
            owner = {"res_model": self._name, "res_id": event.id}
            for attachment in event.attachment_ids:
                if not attachment.res_id:
                    attachment.write(owner)
                elif (attachment.res_model, attachment.res_id) != (
                    self._name,
                    event.id,
                ):
                    copy = attachment.create(
                        dict(owner, name=attachment.name, raw=attachment.raw)
                    )
                    event.attachment_ids = [(3, attachment.id), (4, copy.id)]
