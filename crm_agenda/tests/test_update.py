"""Who hears of a change, of which, and how."""

import re
from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import TestAgendaCommon

NOW = datetime(2026, 3, 25, 12)
TEN = datetime(2026, 3, 26, 10)
OURS = re.compile(
    r"(New|Moved|Moved to another calendar|Changed|Cancelled|Deleted|Cambio de hora): "
    r"|\d+ events of the agenda$"
)


@tagged("post_install", "-at_install")
class TestUpdate(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.new_user("author")
        cls.share(cls.calendar, "write", user_id=cls.author.id)
        cls.told_new = cls.new_user("told_new")
        cls.told_all = cls.new_user("told_all", tz="Europe/Madrid")
        for user, updates in ((cls.told_new, "new"), (cls.told_all, "changes")):
            share = cls.share(cls.calendar, "read", user_id=user.id)
            share.updates = updates
        cls.extra = cls.new_user("extra")
        cls.attendee = cls.new_user("attendee")
        cls.calendar.owner_updates = "none"

    def setUp(self):
        super().setUp()
        self.freeze(NOW)
        self.seen = self.messages()

    def messages(self):
        """Return what the agenda has sent; Odoo's own invitations are not of it."""
        messages = self.env["mail.message"].search(
            [("message_type", "=", "user_notification")]
        )
        return messages.filtered(lambda m: OURS.match(m.subject))

    def plan(self, **values):
        values.setdefault("start", TEN)
        values.setdefault("user", self.author)
        return self.new_event(**values).with_user(self.author)

    def heard(self):
        """Return ``{partner: subject}`` of what was sent since it was last asked."""
        self.forget()
        new = self.messages() - self.seen
        self.seen |= new
        heard = {}
        for message in new:
            for partner in message.partner_ids:
                self.assertNotIn(partner, heard, "two messages of one change")
                heard[partner] = message.subject
        self.last = new
        return heard

    def assert_heard(self, subject, *users):
        self.assertEqual(self.heard(), {user.partner_id: subject for user in users})

    def test_new_event(self):
        self.plan(name="Boiler check", shared_user_ids=[(4, self.extra.id)])
        self.assert_heard("New: Boiler check", self.told_new, self.told_all, self.extra)

    def test_what_matters_and_to_whom(self):
        event = self.plan(
            shared_user_ids=[(4, self.extra.id)],
            partner_ids=[(4, self.attendee.partner_id.id)],
        )
        self.heard()
        another = self.new_calendar("Another", owner_updates="none")
        for user, updates in ((self.author, "none"), (self.told_all, "changes")):
            level = "write" if user == self.author else "read"
            self.share(another, level, user_id=user.id).updates = updates
        confirmed = self.env.ref("crm_agenda.crm_agenda_event_status_confirmed")
        for heading, values in (
            ("Changed", {"name": "Burner check"}),
            ("Changed", {"location": "Madrid"}),
            ("Moved", {"start": TEN.replace(hour=15), "stop": TEN.replace(hour=16)}),
            ("Changed", {"agenda_status_id": confirmed.id}),
            ("Changed", {"agenda_calendar_id": another.id}),
            ("Cancelled", {"agenda_status_id": self.cancelled.id}),
            ("Deleted", {"active": False}),
        ):
            with self.subTest(values=values):
                event.write(values)
                subject = f"{heading}: Burner check"
                self.assert_heard(subject, self.told_all, self.extra, self.attendee)

    def test_what_does_not_matter(self):
        event = self.plan(shared_user_ids=[(4, self.extra.id)])
        self.heard()
        event.write({"description": "A typo"})
        event.write({"name": event.name, "location": event.location})
        event.write({"start": event.start, "alarm_ids": [(5, 0, 0)]})
        self.assertFalse(self.heard())

    def test_meetings_in_no_calendar_are_odoos(self):
        event = self.new_event(calendar=False, user=self.author)
        event.with_user(self.author).write({"location": "Madrid"})
        event.with_user(self.author).unlink()
        self.assertFalse(self.heard())

    def test_author_hears_nothing_of_what_he_did(self):
        self.plan().with_user(self.told_all)
        self.heard()
        share = self.calendar.share_ids.filtered(lambda s: s.user_id == self.told_all)
        share.level = "write"
        self.plan(user=self.told_all)
        self.assert_heard("New: Boiler check", self.told_new)

    def test_owner_is_told_unless_he_does_not_want_to(self):
        self.calendar.owner_updates = "changes"
        event = self.plan()
        self.assertIn(self.owner.partner_id, self.heard())
        self.calendar.owner_updates = "new"
        event.location = "Madrid"
        self.assertNotIn(self.owner.partner_id, self.heard())

    def test_extra_user_is_told_when_added_and_never_after_he_left(self):
        event = self.plan()
        self.heard()
        event.shared_user_ids = [(4, self.extra.id)]
        self.assert_heard("New: Boiler check", self.extra)
        event.message_subscribe(self.extra.partner_id.ids)
        event.shared_user_ids = [(3, self.extra.id)]
        self.assertFalse(self.heard())
        self.assertNotIn(self.extra.partner_id, event.message_partner_ids)
        event.location = "Madrid"
        self.assert_heard("Changed: Boiler check", self.told_all)

    def test_private_events_are_told_to_their_people_only(self):
        self.plan(privacy="private", shared_user_ids=[(4, self.extra.id)])
        self.assert_heard("New: Boiler check", self.extra)

    def test_event_enters_a_calendar_of_others(self):
        """They hear of a new event, and not of where it comes from."""
        event = self.plan()
        self.heard()
        secret = self.new_calendar("Secret", self.author)
        member = self.new_user("member")
        self.share(secret, "read", user_id=member.id).updates = "changes"
        event.agenda_calendar_id = secret
        heard = self.heard()
        self.assertEqual(heard.pop(member.partner_id), "New: Boiler check")
        self.assertEqual(list(heard), [self.told_all.partner_id])
        mine = self.last.filtered(lambda m: m.partner_ids == member.partner_id)
        self.assertNotIn("Technician", mine.body)

    def test_event_leaves_for_a_calendar_of_others(self):
        event = self.plan(location="Madrid")
        away = self.new_calendar("Far away", owner_updates="none")
        self.share(away, "write", user_id=self.author.id)
        self.heard()
        event.write({"agenda_calendar_id": away.id, "location": "Secret place"})
        self.assert_heard("Moved to another calendar: Boiler check", self.told_all)
        self.assertIn("Technician", self.last.body)
        self.assertNotIn("Far away", self.last.body)
        self.assertNotIn("Secret place", self.last.body)
        event.write({"location": "Warehouse"})
        self.assertFalse(self.heard())

    def test_from_what_to_what_in_the_language_and_time_zone_of_each(self):
        self.install_spanish()
        self.told_all.lang = "es_ES"
        self.extra.write({"tz": "America/New_York", "lang": "en_US"})
        event = self.plan(shared_user_ids=[(4, self.extra.id)])
        self.heard()
        # From winter to summer time in Madrid.
        monday = datetime(2026, 3, 30, 10)
        event.write({"start": monday, "stop": monday + timedelta(hours=1)})
        self.heard()
        bodies = {message.partner_ids: message.body for message in self.last}
        madrid = bodies[self.told_all.partner_id]
        self.assertRegex(
            madrid, r"26/03/2026 11:00 – 12:00(.|\n)*30/03/2026 12:00 – 13:00"
        )
        self.assertIn("Cambio de hora: Boiler check", madrid)
        new_york = bodies[self.extra.partner_id]
        self.assertRegex(
            new_york,
            r"03/26/2026 06:00( AM)? – 07:00(.|\n)*03/30/2026 06:00( AM)? – 07:00",
        )
        self.assertIn("/mail/view?model=calendar.event&amp;res_id=", new_york)

    def test_each_gets_it_where_he_wants_it(self):
        self.told_all.notification_type = "inbox"
        self.extra.notification_type = "email"
        self.plan(shared_user_ids=[(4, self.extra.id)])
        self.heard()
        kinds = {
            notification.res_partner_id: notification.notification_type
            for notification in self.last.notification_ids
        }
        self.assertEqual(kinds[self.told_all.partner_id], "inbox")
        self.assertEqual(kinds[self.extra.partner_id], "email")

    def test_a_series_is_one_message(self):
        events = self.new_series(
            start=TEN, count=50, user=self.author, shared_user_ids=[(4, self.extra.id)]
        ).with_user(self.author)
        self.assert_heard("New: Boiler check", self.told_new, self.told_all, self.extra)
        self.assertIn("50", self.last[:1].body)
        events[0].write({"recurrence_update": "all_events", "location": "Madrid"})
        self.assert_heard("Changed: Boiler check", self.told_all, self.extra)
        events[10].write(
            {
                "recurrence_update": "future_events",
                "start": events[10].start + timedelta(hours=1),
                "stop": events[10].stop + timedelta(hours=1),
            }
        )
        self.assert_heard("Moved: Boiler check", self.told_all, self.extra)
        self.Event.search([("agenda_calendar_id", "=", self.calendar.id)]).with_user(
            self.author
        ).unlink()
        heard = self.heard()
        self.assertEqual(set(heard), {self.told_all.partner_id, self.extra.partner_id})

    def test_an_extra_user_of_one_occurrence_hears_of_that_one(self):
        events = self.new_series(start=TEN, user=self.author).with_user(self.author)
        self.heard()
        events[1].shared_user_ids = [(4, self.extra.id)]
        self.heard()
        events[0].write({"recurrence_update": "all_events", "location": "Madrid"})
        self.heard()
        message = self.last.filtered(lambda m: self.extra.partner_id in m.partner_ids)
        self.assertIn(f"res_id={events[1].id}", message.body)
        self.assertNotIn(f"res_id={events[0].id}", message.body)

    def test_several_events_at_once_are_one_message(self):
        events = self.plan(name="One")
        self.heard()
        events |= self.plan(name="Two", start=TEN.replace(hour=15))
        self.heard()
        events.write({"agenda_status_id": self.done.id})
        self.assert_heard("2 events of the agenda", self.told_all)
        self.assertRegex(self.last.body, r"One(.|\n)*Two")

    def test_customer_hears_what_concerns_him(self):
        self.customer.email = "customer@example.com"
        event = self.plan(partner_ids=[(4, self.customer.id)])
        self.heard()
        event.agenda_status_id = self.done
        self.assertNotIn(self.customer, self.heard())
        event.location = "Madrid"
        self.assertIn(self.customer, self.heard())
        message = self.last.filtered(lambda m: self.customer in m.partner_ids)
        self.assertNotIn("Technician", message.body)
        event.agenda_status_id = self.cancelled
        self.assertEqual(self.heard()[self.customer], "Cancelled: Boiler check")

    def test_odoo_does_not_tell_again_that_it_was_moved(self):
        partners = self.attendee.partner_id | self.customer
        self.customer.email = "customer@example.com"
        event = self.plan(partner_ids=[(6, 0, partners.ids)])
        self.heard()
        event.with_context(no_mail_to_attendees=False).write(
            {"start": TEN.replace(hour=15), "stop": TEN.replace(hour=16)}
        )
        heard = self.heard()
        self.assertIn(self.attendee.partner_id, heard)
        self.assertNotIn(self.customer, heard)
        subject = [("subject", "=", "Boiler check: Date updated")]
        mails = self.env["mail.mail"].search(subject)
        messages = self.env["mail.message"].search(subject)
        self.assertEqual(mails.recipient_ids | messages.partner_ids, self.customer)

    def test_whoever_is_told_may_read(self):
        """Over every relation to the event, and each kind of change."""
        for share in self.calendar.share_ids:
            share.updates = "changes"
        attend = [(4, self.attendee.partner_id.id)]
        for privacy, partners in (("public", attend), ("private", [(6, 0, [])])):
            with self.subTest(privacy=privacy):
                event = self.plan(
                    privacy=privacy,
                    shared_user_ids=[(4, self.extra.id)],
                    partner_ids=partners,
                )
                told = set(self.heard())
                event.location = "Madrid"
                told |= set(self.heard())
                self.assertIn(self.extra.partner_id, told)
                self.assertNotIn(self.members["busy"].partner_id, told)
                for partner in told:
                    events = self.Event.with_user(partner.user_ids)
                    self.assertTrue(events.search([("id", "=", event.id)]))
