"""The collections of CalDAV and their objects, as their user may see them."""

from urllib.parse import quote

from ..models.crm_agenda_dav_property import PATH
from ..models.ical import HEADER, get_timezone_lines, write_lines
from .dav_resource import HOME, Resource, get_principal, link
from .dav_xml import DavError, node, tag

MAX_OBJECT = 2 * 1024 * 1024
# As the screens draw the colours of calendars.
COLORS = (
    "#A2A2A2 #EE2D2D #DC8534 #E8BB1D #5794DD #9F628F "
    "#DB8865 #41A9A2 #304BE0 #EE2F8A #61C36E #9872E6"
).split()
OBJECT_TYPE = "text/calendar; charset=utf-8; component=VEVENT"
# What people may have another way on their phones, for themselves.
OWN = {
    tag(name)
    for name in (
        "displayname",
        "A:calendar-color",
        "A:calendar-order",
        "C:calendar-description",
        "C:calendar-timezone",
    )
}


class Collection(Resource):
    """What has objects; the last part of its address is ``part``."""

    kind = ("collection", "C:calendar")
    reports = (
        "C:calendar-multiget",
        "C:calendar-query",
        "C:free-busy-query",
        "sync-collection",
    )

    def __init__(self, env, part, order=None, token=None):
        super().__init__(env)
        self.order, self._token = order, token
        self.path = f"{HOME}{part}/"
        self.href = quote(self.path)

    @property
    def token(self):
        if self._token is None:
            self._token = self._get_token()
        return self._token

    @property
    def etag(self):
        return f'"{self.token}"'

    @property
    def children(self):
        return self.get_objects()

    def get_objects(self, names=None, domain=None):
        return self._wrap(self._read(names, domain))

    def get_changes(self, token):
        changes = self._read_changes(token)
        if changes is None:
            return None
        objects, gone = changes
        return self._wrap(objects), gone

    def _wrap(self, objects):
        return [Object(self, found) for found in objects.values()]

    def find(self, name):
        return next(iter(self.get_objects([name])), None)

    def get_name(self, path):
        """Return the name of what has this path, if it would be in here."""
        name = path.removeprefix(self.path)
        return name if name and name != path and "/" not in name else None

    def get_href(self, name):
        return f"{self.href}{quote(name, safe='')}"

    def get_properties(self):
        zone = get_timezone_lines(self.env.user.tz or "UTC", 2000, 2050)
        return {
            **super().get_properties(),
            tag("A:calendar-order"): lambda: self.order and str(self.order),
            tag("CS:getctag"): lambda: self.token,
            tag("sync-token"): lambda: self.token,
            tag("getetag"): lambda: self.etag,
            tag("getcontenttype"): lambda: "text/calendar",
            tag("C:supported-calendar-component-set"): lambda: [
                node("C:comp", name="VEVENT")
            ],
            tag("C:supported-calendar-data"): lambda: [
                node(
                    "C:calendar-data",
                    **{"content-type": "text/calendar", "version": "2.0"},
                )
            ],
            tag("C:max-resource-size"): lambda: str(MAX_OBJECT),
            tag("C:schedule-calendar-transp"): lambda: [node("C:opaque")],
            tag("C:calendar-timezone"): lambda: write_lines(
                [*HEADER, *zone, "END:VCALENDAR"]
            ),
        }


class Calendar(Collection):
    own_names = OWN

    def __init__(self, env, calendar, part=None, order=None, token=None, own=None):
        """:param own: see ``crm.agenda.dav.property``"""
        self.calendar = calendar
        if own is None:
            own = env["crm.agenda.dav.property"]._get_own(calendar)[calendar]
        self.own = {name: value for name, value in own.items() if name != PATH}
        part = part or own.get(PATH, str(calendar.id))
        super().__init__(env, part, order, token)

    @property
    def writable(self):
        return self.calendar.can_write

    @property
    def privileges(self):
        writing = ("write", "write-content", "bind", "unbind")
        own = ("read", "C:read-free-busy", "write-properties")
        return (*own, *(writing if self.writable else ()))

    def _get_token(self):
        return self.calendar._get_dav_tokens()[self.calendar]

    def _read(self, names, domain):
        if names:
            return self.calendar._read_dav_objects(names)
        return self.calendar._read_dav(domain, domain)

    def _read_changes(self, token):
        return self.calendar._read_dav_changes(token, self.token)

    def get_busy(self, start, stop):
        return self.calendar._read_dav_busy(start, stop)

    def answer(self, name, text):
        """Take the answer of an attendee, who may not change the event."""
        events = self.env["calendar.event"]
        events._answer_ical(events._find_ical_group(self.calendar, name), text)

    def delete(self):
        self.calendar._delete_dav()

    def get_properties(self):
        calendar = self.calendar
        return {
            **super().get_properties(),
            tag("displayname"): lambda: calendar.name,
            tag("C:calendar-description"): lambda: calendar.description or None,
            tag("A:calendar-color"): lambda: f"{COLORS[calendar.color % 12]}FF",
            tag("owner"): lambda: (
                link(get_principal(self.env))
                if calendar.owner_id == self.env.user
                else None
            ),
            **{name: lambda value=value: value for name, value in self.own.items()},
        }


class Mine(Collection):
    """What is the user's, and in none of the calendars that they see."""

    part = "mine"
    writable = False
    # Or else a client does not let them answer.
    privileges = ("read", "C:read-free-busy", "write-content")

    def __init__(self, env, order=None):
        super().__init__(env, self.part, order)
        self.events = env["calendar.event"]

    def _get_token(self):
        return self.events._get_dav_mine_token()

    def _read(self, names, domain):
        if names:
            return self.events._read_dav_mine_objects(names)
        return self.events._read_dav_mine(domain)

    def _read_changes(self, token):
        return self.events._read_dav_mine_changes(token, self.token)

    def get_busy(self, start, stop):
        return self.env.user._read_dav_taken(start, stop)

    def answer(self, name, text):
        self.events._answer_dav_mine(name, text)

    def delete(self):
        raise DavError(403, "need-privileges")

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("displayname"): lambda: self.env._("My other events"),
            tag("A:calendar-color"): lambda: f"{COLORS[0]}FF",
            tag("owner"): lambda: link(get_principal(self.env)),
        }


class Object(Resource):
    kind = ()

    def __init__(self, collection, found):
        super().__init__(collection.env)
        self.collection, self.found = collection, found
        self.name, self.etag, self.lines = found.name, found.etag, found.lines
        self.href = collection.get_href(found.name)

    @property
    def privileges(self):
        return self.collection.privileges if self.found.readable else ("read",)

    @property
    def schedule_tag(self):
        return self.found.schedule_tag

    def get_text(self):
        return self.found.text

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("getetag"): lambda: self.etag,
            tag("getcontenttype"): lambda: OBJECT_TYPE,
            tag("getcontentlength"): lambda: str(len(self.get_text().encode())),
            tag("C:calendar-data"): lambda: None,
            tag("C:schedule-tag"): lambda: self.schedule_tag,
        }
