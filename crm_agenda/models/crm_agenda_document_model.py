from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .compat import Constraint


class CrmAgendaDocumentModel(models.Model):
    """A kind of document that events can be about."""

    _name = "crm.agenda.document.model"
    _description = "Agenda Linkable Document"
    _order = "sequence, id"
    _rec_name = "model"

    model = fields.Char(
        string="Technical Name",
        required=True,
        help="Such as sale.order. It may belong to an app that is not installed yet.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document",
        compute="_compute_model_id",
        inverse="_inverse_model_id",
        domain="[('transient', '=', False)]",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    show_number = fields.Boolean(
        help="Who reads an event is told the number of its document, such as S00042, "
        "even if they may not open it. Not for documents whose name says more."
    )

    _model_uniq = Constraint(
        "UNIQUE (model)",
        "That kind of document is already there.",
    )

    @api.depends("model")
    def _compute_model_id(self):
        # sudo: which models exist is no secret, and any user may ask by a field.
        IrModel = self.env["ir.model"].sudo()
        for document in self:
            document.model_id = document.model in self.env and IrModel._get(
                document.model
            )

    def _inverse_model_id(self):
        for document in self.filtered("model_id"):
            document.model = document.model_id.model

    @api.constrains("model")
    def _check_model(self):
        for document in self.filtered(lambda d: d.model in self.env):
            model = self.env[document.model]
            if model._abstract or model._transient:
                raise ValidationError(
                    self.env._(
                        "Events can't be about %s: it is not stored.", document.model
                    )
                )

    @api.model
    def _get_linkable(self):
        """Return ``{model: document}`` of the documents that can be linked now."""
        documents = self.sudo().search([])  # sudo: configuration that all users use
        return {d.model: d for d in documents if d.model_id}

    @api.model
    def _get_selection(self):
        return [(model, d.model_id.name) for model, d in self._get_linkable().items()]
