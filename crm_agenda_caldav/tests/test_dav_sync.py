"""What a phone is told that changed, in real transactions."""

import os
import random
import re
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import icalendar
import pytz
import recurring_ical_events
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_agenda.tests.common import DAILY, AtOnceCase

from ..models.res_users_app_password import SCOPE

# How often a phone and Odoo are changed at random, and how much.
SEEDS = int(os.environ.get("AGENDA_SYNC_SEEDS", "2"))
STEPS = 20
OBJECT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Phone//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20260301T090000Z\r
DTSTART:21000104T090000Z\r
DTEND:21000104T100000Z{rule}\r
SUMMARY:Leak\r
END:VEVENT\r
END:VCALENDAR\r
"""


def rename(text, step):
    return text.replace("SUMMARY:", f"SUMMARY:{step} ")


def lengthen(text, _step):
    """Have an event, or a series of which no occurrence differs, last longer."""
    return re.sub(r"(DTEND[^:]*:\d{8}T\d\d)\d\d", r"\g<1>59", text, count=1)


def dismiss(text, step):
    alarm = [
        "BEGIN:VALARM",
        "ACTION:AUDIO",
        f"TRIGGER:-PT{step + 1}M",
        "ACKNOWLEDGED:21000101T000000Z",
        "END:VALARM",
        "END:VEVENT",
    ]
    return text.replace("END:VEVENT", "\r\n".join(alarm), 1)


def find_second(text):
    """Return when the second of a series is, as it is written, and its line."""
    if "RRULE" not in text:
        return None
    start = re.search(r"DTSTART([^:]*):(\d{8})(T\d{6}Z?)", text)
    times = [begin for begin, _end in expand(text)]
    if len(times) < 2 or not start or "TZID" not in start[1]:
        return None
    zone = pytz.timezone(start[1].removeprefix(";TZID="))
    second = datetime.fromisoformat(times[1]).astimezone(zone)
    return start[1], second.strftime("%Y%m%dT%H%M%S")


def leave_out(text, _step):
    second = find_second(text)
    if not second or "RECURRENCE-ID" in text:
        return text
    return text.replace("RRULE", f"EXDATE{second[0]}:{second[1]}\r\nRRULE", 1)


def make_exception(text, step):
    second = find_second(text)
    if not second or "RECURRENCE-ID" in text:
        return text
    uid = re.search(r"UID:.*\r\n( .*\r\n)*", text)[0]
    lines = [
        "END:VEVENT",
        "BEGIN:VEVENT",
        f"{uid}DTSTAMP:20260101T000000Z",
        f"RECURRENCE-ID{second[0]}:{second[1]}",
        "DTSTART:21000203T100000Z",
        f"DTEND:21000203T1{step % 10}3000Z",
        f"SUMMARY:Exception {step}",
        "END:VEVENT",
    ]
    return text.replace("END:VEVENT", "\r\n".join(lines), 1)


def expand(text):
    """Return ``[(start, stop)]`` of all that a calendar has, as a phone shows it."""
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(
        datetime(2099, 1, 1), datetime(2102, 1, 1)
    )
    return sorted(
        tuple(str(e[name].dt.astimezone(pytz.utc)) for name in ("DTSTART", "DTEND"))
        for e in found
    )


@tagged("post_install", "-at_install")
class TestDavSync(AtOnceCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            groups = "base.group_user,crm_agenda.group_agenda_user"
            users = [
                new_test_user(env, f"sync_{name}", groups) for name in ("owner", "peer")
            ]
            calendars = env["crm.agenda.calendar"].create(
                [{"name": name, "owner_id": users[0].id} for name in ("Sync", "Other")]
            )
            share = env["crm.agenda.share"].create(
                {
                    "calendar_id": calendars[0].id,
                    "user_id": users[1].id,
                    "level": "read",
                }
            )
            self.owner_id, self.peer_id = (user.id for user in users)
            self.calendar_id, self.other_id = calendars.ids
            self.share_id = share.id
        self.addCleanup(self.clean_up)
        self.tokens = {}

    def clean_up(self):
        with self.environment() as env:
            users = env["res.users"].browse([self.owner_id, self.peer_id])
            calendars = env["crm.agenda.calendar"].with_context(active_test=False)
            calendars = calendars.search([("owner_id", "in", users.ids)])
            events = env["calendar.event"].with_context(active_test=False)
            events.search([("agenda_calendar_id", "in", calendars.ids)]).unlink()
            calendars.unlink()
            users.active = False
            for user in users:
                user.login = f"{user.login}_{user.id}"

    def new_event(self, env, **values):
        return env["calendar.event"].create(
            {
                "name": "Boiler check",
                "agenda_calendar_id": self.calendar_id,
                "start": "2100-01-04 10:00:00",
                "stop": "2100-01-04 11:00:00",
                "user_id": self.owner_id,
                "partner_ids": [(6, 0, [])],
                "privacy": "public",
                **values,
            }
        )

    @contextmanager
    def as_user(self, user_id):
        with self.environment() as env:
            yield env["res.users"].browse(user_id)._get_own_env()

    def synchronize(self, user_id=None, calendar_id=None):
        """Return ``(names that are new or changed, names that are gone)`` as a phone
        gets them, or nothing if it has to begin anew."""
        user_id, calendar_id = user_id or self.owner_id, calendar_id or self.calendar_id
        with self.as_user(user_id) as env:
            calendar = env["crm.agenda.calendar"].browse(calendar_id)
            known = self.tokens.get((user_id, calendar_id))
            self.tokens[user_id, calendar_id] = calendar._get_dav_tokens()[calendar]
            if not known:
                return set(calendar._read_dav()), set()
            changes = calendar._read_dav_changes(known)
            if changes is None:
                del self.tokens[user_id, calendar_id]
                return None
            objects, gone = changes
            return set(objects), set(gone)

    def check_told(self, told, changed=(), gone=()):
        """Check what is told, and that it is told once."""
        names = [{f"event-{id_}.ics" for id_ in ids} for ids in (changed, gone)]
        self.assertEqual(told, tuple(names))
        self.assertEqual(self.synchronize(), (set(), set()))

    def test_every_change_is_told_once(self):
        self.synchronize()
        with self.environment() as env:
            alarm = env.ref("calendar.alarm_notif_1")
            partner = env["res.partner"].create({"name": "Customer", "email": "a@b.c"})
            id_, other_id = self.new_event(env).id, self.new_event(env, name="Other").id
        self.check_told(self.synchronize(), [id_, other_id])
        for values in (
            {"name": "Leak"},
            {"start": "2100-01-05 10:00:00", "stop": "2100-01-05 11:00:00"},
            {"alarm_ids": [(6, 0, alarm.ids)]},
            {"partner_ids": [(4, partner.id)]},
            {"privacy": "private"},
            {"privacy": "public"},
        ):
            with self.environment() as env:
                env["calendar.event"].browse(id_).write(values)
            self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env["calendar.event"].browse(id_).attendee_ids.state = "declined"
        self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env["res.partner"].browse(partner.id).name = "Another name"
        self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env["calendar.event"].browse(id_).active = False
        self.check_told(self.synchronize(), [], [id_])
        with self.environment() as env:
            env["calendar.event"].browse(id_).active = True
        self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env["calendar.event"].browse(id_).unlink()
        self.check_told(self.synchronize(), [], [id_])
        with self.environment() as env:
            env["res.partner"].browse(partner.id).unlink()

    def test_what_moves_leaves_one_calendar_and_comes_to_the_other(self):
        with self.environment() as env:
            id_ = self.new_event(env).id
        self.synchronize()
        self.synchronize(calendar_id=self.other_id)
        with self.environment() as env:
            env["calendar.event"].browse(id_).agenda_calendar_id = self.other_id
        self.check_told(self.synchronize(), [], [id_])
        told = self.synchronize(calendar_id=self.other_id)
        self.assertEqual(told, ({f"event-{id_}.ics"}, set()))

    def give_phone(self):
        """Have the peer know of what is theirs in no calendar of their phone."""
        with self.as_user(self.peer_id) as env:
            env["res.users.apikeys"].sudo()._generate(SCOPE, "Phone", None)
            return env.user.partner_id.id

    def synchronize_mine(self):
        """Return what ``synchronize`` does, of the peer's own."""
        with self.as_user(self.peer_id) as env:
            events, known = env["calendar.event"], self.tokens.get("mine")
            current = self.tokens["mine"] = events._get_dav_mine_token()
            if not known:
                return set(events._read_dav_mine()), set()
            changes = events._read_dav_mine_changes(known, current)
            if changes is None:
                del self.tokens["mine"]
                return None
            return tuple(map(set, changes))

    def check_told_mine(self, changed=(), gone=()):
        names = [{f"event-{id_}.ics" for id_ in ids} for ids in (changed, gone)]
        self.assertEqual(self.synchronize_mine(), tuple(names))
        self.assertEqual(self.synchronize_mine(), (set(), set()))

    def test_what_is_somebodys_own_elsewhere(self):
        partner_id = self.give_phone()
        calendar_id = self.other_id
        self.check_told_mine()
        with self.environment() as env:
            id_ = self.new_event(env, agenda_calendar_id=calendar_id).id
            self.new_event(env)  # in a calendar that they see
        self.check_told_mine()
        for values, changed, gone in (
            ({"partner_ids": [(4, partner_id)]}, [id_], []),
            ({"name": "Leak"}, [id_], []),
            ({"partner_ids": [(3, partner_id)]}, [], [id_]),
            ({"name": "Boiler"}, [], []),
            ({"shared_user_ids": [(4, self.peer_id)]}, [id_], []),
            ({"shared_user_ids": [(3, self.peer_id)]}, [], [id_]),
            ({"user_id": self.peer_id}, [id_], []),
            ({"agenda_calendar_id": self.calendar_id}, [], [id_]),
            ({"name": "Leak"}, [], []),
            ({"agenda_calendar_id": False}, [id_], []),
            ({"agenda_calendar_id": calendar_id}, [id_], []),
        ):
            with self.environment() as env:
                env["calendar.event"].browse(id_).write(values)
            with self.subTest(values):
                self.check_told_mine(changed, gone)
        for active, told in ((False, ([], [id_])), (True, ([id_], []))):
            with self.environment() as env:
                env["crm.agenda.calendar"].browse(calendar_id).active = active
            self.check_told_mine(*told)
        share = {"calendar_id": calendar_id, "user_id": self.peer_id, "level": "busy"}
        with self.environment() as env:
            share_id = env["crm.agenda.share"].create(share).id
        self.assertIsNone(self.synchronize_mine())
        self.check_told_mine()
        with self.environment() as env:
            env["crm.agenda.share"].browse(share_id).unlink()
        self.assertIsNone(self.synchronize_mine())
        self.check_told_mine([id_])
        with self.environment() as env:
            env["calendar.event"].browse(id_).unlink()
        self.check_told_mine([], [id_])

    def test_who_attends_is_said_of_a_contact_too(self):
        partner_id = self.give_phone()
        self.check_told_mine()
        with self.environment() as env:
            id_ = self.new_event(env, agenda_calendar_id=self.other_id).id
        for command, changed, gone in ((4, [id_], []), (3, [], [id_])):
            with self.environment() as env:
                partner = env["res.partner"].browse(partner_id)
                partner.meeting_ids = [(command, id_)]
            self.check_told_mine(changed, gone)

    def test_one_address_is_of_one_calendar(self):
        """Two requests of a phone at once are answered from before either was done."""
        with self.registry.cursor() as late:
            env = self.env_of(late)["res.users"].browse(self.owner_id)._get_own_env()
            late.execute("SELECT 1 FROM crm_agenda_dav_property")
            with self.as_user(self.owner_id) as first:
                first["crm.agenda.calendar"]._make_dav("new", {"name": "New"}, {})
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                env["crm.agenda.calendar"]._make_dav("new", {"name": "New"}, {})
            late.rollback()

    def test_who_had_no_password_for_a_while_begins_anew(self):
        partner_id = self.give_phone()
        calendar_id = self.other_id
        with self.environment() as env:
            people = [(6, 0, [partner_id])]
            id_ = self.new_event(
                env, agenda_calendar_id=calendar_id, partner_ids=people
            ).id
        self.check_told_mine([id_])
        with self.environment() as env:
            env["res.users.apikeys"].search([("user_id", "=", self.peer_id)]).unlink()
        with self.environment() as env:
            env["calendar.event"].browse(id_).name = "Leak"
        self.give_phone()
        self.assertIsNone(self.synchronize_mine())
        self.check_told_mine([id_])

    def test_an_event_that_becomes_a_series_and_back(self):
        with self.environment() as env:
            event = self.new_event(env)
            id_ = event.id
        self.synchronize()
        with self.environment() as env:
            event = env["calendar.event"].browse(id_)
            event.write({**DAILY, "count": 3, "event_tz": "UTC"})
            series = event.recurrence_id
            name, ids = f"series-{series.id}.ics", series.calendar_event_ids.ids
        changed, gone = self.synchronize()
        self.assertEqual(changed, {name})
        self.assertIn(f"event-{id_}.ics", gone)
        with self.environment() as env:
            env["calendar.event"].browse(ids[1]).unlink()
        changed, gone = self.synchronize()
        self.assertEqual(changed, {name})
        self.assertNotIn(name, gone)
        with self.environment() as env:
            env["calendar.event"].browse(ids[2]).unlink()
        changed, gone = self.synchronize()
        self.assertEqual(changed, {f"event-{ids[0]}.ics"})
        self.assertIn(name, gone)
        self.assertEqual(self.synchronize(), (set(), set()))

    def test_nothing_is_skipped_between_overlapping_transactions(self):
        self.synchronize()
        with self.registry.cursor() as cr:
            first = self.new_event(self.env_of(cr)).id
            cr.flush()
            with self.environment() as env:  # begins later, and ends first
                second = self.new_event(env).id
            self.check_told(self.synchronize(), [second])
            with self.environment() as env:
                third = self.new_event(env).id
            self.check_told(self.synchronize(), [third])
        self.check_told(self.synchronize(), [first])
        with self.registry.cursor() as cr:
            self.env_of(cr)["calendar.event"].browse(first).name = "Undone"
            cr.flush()
            cr.rollback()
        self.assertEqual(self.synchronize(), (set(), set()))

    def env_of(self, cr):
        with self.environment() as env:
            return env(cr=cr)

    def test_who_gets_another_level_begins_anew(self):
        with self.environment() as env:
            public = self.new_event(env).id
            private = self.new_event(env, privacy="private").id
        names = {f"event-{public}.ics", f"event-{private}.ics"}
        self.assertEqual(self.synchronize(self.peer_id), (names, set()))
        self.assertEqual(self.synchronize(self.peer_id), (set(), set()))
        for level in ("busy", "write"):
            with self.environment() as env:
                env["crm.agenda.share"].browse(self.share_id).level = level
            self.assertIsNone(self.synchronize(self.peer_id))
            self.assertEqual(self.synchronize(self.peer_id), (names, set()))
        with self.environment() as env:
            env["calendar.event"].browse(private).show_as = "free"
        told = self.synchronize(self.peer_id)
        self.assertEqual(told, (set(), {f"event-{private}.ics"}))

    def test_what_all_events_are_called_after(self):
        with self.environment() as env:
            kind = env["crm.agenda.event.type"].create({"name": "Visit"})
            status = env["crm.agenda.event.status"].create({"name": "Asked for"})
            alarm = env["calendar.alarm"].create(
                {"name": "A bit before", "alarm_type": "notification", "duration": 7}
            )
            values = {
                "agenda_type_id": kind.id,
                "agenda_status_id": status.id,
                "alarm_ids": [(6, 0, alarm.ids)],
            }
            id_ = self.new_event(env, **values).id
            self.new_event(env)
        self.synchronize()
        for record, values in (
            (kind, {"name": "Call"}),
            (status, {"tentative": True}),
            (alarm, {"duration": 8}),
        ):
            with self.environment() as env:
                env[record._name].browse(record.id).write(values)
            self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env["calendar.alarm"].create(
                {"name": "Of nobody", "alarm_type": "notification", "duration": 9}
            )
        self.assertEqual(self.synchronize(), (set(), set()))
        with self.environment() as env:
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            calendar.name = "Another name"
        self.synchronize()
        self.assertEqual(self.synchronize(), (set(), set()))

    def test_what_is_long_past_is_forgotten_and_said_so(self):
        self.synchronize()
        with self.environment() as env:
            id_ = self.new_event(env).id
        old = dict(self.tokens)
        self.check_told(self.synchronize(), [id_])
        with self.environment() as env:
            env.cr.execute(
                "UPDATE crm_agenda_change SET logged = logged - interval '1 year' "
                "WHERE calendar_id = %s",
                [self.calendar_id],
            )
        for _time in range(2):
            with self.environment() as env:
                env["crm.agenda.change"]._gc_changes()
            # Who has seen all of it needs nothing of what was forgotten.
            self.assertEqual(self.synchronize(), (set(), set()))
        with self.environment() as env:
            env.cr.execute(
                "SELECT count(*) FROM crm_agenda_change WHERE calendar_id = %s",
                [self.calendar_id],
            )
            self.assertEqual(env.cr.fetchone(), (1,))
            env["calendar.event"].browse(id_).name = "Leak"
        self.check_told(self.synchronize(), [id_])
        self.tokens = old
        self.assertIsNone(self.synchronize())

    def test_what_a_phone_made_has_one_name(self):
        self.synchronize()
        for summary in ("Leak", "Big leak"):
            with self.as_user(self.owner_id) as env:
                calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
                put = OBJECT.format(uid="7f3c", rule="").replace("Leak", summary)
                env["calendar.event"]._put_ical(calendar, "7f3c.ics", put)
            self.assertEqual(self.synchronize(), ({"7f3c.ics"}, set()))
        with self.as_user(self.owner_id) as env:
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            env["calendar.event"]._find_ical(calendar, "7f3c.ics").name = "Leak"
        self.assertEqual(self.synchronize(), ({"7f3c.ics"}, set()))
        with self.as_user(self.owner_id) as env:
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            env["calendar.event"]._delete_ical(calendar, "7f3c.ics")
        self.assertEqual(self.synchronize(), (set(), {"7f3c.ics"}))
        self.assertEqual(self.synchronize(), (set(), set()))

    def test_a_slot_that_a_phone_made_goes_for_those_who_know_no_more(self):
        for level, kind in (("read", "PRIVATE"), ("busy", "PUBLIC")):
            with self.environment() as env:
                env["crm.agenda.share"].browse(self.share_id).level = level
            self.tokens.clear()
            self.synchronize(self.peer_id)
            with self.as_user(self.owner_id) as env:
                calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
                put = OBJECT.format(uid="7f3c", rule=f"\r\nCLASS:{kind}")
                event = env["calendar.event"]._put_ical(calendar, "7f3c.ics", put)
                slot = f"event-{event.id}.ics"
            changed, _gone = self.synchronize(self.peer_id)
            self.assertEqual(changed, {slot}, level)
            with self.as_user(self.owner_id) as env:
                calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
                env["calendar.event"]._delete_ical(calendar, "7f3c.ics")
            _changed, gone = self.synchronize(self.peer_id)
            self.assertIn(slot, gone, level)

    def test_an_occurrence_that_odoo_made_goes_by_the_name_of_the_others(self):
        with self.environment() as env:
            env["crm.agenda.share"].browse(self.share_id).level = "busy"
        with self.as_user(self.owner_id) as env:
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            text = OBJECT.format(uid="7f3c", rule="\r\nRRULE:FREQ=WEEKLY;COUNT=3")
            events = env["calendar.event"]._put_ical(calendar, "7f3c.ics", text)
            second = events.sorted("start")[1]
            hour = timedelta(hours=1)
            second.write(
                {
                    "start": second.start + hour,
                    "stop": second.stop + hour,
                    "recurrence_update": "future_events",
                }
            )
            last = second.recurrence_id.calendar_event_ids.sorted("start")[-1]
            self.assertNotIn(last, events)
            last.shared_user_ids = env["res.users"].browse(self.peer_id)
            last_id = last.id
        changed, _gone = self.synchronize(self.peer_id)
        self.assertIn("7f3c.ics", changed)
        with self.environment() as env:
            env["calendar.event"].browse(last_id).shared_user_ids = False
        _changed, gone = self.synchronize(self.peer_id)
        self.assertIn("7f3c.ics", gone)

    def test_a_phone_knows_what_there_is_whatever_happened(self):
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.run_at_random(random.Random(seed))

    def run_at_random(self, chance):
        """Do things one after the other, and compare what a phone has made of what it
        was told with all that there is."""
        mirrors = {"mine": {}}
        phones = [
            (self.owner_id, self.calendar_id),
            (self.owner_id, self.other_id),
            (self.peer_id, self.calendar_id),
        ]
        self.tokens.clear()
        self.give_phone()
        self.done = []
        for step in range(STEPS):
            what = chance.choice(self.get_things_to_do())
            with self.registry.cursor() as late:
                running = chance.random() < 0.2
                if running:  # while another transaction is not done
                    self.new_event(self.env_of(late), name=f"Late {step}")
                    late.flush()
                # Who may only read is refused what they write.
                who = chance.choice([self.owner_id] * 3 + [self.peer_id])
                with suppress(UserError), self.as_user(who) as env:
                    events = env["calendar.event"].with_context(active_test=False)
                    mine = [self.calendar_id, self.other_id]
                    events = events.search([("agenda_calendar_id", "in", mine)])
                    self.done.append((what.__qualname__.rpartition(".")[2], who))
                    what(env, events, chance, step)
                for phone in phones:
                    if running or chance.random() < 0.5:
                        self.check_mirror(mirrors.setdefault(phone, {}), *phone)
                self.check_mine(mirrors["mine"])
        for phone in phones:
            self.check_mirror(mirrors.setdefault(phone, {}), *phone)
        self.check_contents()

    def check_contents(self):
        """Check that what phones make of all their objects is what Odoo has."""
        with self.as_user(self.owner_id) as env:
            for calendar_id in (self.calendar_id, self.other_id):
                calendar = env["crm.agenda.calendar"].browse(calendar_id)
                events = env["calendar.event"].search(
                    [("agenda_calendar_id", "=", calendar_id), ("in_agenda", "=", True)]
                )
                own = [
                    (str(pytz.utc.localize(e.start)), str(pytz.utc.localize(e.stop)))
                    for e in events
                ]
                told = [
                    times
                    for found in calendar._read_dav().values()
                    if found.readable
                    for times in expand(found.text)
                ]
                self.assertEqual(sorted(told), sorted(own), f"after {self.done}")

    def check_mine(self, mirror):
        with self.as_user(self.peer_id) as env:
            events, known = env["calendar.event"], self.tokens.get("mine")
            current = self.tokens["mine"] = events._get_dav_mine_token()
            changes = known and events._read_dav_mine_changes(known, current)
            whole = {name: o.etag for name, o in events._read_dav_mine().items()}
            self.compare(mirror, changes, whole)

    def check_mirror(self, mirror, user_id, calendar_id):
        with self.as_user(user_id) as env:
            calendar = env["crm.agenda.calendar"].browse(calendar_id)
            phone = user_id, calendar_id
            known = self.tokens.get(phone)
            changes = known and calendar._read_dav_changes(known)
            self.tokens[phone] = calendar._get_dav_tokens()[calendar]
            whole = {name: o.etag for name, o in calendar._read_dav().items()}
            self.compare(mirror, changes, whole)

    def compare(self, mirror, changes, whole):
        if changes:
            objects, gone = changes
            mirror.update({name: found.etag for name, found in objects.items()})
            for name in gone:
                mirror.pop(name, None)
        else:
            mirror.clear()
            mirror.update(whole)
        missed = {name for name, _etag in mirror.items() ^ whole.items()}
        told = changes and (set(changes[0]), changes[1])
        self.assertFalse(missed, f"after {self.done[-5:]}, told {told}")

    def get_things_to_do(self):
        def make(env, _events, chance, step):
            rule = {**DAILY, "count": 4, "event_tz": "Europe/Madrid"}
            self.new_event(env, name=f"New {step}", **chance.choice([{}, rule]))

        def write(*choices):
            def change(_env, events, chance, step):
                values = chance.choice(choices)
                values = values(step) if callable(values) else values
                events[chance.randrange(len(events) or 1) :][:1].write(values)

            return change

        def move(_env, events, chance, _step):
            if not events:
                return
            event = events[chance.randrange(len(events))]
            hours = timedelta(hours=chance.randint(1, 30))
            event.write(
                {
                    "start": event.start + hours,
                    "stop": event.stop + hours,
                    "recurrence_update": chance.choice(
                        ["self_only", "future_events", "all_events"]
                    ),
                }
            )

        def delete(_env, events, chance, _step):
            events[chance.randrange(len(events) or 1) :][:1].unlink()

        def invite(env, events, chance, _step):
            peer = env["res.users"].browse(self.peer_id)
            command = chance.choice([3, 4])
            people = chance.choice(
                [
                    {"partner_ids": [(command, peer.sudo().partner_id.id)]},
                    {"shared_user_ids": [(command, peer.id)]},
                ]
            )
            events[chance.randrange(len(events) or 1) :][:1].write(people)

        def put(env, _events, chance, step):
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            objects = {n: o for n, o in calendar._read_dav().items() if o.readable}
            if not objects:
                return
            name = chance.choice(sorted(objects))
            edit = chance.choice([rename, lengthen, dismiss, leave_out, make_exception])
            text = edit(objects[name].text, step)
            env["calendar.event"]._put_ical(calendar, name, text)
            again = calendar._read_dav_objects([name])[name].text
            self.assertEqual(expand(again), expand(text), f"{text}\n{again}")

        def carry(env, _events, chance, step):
            calendars = env["crm.agenda.calendar"].browse(
                chance.sample([self.calendar_id, self.other_id], 2)
            )
            name = chance.choice(sorted(calendars[0]._read_dav()) or [""])
            events = env["calendar.event"]
            events._move_ical(calendars[0], name, calendars[1], f"{step}-{name}")

        def put_new(env, _events, chance, step):
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            rule = chance.choice(["", "\r\nRRULE:FREQ=WEEKLY;COUNT=3"])
            text = OBJECT.format(uid=f"phone-{step}", rule=rule)
            env["calendar.event"]._put_ical(calendar, f"phone-{step}.ics", text)

        def remove(env, _events, chance, _step):
            calendar = env["crm.agenda.calendar"].browse(self.calendar_id)
            name = chance.choice(sorted(calendar._read_dav()) or [""])
            env["calendar.event"]._delete_ical(calendar, name)

        def share(env, _events, chance, _step):
            shares = env["crm.agenda.share"].browse(self.share_id)
            shares.level = chance.choice(["busy", "read", "write"])

        return [
            *[make] * 3,
            *[move] * 3,
            *[put] * 4,
            carry,
            *[put_new] * 2,
            write(
                lambda step: {"name": f"Named {step}"},
                {"privacy": "private"},
                {"privacy": "public"},
                {"show_as": "free"},
                {"show_as": "busy"},
                {"active": False},
                {"active": True},
                {"agenda_calendar_id": self.other_id},
                {"agenda_calendar_id": self.calendar_id},
            ),
            write(lambda step: {"location": f"Place {step}"}),
            invite,
            invite,
            delete,
            remove,
            share,
        ]


@tagged("post_install", "-at_install")
class TestUpdatedTable(TransactionCase):
    def test_a_table_of_an_earlier_version_gets_what_is_new(self):
        self.env.cr.execute(
            "ALTER TABLE crm_agenda_change DROP COLUMN made, DROP COLUMN private"
        )
        changes = self.env["crm.agenda.change"]
        changes.init()
        changes._log("event.agenda_calendar_id IS NOT NULL")
        self.env.cr.execute("SELECT FROM crm_agenda_change WHERE made OR private")
