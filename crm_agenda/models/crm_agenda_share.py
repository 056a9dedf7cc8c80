from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .compat import GROUP_USERS, Constraint


class CrmAgendaShare(models.Model):
    """What a user, a sales team or a user group may do in one calendar."""

    _name = "crm.agenda.share"
    _inherit = "crm.agenda.import.mixin"
    _description = "Agenda Calendar Share"
    _order = "calendar_id, id"

    calendar_id = fields.Many2one(
        "crm.agenda.calendar", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", index=True, ondelete="cascade", domain="[('share', '=', False)]"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", index=True, ondelete="cascade"
    )
    group_id = fields.Many2one(
        "res.groups", string="User Group", index=True, ondelete="cascade"
    )
    level = fields.Selection(
        [
            ("busy", "See when it is busy"),
            ("read", "See the events"),
            ("write", "Write events"),
            ("manage", "Manage the calendar"),
        ],
        required=True,
        default="read",
        help="Of several shares that reach one user, the highest level holds.",
    )

    remind = fields.Boolean(
        help="People who may read the events get their reminders too.",
    )
    updates = fields.Selection(
        [
            ("none", "Nothing"),
            ("new", "New events"),
            ("changes", "New events and changes"),
        ],
        string="Tell of",
        required=True,
        default="none",
        help="What people who may read the events are told of, when others do it.",
    )

    _one_subject = Constraint(
        "CHECK (num_nonnulls(user_id, team_id, group_id) = 1)",
        "A calendar is shared with one user, one sales team or one user group: "
        "fill in just one of them on each line.",
    )
    _user_uniq = Constraint(
        "UNIQUE (calendar_id, user_id)",
        "The calendar is already shared with that user.",
    )
    _team_uniq = Constraint(
        "UNIQUE (calendar_id, team_id)",
        "The calendar is already shared with that sales team.",
    )
    _group_uniq = Constraint(
        "UNIQUE (calendar_id, group_id)",
        "The calendar is already shared with that user group.",
    )

    @api.depends("user_id", "team_id", "group_id")
    def _compute_display_name(self):
        for share in self:
            subject = share.user_id or share.team_id or share.group_id
            share.display_name = subject.display_name

    @api.model
    def _create(self, data_list):
        # Here the defaults of the context are among the values.
        self._check_manage(data["stored"].get("calendar_id") for data in data_list)
        shares = super()._create(data_list)
        shares._claim_people()
        return shares

    def write(self, vals):
        self._check_manage([vals.get("calendar_id")])
        result = super().write(vals)
        self._claim_people()
        return result

    @api.model
    def _check_manage(self, calendar_ids):
        """Ask for the right to manage before the share itself could give it.

        The record rules look at a share once it counts.
        """
        ids = set(filter(None, calendar_ids))
        calendars = self.env["crm.agenda.calendar"].browse(
            id_ for id_ in ids if isinstance(id_, int)
        )
        if ids - set(calendars._filtered_access("write").ids):
            raise AccessError(
                self.env._("Only people who manage a calendar may share it.")
            )

    def _claim_people(self):
        """Have whoever takes people out of these teams and groups at the same time look
        again: they do not see yet that a calendar is shared with them."""
        shares = self.sudo()  # sudo: just to name the rows
        for table, condition, ids in (
            ("crm_team", "id", shares.team_id.ids),
            ("crm_team_member", "crm_team_id", shares.team_id.ids),
            ("res_groups_users_rel", "gid", shares.group_id._get_joined().ids),
            ("res_groups_users_rel", "uid", shares.user_id.ids),  # as portal users too
        ):
            if ids:
                names = map(SQL.identifier, (table, condition, condition, condition))
                self.env.cr.execute(
                    SQL("UPDATE %s SET %s = %s WHERE %s = ANY(%s)", *names, ids)
                )

    def _get_users(self):
        """Return the users whom these shares reach."""
        teams = self.team_id
        users = self.user_id | teams.user_id | teams.member_ids
        return users | self.group_id[GROUP_USERS]
