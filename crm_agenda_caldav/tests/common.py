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
