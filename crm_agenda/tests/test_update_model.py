"""Whatever happens to events and series, who is told what is what follows from how
they were and how they are."""

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import zip_longest

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from odoo.tests import tagged

from .common import DAILY, RolledBackMachine, TestAgendaCommon

NOW = datetime(2030, 1, 10, 12)
SCOPES = ["self_only", "self_only", "future_events", "all_events"]
TOLD = ("name", "start", "stop", "location", "agenda_calendar_id", "agenda_status_id")
LINE = re.compile(
    r">\s*(New|Moved|Moved to another calendar|Changed|Cancelled|Deleted"
    r"|Not cancelled after all): [^<]*</p>(?:\s*<p[^>]*>\s*(\d+) events of one series)?"
)
FOR_CUSTOMERS = {"name", "start", "stop", "location"}


@tagged("post_install", "-at_install")
class TestUpdateModel(TestAgendaCommon):
    def test_who_is_told_what_equals_a_plain_recomputation(self):
        self.freeze(NOW)
        author = self.new_user("author")
        people = [self.new_user(f"person{index}") for index in range(3)]
        calendars = [
            self.new_calendar(name, author, owner_updates="none")
            for name in ("One", "Two")
        ]
        for calendar, level, updates, user in (
            (0, "read", "changes", people[0]),
            (0, "read", "new", people[1]),
            (1, "read", "changes", people[1]),
            (1, "busy", "changes", people[0]),
        ):
            shared = self.share(calendars[calendar], level, user_id=user.id)
            shared.updates = updates
        self.customer.email = "customer@example.com"
        UpdateMachine.run(
            examples=12,
            steps=6,
            case=self,
            author=author,
            users=people,
            partners=[people[2].partner_id, self.customer],
            calendars=calendars,
            statuses=[self.planned, self.done, self.cancelled],
        )


class UpdateMachine(RolledBackMachine):
    author = users = partners = calendars = statuses = None

    @initialize()
    def begin(self):
        self.events = self.case.Event.with_user(self.author)
        self.create_event(0, 20, 0, {0}, {0, 1}, 4)

    @rule(
        calendar=st.integers(0, 1),
        hours=st.sampled_from([-60, -26, 2, 20, 50]),
        status=st.integers(0, 2),
        extra=st.sets(st.integers(0, 2), max_size=1),
        attending=st.sets(st.integers(0, 1)),
        count=st.sampled_from([0, 0, 5]),
    )
    def create_event(self, calendar, hours, status, extra, attending, count):
        start = NOW + timedelta(hours=hours)
        with self.told_rightly():
            values = dict(DAILY, count=count, event_tz="UTC") if count else {}
            event = self.events.create(
                {
                    "name": "Visit",
                    "agenda_calendar_id": self.calendars[calendar].id,
                    "agenda_status_id": self.statuses[status].id,
                    "privacy": "public",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "shared_user_ids": [(6, 0, [self.users[i].id for i in extra])],
                    "partner_ids": [(6, 0, [self.partners[i].id for i in attending])],
                    **values,
                }
            )
            self.events |= event | event.recurrence_id.calendar_event_ids

    @rule(index=st.integers(0, 9), scope=st.sampled_from(SCOPES), data=st.data())
    def change(self, index, scope, data):
        event = self.pick(index)
        if not event:
            return
        hours = timedelta(hours=data.draw(st.sampled_from([-30, -1, 1, 30])))
        values = data.draw(
            st.sampled_from(
                [
                    {"name": "Other visit"},
                    {"location": "Madrid"},
                    {"location": "Warehouse"},
                    {"start": event.start + hours, "stop": event.stop + hours},
                    {"stop": event.stop + timedelta(hours=1)},
                    {"agenda_calendar_id": self.calendars[0].id},
                    {"agenda_calendar_id": self.calendars[1].id, "location": ""},
                    {"agenda_status_id": self.statuses[0].id},
                    {"agenda_status_id": self.statuses[1].id},
                    {"agenda_status_id": self.statuses[2].id, "name": "No visit"},
                    {"privacy": "private"},
                    {"privacy": "public", "name": "Visit"},
                    {"shared_user_ids": [(4, self.users[2].id)]},
                    {"shared_user_ids": [(3, self.users[2].id)], "name": "Less"},
                    {"partner_ids": [(4, self.partners[1].id)], "name": "More"},
                    {"partner_ids": [(3, self.partners[0].id)], "name": "Fewer"},
                    {"description": "A typo"},
                ]
            )
        )
        with self.told_rightly():
            event.write(dict(values, recurrence_update=scope))

    @rule(index=st.integers(0, 9), active=st.booleans())
    def archive(self, index, active):
        with self.told_rightly():
            self.pick(index).active = active

    @rule(index=st.integers(0, 9), scope=st.sampled_from(SCOPES))
    def delete(self, index, scope):
        event = self.pick(index)
        with self.told_rightly():
            if event.recurrence_id and scope != "self_only":
                event.action_mass_deletion(scope)
            else:
                event.unlink()

    def pick(self, index):
        self.events = self.events.exists()
        return self.events[index % len(self.events)] if self.events else self.events

    def told_rightly(self):
        return Watch(self)


class Watch:
    """Compares what people are told meanwhile with what they are to be told."""

    def __init__(self, machine):
        self.machine, self.case = machine, machine.case

    def __enter__(self):
        self.before = self.look()
        self.seen = self.messages()

    def __exit__(self, error, *_args):
        if error:
            return
        events = self.case.Event.with_context(active_test=False)
        there = events.search([("create_uid", "=", self.machine.author.id)])
        self.machine.events = there.filtered("agenda_calendar_id").with_user(
            self.machine.author
        )
        after = self.after = self.look()
        told = {}
        for message in self.messages() - self.seen:
            lines = Counter()
            for heading, events in LINE.findall(str(message.body)):
                lines[heading] += int(events or 1)
            for partner in message.partner_ids:
                assert partner not in told, "two messages of one change"
                told[partner] = lines
        people = [user.partner_id for user in self.machine.users]
        people.append(self.case.customer)
        pairs = list(self.pair(self.before, after))
        expected = {
            person: Counter(filter(None, (self.news(person, *p) for p in pairs)))
            for person in people
        }
        expected = {person: lines for person, lines in expected.items() if lines}
        assert told == expected, (told, expected)

    def messages(self):
        self.case.forget()
        messages = self.case.env["mail.message"]
        return messages.search([("message_type", "=", "user_notification")])

    def look(self):
        """Return what counts of each event that is not archived, as plain values."""
        self.case.forget()
        events = self.machine.events.sudo().exists().with_context(active_test=False)
        self.known, known = events.ids, getattr(self, "known", events.ids)
        return {
            event.id: {
                "series": event.recurrence_id.id,
                "made": event.id not in known,
                "over": event.stop <= NOW or event.agenda_status_id.kind != "open",
                "cancelled": event.agenda_status_id.kind == "cancelled",
                "private": event.privacy == "private",
                "extra": set(event.shared_user_ids.partner_id),
                "attending": set(event.partner_ids),
                **{fname: event[fname] or "" for fname in TOLD},
            }
            for event in events
            if event.active
        }

    def pair(self, before, after):
        """Give what each event was and is; those made anew stand for those that went,
        of the same time or else in order."""
        gone = sorted((before[i] for i in before.keys() - after), key=by_start)
        came = sorted((after[i] for i in after.keys() - before), key=by_start)
        for state in list(gone):
            same = [new for new in came if new["start"] == state["start"]]
            if same:
                yield state, same[0]
                gone.remove(state)
                came.remove(same[0])
        yield from zip_longest(gone, came)
        for key in before.keys() & after:
            yield before[key], after[key]

    def news(self, person, old, new):
        """Return the heading under which ``person`` is told of an event, if at all."""
        was, now = (self.relate(person, state) for state in (old, new))
        begins = "attends" in now - was and not (new and not new["made"] and not old)
        if begins and not (new["made"] and self.attended(person)):
            return None
        over = all(state["over"] for state in (old, new) if state)
        if over and not ("extra" in now - was or "new" in was | now):
            return None
        if not new:
            return "Deleted" if was & {"attends", "extra", "changes"} else None
        if not old:
            return "New" if now & {"attends", "extra", "new"} else None
        if "extra" in now - was:
            return "New"
        changed = {fname for fname in TOLD if old[fname] != new[fname]}
        if "agenda_calendar_id" in changed:
            if "new" in now and "sees" not in was:
                return "New"
            if "changes" in was and "sees" not in now:
                return "Moved to another calendar"
        if not changed or not now & {"attends", "extra", "changes"}:
            return None
        if "sees" not in was:
            return "New"
        if old["cancelled"] != new["cancelled"]:
            return "Cancelled" if new["cancelled"] else "Not cancelled after all"
        if person == self.case.customer and not changed & FOR_CUSTOMERS:
            return None
        return "Moved" if changed & {"start", "stop"} else "Changed"

    def attended(self, person):
        """Say whether they attended the series that was made anew."""
        remade = {self.before[i]["series"] for i in self.before.keys() - self.after}
        return any(
            person in state["attending"]
            for state in self.before.values()
            if state["series"] and state["series"] in remade
        )

    def relate(self, person, state):
        """Return what ``person`` is to an event: whether they attend it, see it…"""
        if not state:
            return set()
        roles = {
            role
            for role, people in (("attends", "attending"), ("extra", "extra"))
            if person in state[people]
        }
        for share in state["agenda_calendar_id"].share_ids:
            readable = share.level != "busy" and not state["private"]
            if readable and share.user_id.partner_id == person:
                roles |= {"sees"} | {"new": {"new"}, "changes": {"new", "changes"}}.get(
                    share.updates, set()
                )
        return roles | {"sees"} if roles else roles


def by_start(state):
    return state["start"]
