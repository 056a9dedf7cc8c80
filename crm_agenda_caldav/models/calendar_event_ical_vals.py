"""What an object of iCalendar says of an event, as values of its fields."""

from collections import defaultdict, namedtuple

import pytz
from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

PRIVACY = {"PUBLIC": "public", "CONFIDENTIAL": "confidential"}
# How far ahead a reminder may come, in minutes: see ``calendar.alarm``.
MAX_AHEAD = 10 * 366 * 24 * 60
DAY = 24 * 60
# Each is one that all can choose from then on.
MAX_ALARMS = 30
TEXTS = {
    "SUMMARY": "",
    "DESCRIPTION": "",
    "LOCATION": "",
    "CONFERENCE": None,
    "ORGANIZER": None,
    "PEOPLE": {},
}
NOTHING = {**TEXTS, "CATEGORIES": (), "ALARMS": frozenset()}
# What events look like to the user, and the ids of ``_get_reminded``.
Seen = namedtuple("Seen", "bodies reminded")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _get_new_ical_vals(self, facts, calendar, own, allday, cache):
        """Return the values of a new event.

        :param cache: what all of them have that say the same but for these texts
        """
        plain = {**facts, **TEXTS}
        key = repr((allday, own, sorted(plain.items())))
        if key not in cache:
            cache[key] = self._get_plain_ical_vals(plain, calendar, own, allday)
        vals = self.browse()._get_ical_vals(facts, plain, calendar.sudo(), own, allday)
        return {**cache[key], **vals}

    @api.model
    def _get_plain_ical_vals(self, facts, calendar, own, allday):
        # sudo: the calendar's defaults, as on a screen; rules ask about it right after
        event_type = calendar.sudo().default_type_id.filtered("active")
        types = self._find_ical_types(facts["CATEGORIES"], calendar.sudo().company_id)
        event_type = next(iter(types.values()), event_type)
        status = event_type._get_starting_status(calendar.sudo().company_id)
        nothing = {
            **NOTHING,
            "STATUS": status._get_ical_status(),
            "CLASS": "PUBLIC",
            "TRANSP": "OPAQUE",
        }
        vals = {"partner_ids": [], "alarm_ids": [], "privacy": "public"}
        vals["agenda_type_id"] = event_type.id
        vals["name"] = self.env._("Untitled")
        vals.update(
            self.browse()._get_ical_vals(facts, nothing, calendar.sudo(), own, allday)
        )
        return vals

    def _get_ical_vals(self, facts, current, calendar, own, allday, reminded=True):
        """Return what to write on an event, or on a new one, so that it is as told.

        What has a default and was left out stays: a phone that does not know of it
        leaves it out.

        :param current: what the event says now
        :param own: whether its people are the agenda's: see ``_has_own_people``
        :param reminded: whether the reminders that it shows are the user's
        """
        vals = {}
        company = calendar.company_id
        if facts["SUMMARY"] != current["SUMMARY"]:
            vals["name"] = facts["SUMMARY"] or self.env._("Untitled")
        if facts["LOCATION"] != current["LOCATION"]:
            vals["location"] = facts["LOCATION"]
        if get_plain(facts["DESCRIPTION"]) != get_plain(current["DESCRIPTION"]):
            vals["description"] = _write_html(facts["DESCRIPTION"])
        if facts["CLASS"] not in (None, current["CLASS"] or "PUBLIC"):
            vals["privacy"] = PRIVACY.get(facts["CLASS"], "private")
        if facts["TRANSP"] not in (None, current["TRANSP"]):
            vals["show_as"] = "free" if facts["TRANSP"] == "TRANSPARENT" else "busy"
        if facts["CONFERENCE"] not in (None, current["CONFERENCE"]):
            vals["videocall_location"] = facts["CONFERENCE"]
        if facts["STATUS"] not in (None, current["STATUS"]):
            status = self.env["crm.agenda.event.status"]
            status = status._find_by_ical(facts["STATUS"], company)
            if status:
                vals["agenda_status_id"] = status.id
                if facts["STATUS"] == "CANCELLED":
                    vals.pop("show_as", None)  # it takes no time whatever it shows
        if facts["CATEGORIES"] and facts["CATEGORIES"] != current["CATEGORIES"]:
            types = self._find_ical_types(facts["CATEGORIES"], company)
            # sudo: just whether it has one of these already
            if types and self.sudo().agenda_type_id not in types.values():
                vals["agenda_type_id"] = next(iter(types.values())).id
        ahead, now = (_get_minutes(f["ALARMS"], allday) for f in (facts, current))
        if reminded and ahead != now:
            if len(ahead) > MAX_ALARMS:
                raise UserError(
                    self.env._("An event takes %s reminders at most.", MAX_ALARMS)
                )
            vals["alarm_ids"] = self._get_ical_alarm_commands(ahead, allday)
        if own and set(facts["PEOPLE"]) != set(current["PEOPLE"]):
            commands = self._get_ical_people_commands(
                facts["PEOPLE"], current["PEOPLE"]
            )
            if commands:
                vals["partner_ids"] = commands
        return vals

    def _write_ical_events(self, wanted, times, placed, made, own, known):
        """Have each event be what is wanted of it, in as few writes as possible.

        :param known: what is kept of them, to now
        :param made: those that were made from what is wanted
        """
        events = self - made
        written = {p: source for p, source in wanted.items() if placed[p] in events}
        changes = self._get_ical_changes(
            written, times, placed, own, known, events._see_ical()
        )
        together = defaultdict(self.browse)
        for event, vals in changes.items():
            together[repr(sorted(vals.items()))] |= event
        for same in together.values():
            same.write(dict(changes[same[0]]))
        if own:
            for place, source in wanted.items():
                event = self.browse(placed[place].id)
                for answer in event._find_ical_answers(source.get_facts()["PEOPLE"]):
                    answer()

    def _see_ical(self):
        reminded = set(self._get_reminded().ids)
        return Seen(self._get_ical_bodies(reminded), reminded)

    @api.model
    def _get_ical_changes(self, wanted, times, placed, own, known, seen):
        """Return ``{event: what to write}`` so that each is what is wanted of it."""
        changes, currents = {}, {}
        for place, source in wanted.items():
            event = self.browse(placed[place].id)
            facts, key = source.get_facts(), (seen.bodies[event], id(source))
            if key not in currents:
                body = seen.bodies[event]
                currents[key] = event._read_ical_alike(body, source, known)
            vals = event._get_changed_ical_times(source, times[place])
            if currents[key] != facts:
                calendar = event.sudo().agenda_calendar_id  # sudo: just its company
                reminded = event.id in seen.reminded
                vals.update(
                    event._get_ical_vals(
                        facts, currents[key], calendar, own, source.allday, reminded
                    )
                )
            if vals:
                changes[event] = vals
        return changes

    def _get_ical_alarm_commands(self, wanted, allday):
        """Return the reminders that come so many minutes before the start."""
        wanted = set(wanted)
        alarms = self.env["calendar.alarm"]
        timezone = pytz.timezone(self.env.user.tz or "UTC")
        for alarm in self.alarm_ids:
            ahead = round(alarm._get_ahead(self, timezone).total_seconds() / 60)
            if ahead in wanted:
                wanted.discard(ahead)
                alarms |= alarm
        for ahead in sorted(wanted):
            alarms |= alarms._find_by_ahead(ahead, allday)
        return [(6, 0, alarms.ids)]

    @api.model
    def _find_ical_types(self, names, company):
        """Return ``{name: type}`` of categories that are types of the agenda."""
        if not names:
            return {}
        types = self.env["crm.agenda.event.type"].search(
            [("company_id", "in", [False, company.id])]
        )
        by_name = {t.name.strip().lower(): t for t in reversed(types)}
        found = {name: by_name.get(name.lower()) for name in names}
        return {name: t for name, t in found.items() if t}


class CrmAgendaEventStatus(models.Model):
    _inherit = "crm.agenda.event.status"

    def _get_ical_status(self):
        if self.kind == "cancelled":
            return "CANCELLED"
        return "TENTATIVE" if self.kind == "open" and self.tentative else "CONFIRMED"

    @api.model
    def _find_by_ical(self, status, company):
        """Return the first status that says as much, if there is one."""
        if status == "CANCELLED":
            domain = [("kind", "=", "cancelled")]
        else:
            tentative = status == "TENTATIVE"
            domain = [("kind", "=", "open"), ("tentative", "=", tentative)]
        return self._get_first(company, domain)


def _get_minutes(aheads, allday):
    """Return how many minutes before the start to remind, where Odoo can."""
    minutes = {round(ahead.total_seconds() / 60) for ahead in aheads}
    first = 1 - DAY if allday else 0
    return {ahead for ahead in minutes if first <= ahead <= MAX_AHEAD - DAY}


def get_plain(text):
    """Return a text as it comes back from a field that is written with it."""
    return html2plaintext(_write_html(text)).strip() if text else ""


def _write_html(text):
    lines = [escape(line) for line in text.split("\n")]
    return Markup("<p>%s</p>") % Markup("<br>").join(lines) if text else False
