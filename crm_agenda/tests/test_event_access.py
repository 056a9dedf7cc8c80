"""Who may do what with an event: every relation to it × every operation."""

from contextlib import suppress
from itertools import product

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.compat import GROUP_USERS
from .common import RollBack, TestAgendaCommon

# Who → what they may do with the event. "own" is the organizer's event.
READERS = {
    "read",
    "write",
    "manage",
    "owner",
    "organizer",
    "attendee",
    "extra",
    "administrator",
}
WRITERS = {"write", "manage", "owner", "organizer", "administrator"}
CREATORS = {"write", "manage", "owner", "administrator"}
SLOT_ONLY = {"busy"}
REFUSED = {"stranger", "foreigner", "portal", "public"}
# The domain of the calendar screen.
AGENDA = [("in_agenda", "=", True)]
EVERYBODY = READERS | SLOT_ONLY | REFUSED


class TestEventAccessCommon(TestAgendaCommon):
    """An event, and somebody in every relation to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        administrator = "base.group_user,crm_agenda.group_agenda_manager"
        company = cls.env["res.company"].create({"name": "Other company"})
        cls.people = dict(
            cls.members,
            owner=cls.owner,
            organizer=cls.new_user("organizer"),
            attendee=cls.new_user("attendee"),
            extra=cls.new_user("extra"),
            administrator=cls.new_user("administrator", administrator),
            stranger=cls.stranger,
            foreigner=cls.new_user(
                "foreigner",
                administrator,
                company_id=company.id,
                company_ids=[(6, 0, company.ids)],
            ),
            portal=cls.new_user("portal", "base.group_portal"),
            public=cls.new_user("public", "base.group_public"),
        )
        internal = [u.id for who, u in cls.people.items() if not u.share]
        exporters = cls.env.ref("base.group_allow_export")
        exporters[GROUP_USERS] = [(4, user_id) for user_id in internal]
        cls.event = cls.new_event(
            name="Secret boiler",
            location="Hidden street",
            description="Hidden words",
            customer_id=cls.customer.id,
            partner_ids=[(6, 0, cls.people["attendee"].partner_id.ids)],
            shared_user_ids=[(6, 0, cls.people["extra"].ids)],
        )
        cls.event.user_id = cls.people["organizer"]
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"secret",
                "res_model": "calendar.event",
                "res_id": cls.event.id,
            }
        )
        cls.event.attachment_ids = cls.file
        cls.message = cls.event.message_post(body="Hidden talk")
        cls.forget()

    def setUp(self):
        super().setUp()
        self.forget()

    def as_user(self, who):
        return self.event.with_user(self.people[who])

    def get_allowed(self, operation):
        """Return the people for whom ``operation(who)`` gives something."""
        done = set()
        for who in sorted(EVERYBODY):
            self.forget()
            with suppress(RollBack, UserError), self.env.cr.savepoint():
                if operation(who):
                    done.add(who)
                raise RollBack
        return done

    def assert_only(self, allowed, operation):
        """Assert that ``operation(who)`` works for ``allowed`` and nobody else."""
        self.assertEqual(self.get_allowed(operation), allowed)


@tagged("post_install", "-at_install")
class TestEventAccess(TestEventAccessCommon):
    def test_write_paths(self):
        def rename(who):
            return self.as_user(who).write({"name": "Renamed"})

        def add_file(who):
            return (
                self.env["ir.attachment"]
                .with_user(self.people[who])
                .create(
                    {
                        "name": "more.txt",
                        "raw": b"more",
                        "res_model": "calendar.event",
                        "res_id": self.event.id,
                    }
                )
            )

        self.assert_only(WRITERS, rename)
        self.assert_only(WRITERS, lambda who: self.as_user(who).unlink())
        self.assert_only(WRITERS, add_file)

    def test_create(self):
        def create(who):
            return self.new_event(user=self.people[who])

        self.assert_only(CREATORS, create)

    def test_comment(self):
        self.assert_only(
            READERS - {"administrator"} | {"administrator"},
            lambda who: self.as_user(who).message_post(body="On my way"),
        )

    def test_calendar_and_shares(self):
        managers = {"manage", "owner", "administrator"}

        def calendar(who):
            return self.calendar.with_user(self.people[who])

        self.assert_only(managers, lambda who: calendar(who).write({"name": "X"}))
        self.assert_only(
            managers,
            lambda who: self.calendar.share_ids.with_user(self.people[who]).write(
                {"level": "manage"}
            ),
        )
        self.assert_only(
            managers,
            lambda who: calendar(who).write(
                {"share_ids": [(0, 0, {"user_id": self.stranger.id})]}
            ),
        )
        members = managers | {"busy", "read", "write"}
        self.assert_only(members, lambda who: calendar(who).read(["name"]))

    def test_move_needs_write_in_both_calendars(self):
        other = self.new_calendar("Other", self.stranger)
        for here, there in product((None, "read", "write"), repeat=2):
            mover = self.new_user(f"mover_{here}_{there}")
            for calendar, level in ((self.calendar, here), (other, there)):
                if level:
                    self.share(calendar, level, user_id=mover.id)
            event = self.new_event(shared_user_ids=[(6, 0, mover.ids)])
            self.forget()
            move = {"agenda_calendar_id": other.id}
            with self.subTest(here=here, there=there):
                if here == there == "write":
                    event.with_user(mover).write(move)
                    self.assertEqual(event.agenda_calendar_id, other)
                else:
                    with self.assertRaises(AccessError):
                        event.with_user(mover).write(move)

    def test_organizer_without_write_cannot_move_their_event(self):
        other = self.new_calendar("Mine", self.people["organizer"])
        with self.assertRaises(AccessError):
            self.as_user("organizer").write({"agenda_calendar_id": other.id})
        with self.assertRaises(AccessError):
            self.as_user("organizer").write({"agenda_calendar_id": False})

    def test_busy_member_sees_only_the_slot(self):
        fields = ["name", "start", "stop", "location", "customer_id", "description"]
        events = self.Event.with_user(self.people["busy"])
        slot = events.search_read(AGENDA + [("start", "=", self.event.start)], fields)
        self.assertEqual(
            slot,
            [
                {
                    "id": self.event.id,
                    "name": "Busy",
                    "start": self.event.start,
                    "stop": self.event.stop,
                    "location": False,
                    "customer_id": False,
                    "description": False,
                }
            ],
        )

    def test_slots_cannot_be_asked_about_what_they_hide(self):
        events = self.Event.with_user(self.people["busy"])
        for domain in (
            [("name", "ilike", "secret")],
            ["|", ("id", "=", 0), ("customer_id", "=", self.customer.id)],
            [("agenda_calendar_id.owner_id.name", "ilike", "owner")],
            [("agenda_calendar_id", "ilike", "Tech")],
        ):
            self.assertEqual(events.search_read(AGENDA + domain, ["name"]), [])

    def test_slots_are_for_members_only(self):
        for who in ("stranger", "portal"):
            events = self.Event.with_user(self.people[who])
            rows = events.search_read(AGENDA, ["start"])
            self.assertNotIn(self.event.id, [row["id"] for row in rows])

    def test_cancelled_and_free_events_take_no_slot(self):
        events = self.Event.with_user(self.people["busy"])
        domain = AGENDA + [("id", "=", self.event.id)]
        self.event.show_as = "free"
        self.assertFalse(events.search_read(domain, ["start"]))
        self.event.write({"show_as": "busy", "agenda_status_id": self.cancelled.id})
        self.assertFalse(events.search_read(domain, ["start"]))

    def test_private_event_stays_with_its_people(self):
        self.event.privacy = "private"
        people = {"organizer", "attendee", "extra"}
        self.assert_only(people, lambda who: self.as_user(who).name == "Secret boiler")
        self.assert_only(
            people,
            lambda who: self.as_user(who).read(["name"])[0]["name"] == "Secret boiler",
        )
        events = self.Event.with_user(self.people["read"])
        slot = events.search_read(
            AGENDA + [("id", "=", self.event.id)], ["name", "location"]
        )
        self.assertEqual(
            slot, [{"id": self.event.id, "name": "Busy", "location": False}]
        )

    def test_attendee_answers_their_invitation(self):
        attendee = self.event.attendee_ids
        mine = attendee.with_user(self.people["attendee"])
        for answer, state in (
            ("do_accept", "accepted"),
            ("do_decline", "declined"),
            ("do_tentative", "tentative"),
        ):
            getattr(mine, answer)()
            self.assertEqual(attendee.state, state)
        with self.assertRaises(AccessError):
            attendee.with_user(self.people["extra"]).write({"state": "accepted"})

    def test_attendees_are_seen_by_who_reads_the_event(self):
        attendee = self.event.attendee_ids
        internal = READERS
        self.assert_only(
            internal,
            lambda who: attendee.with_user(self.people[who]).search(
                [("id", "=", attendee.id)]
            ),
        )

    def test_name_does_not_leak_through_other_records(self):
        first, *_others, last = self.new_series(name="Secret series")
        first.privacy = "private"
        last.shared_user_ids = self.stranger
        recurrence = first.recurrence_id.with_user(self.stranger)
        self.forget()
        self.assertEqual(
            recurrence.read(["base_event_id"])[0]["base_event_id"][1], "Busy"
        )

    def test_removing_an_extra_user_ends_their_access(self):
        extra = self.as_user("extra")
        self.assertTrue(extra.name)
        self.event.shared_user_ids = [(5, 0, 0)]
        self.forget()
        with self.assertRaises(AccessError):
            extra.read(["name"])

    def test_a_file_cannot_be_stolen_by_linking_it(self):
        secret = self.new_event(self.new_calendar("Hidden", self.stranger))
        file = self.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "res_model": "calendar.event",
                "res_id": secret.id,
            }
        )
        with self.assertRaises(AccessError):
            self.as_user("owner").write({"attachment_ids": [(4, file.id)]})

    def test_nobody_invites_themselves_through_their_contact(self):
        contacts = self.env["res.partner"].with_user(self.stranger)
        managers = self.env.ref("base.group_partner_manager")
        managers[GROUP_USERS] = [(4, self.stranger.id)]
        me = contacts.browse(self.stranger.partner_id.id)
        for command in ((4, self.event.id), (6, 0, self.event.ids)):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                me.write({"meeting_ids": [command]})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                contacts.create({"name": "Spy", "meeting_ids": [command]})

    def test_what_points_to_it_tells_its_name_to_who_may_read_it(self):
        for who, name in (("stranger", "Busy"), ("read", "Secret boiler")):
            user = self.people[who]
            activity = self.customer.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                calendar_event_id=self.event.id,
            )
            activity = activity.with_user(user)
            self.forget()
            row = activity.read(["calendar_event_id"])[0]
            self.assertEqual(row["calendar_event_id"], (self.event.id, name))
            self.forget()
            if who == "stranger":
                with self.assertRaises(AccessError):
                    activity.export_data(["calendar_event_id"])
            else:
                exported = activity.export_data(["calendar_event_id"])
                self.assertEqual(exported["datas"], [[name]])

    def test_series_is_out_of_reach_of_strangers(self):
        event = self.new_series()[0]
        for who in ("stranger", "foreigner"):
            recurrence = event.recurrence_id.with_user(self.people[who])
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                recurrence.unlink()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                recurrence.write({"count": 1})
        event.with_user(self.members["write"]).write(
            {"name": "Renamed", "recurrence_update": "all_events"}
        )
        series = event.recurrence_id.calendar_event_ids
        self.assertEqual(set(series.mapped("name")), {"Renamed"})

    def test_event_without_calendar_keeps_odoos_rules(self):
        meeting = self.new_event(calendar=False, user=self.owner)
        meeting.with_user(self.stranger).write({"name": "Anybody may"})
        self.assertEqual(meeting.name, "Anybody may")
        with self.assertRaises(AccessError):
            meeting.with_user(self.people["portal"]).read(["name"])
