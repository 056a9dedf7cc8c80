import base64
from io import BytesIO
from urllib.parse import quote

import qrcode

from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.base.models.res_users import check_identity

from ..models.res_users_app_password import SCOPE

PATH = "/crm_agenda/dav/"


class CrmAgendaAppPassword(models.TransientModel):
    """A password with which one phone or computer shows the agenda.

    It is a key of Odoo's, and is revoked where people see all of theirs.
    """

    _name = "crm.agenda.app.password"
    _description = "App Password for the Agenda"

    name = fields.Char(
        "Phone or Computer",
        required=True,
        default=lambda self: self.env._("My phone"),
        help="As you will find it among the keys in your preferences.",
    )
    # Shown once, and never saved.
    server = fields.Char(store=False, readonly=True)
    login = fields.Char("User Name", store=False, readonly=True)
    password = fields.Char(store=False, readonly=True)
    code = fields.Binary(store=False, readonly=True)

    @check_identity
    def action_make_password(self):
        """Make a password, and show it this once with what else a phone asks for."""
        self.ensure_one()
        user = self.env.user
        if not user._is_internal():
            raise AccessError(self.env._("Only people in the company can do this."))
        # sudo: it is not to end after some weeks, as keys of people's own do
        keys = self.env["res.users.apikeys"].sudo()
        password = keys._generate(SCOPE, self.name, None)
        server = f"{user.get_base_url()}{PATH}"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect %(phone)s", phone=self.name),
            "res_model": self._name,
            "views": [
                (
                    self.env.ref(
                        "crm_agenda_caldav.crm_agenda_app_password_view_form_shown"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {
                "default_server": server,
                "default_login": user.login,
                "default_password": password,
                "default_code": self._draw_code(server, user.login, password),
            },
        }

    @staticmethod
    def _draw_code(server, login, password):
        """Return what DAVx5 reads, the app with which Android shows such calendars."""
        scheme, _colon, rest = server.partition("://")
        known = f"{quote(login, safe='')}:{quote(password, safe='')}"
        scheme = "davx5" if scheme == "https" else "caldav"
        image = BytesIO()
        address = f"{scheme}://{known}@{rest}"
        qrcode.make(address, box_size=4, border=2).save(image, "PNG")
        return base64.b64encode(image.getvalue()).decode()
