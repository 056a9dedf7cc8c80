"""What phones ask, where crm_agenda_caldav is installed: CalDAV and feeds."""

from base64 import b64encode
from typing import NamedTuple

from .canary_steps import Dav, Made, Ref, Url

FEEDS, IMPORT = "crm.agenda.feed", "crm.agenda.import"
FEED = "/crm_agenda/feed/"
HOME = "/crm_agenda/dav/calendars/"
SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
WANTED = "<prop><getetag/><C:calendar-data/></prop>"
QUERY = (
    f"<C:calendar-query {SPACES}>{WANTED}<C:filter>"
    '<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
)
CHANGES = (
    f"<sync-collection {SPACES}><sync-token/><sync-level>1</sync-level>"
    f"{WANTED}</sync-collection>"
)
THESE = f"<C:calendar-multiget {SPACES}>{WANTED}<href>%s</href></C:calendar-multiget>"
OBJECT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Phone//EN\nBEGIN:VEVENT\nUID:%s\n"
    "DTSTAMP:20300501T090000Z\nDTSTART:20300604T090000Z\nDTEND:20300604T100000Z\n"
    "SUMMARY:Anything\nEND:VEVENT\nEND:VCALENDAR\n"
)
FREE = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VFREEBUSY\nUID:free\n"
    "DTSTART:20300501T000000Z\nDTEND:20300801T000000Z\n"
    "ORGANIZER:mailto:%s@example.com\nATTENDEE:mailto:%s@example.com\n"
    "END:VFREEBUSY\nEND:VCALENDAR\n"
)
MINE, OUTBOX = f"{HOME}mine/", "/crm_agenda/dav/outbox/"
MOVED = {"Destination": f"{HOME}%s/moved.ics"}
READING = ("PROPFIND", "REPORT", "GET")


class Phone(NamedTuple):
    """What somebody's phone knows to get in."""

    login: str
    password: str
    key: str  # the end of the address of their feed
    origin: str  # with which the events of this database are called


def make_phone(env, user):
    """Return the phone of a user, with a feed and an app password of their own."""
    feed = env["crm.agenda.feed"].with_user(user).create({"name": user.name})
    address = feed.action_make_address()["context"]["default_address"]
    keys = env["res.users.apikeys"].with_user(user).sudo()
    password = keys._generate("crm_agenda_caldav", "Phone", None)
    origin = env["calendar.event"]._get_ical_origin()[0]
    return feed, Phone(user.login, password, address.partition(FEED)[2], origin)


class PhoneMixin:
    """Draws what a phone asks, and a script in its place."""

    def try_phone(self):
        phone = self.world.phones.get(self.by)
        if not phone:
            return self.try_read()
        calendar, event = self.any_calendar(), self.any_event()
        shown = {"content": "calendars", "calendar_ids": self.commands(calendar)}
        read_feed = Url(self.by, FEED, {"": phone.key}, True)
        feeds = self.one(Made(FEEDS), self.anything(FEEDS))
        name = self.one("event-%s.ics", "series-%s.ics", "anything-%s.ics")
        there = Ref("calendar." + self.focus.partition(".")[0])
        one = self.one((there, Ref(self.focus)), (calendar, event))
        if name.startswith("series"):
            one = (one[0], self.series())
        home, path = f"{HOME}%s/", f"{HOME}%s/{name}"
        uid = self.one("anything-%s", f"{name[:-4]}@{phone.origin}")
        known = f"event-{self.world.records[self.focus][1]}@{phone.origin}"
        text = OBJECT % self.one("anything", known)
        file = b64encode(text.encode()).decode()
        vals = {"calendar_id": calendar, "file": file, "file_name": "a.ics"}
        self.plan = [read_feed]
        return self.begin(
            *[
                [
                    (IMPORT, "create", [vals]),
                    (IMPORT, self.one("action_check", "action_open"), [Made(IMPORT)]),
                    (IMPORT, "action_import", [Made(IMPORT)]),
                ]
            ]
            * 2,
            (IMPORT, "open_dropped", "a.ics", file),
            read_feed,
            self.write(FEEDS, feeds, shown),
            (FEEDS, self.one("action_make_address", "read"), [Made(FEEDS)]),
            self.create(FEEDS, {"name": "Anything", **shown}),
            ("crm.agenda.ical.object", "unlink", [Made("crm.agenda.ical.object")]),
            ("crm.agenda.app.password", "action_make_password", [Made("any")]),
            self.dav("PROPFIND", HOME),
            self.dav("PROPFIND", home, calendar),
            self.dav("REPORT", home, calendar, body=QUERY),
            self.dav("REPORT", home, calendar, body=CHANGES),
            self.dav("REPORT", home, calendar, *one, body=THESE % path),
            self.dav("GET", path, *one),
            self.dav("DELETE", path, *one),
            self.dav("PUT", path, *one, one[1], body=OBJECT % uid),
            self.dav("MOVE", path, *one, calendar, headers=MOVED),
            *self.get_own_requests(name, calendar, one[1], uid),
        )

    def get_own_requests(self, name, calendar, record, uid):
        """Return what a phone asks of the calendars and events that are its user's."""
        who = self.one(*self.world.phones)
        return (
            self.dav("PROPFIND", MINE),
            self.dav("REPORT", MINE, body=QUERY),
            self.dav("REPORT", MINE, body=CHANGES),
            self.dav("GET", f"{MINE}{name}", record),
            self.dav("PUT", f"{MINE}{name}", record, record, body=OBJECT % uid),
            self.dav("GET", f"{MINE}object-{self.one(1, 2, 3)}.ics"),
            self.dav("MKCALENDAR", f"{HOME}anything/"),
            self.dav("DELETE", f"{HOME}%s/", calendar),
            self.dav("POST", OUTBOX, body=FREE % (self.by, who)),
        )

    def dav(self, method, path, *records, **options):
        return Dav(self.by, method, path, records, **options)
