from collections import Counter

from odoo import api, fields, models


class AgendaDocumentMixin(models.AbstractModel):
    """A record that shows its agenda events and creates them."""

    _name = "crm.agenda.document.mixin"
    _description = "Agenda Document"

    agenda_event_count = fields.Integer(
        string="Agenda Events",
        compute="_compute_agenda_event_count",
        groups="crm_agenda.group_agenda_user",
    )

    @api.depends_context("uid")
    def _compute_agenda_event_count(self):
        counts = self._count_agenda_events()
        for record in self:
            record.agenda_event_count = counts.get(record.id, 0)

    def action_agenda_events(self):
        """Open the events of this record; a new one starts filled in."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "crm_agenda.calendar_event_action_document"
        )
        action["domain"] = self._get_agenda_domain()
        action["context"] = dict(self._get_agenda_context(), agenda=True)
        action["display_name"] = self.env._("Events of %s", self.display_name)
        return action

    def _count_agenda_events(self):
        """Return ``{id: count}`` of the events that the user may read."""
        events = self.env["calendar.event"].search(self._get_agenda_domain())
        return Counter(event.res_id for event in events)

    def _get_agenda_domain(self):
        return [
            ("agenda_calendar_id", "!=", False),
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
        ]

    def _get_agenda_context(self):
        return {"default_document_ref": f"{self._name},{self.id}"}
