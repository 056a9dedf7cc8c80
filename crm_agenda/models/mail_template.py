from odoo import models
from odoo.exceptions import AccessError

AS_IT_IS = (3, 4, 5, 6)  # the commands that change no other record
TELLING = ("ir.attachment", "mail.message")  # of which a mail shows what it leads to


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def send_mail_batch(
        self,
        res_ids,
        force_send=False,
        raise_exception=False,
        email_values=None,
        email_layout_xmlid=False,
    ):
        """Put into a mail what its sender may read: Odoo makes it in sudo, with any
        values that a client gives for it."""
        if not self.env.su:
            self._check_email_values(email_values or {})
        return super().send_mail_batch(
            res_ids, force_send, raise_exception, email_values, email_layout_xmlid
        )

    def _check_email_values(self, values):
        if values.get("res_id"):  # whose chatter shows it
            thread = self.env[values.get("model") or self.model]
            thread.browse(values["res_id"]).check_access("read")
        for fname, value in values.items():
            field = self.env["mail.mail"]._fields.get(fname)
            if not value or field is None or not field.relational:
                continue
            commands = [(4, value)] if field.type == "many2one" else value
            commands = [(4, c) if isinstance(c, int) else c for c in commands]
            ids = {command[1] for command in commands if command[0] == 4}
            ids.update(
                id_ for command in commands if command[0] == 6 for id_ in command[2]
            )
            # 18.0 asks who may read a file where it is looked for.
            records = self.env[field.comodel_name]
            if (
                field.type == "one2many"
                or any(command[0] not in AS_IT_IS for command in commands)
                or field.comodel_name in TELLING
                and ids - set(records.search([("id", "in", list(ids))]).ids)
            ):
                raise AccessError(
                    self.env._(
                        "A mail takes what its sender may read, and changes nothing."
                    )
                )
