from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

DOCUMENT_FIELDS = {"res_model", "res_model_id", "res_id"}
# The relations that lead to a document.
LINKS = ("opportunity_id", "res_id")


class CalendarEvent(models.Model):
    """The document that an event is about, kept in Odoo's own fields."""

    _inherit = "calendar.event"

    # Odoo would delete the meetings with the app whose documents they are about.
    res_model_id = fields.Many2one(ondelete="set null")
    res_id = fields.Many2oneReference(index="btree_not_null")
    document_ref = fields.Reference(
        selection="_select_document_models",
        string="Document",
        compute="_compute_document_ref",
        inverse="_inverse_document_ref",
        help="What the event is about. Empty if it may not be shown to you.",
    )

    document_kind = fields.Char(
        compute="_compute_document_ref",
        help="What it is about, also for people who may not read the document.",
    )
    document_state = fields.Char(compute="_compute_document_ref")
    document_customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_document_customer_id",
        string="Customer of the Document",
        help="Shown if the event has another customer: one of the two is wrong.",
    )

    @api.model
    def _select_document_models(self):
        return self.env["crm.agenda.document.model"]._get_selection()

    @api.depends_context("uid")
    @api.depends("res_model", "res_id")
    def _compute_document_ref(self):
        ids_by_model = defaultdict(set)
        allowed = self.env["crm.agenda.document.model"]._get_linkable()
        for event in self:
            if event.res_model in allowed and event.res_id:
                ids_by_model[event.res_model].add(event.res_id)
        existing = {
            model: self.env[model].browse(ids).exists()
            for model, ids in ids_by_model.items()
        }
        readable = {
            model: documents._filtered_access("read")
            for model, documents in existing.items()
        }
        for event in self:
            event.document_ref = event.document_kind = event.document_state = False
            model, res_id = event.res_model, event.res_id
            if model in existing and res_id in existing[model].ids:
                kind = event.document_kind = allowed[model].model_id.name
                linked = event._origin  # what is in a form is only asked about
                if (
                    allowed[model].show_number
                    # sudo: just whether it has one
                    and linked.sudo().agenda_calendar_id
                    and (linked.res_model, linked.res_id) == (model, res_id)
                ):
                    # sudo: the name of these is but a number, which whoever reads
                    # the event may know
                    document = existing[model].sudo().browse(res_id)
                    document = document.with_prefetch(existing[model].ids)
                    number = document._rec_name and document[document._rec_name]
                    if isinstance(number, str):
                        event.document_kind = f"{kind} {number}"
                if res_id in readable[model].ids:
                    event.document_ref = f"{model},{res_id}"
                    event.document_state = self._get_document_state(event.document_ref)

    @api.depends_context("uid")
    @api.depends("customer_id", "document_ref")
    def _compute_document_customer_id(self):
        for event in self:
            document, customer = event.document_ref, event.customer_id
            other = (
                document and "partner_id" in document._fields and document.partner_id
            )
            event.document_customer_id = (
                other
                and customer
                and other.commercial_partner_id != customer.commercial_partner_id
                and other
            )

    def _inverse_document_ref(self):
        IrModel = self.env["ir.model"].sudo()  # sudo: only to get a model's id
        for event in self:
            document = event.document_ref
            event.write(
                {
                    "res_model_id": document and IrModel._get(document._name).id,
                    "res_id": document and document.id,
                }
            )

    @api.onchange("document_ref")
    def _onchange_document_ref(self):
        document = self.document_ref
        if document:
            if "partner_id" in document._fields:
                self._propose("customer_id", document.partner_id)
                self._onchange_customer_id()
            self._propose("name", document.display_name)

    @api.model_create_multi
    def create(self, vals_list):
        """Link the documents once the events are there.

        Odoo plans an activity on the document of each event, and so of each
        occurrence, that is created with one: the document shows its events itself.
        """
        self._check_documents(vals_list)
        documents = []
        for index, vals in enumerate(vals_list):
            document = {}
            if vals.get("agenda_calendar_id") and vals.get("res_id"):
                vals = dict(vals)
                document = {
                    fname: vals.pop(fname) for fname in DOCUMENT_FIELDS & set(vals)
                }
                vals_list[index] = vals
            documents.append(document)
        events = super().create(vals_list)
        ids_by_document = defaultdict(list)
        for event, document in zip(events, documents, strict=False):
            ids_by_document[tuple(sorted(document.items()))].append(event.id)
        for document, ids in ids_by_document.items():
            if document:
                created = self.browse(ids)
                created |= created.recurrence_id.calendar_event_ids
                created.write(dict(document))
        return events

    def write(self, values):
        self._check_documents([values])
        return super().write(values)

    def action_open_calendar_event(self):
        """Open the document of an event of the agenda, if it can be shown."""
        if not self.agenda_calendar_id:
            return super().action_open_calendar_event()
        return bool(self.document_ref) and self.document_ref.get_formview_action()

    @api.model
    def _get_guarded(self, fnames):
        if DOCUMENT_FIELDS & fnames:
            fnames = fnames | {"res_id"}
        return super()._get_guarded(fnames)

    def _read_links(self, fname):
        """Return ``{(id, (model, id of a document))}`` of what leads to one."""
        if fname not in LINKS:
            return super()._read_links(fname)
        if fname == "opportunity_id":
            links = super()._read_links(fname)
            return {(id_, ("crm.lead", lead_id)) for id_, lead_id in links}
        self.flush_recordset()
        query = SQL(
            "SELECT id, res_model, res_id FROM calendar_event "
            "WHERE id = ANY(%s) AND res_model IS NOT NULL AND res_id != 0",
            list(self.ids),
        )
        return {
            (id_, (model, res_id))
            for id_, model, res_id in self.env.execute_query(query)
        }

    def _check_links(self, fname, made, undone):
        """Refuse that an event of the agenda tells of a document which is hidden."""
        if fname == "agenda_calendar_id":
            # Those that were in no calendar may be about anything.
            came = {id_ for id_, _there in made} - {id_ for id_, _here in undone}
            events = self.browse(came)
            for document in LINKS:
                events._check_links(document, events._read_links(document), set())
        if fname not in LINKS:
            return super()._check_links(fname, made, undone)
        # sudo: just whether they are in the agenda
        agenda = set(self.sudo().filtered("agenda_calendar_id").ids)
        made = {(id_, document) for id_, document in made if id_ in agenda}
        if self._get_hidden_documents(made):
            raise AccessError(
                self.env._("You may not read the document that you chose.")
            )
        return None

    @api.model
    def _get_hidden_documents(self, links):
        """Return the documents of which the user could learn by new links."""
        ids_by_model = defaultdict(set)
        for _id, (model, res_id) in links:
            if model in self.env:  # and not of an app that is there no more
                ids_by_model[model].add(res_id)
        hidden = []
        for model, ids in ids_by_model.items():
            documents = self.env[model].browse(ids).exists()
            documents -= documents._filtered_access("read")
            # Of those of a series, or of an event that they copy, they know.
            about = ["&", ("res_model", "=", model), ("res_id", "in", documents.ids)]
            if model == "crm.lead":
                about = ["|", ("opportunity_id", "in", documents.ids), *about]
            known = self.search(
                [
                    ("agenda_calendar_id", "!=", False),
                    ("id", "not in", [id_ for id_, _document in links]),
                    *about,
                ]
            )
            told = {d for fname in LINKS for _id, d in known._read_links(fname)}
            hidden += [d for d in documents if (model, d.id) not in told]
        return hidden

    @api.model
    def _get_document_state(self, document):
        """Return the name of the state or of the stage that a document is in."""
        field = document._fields.get("state")
        if field and field.type == "selection":
            labels = dict(field._description_selection(self.env))
            return labels.get(document.state, False)
        return "stage_id" in document._fields and document.stage_id.display_name

    @api.model
    def _check_documents(self, vals_list):
        """Refuse what can't be linked: the field itself would drop a deleted document
        without a word."""
        for value in filter(None, (vals.get("document_ref") for vals in vals_list)):
            model, _comma, res_id = value.partition(",")
            if model not in dict(self._select_document_models()):
                raise ValidationError(self.env._("Events can't be about a %s.", model))
            document = self.env[model].browse(int(res_id))
            if not document.exists():
                raise ValidationError(
                    self.env._("The document that you chose was deleted meanwhile.")
                )

    def _sync_activities(self, fields):
        """Write nothing of an event of the agenda into activities of its document.

        Who reads the document need not read the event, which it shows by itself.
        """
        # sudo: just whether it is in the agenda
        meetings = self.filtered(lambda e: not e.sudo().agenda_calendar_id)
        return super(CalendarEvent, meetings)._sync_activities(fields)
