from collections import defaultdict

from psycopg2 import sql

from odoo import api, fields, models

from .compat import GROUP_USERS

# Who may be members.
PEOPLE = (
    "owner_id",
    "share_ids.user_id",
    "share_ids.team_id.user_id",
    "share_ids.team_id.member_ids",
    # Odoo does not say that the members depend on it.
    "share_ids.team_id.crm_team_member_ids.user_id",
    f"share_ids.group_id.{GROUP_USERS}",
)


class CrmAgendaCalendar(models.Model):
    """Who is in a calendar, and for what, after teams and groups are resolved."""

    _inherit = "crm.agenda.calendar"

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
    reminded_ids = fields.Many2many(
        "res.users",
        "crm_agenda_calendar_reminded_rel",
        "calendar_id",
        "user_id",
        string="Reminded Members",
        compute="_compute_members",
        store=True,
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
        calendars._claim()
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

    @api.model
    def _get_member_fields(self):
        """Return the names of the fields that depend on who the people are."""
        fnames = self._fields["member_ids"].compute
        return [f.name for f in self._fields.values() if f.compute == fnames]

    def _claim(self):
        """Have whoever changes who these people are at the same time look again.

        Of two ways to a calendar that end at once, each transaction would still see
        the other.
        """
        if self == self._origin:  # and not in a form
            self.env.cr.execute(
                "UPDATE crm_agenda_calendar SET write_date = write_date "
                "WHERE id = ANY(%s)",
                [self.ids],
            )

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
