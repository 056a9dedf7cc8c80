from odoo import api, models

from .compat import GROUP_USERS, IMPLIED_GROUPS

MANAGER = "crm_agenda.group_agenda_manager"


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model
    def _gather_in_app(self, group_ids):
        """Have the groups stand as one choice in the user's form, as an app's do."""
        groups = self.browse(group_ids)
        category = self.env.ref("crm_agenda.module_category_agenda")
        if "privilege_id" in self._fields:  # 19.0
            values = {"name": category.name, "category_id": category.parent_id.id}
            privilege = self.env["res.groups.privilege"]._load_records(
                [{"xml_id": "crm_agenda.res_groups_privilege_agenda", "values": values}]
            )
            groups.privilege_id = privilege
        else:
            groups.category_id = category

    def write(self, vals):
        manager = self.env.ref(MANAGER, raise_if_not_found=False) or self.browse()
        administrators = manager[GROUP_USERS]
        result = super().write(vals)
        (administrators - manager[GROUP_USERS])._forget_administration()
        if {"implied_ids", "implied_by_ids"} & set(vals):
            # Odoo 18.0 adds the people of an implied group in SQL, 19.0 computes them
            # from a cache: neither triggers a recomputation of what depends on them.
            self._recompute_agenda_members()
        return result

    def unlink(self):
        # To 19.0 who administers the agenda by one of them does so no more.
        self.write({"implied_ids": [(5,)]})
        # The database would drop the shares, but leave the members behind.
        self._agenda_shares().unlink()
        return super().unlink()

    def _get_joined(self):
        """Return the groups of which somebody is to be one of the people of these."""
        if "all_implied_by_ids" in self._fields:  # 19.0
            return self.all_implied_by_ids
        return self  # its people are stored, also those of others that imply it

    def _agenda_shares(self):
        # sudo: who edits groups need not be a member of the calendars; nothing
        # of the shares reaches them.
        shares = self.env["crm.agenda.share"].sudo()
        return shares.search([("group_id", "in", self.ids)])

    def _recompute_agenda_members(self):
        calendars = (self | self[IMPLIED_GROUPS])._agenda_shares().calendar_id
        for fname in calendars._get_member_fields():
            self.env.add_to_compute(calendars._fields[fname], calendars)
