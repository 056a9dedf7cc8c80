from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.crm_agenda.models.compat import Constraint

from .ical_rule import GivenRule

NAMES = {"calendar_id", "name", "uid"}


class CrmAgendaIcalObject(models.Model):
    """What another program calls an event or a series that it made, and what it says
    of it that Odoo has no field for.

    Nobody reads it by RPC. It holds for the events that are in its calendar, and says
    nothing but together with them: whoever may read these may know it.
    """

    _name = "crm.agenda.ical.object"
    _description = "iCalendar Object"

    calendar_id = fields.Many2one(
        "crm.agenda.calendar", required=True, ondelete="cascade"
    )
    uid = fields.Char("UID", required=True, index=True)
    name = fields.Char(required=True, help="The last part of its address.")
    event_ids = fields.Many2many(
        "calendar.event", "crm_agenda_ical_object_event_rel", "object_id", "event_id"
    )
    # By the number of an exception, be it nothing, or without one for the event or the
    # series, and after an @, by whose alone it is.
    kept = fields.Json(help="The lines that Odoo can't hold.")
    rule = fields.Json(help="The rule of the series, as it was given.")

    _name_unique = Constraint(
        "UNIQUE(calendar_id, name)",
        "Two objects of a calendar can't have the same address.",
    )
    _uid_unique = Constraint(
        "UNIQUE(calendar_id, uid)", "Two objects of a calendar can't have the same UID."
    )

    @api.model
    def _get_by_event(self, events):
        """Return ``{event id: object}``, of the events that have one.

        Occurrences that Odoo makes belong to that of their series.
        """
        events.flush_model(["agenda_calendar_id", "recurrence_id"])
        objects = self.sudo()  # sudo: of events that the user may read
        objects.flush_model(["calendar_id", "event_ids"])
        if not events.ids:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT asked.id, object.id
                  FROM calendar_event asked
                  JOIN crm_agenda_ical_object_event_rel rel ON rel.event_id = asked.id
                  JOIN crm_agenda_ical_object object ON object.id = rel.object_id
                 WHERE asked.id IN %(ids)s
                   AND object.calendar_id = asked.agenda_calendar_id
                 UNION
                SELECT asked.id, series.object_id
                  FROM calendar_event asked
                  JOIN (SELECT DISTINCT other.recurrence_id, rel.object_id
                          FROM calendar_event other
                          JOIN crm_agenda_ical_object_event_rel rel
                            ON rel.event_id = other.id
                         WHERE other.recurrence_id IN (
                               SELECT recurrence_id FROM calendar_event
                                WHERE id IN %(ids)s)
                       ) series ON series.recurrence_id = asked.recurrence_id
                  JOIN crm_agenda_ical_object object ON object.id = series.object_id
                 WHERE asked.id IN %(ids)s
                   AND object.calendar_id = asked.agenda_calendar_id
                 ORDER BY 2
                """,
                ids=tuple(events.ids),
            )
        )
        found = self.env.cr.fetchall()
        prefetched = {number for _event_id, number in found}
        return {
            event_id: objects.browse(number).with_prefetch(prefetched)
            for event_id, number in found
        }

    @api.model
    def _get_by_series(self, series_ids):
        """Return the objects of which one of the events is in these series."""
        if not series_ids:
            return self.browse()
        # sudo: names of what was in a calendar of the user, and says nothing by itself
        objects = self.sudo().with_context(active_test=False)
        return objects.search([("event_ids.recurrence_id", "in", list(series_ids))])

    def _filter_hidden(self):
        """Return those of which the user may read no event, though there are some."""
        events = self.event_ids.filtered("active")
        own = self.sudo(False).env["calendar.event"]
        readable = own.search([("id", "in", events.ids)])

        def is_hidden(found):
            here = found.event_ids & events
            here = here.filtered(lambda e: e.agenda_calendar_id == found.calendar_id)
            return here and not here & readable

        return self.filtered(is_hidden)

    def _keep(self, values, events):
        """Have this object, or a new one, be that of events that the user has just
        written or left as they are."""
        if not self:
            self._make([{**values, "event_ids": [(6, 0, events.ids)]}])
            return
        # sudo: nobody writes it by themselves, and it says nothing but with the events
        known = self.sudo()
        changed = known._get_changed(values, events)
        if NAMES & changed.keys():
            known._make_room([values])
        if changed:
            known.write(changed)

    def _get_changed(self, values, events):
        """Return what of it has to be written, so that it is this of these events."""
        data = self.read(list(values), load=None)[0]
        changed = {
            fname: value
            for fname, value in values.items()
            if (data[fname] or None) != value
        }
        new = events - self.event_ids
        if new:
            changed["event_ids"] = [(4, event.id) for event in new]
        return changed

    @api.model
    def _make(self, values_list):
        # sudo: as above
        objects = self.sudo()
        objects._make_room(values_list)
        objects.create(values_list)

    def _make_room(self, values_list):
        """Have no other object of a calendar be called as these are to be."""
        if not values_list:
            return
        objects = self.with_context(active_test=False)
        calendar_id = values_list[0]["calendar_id"]
        taken = objects.search(
            [
                ("calendar_id", "=", calendar_id),
                "|",
                ("name", "in", [vals["name"] for vals in values_list]),
                ("uid", "in", [vals["uid"] for vals in values_list]),
            ]
        )
        taken -= self
        calendars = taken.event_ids.filtered("active").agenda_calendar_id
        if calendar_id in calendars.ids:
            raise AccessError(self.env._("This name is taken."))
        taken.unlink()

    def _get_kept(self, number=None):
        """Return ``(lines for all, lines for the user alone)`` that are kept."""
        kept = self.kept or {}
        return tuple(kept.get(key, []) for key in self._get_kept_keys(number))

    def _get_kept_of_all(self, events):
        """Return what is kept of the event or series, to who may read these of it.

        It says nothing of exceptions, and others may be hidden.
        """
        if not self._are_exceptions(events):
            return self._get_kept()
        return self._get_kept(events.id) if len(events) == 1 else ([], [])

    def _are_exceptions(self, events):
        return all(str(event.id) in (self.kept or {}) for event in events)

    @api.model
    def _get_kept_keys(self, number):
        """Return under what they are kept: for all, and for the user."""
        return f"{number or ''}", f"{number or ''}@{self.env.uid}"

    def _get_given_rule(self):
        return GivenRule.load(self.rule) if self.rule else None

    @api.autovacuum
    def _gc_objects(self):
        """Forget those whose events were all deleted."""
        objects = self.with_context(active_test=False)
        objects.search([("event_ids", "=", False)]).unlink()
