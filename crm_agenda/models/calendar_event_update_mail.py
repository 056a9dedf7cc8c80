"""The one message that somebody gets about a change."""

from collections import defaultdict, namedtuple

from odoo import api, models

from .calendar_event_update import PUBLIC_FIELDS, TOLD_FIELDS

SHOWN_ITEMS = 20
# Kinds of news of an event that people knew, of which they are told what changed.
CHANGES = ("changed", "cancelled", "reopened")

# One event, or several of one series, and what happened to them.
Item = namedtuple("Item", "kind before after count")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _group_by_series(self, changes):
        """Return the items of a message, one for all the events of a series of which
        there is the same to say."""
        series = defaultdict(list)
        for kind, old, new in changes:
            state = new or old
            told = [kind, state.series or -state.id, state.name]
            if kind in CHANGES:
                told += [new.start - old.start, new.stop - old.stop, new.allday]
                told += [
                    (getattr(old, fname), getattr(new, fname))
                    for fname in self._get_changed(old, new)
                    if fname != "when"
                ]
            else:
                told += [state.location, state.agenda_calendar_id]
            series[tuple(told)].append((old, new))
        return tuple(
            Item(kind, *min(pairs, key=lambda p: (p[1] or p[0]).start), len(pairs))
            for (kind, *_told), pairs in series.items()
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
                and self.env._("and %s more", self._count(items[SHOWN_ITEMS:])),
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
            return self.env._("%s events of the agenda", self._count(items))
        return self._get_heading(items[0])

    @api.model
    def _count(self, items):
        return sum(item.count for item in items)

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
            "reopened": self.env._("Not cancelled after all: %s"),
            "left": self.env._("Moved to another calendar: %s"),
            "deleted": self.env._("Deleted: %s"),
        }
        return headings[kind] % (item.after or item.before).name

    @api.model
    def _describe(self, item, has_login):
        """Return what the template shows of an item."""
        state = item.after or item.before
        changed = []
        if item.kind in CHANGES:
            changed = self._get_changed(item.before, item.after)
        shown = [f for f in TOLD_FIELDS if has_login or f in PUBLIC_FIELDS]
        return {
            "heading": self._get_heading(item),
            "series": item.count > 1
            and self.env._("%s events of one series; the first:", item.count),
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
        return self._get_word(fname)

    @api.model
    def _show_state(self, state, fname):
        value = getattr(state, fname)
        if fname == "when":
            own = self.env.context.get("tz")
            return self._write_time(*value, own or state.timezone, own)
        if isinstance(value, models.BaseModel):
            return value.with_env(value.env(context=self.env.context)).name or ""
        return value
