import json
from datetime import datetime, timedelta
from itertools import groupby

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from .compat import READ_AS_LINKED, asks_for
from .days import check_days

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
# Hours that a mere click on the calendar's grid proposes.
CLICK_HOURS = 1.0
# What decides what an event gets by default, and what of that has to be looked up.
DEFAULTING = {"agenda_calendar_id", "agenda_type_id"}
LOOKED_UP = frozenset({"alarm_ids"})
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
# Hours, more than from the first to the last day of the agenda.
LONGEST = 1100 * 366 * 24
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
            # Such as somebody's own default, made while it was in use.
            record = self.env[
                self._fields[fname].comodel_name
            ].sudo()  # sudo: just that
            if not record.browse(defaults.get(fname)).exists().active:
                defaults.pop(fname, None)
        calendar = self.env["crm.agenda.calendar"].browse(
            defaults.get("agenda_calendar_id")
        )
        # What it proposes is for its members.
        calendar = calendar._filtered_access("read")
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

    @api.constrains("agenda_calendar_id", "start", "stop", "duration")
    def _check_days(self):
        for event in self.sudo():  # sudo: the organizer may be out of the calendar
            if event.agenda_calendar_id:
                check_days(self.env, event.start.date(), event.stop.date())

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

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {}
        for index, vals in enumerate(vals_list):
            if vals.get("agenda_calendar_id"):
                # Those of a series are all alike.
                asked = {fname: vals[fname] for fname in DEFAULTING & set(vals)}
                missing = LOOKED_UP - set(vals)
                key = (frozenset(asked.items()), missing)
                if key not in defaults:
                    defaults[key] = self._get_agenda_defaults(asked, missing)
                vals_list[index] = self._add_stop({**defaults[key], **vals})
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
        check_days(self.env, start.date())
        # What is longer is refused: it would end after the last day.
        length = timedelta(hours=min(hours, LONGEST))
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
