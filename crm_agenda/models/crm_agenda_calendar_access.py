from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .compat import asks_for


class CrmAgendaCalendar(models.Model):
    """What the user may do in a calendar, and who gives it away."""

    _inherit = "crm.agenda.calendar"

    can_read = fields.Boolean(
        compute="_compute_access", string="I may read", search="_search_can_read"
    )
    can_write = fields.Boolean(
        compute="_compute_access", string="I may write", search="_search_can_write"
    )
    can_give_away = fields.Boolean(
        compute="_compute_access", string="I may give it another owner"
    )

    def _filter_visible(self):
        """Return those that the user may see, asking for one user and not for all
        members, as Odoo's own check in Python would."""
        if not self or not self.browse().has_access("read"):
            return self.browse()
        self.flush_model(["member_ids"])
        calendars = self.with_context(active_test=False)
        return calendars.search([("id", "in", self.ids)]).with_env(self.env)

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort what points to calendars by those alone that the user may see.

        Whoever renames a calendar of their own would find out between which names that
        of a hidden one is, and at last its name.
        """
        sort = super()._order_field_to_sql
        if self.env.su or alias == self._table:
            return sort(alias, field_name, direction, nulls, query)
        visible = self.with_context(active_test=False)._search([])
        return SQL(
            "CASE WHEN %s IN %s THEN %s END %s %s",
            SQL.identifier(alias, "id"),
            visible.subselect(),
            sort(alias, field_name, SQL(), SQL(), query),
            direction,
            nulls,
        )

    def _filter_nameable(self):
        """Have the name of a calendar be for its members and for who reads an event
        of it."""
        named = self._filter_visible()
        others = self - named
        if not others:
            return named
        events = self.env["calendar.event"].with_context(active_test=False)
        known = events._read_group(
            [("agenda_calendar_id", "in", others.ids)], ["agenda_calendar_id"]
        )
        return named | self.browse([calendar.id for (calendar,) in known])

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
