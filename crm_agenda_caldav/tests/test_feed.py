from datetime import datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import FeedCase


@tagged("post_install", "-at_install")
class TestFeed(FeedCase):
    def test_each_reads_what_their_share_lets_them(self):
        self.new_event(name="Boiler check", description="<p>Key under the mat</p>")
        for level in ("read", "write", "manage"):
            feed = self.new_feed(self.members[level])
            self.assertEqual(self.get_names(feed), ["Boiler check"], level)
        [busy] = self.read_feed(self.new_feed(self.members["busy"])).walk("VEVENT")
        told = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"}
        self.assertEqual(set(busy), told)
        self.assertEqual(str(busy["SUMMARY"]), "Busy")

    def test_a_private_event_is_busy_for_the_rest(self):
        self.new_event(privacy="private", name="Doctor")
        self.assertEqual(self.get_names(self.new_feed()), ["Doctor"])
        for level in ("busy", "read", "write"):
            feed = self.new_feed(self.members[level])
            self.assertEqual(self.get_names(feed), ["Busy"], level)

    def test_what_is_free_is_nothing_to_who_sees_when_it_is_busy(self):
        self.new_event(show_as="free")
        self.assertEqual(self.get_names(self.new_feed(self.members["busy"])), [])

    def test_a_feed_ends_with_the_share(self):
        self.new_event(name="Boiler check")
        feed = self.new_feed(self.members["read"])
        self.assertEqual(self.get_names(feed), ["Boiler check"])
        share = self.calendar.share_ids.filtered(
            lambda s: s.user_id == self.members["read"]
        )
        share.level = "busy"
        self.assertEqual(self.get_names(feed), ["Busy"])
        share.unlink()
        # Nor, for lack of calendars, what is their own.
        own = self.members["read"].partner_id
        self.new_event(name="Invited", partner_ids=[(6, 0, own.ids)])
        self.assertEqual(self.get_names(feed), [])

    def test_my_events_are_those_that_concern_me(self):
        user = self.members["read"]
        own = self.new_calendar("Own", user)
        self.new_event(own, name="My own")
        self.new_event(name="Not mine")
        self.new_event(name="Invited", partner_ids=[(6, 0, user.partner_id.ids)])
        self.new_event(name="Extra", shared_user_ids=[(6, 0, user.ids)])
        self.new_event(False, name="Meeting", user=user)
        names = self.get_names(self.new_feed(user, calendars=False))
        self.assertEqual(sorted(names), ["Extra", "Invited", "Meeting", "My own"])

    def test_nobody_makes_or_takes_the_feed_of_another(self):
        mine = self.new_feed(self.stranger, calendars=False)
        feeds = self.env["crm.agenda.feed"].with_user(self.stranger)
        made = feeds.with_context(default_user_id=self.owner.id).create(
            {"name": "Theirs", "user_id": self.owner.id, "key_hash": "known"}
        )
        self.assertEqual(made.user_id, self.stranger)
        self.assertFalse(made.key_hash)
        for values in ({"user_id": self.owner.id}, {"key_hash": "known"}):
            with self.assertRaises(AccessError):
                mine.with_user(self.stranger).write(values)
        theirs = self.new_feed().with_user(self.stranger)
        self.assertFalse(feeds.search([("id", "=", theirs.id)]))
        for call in (
            theirs.action_make_address,
            theirs.action_revoke,
            lambda: theirs.name,
            lambda: theirs.write({"name": "Mine"}),
        ):
            self.forget()
            with self.assertRaises(AccessError):
                call()

    def test_a_feed_of_calendars_has_one(self):
        with self.assertRaises(ValidationError):
            self.new_feed().calendar_ids = False

    def test_the_key_is_in_no_table(self):
        feed = self.new_feed()
        key = self.make_key(feed).rpartition("/")[2].removesuffix(".ics")
        self.env.cr.execute("SELECT row_to_json(f)::text FROM crm_agenda_feed f")
        self.assertNotIn(key, str(self.env.cr.fetchall()))
        self.env.cr.execute("SELECT count(*) FROM crm_agenda_feed_address")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_from_a_calendar_to_its_address_in_one_click(self):
        action = self.calendar.with_user(self.members["busy"]).action_show_in_phone()
        self.assertTrue(action["context"]["default_address"].endswith(".ics"))
        feed = self.env["crm.agenda.feed"].search([])[-1:]
        self.assertEqual(feed.user_id, self.members["busy"])
        with self.assertRaises(AccessError):
            self.calendar.with_user(self.stranger).action_show_in_phone()

    def test_what_is_long_past_or_far_ahead_stays_at_home(self):
        now = datetime.now().replace(microsecond=0)
        for days in (-130, -80, 700, 800):
            start = now + timedelta(days=days)
            self.new_event(name=str(days), start=start)
        self.assertEqual(self.get_names(self.new_feed()), ["-80", "700"])

    def test_reminders_are_those_of_who_reads(self):
        alarm = self.env["calendar.alarm"].create(
            {
                "name": "45 minutes before",
                "alarm_type": "notification",
                "interval": "minutes",
                "duration": 45,
            }
        )
        event = self.new_event(alarm_ids=[(6, 0, alarm.ids)])
        [alarm] = self.read_feed(self.new_feed()).walk("VALARM")
        self.assertEqual(alarm.decoded("TRIGGER"), timedelta(minutes=-45))
        reader = self.new_feed(self.members["read"])
        self.assertFalse(self.read_feed(reader).walk("VALARM"))
        read = self.members["read"]
        share = self.calendar.share_ids.filtered(lambda s: s.user_id == read)
        for changes in (
            lambda: share.write({"remind": True}),
            lambda: share.write({"remind": False}),
            lambda: event.write({"shared_user_ids": [(4, read.id)]}),
            lambda: event.write({"shared_user_ids": [(5,)]}),
            lambda: event.write({"partner_ids": [(4, read.partner_id.id)]}),
            lambda: event.attendee_ids.write({"state": "declined"}),
            lambda: event.attendee_ids.write({"state": "accepted"}),
            lambda: event.write({"privacy": "private"}),
        ):
            changes()
            for feed in (self.new_feed(), reader):
                reminded = event.reminder_ids._get_recipients(event)
                self.assertEqual(
                    bool(self.read_feed(feed).walk("VALARM")),
                    feed.user_id.partner_id in reminded,
                )

    def test_who_tries_many_keys_has_to_wait(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 5)
        feeds = self.env["crm.agenda.feed"].sudo()
        source = "192.0.2.7"
        self.addCleanup(lambda: self.env.registry._agenda_tried.clear())
        for _poll in range(20):  # a phone that knows an old address is no attack
            self.assertEqual(feeds._find("revoked", source), feeds)
        for number in range(4):
            self.assertEqual(feeds._find(f"guess {number}", source), feeds)
        self.assertIsNone(feeds._find("another guess", source))
        self.assertEqual(feeds._find("revoked", source), feeds)
        self.assertEqual(feeds._find("another guess", "192.0.2.8"), feeds)

    def test_old_addresses_that_are_asked_for_again_lock_out_nobody(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 5)
        clock = self.freeze(datetime(2026, 3, 26, 9))
        feed = self.new_feed()
        key = self.make_key(feed).rpartition("/")[2].removesuffix(".ics")
        feeds = self.env["crm.agenda.feed"].sudo()
        source = "192.0.2.9"
        self.addCleanup(lambda: self.env.registry._agenda_tried.clear())
        for number in range(5):
            self.assertFalse(feeds._find(f"revoked {number}", source))
        self.assertIsNone(feeds._find(key, source))
        clock.tick(120)
        feeds._find("revoked 0", source)
        self.assertEqual(feeds._find(key, source), feed)


@tagged("post_install", "-at_install")
class TestFeedRoute(FeedCase, HttpCase):
    def get(self, path, **headers):
        self.forget()
        self.get_port()
        return self.url_open(path, headers=headers, timeout=60)

    def test_what_did_not_change_is_not_sent_again(self):
        event = self.new_event(name="Boiler check")
        other = self.new_event(name="Leak")
        feed = self.new_feed()
        path = self.make_key(feed)
        answer = self.get(path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))
        self.assertIn("Boiler check", answer.text)
        self.forget()
        self.assertTrue(feed.last_use)
        known = answer.headers["ETag"]

        def notice(change):
            nonlocal known
            change()
            answer = self.get(path, **{"If-None-Match": known})
            self.assertEqual(answer.status_code, 200)
            known = answer.headers["ETag"]
            answer = self.get(path, **{"If-None-Match": known})
            self.assertEqual((answer.status_code, answer.text), (304, ""))

        notice(lambda: event.write({"name": "Boiler and leak"}))
        notice(other.unlink)
        notice(lambda: event.write({"active": False}))

    def test_an_address_works_until_it_is_replaced_or_revoked(self):
        self.new_event()
        user = self.members["read"]
        feed = self.new_feed(user)
        old = self.make_key(feed)
        new = self.make_key(feed)
        self.assertEqual(self.get(old).status_code, 404)
        self.assertEqual(self.get(new).status_code, 200)
        user.active = False
        self.assertEqual(self.get(new).status_code, 404)
        user.active = True
        self.assertEqual(self.get(new).status_code, 200)
        feed.action_revoke()
        self.assertEqual(self.get(new).status_code, 404)

    def test_hostile_keys_find_nothing(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 0)
        self.new_feed()  # without an address
        hashed = self.new_feed()
        self.make_key(hashed)
        for key in (
            "%00",
            "%25",
            "' OR 1=1 --",
            "False",
            "None",
            "é" * 3,
            "x" * 5000,
            "..%2F..",
            hashed.key_hash,
        ):
            answer = self.get(f"/crm_agenda/feed/{key}.ics")
            self.assertEqual(answer.status_code, 404, key)

    def test_copies_in_two_calendars_are_both_shown(self):
        other = self.new_calendar("Other")
        for calendar, name in ((self.calendar, "Leak"), (other, "A copy")):
            self.Event.with_user(self.owner)._put_ical(
                calendar.with_user(self.owner),
                "1.ics",
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:"
                f"{name}\r\nDTSTART:{datetime.now():%Y%m%dT090000Z}\r\n"
                "END:VEVENT\r\nEND:VCALENDAR\r\n",
            )
        feed = self.new_feed(calendars=self.calendar | other)
        self.assertEqual(sorted(self.get_names(feed)), ["A copy", "Leak"])
