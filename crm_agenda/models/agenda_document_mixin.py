from collections import Counter
from itertools import chain

from odoo import api, fields, models

from .compat import all_of


class AgendaDocumentMixin(models.AbstractModel):
    """A record that shows its agenda events and creates them."""

    _name = "crm.agenda.document.mixin"
    _description = "Agenda Document"

    agenda_event_count = fields.Integer(
        string="Agenda Events",
        compute="_compute_agenda_event_count",
        groups="crm_agenda.group_agenda_user",
    )
    agenda_summary = fields.Char(
        string="Agenda",
        compute="_compute_agenda_summary",
        groups="crm_agenda.group_agenda_user",
        help="When the next event is, or else how many there were.",
    )

    @api.depends_context("uid")
    def _compute_agenda_event_count(self):
        counts = self._count_agenda_events()
        for record in self:
            record.agenda_event_count = counts.get(record.id, 0)

    @api.depends_context("uid", "lang", "tz")
    def _compute_agenda_summary(self):
        coming = self._get_agenda_domain() + [
            ("stop", ">=", fields.Datetime.now()),
            ("agenda_status_kind", "!=", "cancelled"),
        ]
        first = self._get_first_agenda_events(coming)
        busy = self._count_busy_events(coming)
        for record in self:
            parts = [event._get_when() for event in first.get(record.id, [])]
            if busy[record.id]:
                parts.append(self.env._("%s planned (busy)", busy[record.id]))
            if not parts and record.agenda_event_count:
                parts.append(self.env._("%s so far", record.agenda_event_count))
            record.agenda_summary = ", ".join(parts) or self.env._("Plan")

    def action_agenda_events(self):
        """Open the events of this record, or the calendar to plan the first one.

        A new one starts filled in.
        """
        self.ensure_one()
        domain = self._get_agenda_domain()
        coming = domain + [("stop", ">=", fields.Datetime.now())]
        events = self.env["calendar.event"]
        planned = events.search_count(domain, limit=1)
        action = self.env["ir.actions.actions"]._for_xml_id(
            "crm_agenda.calendar_event_action_document"
            if planned
            else "crm_agenda.calendar_event_action_agenda"
        )
        action["context"] = dict(
            self._get_agenda_context(),
            agenda=True,
            search_default_coming=not planned or events.search_count(coming, limit=1),
        )
        if planned:
            action["domain"] = domain
            action["display_name"] = self.env._("Events of %s", self.display_name)
        else:
            action["display_name"] = self.env._("Plan: %s", self.display_name)
        return action

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100, args=None):
        """For an event, name first the records of its customer, and whose each is."""
        domain = domain or args or []  # 18.0 calls it ``args``
        search = super().name_search
        customer = self.env["res.partner"].browse(
            self.env.context.get("agenda_customer_id")
        )
        if not customer or "partner_id" not in self._fields:
            return search(name, domain, operator, limit)
        family = customer.commercial_partner_id.ids or customer.ids
        own = search(
            name,
            list(all_of([domain, [("partner_id", "child_of", family)]])),
            operator,
            limit,
        )
        known = [id_ for id_, _name in own]
        others = []
        if not limit or len(own) < limit:
            others = search(
                name,
                list(all_of([domain, [("id", "not in", known)]])),
                operator,
                limit and limit - len(own),
            )
        found = own + others
        records = self.browse([id_ for id_, _label in found])
        partners = [record.partner_id.display_name for record in records]
        return [
            (id_, f"{label} – {partner}" if partner else label)
            for (id_, label), partner in zip(found, partners, strict=True)
        ]

    def _get_first_agenda_events(self, domain):
        """Return ``{id: event}``, the first event of ``domain`` of each record."""
        events = self.env["calendar.event"]
        found = events.search_fetch(
            domain, ["customer_id", "res_id"], order="start, id"
        )
        ids = {}
        for event in reversed(found):
            ids.update(dict.fromkeys(self._get_agenda_ids(event), event.id))
        return dict(zip(ids, events.browse(ids.values()), strict=True))

    def _count_busy_events(self, domain):
        """Return ``{id: how many}`` events of ``domain`` are but busy to the user.

        They know when the calendar is taken, and not by what: this tells them that
        somebody goes there already. Private events are not counted.
        """
        events = self.env["calendar.event"]
        # sudo: of calendars whose members the user is one of, only a number
        shown = [
            ("agenda_calendar_id.member_ids", "in", self.env.user.ids),
            ("privacy", "!=", "private"),
        ]
        busy = events.sudo().search(domain + shown).with_env(self.env)
        hidden = (busy - busy._filtered_access("read")).sudo()
        return Counter(chain.from_iterable(map(self._get_agenda_ids, hidden)))

    @api.model
    def _get_agenda_ids(self, event):
        """Return the ids of the records that the event is about."""
        return [event.res_id]

    def _count_agenda_events(self):
        """Return ``{id: count}`` of the events that the user may read."""
        events = self.env["calendar.event"].search(self._get_agenda_domain())
        return Counter(event.res_id for event in events)

    def _take_over_agenda_events(self, records):
        """Have the events about ``records``, which are merged into this one."""
        self.ensure_one()
        # sudo: the link follows its document, whoever may write the event
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        events.search(
            [("res_model", "=", self._name), ("res_id", "in", records.ids)]
        ).res_id = self.id

    def _get_agenda_domain(self):
        return [
            ("agenda_calendar_id", "!=", False),
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
        ]

    def _get_agenda_context(self):
        return {"default_document_ref": f"{self._name},{self.id}"}
