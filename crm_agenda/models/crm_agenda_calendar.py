from collections import Counter, defaultdict

from psycopg2 import sql

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .compat import GROUP_USERS, Constraint, asks_for

COLORS = range(1, 12)
# Who may be members.
PEOPLE = (
    "owner_id",
    "share_ids.user_id",
    "share_ids.team_id.user_id",
    "share_ids.team_id.member_ids",
    f"share_ids.group_id.{GROUP_USERS}",
)


class CrmAgendaCalendar(models.Model):
    """A calendar that is managed and shared on its own."""

    _name = "crm.agenda.calendar"
    _inherit = [
        "bus.listener.mixin",
        "crm.agenda.guard.mixin",
        "crm.agenda.import.mixin",
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
    # Each level holds the users of the higher ones too. They are stored because
    # the record rules of the events read them, and four because a rule's domain
    # can't ask for a user and their level in the same row.
    member_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_member_rel",
        "calendar_id",
        "user_id",
        string="Members",
        compute="_compute_members",
        store=True,
    )
    reader_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_reader_rel",
        "calendar_id",
        "user_id",
        string="Who may read",
        compute="_compute_members",
        store=True,
    )
    writer_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_writer_rel",
        "calendar_id",
        "user_id",
        string="Who may write",
        compute="_compute_members",
        store=True,
    )
    manager_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_manager_rel",
        "calendar_id",
        "user_id",
        string="Who may manage",
        compute="_compute_members",
        store=True,
    )
    remind_owner = fields.Boolean(
        string="Remind the Owner",
        default=True,
        help="The owner gets the reminders of all events. For other people, see the "
        "shares.",
    )
    reminded_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_reminded_rel",
        "calendar_id",
        "user_id",
        string="Reminded Members",
        compute="_compute_members",
        store=True,
    )
    owner_updates = fields.Selection(
        selection="_select_updates",
        string="Tell the Owner of",
        required=True,
        default="changes",
        help="What others do in the calendar. For other people, see the shares.",
    )
    told_new_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_told_new_rel",
        "calendar_id",
        "user_id",
        string="Told of New Events",
        compute="_compute_members",
        store=True,
    )
    told_change_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_told_change_rel",
        "calendar_id",
        "user_id",
        string="Told of Changes",
        compute="_compute_members",
        store=True,
    )
    can_read = fields.Boolean(
        compute="_compute_access", string="I may read", search="_search_can_read"
    )
    can_write = fields.Boolean(
        compute="_compute_access", string="I may write", search="_search_can_write"
    )
    can_give_away = fields.Boolean(
        compute="_compute_access", string="I may give it another owner"
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
        """Name a calendar only for its members and for who reads an event of it.

        Odoo does it in sudo where it stands in a many2one, whose value may come from a
        client.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            hidden = self.with_user(self.env.user).filtered("id")
            hidden -= hidden._filter_visible()
            domain = [("agenda_calendar_id", "in", hidden.ids)]
            if hidden:
                events = self.env["calendar.event"].with_user(self.env.user)
                events = events.with_context(active_test=False)
                known = events._read_group(domain, ["agenda_calendar_id"])
                hidden = hidden.browse(set(hidden.ids) - {c.id for (c,) in known})
        hidden = hidden.with_env(self.env)
        hidden.display_name = self.env._("Not shared")
        return super(CrmAgendaCalendar, self - hidden)._compute_display_name()

    def _filter_visible(self):
        """Return those that the user may see, asking for one user and not for all
        members, as Odoo's own check in Python would."""
        if not self or not self.browse().has_access("read"):
            return self.browse()
        self.flush_model(["member_ids"])
        calendars = self.with_context(active_test=False)
        return calendars.search([("id", "in", self.ids)]).with_env(self.env)

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

    @api.depends(
        *(
            f"{people}.{fname}"
            for people in PEOPLE
            for fname in ("company_ids", "share")
        ),
        "remind_owner",
        "owner_updates",
        "company_id",
        "share_ids.level",
        "share_ids.remind",
        "share_ids.updates",
    )
    def _compute_members(self):
        people, reached = defaultdict(dict), {}
        # With archived users: nothing is computed anew when one of them is back.
        calendars = self.with_context(active_test=False)
        for calendar, shares in calendars._get_shares().items():
            for fname, user_ids in calendar._get_people(shares, reached).items():
                people[fname][calendar] = user_ids
        changed, lost = {}, {}
        for fname, ids_by_calendar in people.items():
            changed[fname], lost[fname] = calendars._set_people(fname, ids_by_calendar)
        # Here, because teams, groups and companies change who reads and who is
        # reminded too.
        if changed["reminded_ids"]:
            self.env["crm.agenda.reminder"]._plan_coming(
                [("agenda_calendar_id", "in", changed["reminded_ids"].ids)]
            )
        if lost["reader_ids"]:
            self.env["calendar.event"]._forget_users(
                lost["reader_ids"], changed["reader_ids"]
            )

    @api.depends_context("uid")
    @api.depends("reader_ids", "writer_ids")
    def _compute_access(self):
        """Look for the one user, without reading the hundreds that there may be."""
        # sudo: everybody may know what they may do themselves
        calendars = self._origin.sudo().with_context(active_test=False)
        calendars = calendars._filter_in_companies()
        is_administrator = self.env.user._is_agenda_manager()
        writable = calendars._filter_by("can_write")
        readable = writable | (calendars - writable)._filter_by("can_read")
        for calendar in self:
            calendar.can_write = calendar._origin in writable
            calendar.can_read = calendar._origin in readable
            owner = calendar._origin.sudo().owner_id or self.env.user
            calendar.can_give_away = is_administrator or owner == self.env.user

    def _filter_by(self, fname):
        domain = [("id", "in", self.ids), (fname, "=", True)]
        return self.search(domain) if self else self

    @api.model
    def _search_can_read(self, operator, value):
        return self._search_access("reader_ids", operator, value)

    @api.model
    def _search_can_write(self, operator, value):
        return self._search_access("writer_ids", operator, value)

    @api.model
    def _search_access(self, fname, operator, value):
        if self.env.user._is_agenda_manager():
            domain = [(1, "=", 1)]
        else:
            # Odoo does not do it for the table of a many2many.
            self.flush_model([fname])
            domain = [(fname, "in", self.env.user.ids)]
        return domain if asks_for(operator, value) else ["!", *domain]

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

    @api.model
    def _get_member_fields(self):
        """Return the names of the fields that depend on who the people are."""
        fnames = self._fields["member_ids"].compute
        return [f.name for f in self._fields.values() if f.compute == fnames]

    def _check_links(self, fname, made, undone):
        """Have only the owner, or an administrator, give a calendar away."""
        owners = {owner_id for _id, owner_id in undone}
        if owners - {self.env.uid} and not self.env.user._is_agenda_manager():
            raise AccessError(
                self.env._("Only the owner of a calendar may give it another owner.")
            )

    def _check_linkable(self):
        """Refuse who may not write events in these calendars, archived ones too."""
        calendars = self.with_context(active_test=False)
        if self - calendars._filter_by("can_write"):
            raise AccessError(
                self.env._(
                    "You may move an event only between calendars in which you may "
                    "write events."
                )
            )

    def _filter_in_companies(self):
        """Leave out those of other companies, which administrators don't see either."""
        ids = {False, *self.env.user._get_company_ids()}
        return self.filtered(lambda c: c.company_id.id in ids)

    def _filter_watched(self):
        """Return the calendars of which the user is shown what overlaps."""
        watched = self._filter_in_companies()
        watched = watched.filtered(lambda c: c.double_booking in ("warn", "refuse"))
        if not watched or self.env.user._is_agenda_manager():
            return watched
        self.flush_model(["member_ids"])
        calendars = watched.with_context(active_test=False)
        member = ("member_ids", "in", self.env.user.ids)
        return calendars.search([("id", "in", watched.ids), member])

    def _get_shares(self):
        """Return ``{calendar: its shares}``, where one stands for all that are alike.

        A thousand calendars may have twenty thousand shares with the same few people.
        """
        if self != self._origin:  # in a form, where they are not in the database yet
            return {calendar: calendar.share_ids for calendar in self}
        shares = self.env["crm.agenda.share"]
        groups = shares._read_group(
            [("calendar_id", "in", self.ids)],
            ["user_id", "team_id", "group_id", "level", "remind", "updates"],
            ["id:min", "calendar_id:array_agg"],
        )
        by_calendar = defaultdict(list)
        for share, group in zip(
            shares.browse(row[-2] for row in groups), groups, strict=False
        ):
            for calendar_id in group[-1]:
                by_calendar[calendar_id].append(share)
        return {calendar: by_calendar[calendar.id] for calendar in self}

    def _get_people(self, shares, reached):
        """Return ``{field: ids of users}`` of the people of one calendar.

        :param reached: whom each share reaches in a company, and for what; kept for
            the next calendar
        """
        users, company = defaultdict(set), self.company_id.id
        for role in ("manage", self.remind_owner and "remind", self.owner_updates):
            users[role].update(self.owner_id.filtered(self._is_open_to).ids)
        for share in shares:
            key = (company, share.id)
            if key not in reached:
                roles = (share.level, share.remind and "remind", share.updates)
                reached[key] = (
                    roles,
                    share._get_users().filtered(self._is_open_to).ids,
                )
            roles, user_ids = reached[key]
            for role in roles:
                users[role].update(user_ids)
        writers = users["manage"] | users["write"]
        readers = writers | users["read"]
        return {
            "manager_ids": users["manage"],
            "writer_ids": writers,
            "reader_ids": readers,
            "member_ids": readers | users["busy"],
            "reminded_ids": users["remind"] & readers,
            "told_new_ids": (users["new"] | users["changes"]) & readers,
            "told_change_ids": users["changes"] & readers,
        }

    def _set_people(self, fname, ids_by_calendar):
        """Write what differs.

        In SQL, because to the ORM the 200,000 people of a thousand calendars are as
        many records, which it reads twice: to compare them and to write one of them.

        :return: the calendars that it changes, and the users who lost one
        """
        field = self._fields[fname]
        if self != self._origin:  # in a form
            for calendar, user_ids in ids_by_calendar.items():
                calendar[fname] = [(6, 0, list(user_ids))]
            return self.browse(), self.env["res.users"]
        self.env.cr.execute(
            sql.SQL(
                "SELECT calendar_id, array_agg(user_id) FROM {} "
                "WHERE calendar_id = ANY(%s) GROUP BY calendar_id"
            ).format(sql.Identifier(field.relation)),
            [self.ids],
        )
        before = {calendar_id: set(ids) for calendar_id, ids in self.env.cr.fetchall()}
        changed, added, removed = [], [], []
        for calendar, user_ids in ids_by_calendar.items():
            old_ids = before.get(calendar.id, set())
            if user_ids != old_ids:
                changed.append(calendar)
                added += [(calendar.id, user_id) for user_id in user_ids - old_ids]
                removed += [(calendar.id, user_id) for user_id in old_ids - user_ids]
        self._write_people(field, added, removed)
        values = [tuple(user_ids) for user_ids in ids_by_calendar.values()]
        self.env.cache.update(self, field, values)
        lost = self.env["res.users"].browse({user_id for _calendar, user_id in removed})
        return self.browse().concat(*changed), lost

    @api.model
    def _write_people(self, field, added, removed):
        """Change the table of a many2many by ``[(calendar id, user id)]``."""
        for query, pairs in (
            (
                "DELETE FROM {} WHERE (calendar_id, user_id) IN "
                "(SELECT * FROM unnest(%s::int[], %s::int[]))",
                removed,
            ),
            (
                "INSERT INTO {} (calendar_id, user_id) "
                "SELECT * FROM unnest(%s::int[], %s::int[]) ON CONFLICT DO NOTHING",
                added,
            ),
        ):
            if pairs:
                query = sql.SQL(query).format(sql.Identifier(field.relation))
                self.env.cr.execute(
                    query, [list(column) for column in zip(*pairs, strict=False)]
                )

    def _is_open_to(self, user):
        """Say whether ``user`` works here, in the calendar's company."""
        company = self.company_id
        return not user.share and (not company or company in user.company_ids)
