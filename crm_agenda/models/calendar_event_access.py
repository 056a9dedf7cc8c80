"""Who sees and moves what of an agenda event, beyond what record rules can say."""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .compat import all_of

# The term of the domain that the calendar screen has.
IN_AGENDA = ["in_agenda", "=", True]
TRUE = (1, "=", 1)
# All that a slot tells of its event, and all that may be asked of slots.
SLOT_FIELDS = {
    "id",
    "start",
    "stop",
    "start_date",
    "stop_date",
    "allday",
    "duration",
    "active",
    "agenda_calendar_id",
    "agenda_color",
    "in_agenda",
}
SLOT_OPERATORS = {"=", "!=", "<", "<=", ">", ">=", "in", "not in"}


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.agenda.guard.mixin", "crm.agenda.name.mixin"]

    _guarded_in_create = (
        "opportunity_id",
        "recurrence_id",
        "res_id",
        "videocall_channel_id",
    )
    _guarded_in_write = ("agenda_calendar_id", *_guarded_in_create)

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(CalendarEvent, self._hide_names())._compute_display_name()

    @api.model
    def search_read(
        self, domain=None, fields=None, offset=0, limit=None, order=None, **kwargs
    ):
        """Add the slots of which the user may only know that they are taken.

        The calendar screen asks for them by its domain, the only thing of its action
        that reaches here in every series. To everything else those events don't
        exist.
        """
        rows = super().search_read(domain, fields, offset, limit, order, **kwargs)
        terms = [list(term) for term in domain or []]
        if IN_AGENDA in terms and not offset and not limit:
            readable = self.browse([row["id"] for row in rows])
            fields = fields or list(self._fields)
            rows += self._read_slots(domain or [], fields, readable)
            self._mark_clashes(rows)
        return rows

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Keep PostgreSQL from compiling what it takes for long.

        For the alternatives of the read rule it expects so many events that among a
        million it compiles for half a second what then takes some milliseconds.
        """
        cr = self.env.cr
        if domain and not self.env.su and "agenda_jit_off" not in cr.cache:
            cr.cache["agenda_jit_off"] = True
            cr.execute("SET LOCAL jit = off")
        return super()._search(domain, offset, limit, order, **kwargs)

    @api.model
    def _order_to_sql(self, order, query, alias=None, reverse=False):
        """Sort what points to events by their numbers alone.

        By their time, as Odoo does, whoever moves an event of their own would find out
        between which times a hidden one is, and at last its start.
        """
        if not self.env.su and alias not in (None, self._table):
            order = "id"
        return super()._order_to_sql(order, query, alias=alias, reverse=reverse)

    def write(self, values):
        if "current_status" in values:
            values = dict(values)
            self._answer_invitation(values.pop("current_status"))
        return super().write(values)

    @api.model
    def _get_custom_fields(self):
        """Return the names of the fields made by hand, as Odoo does.

        It is asked in every read, and Odoo describes all fields to answer, with the
        texts of their selections.
        """
        return {field.name for field in self._fields.values() if field.manual}

    @api.model
    def _get_hidden_name(self):
        return self.env._("Busy")

    def _check_private_event_conditions(self):
        if not super()._check_private_event_conditions():
            return False
        # sudo: asked for people out of the event's calendar as well
        return self.env.user not in self.sudo().shared_user_ids

    @api.model
    def _get_mail_message_access(self, res_ids, operation, model_name=None):
        """Let who reads an agenda event answer in its chatter (18.0)."""
        if operation == "create" and self.browse(res_ids)._in_agenda():
            return "read"
        return super()._get_mail_message_access(res_ids, operation, model_name)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Let who reads an agenda event answer in its chatter (19.0)."""
        # Odoo reads the privacy of events of which it does not know whether the user
        # may: the messages of these would end every search in an error.
        known = self._filtered_access("read")
        operations = super(
            CalendarEvent, known
        )._mail_get_operation_for_mail_message_operation(message_operation)
        operations.update(dict.fromkeys(self - known, "read"))
        if message_operation == "create":
            for event in self.filtered(lambda e: e._in_agenda()):
                operations[event] = "read"
        return operations

    @api.model
    def _filter_hidden(self, records, fname="res_model"):
        """Return those of ``records`` that are of an event which the user may not read.

        :param fname: the field with the name of the model that each is of
        """
        # sudo: just which events they are of
        of_events = records.sudo().filtered(lambda r: r[fname] == self._name)
        events = self.with_user(self.env.user).browse(set(of_events.mapped("res_id")))
        hidden = set((events.exists() - events._filtered_access("read")).ids)
        return of_events.filtered(lambda r: r.res_id in hidden).with_env(records.env)

    def _filter_allowed(self, user, operation="read"):
        """Return the events with which ``user`` may do it, in all their companies."""
        events = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )
        return events._filtered_access(operation).with_env(self.env)

    def _check_links(self, fname, made, undone):
        if fname == "recurrence_id":
            undone = set()  # who may write an event may take it out of its series
        return super()._check_links(fname, made, undone)

    def _check_linkable(self):
        """Refuse who may not write an event of the agenda to link something to it."""
        # sudo: only to tell which are the agenda's
        events = self.sudo().exists().filtered("agenda_calendar_id")
        events = events.with_env(self.env)
        if events - events._filtered_access("write"):
            self._refuse_link()

    def _refuse_link(self):
        raise AccessError(
            self.env._(
                "This concerns an event that you may not write: nothing is saved."
            )
        )

    def _answer_invitation(self, state):
        """Answer as an attendee, who need not have the right to write the event."""
        attendees = self.attendee_ids.filtered(
            lambda a: a.partner_id == self.env.user.partner_id
        )
        attendees.write({"state": state})

    @api.model
    def _get_shown_domain(self, calendars):
        """Return a domain for the events of ``calendars``, which are all that the user
        may read, and of others those that are their own.

        The record rules say it as alternatives that PostgreSQL checks one by one for
        the events of everybody. These it finds by their index.
        """
        user = self.env.user
        self.flush_model(["user_id"])
        # sudo: the ids are but part of a domain, and the record rules have their say
        query = (
            self.sudo()
            .with_context(active_test=False)
            ._search(
                [
                    ("agenda_calendar_id.active", "=", True),
                    ("agenda_calendar_id", "not in", calendars.ids),
                ]
            )
        )
        query.add_where(
            SQL(
                "calendar_event.id IN ("
                "SELECT id FROM calendar_event WHERE user_id = %(user)s "
                "UNION ALL SELECT calendar_event_id "
                "FROM calendar_event_res_partner_rel "
                "WHERE res_partner_id = %(partner)s "
                "UNION ALL SELECT event_id FROM calendar_event_shared_user_rel "
                "WHERE user_id = %(user)s)",
                user=user.id,
                partner=user.partner_id.id,
            )
        )
        return [
            "|",
            ("agenda_calendar_id", "in", calendars.ids),
            ("id", "in", list(query)),
        ]

    @api.model
    def _read_slots(self, domain, fields, readable):
        """Return rows like those of ``search_read`` for events that the user may not
        read, in calendars where they may see that it takes time.

        :param readable: what ``domain`` gives of events that they may read
        """
        user = self.env.user
        if not (
            user.has_group("crm_agenda.group_agenda_user")
            and all(self._is_slot_term(term) for term in domain)
        ):
            return []
        calendars = self.env["crm.agenda.calendar"].with_context(active_test=True)
        calendars = calendars.search([("member_ids", "in", user.ids)])
        # sudo: only the fields of a slot leave this method, of calendars where the
        # user is a member, and only they could be asked about.
        busy = self.sudo().search(
            all_of(
                [
                    # No calendar of these is archived.
                    [TRUE if list(t) == IN_AGENDA else t for t in domain],
                    [("agenda_calendar_id", "in", calendars.ids)],
                    [("slot_stop", "!=", False)],
                ]
            )
        )
        busy -= readable.sudo()
        known = sorted(SLOT_FIELDS & set(fields) | {"id"})
        hidden = dict.fromkeys(set(fields) - SLOT_FIELDS, False)
        hidden.update(
            (f, self.env._("Busy")) for f in {"name", "display_name"} & set(fields)
        )
        return [dict(hidden, **row) for row in busy._read_format(known)]

    @api.model
    def _mark_clashes(self, rows):
        """Show which events overlap in a calendar that warns of it."""
        events = self.browse([row["id"] for row in rows if row.get("display_name")])
        clashing = set(events.filtered("has_clash").ids)
        for row in rows:
            if row["id"] in clashing:
                row["display_name"] = "⚠ " + row["display_name"]

    @api.model
    def _is_slot_term(self, term):
        if isinstance(term, str):
            return True
        fname, operator, _value = term
        return fname in SLOT_FIELDS and operator in SLOT_OPERATORS
