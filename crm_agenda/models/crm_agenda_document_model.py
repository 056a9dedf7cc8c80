from ast import literal_eval

from psycopg2 import DataError

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .compat import Constraint

# In what order what waits is listed. Not all models know since when a record is there.
LONGEST_FIRST = "create_date, id"


class CrmAgendaDocumentModel(models.Model):
    """A kind of document that events can be about."""

    _name = "crm.agenda.document.model"
    _inherit = "crm.agenda.import.mixin"
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
        help="People who read an event are told the number of its document, such as "
        "S00042, even if they may not open it. Not for documents whose name says more."
    )

    waits = fields.Boolean(
        string="Wait beside the Board",
        help="Those without an event are listed beside the board until they get one.",
    )
    waiting_domain = fields.Char(
        string="Which Ones",
        default="[]",
        required=True,
        help="Which of those that have no event yet.",
    )
    event_type_id = fields.Many2one(
        "crm.agenda.event.type",
        ondelete="set null",
        help="The type of the events that they become when dragged onto the board.",
    )

    _model_uniq = Constraint(
        "UNIQUE (model)",
        "That kind of document is already in the list.",
    )

    @api.depends("model")
    def _compute_model_id(self):
        # sudo: which models exist is no secret, and any user may ask by a field.
        IrModel = self.env["ir.model"].sudo()
        for document in self:
            document.model_id = document.model in self.env and IrModel._get(
                document.model
            )

    @api.depends("model_id")
    def _compute_display_name(self):
        for document in self:
            # sudo: see _compute_model_id
            document.display_name = document.sudo().model_id.name or document.model

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

    @api.constrains("waits", "waiting_domain", "model")
    def _check_waiting_domain(self):
        for document in self.filtered(lambda d: d.waits and d.model in self.env):
            try:
                with self.env.cr.savepoint():
                    documents = self.env[document.model]
                    documents.search(
                        document._get_domain(), order=LONGEST_FIRST, limit=1
                    )
            except (
                DataError,
                KeyError,
                SyntaxError,
                TypeError,
                ValueError,
            ) as error:
                raise ValidationError(
                    self.env._(
                        "What waits of %(document)s can't be found with this filter: "
                        "%(error)s",
                        document=document.model_id.name,
                        error=error,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        """Name the model that was chosen: its column is filled in too late."""
        for index, vals in enumerate(vals_list):
            if vals.get("model_id") and not vals.get("model"):
                # sudo: as in _compute_model_id
                chosen = self.env["ir.model"].sudo().browse(vals["model_id"])
                vals_list[index] = dict(vals, model=chosen.model)
        return super().create(vals_list)

    def _get_domain(self):
        """Return the domain of the documents that wait unless they have an event."""
        return literal_eval(self.waiting_domain)

    def _get_waiting_domain(self, text=""):
        """Return the domain of the documents that wait.

        :param text: part of their name, or of their customer's
        """
        # sudo: only that they are planned comes out, whoever did it
        documents = self.env[self.model].sudo().with_context(active_test=False)
        events = self.env["calendar.event"].sudo()
        planned = events._search(
            [
                ("agenda_calendar_id", "!=", False),
                ("agenda_status_id.kind", "!=", "cancelled"),
                ("res_model", "=", self.model),
            ]
        )
        # PostgreSQL asks for the events of the few that may wait, by their index,
        # where "not in" would read those of every document there is.
        document_id = SQL.identifier(documents._table, "id")
        planned.add_where(SQL('"calendar_event"."res_id" = %s', document_id))
        waiting = documents._search([])
        waiting.add_where(SQL("NOT EXISTS %s", planned.subselect()))
        domain = [("id", "in", waiting), *self._get_domain()]
        if text:
            found = [("display_name", "ilike", text)]
            if "partner_id" in self.env[self.model]._fields:
                found = ["|", *found, ("partner_id.display_name", "ilike", text)]
            domain += found
        return domain

    @api.model
    def _get_linkable(self):
        """Return ``{model: document}`` of the documents that can be linked now."""
        # sudo: configuration that all users use
        documents = self.sudo().with_context(active_test=True).search([])
        return {d.model: d for d in documents if d.model_id}

    @api.model
    def _get_selection(self):
        return [(model, d.model_id.name) for model, d in self._get_linkable().items()]
