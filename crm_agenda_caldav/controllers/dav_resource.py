"""The resources of CalDAV, as the user of an environment may see them."""

from urllib.parse import unquote, urlsplit

from .dav_xml import node, tag

ROOT = "/crm_agenda/dav/"
HOME = f"{ROOT}calendars/"
LONGEST_NAME = 255
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
        "C:schedule-inbox-URL",
        "C:schedule-outbox-URL",
        "C:schedule-tag",
        "C:calendar-data",
        "current-user-principal",
        "current-user-privilege-set",
        "principal-URL",
        "supported-report-set",
        "sync-token",
        "owner",
    )
}


def get_path(href):
    """Return the path of an address or a part of one, as ``find`` takes it."""
    try:
        return unquote(urlsplit(href.strip()).path, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return ""


def is_name(part):
    """Say whether there may be something with this last part of its address: on the
    way, dots stand for what is above, and blanks for nothing."""
    return part.isprintable() and len(part) <= LONGEST_NAME and part.strip(" .") != ""


def link(href):
    return [node("href", href)]


class Resource:
    """What all have; a property is a method that returns the content of its element."""

    reports = ()
    privileges = ("read",)
    kind = ("collection",)
    children = ()
    # The properties that its user may change, for themselves.
    own_names = frozenset()
    schedule_tag = None

    def __init__(self, env):
        self.env = env

    def get_properties(self):
        return {
            tag("resourcetype"): lambda: [node(name) for name in self.kind],
            tag("current-user-principal"): lambda: link(get_principal(self.env)),
            tag("principal-collection-set"): lambda: link(f"{ROOT}principals/"),
            tag("current-user-privilege-set"): lambda: [
                node("privilege", node(name)) for name in self.privileges
            ],
            tag("supported-report-set"): lambda: [
                node("supported-report", node("report", node(name)))
                for name in self.reports
            ],
        }


def get_principal(env):
    return f"{ROOT}principals/{env.uid}/"
