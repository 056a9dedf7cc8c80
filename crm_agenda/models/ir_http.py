from werkzeug.exceptions import BadRequest

from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_calendar(cls):
        """Take no token of somebody who was uninvited, whatever row is left of it."""
        token = request.httprequest.args.get("token", "")
        attendee = request.env["calendar.attendee"]._get_by_token(token)
        if attendee and not attendee._is_invited():
            raise BadRequest("Invalid Invitation Token.")
        return super()._auth_method_calendar()

    def session_info(self):
        """Have people of the agenda begin with their day, on a phone."""
        info = super().session_info()
        info["agenda_my_day"] = self.env.user.has_group("crm_agenda.group_agenda_user")
        return info
