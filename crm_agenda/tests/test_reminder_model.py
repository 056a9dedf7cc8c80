"""Whatever happens to events and people, the pending rows are those of a plain
recomputation."""

from datetime import datetime, timedelta

import pytz
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from odoo.tests import tagged

from .common import DAILY, RolledBackMachine
from .test_reminder import NOW, TestReminderCommon

ZONES = ["Europe/Madrid", "America/New_York", "Asia/Tokyo"]


@tagged("post_install", "-at_install")
class TestReminderModel(TestReminderCommon):
    def test_pending_rows_equal_a_plain_recomputation(self):
        people = [
            self.new_user(f"person{index}", tz=zone) for index, zone in enumerate(ZONES)
        ]
        others = self.new_calendar("Other", people[0])
        ReminderMachine.run(
            examples=40,
            steps=10,
            case=self,
            users=people,
            calendars=[self.calendar, others],
            alarms=[self.hour, self.popup, self.eve],
        )


class ReminderMachine(RolledBackMachine):
    users = calendars = alarms = None

    @initialize()
    def begin(self):
        self.events = self.case.Event
        # An event in which everything counts, so that each later step can tell.
        self.create_event(50, {0, 1, 2}, 0, {0}, False, 0)

    def pick(self, index):
        return self.events[index % len(self.events)]

    @rule(
        hours=st.integers(1, 1100),
        alarms=st.sets(st.integers(0, 2)),
        calendar=st.integers(0, 1),
        attendees=st.sets(st.integers(0, 2)),
        allday=st.booleans(),
        count=st.sampled_from([0, 0, 3]),
    )
    def create_event(self, hours, alarms, calendar, attendees, allday, count):
        start = NOW + timedelta(hours=hours)
        values = {}
        if allday:
            start = start.replace(hour=8)
            values.update(allday=True, stop=start.replace(hour=18))
        if count:
            values.update(DAILY, count=count, event_tz="UTC")
        partners = [self.users[i].partner_id.id for i in attendees]
        event = self.case.new_event(
            self.calendars[calendar],
            start=start,
            alarm_ids=[(6, 0, [self.alarms[i].id for i in alarms])],
            partner_ids=[(6, 0, partners)],
            **values,
        )
        self.events |= event | event.recurrence_id.calendar_event_ids

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), hours=st.integers(-30, 1100))
    def move(self, index, hours):
        event = self.pick(index)
        if not event.allday:
            start = NOW + timedelta(hours=hours)
            event.write({"start": start, "stop": start + timedelta(hours=1)})

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), calendar=st.sampled_from([0, 1, None]))
    def change_calendar(self, index, calendar):
        target = calendar is not None and self.calendars[calendar].id
        self.pick(index).agenda_calendar_id = target

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), user=st.integers(0, 2), add=st.booleans())
    def change_extra_user(self, index, user, add):
        command = (4 if add else 3, self.users[user].id)
        self.pick(index).shared_user_ids = [command]

    @precondition(lambda self: self.events)
    @rule(
        index=st.integers(0, 9),
        state=st.sampled_from(["accepted", "declined", "tentative"]),
    )
    def answer(self, index, state):
        self.pick(index).attendee_ids[:1].write({"state": state})

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), kind=st.sampled_from(["open", "done", "cancelled"]))
    def change_status(self, index, kind):
        event = self.pick(index)
        if event.agenda_calendar_id:
            statuses = {
                "open": self.case.planned,
                "done": self.case.done,
                "cancelled": self.case.cancelled,
            }
            event.agenda_status_id = statuses[kind]

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), value=st.sampled_from(["public", "private"]))
    def change_privacy(self, index, value):
        self.pick(index).privacy = value

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9), active=st.booleans())
    def archive(self, index, active):
        self.pick(index).active = active

    @precondition(lambda self: self.events)
    @rule(index=st.integers(0, 9))
    def delete(self, index):
        event = self.pick(index)
        self.events -= event
        event.unlink()

    @rule(
        calendar=st.integers(0, 1),
        user=st.integers(0, 2),
        level=st.sampled_from(["busy", "read", "write"]),
        remind=st.booleans(),
    )
    def share(self, calendar, user, level, remind):
        self.unshare(calendar, user)
        self.case.share(
            self.calendars[calendar], level, user_id=self.users[user].id
        ).remind = remind

    @rule(calendar=st.integers(0, 1), user=st.integers(0, 2))
    def unshare(self, calendar, user):
        self.calendars[calendar].share_ids.filtered(
            lambda s: s.user_id == self.users[user]
        ).unlink()

    @rule(user=st.integers(0, 2), zone=st.sampled_from(ZONES))
    def travel(self, user, zone):
        self.users[user].tz = zone

    @rule(days=st.sampled_from([1, 2]))
    def change_alarm(self, days):
        self.alarms[0].write({"duration": days, "interval": "days"})

    @invariant()
    def pending_rows_are_right(self):
        env = self.case.env
        env.flush_all()
        rows = self.case.Reminder.search(
            [("state", "=", "pending"), ("event_id", "in", self.events.ids)]
        )
        found = {(r.event_id.id, r.alarm_id.id, r.partner_id.id, r.due) for r in rows}
        expected = set()
        for event in self.events.exists():
            expected |= set(plain_recomputation(event))
        assert found == expected, (found - expected, expected - found)


def plain_recomputation(event):
    """Yield ``(event, alarm, partner, due)`` of what is pending, from scratch."""
    env = event.env
    status = event.agenda_status_id.kind
    if not event.agenda_calendar_id or not event.active or event.stop <= NOW:
        return
    if status in ("done", "cancelled"):
        return
    readers = set()
    for share in event.agenda_calendar_id.share_ids:
        if share.remind and share.level != "busy":
            readers.add(share.user_id)
    readers.add(event.agenda_calendar_id.owner_id)
    if event.privacy == "private":
        readers = set(event.user_id)
    declined = {a.partner_id for a in event.attendee_ids if a.state == "declined"}
    people = {user.partner_id for user in readers | set(event.shared_user_ids)}
    people |= set(event.partner_ids)
    for partner in people - declined:
        zone = pytz.timezone(partner.tz or event.event_tz or event.user_id.tz or "UTC")
        if event.allday:
            start = zone.localize(datetime.combine(event.start_date, EIGHT))
        else:
            start = pytz.utc.localize(event.start)
        for alarm in event.alarm_ids:
            if alarm == env.ref("crm_agenda.calendar_alarm_eve"):
                day = start.astimezone(zone).date() - timedelta(days=1)
                due = zone.localize(datetime(day.year, day.month, day.day, 18))
            else:
                unit = {alarm.interval: alarm.duration}
                due = start.astimezone(pytz.utc) - timedelta(**unit)
            due = due.astimezone(pytz.utc).replace(tzinfo=None)
            if due <= NOW + timedelta(days=40):
                yield event.id, alarm.id, partner.id, due


EIGHT = datetime(2030, 1, 1, 8).time()
