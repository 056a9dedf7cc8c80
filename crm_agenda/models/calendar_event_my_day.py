"""My day: what the phone's screen shows."""

from datetime import datetime, time, timedelta

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

DAYS_SHOWN = 7


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def get_my_day(self, calendar_id=False):
        """Return the events of today and the coming days, as the user may know them.

        :param calendar_id: whose day it is, by default the user's
        :return: ``calendars`` to choose from; ``days``, each with its ``label`` and
            ``cards``; the cards of what is ``waiting`` for somebody to take it
        """
        calendars = self.env["crm.agenda.calendar"]
        readable = calendars.search([("can_read", "=", True)])
        chosen = readable.filtered(lambda c: c.id == calendar_id)
        waiting = self.browse() if chosen else self._get_waiting()
        return {
            "calendars": [{"id": c.id, "name": c.name} for c in readable],
            "calendar_id": chosen.id,
            "days": self._get_day_cards(chosen),
            "waiting": [event._get_card() for event in waiting],
        }

    @api.model
    def _get_day_cards(self, calendar):
        today = fields.Date.context_today(self)
        last = today + timedelta(days=DAYS_SHOWN - 1)
        cards = {today: []}
        for event in self._get_work(calendar, today, last):
            first, end = event._get_days()
            under_way = event.started_at and not event.done_at
            day = max(first, today)
            # What was begun and not ended is there until it is, whenever it was.
            if day > last or (end < today and not under_way):
                continue
            if event.agenda_status_kind != "cancelled" or day == today:
                cards.setdefault(day, []).append(event._get_card(day))
        locale = babel_locale_parse(get_lang(self.env).code)
        names = {
            today: self.env._("Today"),
            today + timedelta(days=1): self.env._("Tomorrow"),
        }
        return [
            {
                "date": fields.Date.to_string(day),
                "name": names.get(day),
                "label": format_skeleton("MMMMEEEEd", day, locale=locale),
                "cards": cards[day],
            }
            for day in sorted(cards)
        ]

    @api.model
    def _get_work(self, calendar, first, last):
        """Return at least the events of these days, in the order of a day.

        :param calendar: of which calendar, if not the user's own
        """
        user = self.env.user
        if calendar:
            domain = [("agenda_calendar_id", "=", calendar.id)]
        else:
            # Not what they run in the calendars of others, as who plans does.
            mine = calendar._get_mine()
            domain = [
                "|",
                "|",
                ("agenda_calendar_id", "in", mine.ids),
                ("partner_ids", "in", user.partner_id.ids),
                ("shared_user_ids", "in", user.ids),
            ]
        # A day more at each side: no time zone is further than that from UTC, in
        # which instants are stored.
        domain += [
            ("in_agenda", "=", True),
            ("start", "<", datetime.combine(last, time.max) + timedelta(1)),
            "|",
            ("stop", ">=", datetime.combine(first, time.min) - timedelta(1)),
            "&",
            ("started_at", "!=", False),
            ("done_at", "=", False),
        ]
        return self.search(domain).sorted(lambda e: (not e.allday, e.start, e.id))

    @api.model
    def _get_waiting(self):
        """Return the events that the user may take."""
        if not self.env["crm.agenda.calendar"]._get_for_taking():
            return self.browse()
        return self.search(self._get_waiting_domain(), order="start, id")

    def _get_card(self, day=None):
        """Return what a card shows of an event.

        :param day: the date below which it stands
        """
        self.ensure_one()
        return {
            **self._get_details(),
            "id": self.id,
            "name": self.name,
            "time": self._get_when(day=day),
            # sudo: as of the type in the details
            "status": self.agenda_status_id.sudo().name,
            "kind": self.agenda_status_kind,
            "late": self.is_late,
            "can_edit": self.user_can_edit,
            "under_way": self.agenda_status_id.sudo().under_way,
            "started": self._write_instant(self.started_at),
            "ended": self._write_instant(self.done_at),
            "files": [
                {"id": file.id, "name": file.name} for file in self.attachment_ids
            ],
            # What a tap changes, to undo it.
            "before": {
                "agenda_calendar_id": self.agenda_calendar_id.id,
                "agenda_status_id": self.agenda_status_id.id,
                "started_at": self.started_at,
                "done_at": self.done_at,
            },
        }

    @api.model
    def _write_instant(self, instant):
        if not instant:
            return False
        return self._write_hour(fields.Datetime.context_timestamp(self, instant))
