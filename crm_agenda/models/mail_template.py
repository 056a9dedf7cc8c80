from odoo import Command, models
from odoo.exceptions import AccessError

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
            if value and field is not None and field.relational:
                if not self._is_for_sender(field, value):
                    raise AccessError(
                        self.env._(
                            "A mail takes what its sender may read, and changes "
                            "nothing."
                        )
                    )

    def _is_for_sender(self, field, value):
        """Say whether a mail may take ``value``: it changes no other record, and what
        it leads to is for the sender."""
        if field.type == "one2many":
            return False
        ids = set()
        for command in [value] if field.type == "many2one" else value:
            match command:
                case int(id_) | (Command.LINK, id_, *_):
                    ids.add(id_)
                case (Command.SET, _, set_ids):
                    ids.update(set_ids)
                case (Command.UNLINK | Command.CLEAR, *_):
                    pass
                case _:
                    return False
        if field.comodel_name not in TELLING:
            return True
        # 18.0 asks who may read a file where it is looked for.
        found = self.env[field.comodel_name].search([("id", "in", list(ids))])
        return ids <= set(found.ids)
