"""The resources of CalDAV, as the user of an environment may see them."""

from urllib.parse import quote, unquote, urlsplit

from ..models.ical import HEADER, get_timezone_lines, write_lines
from .dav_xml import node, tag

ROOT = "/crm_agenda/dav/"
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
# What is long to tell, or what RFC 4791 says not to tell unless it is asked for.
ASKED_ONLY = {
    tag(name)
    for name in (
        "C:calendar-description",
        "C:calendar-timezone",
        "C:supported-calendar-component-set",
        "C:supported-calendar-data",
        "C:max-resource-size",
        "C:calendar-home-set",
        "C:calendar-user-address-set",
        "C:calendar-data",
        "current-user-principal",
        "current-user-privilege-set",
        "principal-URL",
        "supported-report-set",
        "sync-token",
        "owner",
    )
}


def find(env, path):
    """Return the resource at a path, or nothing."""
    path = path.rstrip("/") + "/"
    if path == ROOT:
        return Root(env)
    parts = path.removeprefix(ROOT).split("/")[:-1]
    match path.startswith(ROOT) and parts:
        case ["principals"]:
            return Principals(env)
        case ["principals", number] if number == str(env.uid):
            return Principal(env)
        case ["calendars"]:
            return Home(env)
        case ["calendars", number]:
            return _find_collection(env, number)
        case ["calendars", number, name]:
            collection = _find_collection(env, number)
            return collection and collection.find(name)
    return None


def get_path(href):
    """Return the path of an address or a part of one, as ``find`` takes it."""
    try:
        return unquote(urlsplit(href.strip()).path, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return ""


def _find_collection(env, number):
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    calendars = env["crm.agenda.calendar"]
    if calendars.has_access("read"):
        calendars = calendars.search([("id", "=", int(number))])
    return Collection(env, calendars) if calendars else None


def _link(href):
    return [node("href", href)]


class Resource:
    """What all have; a property is a method that returns the content of its element."""

    reports = ()
    privileges = ("read",)
    kind = ("collection",)
    children = ()
    is_collection = True

    def __init__(self, env):
        self.env = env

    def get_properties(self):
        return {
            tag("resourcetype"): lambda: [node(name) for name in self.kind],
            tag("current-user-principal"): lambda: _link(get_principal(self.env)),
            tag("principal-collection-set"): lambda: _link(f"{ROOT}principals/"),
            tag("current-user-privilege-set"): lambda: [
                node("privilege", node(name)) for name in self.privileges
            ],
            tag("supported-report-set"): lambda: [
                node("supported-report", node("report", node(name)))
                for name in self.reports
            ],
        }


class Root(Resource):
    href = ROOT

    @property
    def children(self):
        return [Principals(self.env), Home(self.env)]


class Principals(Resource):
    href = f"{ROOT}principals/"

    @property
    def children(self):
        return [Principal(self.env)]


def get_principal(env):
    return f"{ROOT}principals/{env.uid}/"


class Principal(Resource):
    kind = ("collection", "principal")

    @property
    def href(self):
        return get_principal(self.env)

    def get_properties(self):
        user = self.env.user
        return {
            **super().get_properties(),
            tag("displayname"): lambda: user.name,
            tag("principal-URL"): lambda: _link(self.href),
            tag("C:calendar-home-set"): lambda: _link(Home.href),
            tag("C:calendar-user-type"): lambda: "INDIVIDUAL",
            tag("C:calendar-user-address-set"): lambda: [
                *(user.email and [node("href", f"mailto:{user.email}")] or []),
                node("href", self.href),
            ],
        }


class Home(Resource):
    href = f"{ROOT}calendars/"

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("displayname"): lambda: self.env._("Agenda"),
            tag("owner"): lambda: _link(get_principal(self.env)),
        }

    @property
    def children(self):
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        tokens = calendars._get_dav_tokens()
        return [
            Collection(self.env, calendar, order, tokens[calendar])
            for order, calendar in enumerate(calendars, 1)
        ]


class Collection(Resource):
    kind = ("collection", "C:calendar")
    reports = (
        "C:calendar-multiget",
        "C:calendar-query",
        "C:free-busy-query",
        "sync-collection",
    )

    def __init__(self, env, calendar, order=None, token=None):
        super().__init__(env)
        self.calendar, self.order, self._token = calendar, order, token
        self.href = f"{Home.href}{calendar.id}/"

    @property
    def writable(self):
        return self.calendar.can_write

    @property
    def privileges(self):
        writing = ("write", "write-content", "bind", "unbind")
        return ("read", "C:read-free-busy", *(writing if self.writable else ()))

    @property
    def token(self):
        if self._token is None:
            self._token = self.calendar._get_dav_tokens()[self.calendar]
        return self._token

    @property
    def children(self):
        return self.get_objects()

    def get_objects(self, names=None, domain=None):
        calendar = self.calendar
        if names:
            read = calendar._read_dav_objects(names)
        else:
            read = calendar._read_dav(domain, domain)
        return self._wrap(read)

    def get_changes(self, token):
        changes = self.calendar._read_dav_changes(token)
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
        name = path.removeprefix(self.href)
        return name if name and name != path and "/" not in name else None

    def get_href(self, name):
        return f"{self.href}{quote(name, safe='')}"

    def get_properties(self):
        calendar = self.calendar
        timezone = self.env.user.tz or "UTC"
        zone = get_timezone_lines(timezone, 2000, 2050)
        own = self.env["crm.agenda.dav.property"]._get_own(calendar)
        return {
            **super().get_properties(),
            tag("displayname"): lambda: calendar.name,
            tag("C:calendar-description"): lambda: calendar.description or None,
            tag("A:calendar-color"): lambda: f"{COLORS[calendar.color % 12]}FF",
            tag("A:calendar-order"): lambda: self.order and str(self.order),
            tag("CS:getctag"): lambda: self.token,
            tag("sync-token"): lambda: self.token,
            tag("getetag"): lambda: f'"{self.token}"',
            tag("getcontenttype"): lambda: "text/calendar",
            tag("owner"): lambda: (
                _link(get_principal(self.env))
                if calendar.owner_id == self.env.user
                else None
            ),
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
            tag("C:calendar-timezone"): lambda: write_lines(
                [
                    *HEADER,
                    *zone,
                    "END:VCALENDAR",
                ]
            ),
            **{name: lambda value=value: value for name, value in own.items()},
        }


class Object(Resource):
    kind = ()
    is_collection = False

    def __init__(self, collection, found):
        super().__init__(collection.env)
        self.collection, self.found = collection, found
        self.name, self.etag, self.lines = found.name, found.etag, found.lines
        self.href = collection.get_href(found.name)

    @property
    def privileges(self):
        return self.collection.privileges if self.found.readable else ("read",)

    def get_text(self):
        return self.found.text

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("getetag"): lambda: self.etag,
            tag("getcontenttype"): lambda: OBJECT_TYPE,
            tag("getcontentlength"): lambda: str(len(self.get_text().encode())),
            tag("C:calendar-data"): lambda: None,
        }
