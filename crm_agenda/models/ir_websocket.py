from odoo import api, models

from .calendar_event_bus import CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        return super()._build_bus_channel_list(self._resolve_agenda_channels(channels))

    @api.model
    def _resolve_agenda_channels(self, channels):
        """Let members, and nobody else, hear of changes in their calendars."""
        asked = [c for c in channels if isinstance(c, str) and c.startswith(CHANNEL)]
        numbers = [channel.removeprefix(CHANNEL) for channel in asked]
        # As many digits as an id has at most.
        calendar_ids = [int(n) for n in numbers if n.isdecimal() and len(n) < 10]
        calendars = self.env["crm.agenda.calendar"]
        if calendar_ids and calendars.has_access("read"):
            calendars = calendars.search([("id", "in", calendar_ids)])
        others = [channel for channel in channels if channel not in asked]
        return [*others, *calendars]
