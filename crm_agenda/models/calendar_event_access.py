"""Who sees and moves what of an agenda event, beyond what record rules can say."""

from odoo import _, api, models
from odoo.exceptions import AccessError
from odoo.osv.expression import AND, TRUE_LEAF

from .compat import SERIES, accessible, flush_fields

# The term of the domain that the calendar screen has.
IN_AGENDA = ["in_agenda", "=", True]
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
    _inherit = "calendar.event"

    def _compute_display_name(self):
        """Name an event only for who may read it.

        Odoo shows the name of a many2one's target to whoever reads the record that
        points to it: an attendee, a recurrence, an activity. It does so in sudo; for
        who asks himself it checks that he may read the name.
        """
        hidden = self.browse()
        if self.env.su and not self.env.user._is_superuser():
            stored = self.with_user(self.env.user).filtered("id")
            hidden = (stored - accessible(stored, "read")).with_env(self.env)
        hidden.display_name = _("Busy")
        return super(CalendarEvent, self - hidden)._compute_display_name()

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
    def _apply_ir_rules(self, query, mode="read"):
        """Keep PostgreSQL, from 11 on, from compiling what it takes for long.

        For the alternatives of the read rule it expects so many events that among a
        million it compiles for half a second what then takes some milliseconds.
        """
        cr = self.env.cr
        searches = query.where_clause and not self.env.su
        if searches and "agenda_jit_off" not in cr.cache:
            cr.cache["agenda_jit_off"] = True
            if cr._cnx.server_version >= 110000:
                cr.execute("SET LOCAL jit = off")
        return super()._apply_ir_rules(query, mode)

    def read(self, fields=None, load="_classic_read"):
        """Show private agenda events to their extra users as to their attendees.

        14.0 blanks them here for everybody but the organizer. The record rules let
        only the people of a private agenda event come this far.
        """
        rows = super().read(fields, load)
        if SERIES >= 18:
            return rows
        private = self.browse([row["id"] for row in rows]).filtered(
            lambda e: e.agenda_calendar_id and e.privacy == "private"
        )
        for row in rows:
            event = self.browse(row["id"])
            if event in private:
                for fname in set(row) - {"id"}:
                    row[fname] = self._fields[fname].convert_to_read(
                        event[fname], event, load == "_classic_read"
                    )
        return rows

    @api.model_create_multi
    def create(self, vals_list):
        """Have the organizer of a private agenda event attend it.

        In 14.0 only attendees may write a private event.
        """
        organizers = self.env["res.users"]
        for index, vals in enumerate(vals_list):
            if vals.get("agenda_calendar_id") and vals.get("privacy") == "private":
                organizer = organizers.browse(vals.get("user_id") or self.env.uid)
                attend = [(4, organizer.partner_id.id)]
                partners = list(vals.get("partner_ids") or ()) + attend
                vals_list[index] = dict(vals, partner_ids=partners)
        return super().create(vals_list)

    def write(self, values):
        if "agenda_calendar_id" in values:
            self._check_move(values["agenda_calendar_id"])
        if values.get("privacy") == "private":
            for event in self.filtered("agenda_calendar_id"):
                if event.user_id.partner_id not in event.partner_ids:
                    event.partner_ids = [(4, event.user_id.partner_id.id)]
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
    def _get_public_fields(self):
        """Let the agenda be grouped by its fields.

        Odoo blanks the others of private events; those of an agenda calendar are
        out of reach altogether for who is not one of their people.
        """
        return super()._get_public_fields() | {
            "agenda_calendar_id",
            "agenda_color",
            "agenda_type_id",
            "agenda_status_id",
            "agenda_status_kind",
            "customer_id",
        }

    def _check_private_event_conditions(self):
        if not super()._check_private_event_conditions():
            return False
        # sudo: asked for people out of the event's calendar as well
        return self.env.user not in self.sudo().shared_user_ids

    @api.model
    def _get_mail_message_access(self, res_ids, operation, model_name=None):
        """Let who reads an agenda event answer in its chatter."""
        events = self.browse(res_ids).sudo()  # sudo: just to know its kind
        if operation == "create" and all(e.agenda_calendar_id for e in events):
            return "read"
        return super()._get_mail_message_access(res_ids, operation, model_name)

    def _check_move(self, calendar_id):
        """Ask for the right to write in the calendars that events leave and enter.

        Record rules see a record as it is before the write, not as it becomes.
        """
        if self.env.su:
            return
        target = self.env["crm.agenda.calendar"].browse(calendar_id or [])
        # sudo: the user may be an organizer out of the calendar he is leaving
        moving = self.sudo().filtered(lambda e: e.agenda_calendar_id != target)
        if not moving:
            return
        calendars = (moving.agenda_calendar_id | target.sudo()).with_env(self.env)
        writable = calendars.search(
            [("id", "in", calendars.ids), ("can_write", "=", True)]
        )
        if calendars - writable:
            raise AccessError(
                _(
                    "You may move an event only between calendars in which you may "
                    "write events."
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
        may read, and of others those that are his own.

        The record rules say it as alternatives that PostgreSQL checks one by one for
        the events of everybody. These it finds by their index.
        """
        user = self.env.user
        flush_fields(self, "user_id")
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
            "calendar_event.id IN ("
            "SELECT id FROM calendar_event WHERE user_id = %s "
            "UNION ALL SELECT calendar_event_id FROM calendar_event_res_partner_rel "
            "WHERE res_partner_id = %s "
            "UNION ALL SELECT event_id FROM calendar_event_shared_user_rel "
            "WHERE user_id = %s)",
            [user.id, user.partner_id.id, user.id],
        )
        return [
            "|",
            ("agenda_calendar_id", "in", calendars.ids),
            ("id", "in", list(query)),
        ]

    @api.model
    def _read_slots(self, domain, fields, readable):
        """Return rows like those of ``search_read`` for events that the user may not
        read, in calendars where he may see that they take time.

        :param readable: what ``domain`` gives of events that he may read
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
            AND(
                [
                    # No calendar of these is archived.
                    [TRUE_LEAF if list(t) == IN_AGENDA else t for t in domain],
                    [("agenda_calendar_id", "in", calendars.ids)],
                    [("slot_stop", "!=", False)],
                ]
            )
        )
        busy -= readable.sudo()
        known = sorted(SLOT_FIELDS & set(fields) | {"id"})
        hidden = dict.fromkeys(set(fields) - SLOT_FIELDS, False)
        hidden.update((f, _("Busy")) for f in {"name", "display_name"} & set(fields))
        # Not by the method that 14.0 has for meetings, which reads who they are of.
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
