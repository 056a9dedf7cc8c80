from odoo import api, models


class DiscussChannel(models.Model):
    """The video call of an event is named after it."""

    _inherit = "discuss.channel"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name a video call only for who may know of it.

        Odoo does it in sudo where it stands in a many2one, whose value may come from a
        client.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            hidden = (
                self.with_user(self.env.user)._filter_hidden_calls().with_env(self.env)
            )
        hidden.display_name = self.env._("Not shared")
        return super(DiscussChannel, self - hidden)._compute_display_name()

    def _filter_hidden_calls(self, linked=None):
        """Return the video calls of agenda events of which the user may know none.

        :param linked: events that do not count, as they are about to get the call
        """
        # sudo: just of which events they are
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        events = events.search(
            [
                ("videocall_channel_id", "in", self.ids),
                ("agenda_calendar_id", "!=", False),
                ("id", "not in", linked.ids if linked else []),
            ]
        )
        known = events.with_env(self.env)._filtered_access("read").sudo()
        hidden = (events.videocall_channel_id - known.videocall_channel_id) & self
        return hidden - hidden.with_env(self.env)._filtered_access("read")
