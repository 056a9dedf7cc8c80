"""A copy stands by itself, and the original stays what it was."""

from datetime import timedelta

from odoo.tests import tagged

from .common import DAILY
from .test_reminder import NOW, TestReminderCommon


@tagged("post_install", "-at_install")
class TestCopy(TestReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.new_user("office")
        cls.other = cls.new_calendar("Other")
        for calendar in (cls.calendar, cls.other):
            cls.share(calendar, "write", user_id=cls.office.id)
        cls.extra = cls.new_user("extra")
        cls.colleagues = cls.new_user("ann") | cls.new_user("bob")
        cls.customer.email = "customer@example.com"

    def plan(self, attendees, **values):
        """Create an event with all that can be copied; its attendees have answered."""
        files = self.env["ir.attachment"].with_user(self.owner)
        event = self.remind(
            partner_ids=[(6, 0, attendees.ids)],
            shared_user_ids=[(6, 0, self.extra.ids)],
            attachment_ids=[(4, files.create({"name": "plan", "raw": b"plan"}).id)],
            **values,
        )
        event.attendee_ids[:1].state = "declined"
        event.attendee_ids[1:].state = "accepted"
        event.message_subscribe(self.extra.partner_id.ids)
        return event

    def picture(self, events):
        """Return all that a copy could take away from the original or add to it."""
        self.forget()
        fnames = [f.name for f in events._fields.values() if f.store]
        return [
            [
                event.read([f for f in fnames if f != "attendee_ids"]),
                event.attendee_ids.read(["partner_id", "state", "access_token"]),
                event.attachment_ids.read(["name", "res_model", "res_id"]),
                event.reminder_ids.read(["partner_id", "alarm_id", "due", "state"]),
                event.message_partner_ids.ids,
            ]
            for event in events
        ]

    def assert_by_itself(self, event, people=None):
        """Its attendees are its own and answer anew, and who is due is reminded."""
        attendees = event.attendee_ids
        self.assertEqual(
            sorted(attendees.partner_id.ids), sorted(event.partner_ids.ids)
        )
        self.assertEqual(len(attendees), len(event.partner_ids))
        self.assertNotIn("declined", attendees.mapped("state"))
        self.assertEqual(event.attachment_ids.mapped("res_id"), event.ids)
        people = people or (event.agenda_calendar_id.owner_id | self.extra).partner_id
        reminded = self.rows(event).partner_id
        self.assertEqual(reminded, people | event.partner_ids)

    def give_away(self, events):
        wizard = self.env["crm.agenda.reassign"].with_user(self.office)
        wizard = wizard.create(
            {
                "mode": "copy",
                "event_ids": [(6, 0, events.ids)],
                "calendar_id": self.other.id,
            }
        )
        found = self.Event.search(wizard.action_reassign()["domain"])
        return found.sorted("name")

    def duplicate(self, events):
        return events.with_user(self.office).copy().with_env(self.env)

    def test_attendees_of_several_events_copied_at_once(self):
        ann, bob = self.colleagues.partner_id
        one = self.plan(ann | self.customer, name="One")
        two = self.plan(ann | bob, name="Two", start=NOW + timedelta(hours=9))
        for copying in (self.give_away, self.duplicate):
            with self.subTest(copying.__name__):
                before = self.picture(one | two)
                copies = copying(one | two)
                self.assertEqual(self.picture(one | two), before)
                self.assertEqual(copies.mapped("name"), ["One", "Two"])
                for event, copy in zip(one | two, copies, strict=True):
                    self.assertEqual(copy.partner_ids, event.partner_ids)
                    self.assertEqual(copy.shared_user_ids, self.extra)
                    self.assert_by_itself(copy)

    def test_private_events_have_their_organizer_once(self):
        organizer, ann = self.owner.partner_id, self.colleagues[0].partner_id
        for attendees in (organizer, organizer | ann, ann):
            with self.subTest(attendees=attendees.mapped("name")):
                event = self.plan(attendees, privacy="private")
                self.assertEqual(event.partner_ids, attendees)
                self.assertEqual(len(event.attendee_ids), len(attendees))
                before = self.picture(event)
                copy = event.with_user(self.owner).copy().with_env(self.env)
                self.assertEqual(self.picture(event), before)
                self.assertEqual(copy.partner_ids, attendees)
                people = (self.owner | self.extra).partner_id
                self.assert_by_itself(copy, people)

    def test_copy_of_an_occurrence_is_no_part_of_the_series(self):
        event = self.plan(self.customer, **DAILY, count=3, event_tz="UTC")
        series = event.recurrence_id.calendar_event_ids
        for copying in (self.give_away, self.duplicate):
            with self.subTest(copying.__name__):
                before = self.picture(series)
                copy = copying(series[1])
                self.assertEqual(self.picture(series), before)
                self.assertFalse(copy.recurrency or copy.recurrence_id)
                self.assert_by_itself(copy)

    def test_occurrences_have_their_attendees_once(self):
        ann, bob = self.colleagues.partner_id
        for attendees, values in ((ann | bob, {}), (ann, {"privacy": "private"})):
            with self.subTest(values=values):
                event = self.plan(attendees, **values).with_user(self.owner)
                later = event.start + timedelta(hours=1)
                for change in (
                    {**DAILY, "count": 3, "event_tz": "UTC"},
                    {"recurrence_update": "all_events", "location": "Madrid"},
                    {
                        "recurrence_update": "future_events",
                        "start": later,
                        "stop": later + timedelta(hours=1),
                    },
                ):
                    event.write(change)
                    self.forget()
                    events = event.recurrence_id.calendar_event_ids - event
                    self.assertEqual(len(events), 2)
                    for occurrence in events.with_env(self.env):
                        self.assert_by_itself(occurrence)

    def test_copy_has_a_video_call_of_its_own(self):
        event = self.plan(self.customer)
        event._set_discuss_videocall_location()
        event._create_videocall_channel()
        before = self.picture(event)
        copy = self.duplicate(event)
        self.assertEqual(self.picture(event), before)
        self.assertFalse(copy.videocall_channel_id)
        self.assertIn(copy.access_token, copy.videocall_location)
        self.assertNotEqual(copy.videocall_location, event.videocall_location)

    def test_description_is_what_was_written(self):
        """19.0 would add how to reach the organizer and the first attendee."""
        text = "<p>Bring the ladder</p>"
        event = self.plan(self.customer, description=text)
        copies = self.give_away(event) | self.duplicate(event)
        event = event.with_user(self.owner)
        event.write({**DAILY, "count": 3, "event_tz": "UTC"})
        later = event.start + timedelta(hours=1)
        event.write({"recurrence_update": "all_events", "start": later})
        for made in copies | event.recurrence_id.calendar_event_ids:
            self.assertEqual(made.description, text)

    def test_created_beside_others_takes_nothing_from_them(self):
        event = self.plan(self.customer | self.colleagues.partner_id)
        before = self.picture(event)
        [vals] = event.copy_data({"partner_ids": [(6, 0, self.customer.ids)]})
        created = event.with_user(self.owner).create(vals).with_env(self.env)
        self.assertEqual(self.picture(event), before)
        self.assertEqual(created.attendee_ids.partner_id, self.customer)

    def test_who_edits_a_series_need_not_see_scheduled_actions(self):
        """18.0 looks for its own reminders, which those of the agenda replace."""
        event = self.plan(self.customer).with_user(self.owner)
        event.write({**DAILY, "count": 3, "event_tz": "UTC"})
        later = event.start + timedelta(hours=1)
        event.write({"recurrence_update": "all_events", "start": later})
        self.assertEqual(event.start, later)

    def test_meetings_in_no_calendar_are_copied_as_odoo_does(self):
        alone = self.new_event(
            calendar=False, name="Odoo's", partner_ids=[(6, 0, self.customer.ids)]
        )
        event = self.plan(self.customer, name="Ours")
        copies = (alone | event).with_user(self.owner).copy()
        self.assertEqual(copies.mapped("name"), ["Odoo's", "Ours"])
        self.assertEqual(copies.attendee_ids.partner_id, self.customer)
        series = self.new_event(calendar=False, **DAILY, count=3, event_tz="UTC")
        self.assertEqual(series.copy().recurrence_id, series.recurrence_id)
