"""What the people of an event hear of its changes."""

from collections import defaultdict, namedtuple
from itertools import zip_longest

from odoo import api, models

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
SHOWN_ITEMS = 20

# What is being written is part of one change, of which is told at its end. It is kept
# in the context as an object: what a client puts there comes from JSON and is none.
Change = namedtuple("Change", "agenda_only")
# One event, or several of one series, and what happened to them.
Item = namedtuple("Item", "kind before after count")


def get_change(env):
    """Return the change that what happens in ``env`` is a part of, if any."""
    change = env.context.get("agenda_change")
    return change if isinstance(change, Change) else None


class State(
    namedtuple(
        "State",
        "id series start name when location agenda_calendar_id agenda_status_id "
        "timezone private attendees extra",
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


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        if get_change(self.env):
            return super().create(vals_list)
        # On no event: those at hand would lose their attendees to the new ones.
        outer = self.browse()._nest(
            all(vals.get("agenda_calendar_id") for vals in vals_list)
        )
        events = super(CalendarEvent, outer).create(vals_list).with_env(self.env)
        created = events._get_agenda_series()
        created._check_double_booking()
        self._tell({}, created._get_states())
        return events

    def write(self, values):
        if get_change(self.env) or not CHANGING_FIELDS & set(values):
            return super().write(values)
        before = self
        if values.get("recurrence_update", "self_only") != "self_only":
            before = self._get_agenda_series()
        agenda = before.sudo().agenda_calendar_id  # sudo: just whether there is one
        if not agenda and not values.get("agenda_calendar_id"):
            return super().write(values)
        base = before.recurrence_id.base_event_id
        states = before._get_states()
        outer = self._nest(values.get("agenda_calendar_id", True) and self._in_agenda())
        result = super(CalendarEvent, outer).write(values)
        after = before | base
        if len(after) > 1 or values.get("recurrency"):
            after = after.exists()._get_agenda_series()
        after._check_double_booking()
        self._tell(states, after._get_states())
        return result

    def unlink(self):
        if get_change(self.env):
            return super().unlink()
        events = self.exists()
        states = events._get_states()
        outer = self._nest(events._in_agenda())
        result = super(CalendarEvent, outer).unlink()
        self._tell(states, {})
        return result

    def _nest(self, agenda_only):
        """Return these events for all that is one change, to tell of it at its end.

        :param agenda_only: no meeting of Odoo's own is in it, before or after
        """
        return self.with_context(agenda_change=Change(bool(agenda_only)))

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
                name=event.name,
                when=event._get_times(),
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
    def _tell(self, before, after):
        """Send each person one message about what became of these events.

        :param before: the events' states before the change, by id
        :param after: those after it; a series that was made anew has other ids
        """
        if not self.pool.ready:
            return  # data of a module that is being installed is no news
        items = defaultdict(list)
        for old, new in self._pair_states(before, after):
            for partner, kind in self._get_told(old, new).items():
                known = None if kind == "left" else new
                items[partner].append((kind, old, known))
        author = self.env.user.partner_id
        messages = defaultdict(self.env["res.partner"].browse)
        for partner, changes in items.items():
            if partner != author and partner.active:
                locale = (partner.lang, partner.tz, any(partner.user_ids))
                messages[locale + self._group_by_series(changes)] |= partner
        for (lang, tz, has_login, *told), partners in messages.items():
            events = self.with_context(lang=lang, tz=tz)
            events._send_update(partners, told, has_login)

    @api.model
    def _pair_states(self, before, after):
        """Return ``[(old, new)]``, with nothing for what came or went."""
        pairs = [(before[key], after[key]) for key in before if key in after]
        gone = [state for key, state in before.items() if key not in after]
        came = [state for key, state in after.items() if key not in before]
        # Odoo makes the occurrences of a series anew to move it.
        gone.sort(key=lambda state: state.start)
        came.sort(key=lambda state: state.start)
        return pairs + list(zip_longest(gone, came))

    @api.model
    def _get_told(self, old, new):
        """Return ``{partner: kind of news}`` of one event."""
        nobody = self.env["res.partner"]
        if not new:
            people = old.attendees | old.extra | old.get_members("told_change_ids")
            return dict.fromkeys(people, "deleted")
        # Odoo's own invitation tells those who begin to attend.
        invited = new.attendees - (old.attendees if old else nobody)
        told = dict.fromkeys(new.extra - (old.extra if old else nobody), "new")
        if not old or old.agenda_calendar_id != new.agenda_calendar_id:
            for partner in new.get_members("told_new_ids"):
                if not old or not old.is_known_to(partner):
                    told[partner] = "new"
            for partner in old.get_members("told_change_ids") if old else nobody:
                if not new.is_known_to(partner):
                    told[partner] = "left"
        changed = old and self._get_changed(old, new)
        if changed:
            kind = "changed"
            if (
                new.agenda_status_id.kind == "cancelled"
                and "agenda_status_id" in changed
            ):
                kind = "cancelled"
            people = new.attendees | new.extra | new.get_members("told_change_ids")
            for partner in people:
                if partner not in told and not old.is_known_to(partner):
                    told[partner] = "new"
                elif partner not in told and self._concerns(partner, kind, changed):
                    told[partner] = kind
        return {
            partner: kind for partner, kind in told.items() if partner not in invited
        }

    @api.model
    def _get_changed(self, old, new):
        return [f for f in TOLD_FIELDS if getattr(old, f) != getattr(new, f)]

    @api.model
    def _concerns(self, partner, kind, changed):
        """Say whether ``partner`` may know of it, and Odoo does not tell them."""
        if not partner.partner_share:
            return True
        return "when" not in changed and (
            kind == "cancelled" or bool(PUBLIC_FIELDS & set(changed))
        )

    @api.model
    def _group_by_series(self, changes):
        """Return the items of a message, one for all the events of a series."""
        series = defaultdict(list)
        for kind, old, new in changes:
            state = new or old
            series[kind, state.series or -state.id].append((old, new))
        return tuple(
            Item(kind, *min(pairs, key=lambda p: (p[1] or p[0]).start), len(pairs))
            for (kind, _key), pairs in series.items()
        )

    @api.model
    def _send_update(self, partners, items, has_login):
        """Send one message, in the language and the time zone of the context."""
        author = self.env.user.partner_id
        for sender in (author, self.env.company.partner_id):
            if sender.email:
                break
        else:
            sender = self.env.ref("base.partner_root")
        body = self.env["ir.qweb"]._render(
            "crm_agenda.update_mail",
            {
                "items": [
                    self._describe(item, has_login) for item in items[:SHOWN_ITEMS]
                ],
                "more": len(items) > SHOWN_ITEMS
                and self.env._("and %s more", len(items) - SHOWN_ITEMS),
            },
        )
        # A message about one event is shown with it; a deleted one would take along.
        thread = self.env["mail.thread"]
        if len(items) == 1 and items[0].after:
            thread = self.browse(items[0].after.id)
        # sudo: the author need not be allowed to write the event that they were on
        thread.sudo().message_notify(
            partner_ids=partners.ids,
            subject=self._get_update_subject(items),
            body=body,
            author_id=sender.id,
            email_from=sender.email_formatted,
        )

    @api.model
    def _get_update_subject(self, items):
        if len(items) > 1:
            return self.env._("%s events of the agenda", len(items))
        return self._get_heading(items[0])

    @api.model
    def _get_heading(self, item):
        kind = item.kind
        if kind == "changed" and "when" in self._get_changed(item.before, item.after):
            kind = "moved"
        headings = {
            "new": self.env._("New: %s"),
            "moved": self.env._("Moved: %s"),
            "changed": self.env._("Changed: %s"),
            "cancelled": self.env._("Cancelled: %s"),
            "left": self.env._("Moved to another calendar: %s"),
            "deleted": self.env._("Deleted: %s"),
        }
        return headings[kind] % (item.after or item.before).name

    @api.model
    def _describe(self, item, has_login):
        """Return what the template shows of an item."""
        state = item.after or item.before
        changed = []
        if item.kind in ("changed", "cancelled"):
            changed = self._get_changed(item.before, item.after)
        shown = [f for f in TOLD_FIELDS if has_login or f in PUBLIC_FIELDS]
        return {
            "heading": self._get_heading(item),
            "series": item.count > 1
            and self.env._("%s events of one series", item.count),
            "when": self._show_state(state, "when"),
            "location": state.location,
            "calendar": has_login and state.agenda_calendar_id.name,
            "changes": [
                {
                    "label": self._get_told_label(fname),
                    "before": self._show_state(item.before, fname),
                    "after": self._show_state(item.after, fname),
                }
                for fname in shown
                if fname in changed
            ],
            "url": has_login and item.after and self.browse(state.id)._get_agenda_url(),
        }

    @api.model
    def _get_told_label(self, fname):
        if fname == "when":
            return self.env._("When")
        return self._fields[fname]._description_string(self.env)

    @api.model
    def _show_state(self, state, fname):
        value = getattr(state, fname)
        if fname == "when":
            own = self.env.context.get("tz")
            return self._write_time(*value, own or state.timezone, own)
        if isinstance(value, models.BaseModel):
            return value.with_env(value.env(context=self.env.context)).name or ""
        return value
