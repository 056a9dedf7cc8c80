"""What the people of an event hear of its changes."""

from collections import defaultdict, namedtuple
from itertools import zip_longest

from odoo import api, fields, models

from .change import Change, get_change
from .days import get_days

# What is told, in the order in which the message shows it. What else changes, such
# as a word in the description, is for who follows the chatter.
TOLD_FIELDS = ("name", "when", "location", "agenda_calendar_id", "agenda_status_id")
# Who has no login knows nothing of how the company organizes itself.
PUBLIC_FIELDS = {"name", "when", "location"}
CHANGING_FIELDS = {
    "active",
    "agenda_calendar_id",
    "agenda_status_id",
    "allday",
    "duration",
    "location",
    "name",
    "partner_ids",
    "privacy",
    "recurrence_update",
    "recurrency",
    "shared_user_ids",
    "show_as",
    "start",
    "start_date",
    "stop",
    "stop_date",
}


class State(
    namedtuple(
        "State",
        "id series start stop allday name location agenda_calendar_id "
        "agenda_status_id timezone private attendees extra",
    )
):
    """What there is to tell of an event as it was, or as it became."""

    def get_members(self, fname):
        """Return the contacts of the calendar's people, who know no private event."""
        calendar = self.agenda_calendar_id
        return (calendar.browse() if self.private else calendar)[fname].partner_id

    def is_known_to(self, partner):
        # Those who are told, first: mostly nobody else has to be looked up.
        return partner in self.attendees | self.extra | self.get_members(
            "told_change_ids"
        ) or partner in self.get_members("reader_ids")

    @property
    def when(self):
        return self.start, self.stop, self.allday

    def is_cancelled(self):
        return self.agenda_status_id.kind == "cancelled"

    def is_settled(self, now):
        """Say whether it is past, or done or cancelled before."""
        stop = self.stop
        if self.allday:
            _start, stop = get_days(self.start.date(), stop.date(), self.timezone)
        return stop <= now or self.agenda_status_id.kind != "open"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        change = get_change(self.env)
        if change:
            events = super().create(vals_list)
            change.made.update(events.ids)
            return events
        # On no event: those at hand would lose their attendees to the new ones.
        outer = self.browse()._nest(
            all(vals.get("agenda_calendar_id") for vals in vals_list)
        )
        events = super(CalendarEvent, outer).create(vals_list).with_env(self.env)
        change = get_change(outer.env)
        change.made.update(events.ids)
        created = self.browse(change.made).exists()
        created._check_double_booking()
        self._tell(created._get_states(), change)
        return events

    def write(self, values):
        if get_change(self.env) or not CHANGING_FIELDS & set(values):
            return super().write(values)
        before = self
        of_series = values.get("recurrence_update", "self_only") != "self_only"
        if of_series:
            before = self._get_agenda_series()
        agenda = before.sudo().agenda_calendar_id  # sudo: just whether there is one
        if not agenda and not values.get("agenda_calendar_id"):
            return super().write(values)
        agenda_only = values.get("agenda_calendar_id", True) and self._in_agenda()
        outer = self._nest(agenda_only, before, of_series)
        result = super(CalendarEvent, outer).write(values)
        change = get_change(outer.env)
        after = (before | self.browse(change.made)).exists()
        after._check_double_booking()
        self._tell(after._get_states(), change)
        return result

    def unlink(self):
        if get_change(self.env):
            return super().unlink()
        events = self.exists()
        outer = self._nest(events._in_agenda(), events)
        result = super(CalendarEvent, outer).unlink()
        self._tell({}, get_change(outer.env))
        return result

    def message_notify(self, **kwargs):
        """Keep in mind whom Odoo tells of what is changing."""
        change = get_change(self.env)
        if change:
            change.told.update(kwargs.get("partner_ids") or [])
        return super().message_notify(**kwargs)

    def _nest(self, agenda_only, before=None, of_series=False):
        """Return these events for all that is one change, to tell of it at its end."""
        before = self.browse() if before is None else before
        archived = before.sudo().filtered(lambda e: not e.active)  # sudo: just whether
        states = before._get_states()
        change = Change(
            bool(agenda_only), of_series, states, archived.ids, set(), set()
        )
        return self.with_context(agenda_change=change)

    def _in_agenda(self):
        # sudo: just whether they are
        return all(event.agenda_calendar_id for event in self.sudo())

    def _get_agenda_series(self):
        """Return these events of the agenda and all of the series they are in."""
        events = self.sudo()  # sudo: a series may have private occurrences
        events |= events.recurrence_id.calendar_event_ids
        return events.filtered("agenda_calendar_id").with_env(self.env)

    def _get_states(self):
        """Return ``{event id: state}`` of what there is to tell of agenda events."""
        # sudo: what the user changes is told to people whom they may not know; those
        # are told only of what they may read
        events = self.sudo().filtered(lambda e: e.active and e.agenda_calendar_id)
        return {
            event.id: State(
                id=event.id,
                series=event.recurrence_id.id,
                start=event.start,
                stop=event.stop,
                allday=event.allday,
                name=event.name,
                location=event.location or "",
                agenda_calendar_id=event.agenda_calendar_id,
                agenda_status_id=event.agenda_status_id,
                timezone=event._get_timezone(),
                private=event.privacy == "private",
                attendees=event.partner_ids,
                extra=event.shared_user_ids.partner_id,
            )
            for event in events
        }

    @api.model
    def _tell(self, after, change):
        """Send each person one message about what became of these events.

        :param after: their states by id; a series that was made anew has other ids
        """
        if not self.pool.ready:
            return  # data of a module that is being installed is no news
        items = defaultdict(list)
        for old, new in self._pair_states(change.before, after):
            told = self._get_told(old, new)
            for partner in self._get_invited(old, new, change):
                told.pop(partner, None)
            for partner, kind in told.items():
                known = None if kind == "left" else new
                items[partner].append((kind, old, known))
        # Odoo does not write to the author either; who has no login gets its message
        # of a new time, with which to answer.
        silent = self.env.user.partner_id
        silent |= silent.browse(change.told).filtered("partner_share")
        messages = defaultdict(self.env["res.partner"].browse)
        for partner, changes in items.items():
            if partner not in silent and partner.active:
                locale = (partner.lang, partner.tz, any(partner.user_ids))
                messages[locale + self._group_by_series(changes)] |= partner
        for (lang, tz, has_login, *told), partners in messages.items():
            events = self.with_context(lang=lang, tz=tz)
            events._send_update(partners, told, has_login)

    @api.model
    def _pair_states(self, before, after):
        """Return ``[(old, new)]``, with nothing for what came or went.

        Odoo makes the occurrences of a series anew to change it: they stand for those
        at the same time, and then for each other in their order.
        """
        pairs = [(before[key], after[key]) for key in before if key in after]
        gone = [state for key, state in before.items() if key not in after]
        came = [state for key, state in after.items() if key not in before]
        made = {state.start: state for state in came}
        pairs += [(old, made.pop(old.start)) for old in gone if old.start in made]
        paired = {state.id for pair in pairs for state in pair}
        rest = (
            sorted((s for s in states if s.id not in paired), key=lambda s: s.start)
            for states in (gone, came)
        )
        return pairs + list(zip_longest(*rest))

    @api.model
    def _get_told(self, old, new):
        """Return ``{partner: kind of news}`` of one event."""
        nobody = self.env["res.partner"]
        if not new:
            people = old.attendees | old.extra | old.get_members("told_change_ids")
            return self._filter_concerned(dict.fromkeys(people, "deleted"), old, new)
        told = dict.fromkeys(new.extra - (old.extra if old else nobody), "new")
        if not old:
            told.update(dict.fromkeys(new.attendees, "new"))
        if not old or old.agenda_calendar_id != new.agenda_calendar_id:
            for partner in new.get_members("told_new_ids"):
                if not old or not old.is_known_to(partner):
                    told[partner] = "new"
            for partner in old.get_members("told_change_ids") if old else nobody:
                if not new.is_known_to(partner):
                    told[partner] = "left"
        if old and self._get_changed(old, new):
            kind = "changed"
            if old.is_cancelled() != new.is_cancelled():
                kind = "cancelled" if new.is_cancelled() else "reopened"
            people = new.attendees | new.extra | new.get_members("told_change_ids")
            for partner in people:
                if partner not in told:
                    told[partner] = kind if old.is_known_to(partner) else "new"
        return self._filter_concerned(told, old, new)

    @api.model
    def _filter_concerned(self, told, old, new):
        """Leave out to whom it does not matter.

        What is past, done or cancelled before is news to those alone who asked for what
        happens in its calendar, and to whom it is shown for the first time. Who has no
        login knows nothing of the calendar nor of the status.
        """
        now = fields.Datetime.now()
        states = [state for state in (old, new) if state]
        if all(state.is_settled(now) for state in states):
            watching = new.extra if new else self.env["res.partner"]
            watching -= old.extra if old else watching.browse()
            for state in states:
                watching |= state.get_members("told_new_ids")
            told = {partner: told[partner] for partner in told if partner in watching}
        if old and new and not PUBLIC_FIELDS & set(self._get_changed(old, new)):
            told = {
                partner: kind
                for partner, kind in told.items()
                if kind != "changed" or not partner.partner_share
            }
        return told

    @api.model
    def _get_invited(self, old, new, change):
        """Return whom Odoo's own invitation tells: those who begin to attend."""
        nobody = self.env["res.partner"]
        if not new or new.id in change.restored:
            return nobody
        attended = [old] if old else []
        if new.id in change.made:
            attended = change.before.values()
        return new.attendees - nobody.union(*(state.attendees for state in attended))

    @api.model
    def _get_changed(self, old, new):
        return [f for f in TOLD_FIELDS if getattr(old, f) != getattr(new, f)]
