from odoo import api, models
from odoo.exceptions import AccessError


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Leave what becomes of a mail to its addresses, whoever hands it in.

        Odoo makes a record of it in sudo, in any model and with any values: with those
        of a client, people attended what they liked.
        """
        if (model or custom_values or thread_id) and not self.env.is_system():
            raise AccessError(
                self.env._("Only administrators may say what becomes of a mail.")
            )
        return super().message_process(
            model, message, custom_values, save_original, strip_attachments, thread_id
        )

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        # By a form of 18.0, for which a client names the message.
        if kwargs.get("resend_existing"):
            message.check_access("read")
        return super()._notify_thread_by_email(message, recipients_data, **kwargs)
