from odoo import api, models


class AgendaImportMixin(models.AbstractModel):
    """Records of which an empty cell of a file says nothing.

    Odoo takes it for what is to be there instead of the default: no colour, no owner,
    archived.
    """

    _name = "crm.agenda.import.mixin"
    _description = "Agenda Import"

    @api.model
    def _extract_records(self, *args, **kwargs):
        for record, rows in super()._extract_records(*args, **kwargs):
            yield self._leave_out_empty(record), rows

    @api.model
    def _leave_out_empty(self, cells):
        """Return a row's cells without the empty ones of what is never empty."""
        return {
            fname: value
            for fname, value in cells.items()
            if value or not self._is_never_empty(fname)
        }

    @api.model
    def _is_never_empty(self, fname):
        field = self._fields.get(fname)
        return bool(field) and (
            field.required or field.type == "boolean" or bool(field.default)
        )
