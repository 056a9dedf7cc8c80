import icalendar

from odoo.addons.crm_agenda.tests.common import TestAgendaCommon


class FeedCase(TestAgendaCommon):
    def new_feed(self, user=None, calendars=None):
        """Make a feed of these calendars, by default of the one that there is; of what
        is the user's own if ``calendars`` is false."""
        calendars = self.calendar if calendars is None else calendars
        feeds = self.env["crm.agenda.feed"].with_user(user or self.owner)
        return feeds.create(
            {
                "name": "Technician",
                "content": "calendars" if calendars else "mine",
                "calendar_ids": [(6, 0, calendars.ids if calendars else [])],
            }
        )

    @staticmethod
    def make_key(feed):
        """Give the path at which the feed is read from now on."""
        address = feed.action_make_address()["context"]["default_address"]
        return "/" + address.split("://")[1].partition("/")[2]

    def read_feed(self, feed):
        """Give the calendar that whoever reads the feed makes of it."""
        self.forget()
        key = self.make_key(feed).rpartition("/")[2].removesuffix(".ics")
        found = feed.sudo()._find(key, "192.0.2.1")
        return icalendar.Calendar.from_ical(found._get_ical() if found else "")

    def get_names(self, feed):
        return [str(event["SUMMARY"]) for event in self.read_feed(feed).walk("VEVENT")]


class ICalCase(FeedCase):
    """What another program writes into the calendar, and reads from it."""

    def put(self, lines, name="1.ics", user=None, calendar=None):
        """Write a calendar with these lines, and give its events."""
        text = lines
        if "BEGIN:VCALENDAR" not in lines:
            text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{lines.strip()}\nEND:VCALENDAR\n"
        text = "\r\n".join(line.strip() for line in text.strip().splitlines())
        events = self.Event.with_user(user or self.owner)
        calendar = (calendar or self.calendar).with_env(events.env)
        return events._put_ical(calendar, name, text).with_env(self.env)

    def put_event(self, lines, **options):
        return self.put(
            f"BEGIN:VEVENT\nUID:1@phone\nDTSTAMP:20260101T000000Z\n{lines.strip()}"
            "\nEND:VEVENT",
            **options,
        )

    def get(self, events, user=None):
        """Give the text in which they come back, without the time zones."""
        self.forget()
        objects, _zones = events.with_user(user or self.owner)._get_ical_objects()
        lines = [line for lines in objects.values() for line in lines]
        return "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"])

    def read_ical(self, events, user=None):
        return icalendar.Calendar.from_ical(self.get(events, user))
