from odoo import api, models


class DiscussChannel(models.Model):
    """The video call of an event is a group that is named after it."""

    _name = "discuss.channel"
    _inherit = ["discuss.channel", "crm.agenda.name.mixin"]

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(DiscussChannel, self._hide_names())._compute_display_name()

    @api.model
    def _create(self, data_list):
        """Refuse a channel within one that the user may not read: Odoo makes whoever
        makes it a member of both."""
        parent_ids = {data["stored"].get("parent_channel_id") for data in data_list}
        self.browse(filter(None, parent_ids)).check_access("read")
        return super()._create(data_list)

    def _filter_nameable(self):
        """Have the name of a group be for who is in it."""
        # sudo: just which are groups
        groups = self.sudo().filtered(lambda channel: channel.channel_type == "group")
        groups = groups.with_env(self.env)
        return self - groups | groups._filtered_access("read")
