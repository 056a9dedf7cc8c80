"""What other programs say of an event that Odoo has no field for: it comes back to
them, word for word."""

from odoo import api, models

from .calendar_event_ical_alarms import choose_alarms
from .calendar_event_ical_people import get_address
from .calendar_event_ical_vals import get_plain
from .ical import LENGTH, write_text
from .ical_lines import get_line_name
from .ical_reader import read_address

# What other programs say again in their own way, such as the place as a pin on a map.
# What was said by then is kept beside it, after the sign: it goes when that changes.
ECHOES = {
    "GEO": "LOCATION",
    "X-APPLE-STRUCTURED-LOCATION": "LOCATION",
    "X-ALT-DESC": "DESCRIPTION",
}
SAID = "="


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _read_ical_alike(self, lines, source, known):
        """Return what the event says now of what ``source`` says."""
        kept = known._get_kept(self.id if source.place else None)
        return source.read_alike(self._merge_ical_kept(lines, *kept))

    def _merge_ical_kept(self, lines, shared, personal):
        """Return the lines of an event with those that are kept of other programs,
        which stand for ours of the same name where there can be but one."""
        kept = shared and _get_current(shared, lines)
        names = set(map(get_line_name, kept))
        if "ORGANIZER" in names:
            lines = [x for x in lines if not x.startswith(("ORGANIZER", "ATTENDEE"))]
        elif "ATTENDEE" in names:
            # Who was no contact may attend by now.
            kept = _leave_out(kept, set(map(get_address, self.attendee_ids)) - {""})
            if not self.attendee_ids:
                lines = [*self._get_ical_organizer(), *lines]
        if "URL" not in names:
            lines = [f"URL:{self._get_ical_origin()[1]}{self.id}", *lines]
        if personal:
            lines, personal = choose_alarms(lines, personal)
        return [*lines, *kept, *personal]

    @api.model
    def _get_ical_object_vals(
        self, calendar, name, source, placed, group, own, same_rule, reminded=None
    ):
        """Return what to keep: the names, and what Odoo can't hold; nothing, if the
        names are Odoo's own."""
        objects = self.env["crm.agenda.ical.object"]
        known = group.known_as if group else objects
        regular = [p for p in placed if p not in source.exceptions] or list(placed)
        events = self.browse().concat(*(placed[place] for place in regular))
        before, seen = known.kept or {}, group.events if group else self.browse()
        exceptions, numbers = source.exceptions, [None, *seen.ids]
        kept = {}
        if known and known._are_exceptions(seen):
            # To the user there is nothing else of it.
            exceptions = {**dict.fromkeys(placed, source.master), **exceptions}
            numbers.remove(None)
        else:
            kept = self._get_ical_kept(None, source.master, events, own, reminded)
            if kept[""] != before.get(""):
                # It is not said of what they may not read.
                kept.update((f"{event.id}", []) for event in known.event_ids - seen)
        for place, event in exceptions.items():
            if place in placed:
                one = placed[place]
                kept.update(self._get_ical_kept(one.id, event, one, own, reminded))
        # Of others, and of occurrences that the user may not read, all stays.
        keys = {key for number in numbers for key in objects._get_kept_keys(number)}
        kept.update((key, lines) for key, lines in before.items() if key not in keys)
        # What all of it says is said of no exception: see ``_get_kept_of_all``.
        told = kept.get("")
        kept = {
            key: lines
            for key, lines in kept.items()
            if lines or told and "@" not in key
        }
        rule = source.rule.dump() if source.rule else None
        if same_rule and not (known and known.rule):
            rule = None
        own = self._match_ical_uid(source.uid)
        if not (known or kept or rule) and group and own and own[0] == name:
            return {}
        names = {"calendar_id": calendar.id, "name": name, "uid": source.uid}
        return {**names, "kept": kept or None, "rule": rule}

    @api.model
    def _get_ical_kept(self, number, source, events, own, reminded):
        """Return the lines to keep, for all and for the user, of an exception with that
        number or of the event or series itself, besides what the fields hold."""
        facts, lines = source.get_facts(), source.get_kept(self._get_ical_origin()[1])
        # sudo: the name of the type, that the event shows
        types = set(events.sudo().agenda_type_id.mapped("name"))
        others = [n for n in facts["CATEGORIES"] if n not in types]
        if others:
            lines.append(f"CATEGORIES:{','.join(map(write_text, others))}")
        if source.says_length:
            lines.append(LENGTH)
        echoed = {ECHOES.get(get_line_name(line)) for line in lines} - {None}
        for fname in sorted(echoed):
            text = facts[fname]
            text = get_plain(text) if fname == "DESCRIPTION" else text
            lines.append(f"{SAID}{fname}:{write_text(text)}")
        # Who is no contact of the agenda, too, though nobody invites them.
        known = {get_address(a) for a in events.attendee_ids} if own else set()
        lines += source.get_people(known - {""}, own)
        keys = self.env["crm.agenda.ical.object"]._get_kept_keys(number)
        personal = events[:1]._get_ical_personal(source, reminded)
        return dict(zip(keys, (lines, personal), strict=True))


def _leave_out(kept, people):
    """Return what is kept without the lines of people with these addresses."""
    return [
        line
        for line in kept
        if get_line_name(line) != "ATTENDEE"
        or read_address(line.rpartition(":")[2]) not in people
    ]


def _get_current(kept, lines):
    """Return what is kept without what no longer holds: see ``ECHOES``."""
    said = {get_line_name(line[1:]): line[1:] for line in kept if line.startswith(SAID)}
    now = {get_line_name(line): line for line in lines}

    def holds(fname):
        told = said[fname], now.get(fname, f"{fname}:")
        before, after = (line.replace("\\n", " ").split() for line in told)
        return before == after

    gone = {fname for fname in said if not holds(fname)}
    return [
        line
        for line in kept
        if not line.startswith(SAID) and ECHOES.get(get_line_name(line)) not in gone
    ]
