"""Where CalDAV begins: who somebody is, and what they have."""

from .dav_collection import Calendar, Mine
from .dav_resource import HOME, ROOT, Resource, get_principal, link
from .dav_xml import node, tag


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
        case ["calendars", part]:
            return _find_collection(env, part)
        case ["inbox"]:
            return Inbox(env)
        case ["outbox"]:
            return Outbox(env)
        case ["calendars", part, name]:
            collection = _find_collection(env, part)
            return collection and collection.find(name)
    return None


def _find_collection(env, part):
    if part == Mine.part:
        return Mine(env)
    calendar = env["crm.agenda.calendar"]._find_dav(part)
    return Calendar(env, calendar, part) if calendar else None


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
            tag("principal-URL"): lambda: link(self.href),
            tag("C:calendar-home-set"): lambda: link(Home.href),
            tag("C:schedule-inbox-URL"): lambda: link(Inbox.href),
            tag("C:schedule-outbox-URL"): lambda: link(Outbox.href),
            tag("C:calendar-user-type"): lambda: "INDIVIDUAL",
            tag("C:calendar-user-address-set"): lambda: [
                *(user.email and [node("href", f"mailto:{user.email}")] or []),
                node("href", self.href),
            ],
        }


class Home(Resource):
    href = HOME

    @property
    def privileges(self):
        if self.env["crm.agenda.calendar"].has_access("create"):
            return ("read", "bind", "unbind")
        return ("read",)

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("displayname"): lambda: self.env._("Agenda"),
            tag("owner"): lambda: link(get_principal(self.env)),
        }

    @property
    def children(self):
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        tokens = calendars._get_dav_tokens()
        own = self.env["crm.agenda.dav.property"]._get_own(calendars)
        return [
            *(
                Calendar(
                    self.env, calendar, None, order, tokens[calendar], own[calendar]
                )
                for order, calendar in enumerate(calendars, 1)
            ),
            Mine(self.env, len(calendars) + 1),
        ]


class Inbox(Resource):
    """Where messages about invitations would come: what somebody is invited to is in a
    calendar at once."""

    href = f"{ROOT}inbox/"
    kind = ("collection", "C:schedule-inbox")
    reports = ("C:calendar-multiget", "C:calendar-query")
    privileges = ("read", "C:schedule-deliver")

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("owner"): lambda: link(get_principal(self.env)),
            tag("C:schedule-default-calendar-URL"): self._get_default,
        }

    def _get_default(self):
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        calendars = calendars.filtered("can_write")
        calendar = self.env.user.agenda_calendar_id & calendars or calendars[:1]
        return link(Calendar(self.env, calendar).href) if calendar else None


class Outbox(Resource):
    """Where clients ask when others are free."""

    href = f"{ROOT}outbox/"
    kind = ("collection", "C:schedule-outbox")
    privileges = ("read", "C:schedule-send", "C:schedule-send-freebusy")

    def get_properties(self):
        return {
            **super().get_properties(),
            tag("owner"): lambda: link(get_principal(self.env)),
        }
