"""What the calendar screen asks of events."""

from odoo import api, fields, models
from odoo.tools import is_html_empty


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    agenda_owner_id = fields.Many2one(
        # Whoever reads an event may know whose it is, as from the calendar's name.
        related="agenda_calendar_id.owner_id",
        string="Calendar Owner",
    )
    agenda_type_color = fields.Integer(
        related="agenda_type_id.color", string="Color of Type"
    )
    agenda_icon = fields.Char(related="agenda_type_id.icon")
    agenda_tentative = fields.Boolean(related="agenda_status_id.tentative")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Call things by one word everywhere, in exports and filters too.

        Not by the strings of the fields: those that Odoo has translated would stay.
        """
        described = super().fields_get(allfields, attributes)
        words = {
            "attendee_ids": self.env._("Attendees' Answers"),
            "location": self.env._("Place"),
            "name": self.env._("Event"),
            "start": self.env._("Start"),
            "stop": self.env._("End"),
            "stop_date": self.env._("End Date"),
            "videocall_location": self.env._("Video Call"),
        }
        for fname, word in words.items():
            if "string" in described.get(fname, {}):
                described[fname]["string"] = word
        if "help" in described.get("alarm_ids", {}):
            described["alarm_ids"]["help"] = self.env._(
                "When people are reminded of the event."
            )
        return described

    @api.model
    def _get_word(self, fname):
        """Return what a field is called on the screens."""
        return self.fields_get([fname], ["string"])[fname]["string"]

    def _compute_user_can_edit(self):
        """An event of the agenda is edited by whom the record rules let."""
        agenda = self.filtered("agenda_calendar_id")
        saved = agenda._origin
        editable = saved._filtered_access("write")
        for event in agenda:
            event.user_can_edit = event._origin not in saved - editable
        return super(CalendarEvent, self - agenda)._compute_user_can_edit()

    def get_popover_details(self):
        """Return what the popover shows of one event, as its reader may know it."""
        self.ensure_one()
        statuses = self.env["crm.agenda.event.status"].search(
            [
                (
                    "company_id",
                    "in",
                    [False, self.sudo().agenda_calendar_id.company_id.id],
                )
            ]
        )  # sudo: whoever reads the event may know its company, and its status
        statuses = statuses.sudo() | self.agenda_status_id.sudo()
        return {
            **self._get_details(),
            "status_id": self.agenda_status_id.id,
            "statuses": [{"id": status.id, "name": status.name} for status in statuses],
        }

    def _get_details(self):
        """Return what there is to know of one event, as its reader may know it."""
        self.ensure_one()
        self.check_access("read")
        document = self.document_ref
        # sudo: its name is the event's, to whom it was shared in another company too
        event_type = self.agenda_type_id.sudo()
        return {
            **self._get_visit(),
            "type": event_type.name,
            "type_color": event_type.color,
            "document": (document or self.document_kind)
            and {
                "id": bool(document) and document.id,
                "model": bool(document) and document._name,
                "name": document.display_name if document else self.document_kind,
                "state": self.document_state,
            },
            "description": not is_html_empty(self.description) and self.description,
        }

    def _get_visit(self):
        """Return whom the event is about, and where, as its reader may know it."""
        # Of another company, or a private address: not everybody may read it.
        customer = self.customer_id._filtered_access("read")
        place = self.location or customer._get_agenda_place()
        return {
            "customer": customer.display_name,
            "phones": customer._get_agenda_phones(),
            "place": place,
            "map_url": customer._get_agenda_map_url(place),
        }

    def action_print_sheet(self):
        """Print the day of the event in its calendar."""
        self.ensure_one()
        day = fields.Datetime.context_timestamp(self, self.start).date()
        sheet = self.env["crm.agenda.sheet"].create(
            {
                "calendar_ids": [(6, 0, self.agenda_calendar_id.ids)],
                "date_from": self.start_date if self.allday else day,
            }
        )
        return sheet.action_print()
