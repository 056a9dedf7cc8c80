"""Who hears of a change, of which, and how."""

import re
from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import TestAgendaCommon

NOW = datetime(2026, 3, 25, 12)
TEN = datetime(2026, 3, 26, 10)
OURS = re.compile(
    r"(New|Moved|Moved to another calendar|Changed|Cancelled|Not cancelled after all|"
    r"Deleted|Cambio de hora): "
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
        cls.confirmed = cls.env.ref("crm_agenda.crm_agenda_event_status_confirmed")

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
        for heading, values in (
            ("Changed", {"name": "Burner check"}),
            ("Changed", {"location": "Madrid"}),
            ("Moved", {"start": TEN.replace(hour=15), "stop": TEN.replace(hour=16)}),
            ("Changed", {"agenda_status_id": self.confirmed.id}),
            ("Changed", {"agenda_calendar_id": another.id}),
            ("Cancelled", {"agenda_status_id": self.cancelled.id}),
            ("Not cancelled after all", {"agenda_status_id": self.planned.id}),
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

    def test_author_hears_nothing_of_what_they_did(self):
        self.plan().with_user(self.told_all)
        self.heard()
        share = self.calendar.share_ids.filtered(lambda s: s.user_id == self.told_all)
        share.level = "write"
        self.plan(user=self.told_all)
        self.assert_heard("New: Boiler check", self.told_new)

    def test_owner_is_told_unless_they_want_otherwise(self):
        self.calendar.owner_updates = "changes"
        event = self.plan()
        self.assertIn(self.owner.partner_id, self.heard())
        self.calendar.owner_updates = "new"
        event.location = "Madrid"
        self.assertNotIn(self.owner.partner_id, self.heard())

    def test_extra_user_is_told_when_added_and_never_after_they_left(self):
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

    def test_what_is_over_is_news_to_the_calendar_alone(self):
        """Past, done or cancelled before, for an hour as for a day."""
        people = self.attendee.partner_id | self.customer
        week_ago = TEN - timedelta(days=7)
        for name, initial in (
            ("past", {"start": week_ago}),
            ("past day", {"start": week_ago, "stop": week_ago, "allday": True}),
            ("done", {"agenda_status_id": self.done.id}),
            ("cancelled", {"agenda_status_id": self.cancelled.id}),
        ):
            event = self.plan(partner_ids=[(6, 0, people.ids)], **initial)
            self.heard()
            event.shared_user_ids = [(4, self.extra.id)]
            self.assert_heard("New: Boiler check", self.extra)
            for heading, values in (
                ("Changed", {"location": "Madrid"}),
                ("Deleted", {"active": False}),
            ):
                with self.subTest(over=name, values=values):
                    event.write(values)
                    self.assert_heard(f"{heading}: Boiler check", self.told_all)

    def test_nobody_outside_is_invited_to_what_is_over(self):
        self.customer.email = "customer@example.com"
        over = TEN - timedelta(days=7)
        for name, initial, invited in (
            ("coming", {}, 1),
            ("past", {"start": over}, 0),
            ("cancelled", {"agenda_status_id": self.cancelled.id}, 0),
        ):
            with self.subTest(name):
                event = self.plan(**initial)
                sent = [("partner_ids", "in", self.customer.ids)]
                before = self.env["mail.message"].search_count(sent)
                mailing = event.with_context(no_mail_to_attendees=False)
                mailing.partner_ids = [(4, self.customer.id)]
                self.forget()
                after = self.env["mail.message"].search_count(sent)
                self.assertEqual(after - before, invited)

    def test_who_waited_for_it_hears_that_it_is_moved_to_the_past(self):
        self.customer.email = "customer@example.com"
        event = self.plan(partner_ids=[(4, self.customer.id)])
        self.heard()
        start = TEN - timedelta(days=7)
        event.write({"start": start, "stop": start + timedelta(hours=1)})
        self.assertEqual(
            self.heard(),
            dict.fromkeys(
                self.told_all.partner_id | self.customer, "Moved: Boiler check"
            ),
        )

    def test_a_day_is_not_over_before_it_ends(self):
        event = self.plan(
            start=NOW, stop=NOW, allday=True, shared_user_ids=[(4, self.extra.id)]
        )
        self.freeze(NOW.replace(hour=23))
        self.heard()
        event.location = "Madrid"
        self.assert_heard("Changed: Boiler check", self.told_all, self.extra)

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

    def test_each_gets_it_where_they_want_it(self):
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

    def test_one_occurrence_is_one_event(self):
        """Dragged, made longer or taken out of its series."""
        events = self.new_series(
            start=TEN, count=12, user=self.author, shared_user_ids=[(4, self.extra.id)]
        ).with_user(self.author)
        self.heard()
        hour = timedelta(hours=1)
        for heading, event, values in (
            ("Moved", events[4], {"start": TEN, "stop": TEN + hour}),
            ("Moved", events[0], {"start": TEN + hour, "stop": TEN + 2 * hour}),
            ("Moved", events[5], {"stop": events[5].stop + hour}),
            ("Deleted", events[0], {"active": False}),
            ("New", events[0], {"active": True}),
        ):
            with self.subTest(heading=heading, values=values):
                event.write({"recurrence_update": "self_only", **values})
                heard = self.heard()
                heard.pop(self.told_new.partner_id, None)
                subject = f"{heading}: Boiler check"
                people = (self.told_all | self.extra).partner_id
                self.assertEqual(heard, dict.fromkeys(people, subject))
                self.assertNotIn("of one series", self.last[:1].body)

    def test_odoos_ways_to_end_a_series_are_one_message(self):
        for action in ("action_mass_archive", "action_mass_deletion"):
            for scope, count in (("future_events", 3), ("all_events", 5)):
                with self.subTest(action=action, scope=scope):
                    events = self.new_series(
                        start=TEN,
                        count=5,
                        user=self.author,
                        shared_user_ids=[(4, self.extra.id)],
                    ).with_user(self.author)
                    self.heard()
                    getattr(events[2], action)(scope)
                    people = (self.told_all | self.extra).partner_id
                    self.assertEqual(set(self.heard()), set(people))
                    lines = self.last[0].body.count("Deleted: Boiler check")
                    if f"{count} events of one series" not in self.last[0].body:
                        self.assertEqual(lines, count)  # taken out of it before

    def test_customers_of_a_series_hear_once_that_it_moves(self):
        self.customer.email = "customer@example.com"
        for scope, count in (("future_events", 3), ("all_events", 5)):
            with self.subTest(scope=scope):
                events = self.new_series(
                    start=TEN,
                    count=5,
                    user=self.author,
                    partner_ids=[(4, self.customer.id)],
                ).with_user(self.author)
                self.heard()
                events[2].with_context(no_mail_to_attendees=False).write(
                    {
                        "recurrence_update": scope,
                        "start": events[2].start + timedelta(hours=5),
                        "stop": events[2].stop + timedelta(hours=5),
                    }
                )
                heard = self.heard()
                self.assertEqual(heard[self.customer], "Moved: Boiler check")
                message = self.last.filtered(lambda m: self.customer in m.partner_ids)
                self.assertIn(f"{count} events of one series", message.body)
                odoos = [("subject", "=", "Boiler check: Date updated")]
                self.assertFalse(self.env["mail.message"].search(odoos))

    def test_what_differs_in_a_series_has_a_line_of_its_own(self):
        events = self.new_series(
            start=TEN, count=3, user=self.author, shared_user_ids=[(4, self.extra.id)]
        ).with_user(self.author)
        self.heard()
        events[1].location = "Warehouse"
        self.heard()
        events[0].write({"recurrence_update": "all_events", "location": "Madrid"})
        self.assert_heard("3 events of the agenda", self.told_all, self.extra)
        self.assertRegex(self.last[0].body, r"2 events of one series(.|\n)*Warehouse")

    def test_several_events_at_once_are_one_message(self):
        events = self.plan(name="One")
        self.heard()
        events |= self.plan(name="Two", start=TEN.replace(hour=15))
        self.heard()
        events.write({"agenda_status_id": self.done.id})
        self.assert_heard("2 events of the agenda", self.told_all)
        self.assertRegex(self.last.body, r"One(.|\n)*Two")

    def test_customer_hears_what_concerns_them(self):
        self.customer.email = "customer@example.com"
        event = self.plan(partner_ids=[(4, self.customer.id)])
        self.heard()
        event.agenda_status_id = self.confirmed
        self.assertNotIn(self.customer, self.heard())
        event.location = "Madrid"
        self.assertIn(self.customer, self.heard())
        message = self.last.filtered(lambda m: self.customer in m.partner_ids)
        self.assertNotIn("Technician", message.body)
        # The word of the screens, and not that of Odoo's field.
        self.assertIn("Place", message.body)
        self.assertNotIn("Location", message.body)
        event.agenda_status_id = self.cancelled
        self.assertEqual(self.heard()[self.customer], "Cancelled: Boiler check")
        event.agenda_status_id = self.planned
        self.assertEqual(
            self.heard()[self.customer], "Not cancelled after all: Boiler check"
        )

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
