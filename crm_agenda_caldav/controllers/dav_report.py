"""The reports of a calendar: RFC 4791 and, for what changed since, RFC 6578."""

import re
from datetime import datetime

from werkzeug.wrappers import Response

from ..models.dav_object import write_calendar
from ..models.ical import HEADER, write_lines, write_utc
from .dav_filter import Data, Filter, Range
from .dav_resource import get_path
from .dav_schedule import write_busy
from .dav_xml import DavError, Multistatus, node, tag

DATA = tag("C:calendar-data")


def answer_empty(root):
    """Return the response to a report where there never is an object."""
    result = Multistatus()
    for href in root.findall(tag("href")):
        result.add_status(href.text or "", 404)
    return result.respond()


def answer(collection, root, depth, minimal):
    """Return the response to a report on a calendar."""
    reports = {
        tag("C:calendar-multiget"): answer_multiget,
        tag("C:calendar-query"): answer_query,
        tag("C:free-busy-query"): answer_free_busy,
        tag("sync-collection"): answer_sync,
    }
    if root.tag not in reports:
        raise DavError(403, "supported-report")
    if root.tag == tag("C:calendar-query") and depth == "0":
        return Multistatus().respond()
    return reports[root.tag](collection, root, minimal)


class Answer(Multistatus):
    """Answers about objects, with their text as it is wanted."""

    def __init__(self, collection, root, minimal):
        super().__init__(minimal)
        asked = root.find(tag("prop"))
        self.asked = [] if asked is None else [prop.tag for prop in asked]
        self.names_only = root.find(tag("propname")) is not None
        data = None if asked is None else asked.find(DATA)
        self.data = Data(data, collection.env.user.tz)

    def add(self, found):
        properties = found.get_properties()
        properties[DATA] = lambda: write_calendar(self.data.get_lines(found.lines))
        asked = self.asked or (list(properties) if self.names_only else [])
        self.add_properties(found.href, asked, properties, self.names_only)


def answer_multiget(collection, root, minimal):
    result = Answer(collection, root, minimal)
    # Once each, by however many addresses it is asked for.
    names = {}
    for href in root.findall(tag("href")):
        name = collection.get_name(get_path(href.text or ""))
        names.setdefault(name or f"/{href.text}", href.text or "")
    found = {o.name: o for o in collection.get_objects(list(names))} if names else {}
    for name, href in names.items():
        if name in found:
            result.add(found[name])
        else:
            result.add_status(href, 404)
    return result.respond()


def answer_query(collection, root, minimal):
    asked = Filter(root.find(tag("C:filter")), collection.env.user.tz)
    result = Answer(collection, root, minimal)
    domain = asked.range and asked.range.get_domain(collection.env.user.tz)
    for found in collection.get_objects(domain=domain):
        if asked.matches(found.lines):
            result.add(found)
    return result.respond()


def answer_sync(collection, root, minimal):
    result = Answer(collection, root, minimal)
    token = (root.findtext(tag("sync-token")) or "").strip()
    level = (root.findtext(tag("sync-level")) or "1").strip()
    if level not in ("1", "infinite"):
        raise DavError(400)
    current = collection.token
    if token:
        changes = collection.get_changes(token)
        if changes is None:
            raise DavError(403, "valid-sync-token")
        objects, gone = changes
    else:
        objects, gone = collection.get_objects(), []
    limit = (root.findtext(f"{tag('limit')}/{tag('nresults')}") or "").strip()
    found = len(objects) + len(gone)
    if re.fullmatch("[0-9]{1,9}", limit) and int(limit) < found:
        raise DavError(507, "number-of-matches-within-limits")
    for found in objects:
        result.add(found)
    for name in gone:
        result.add_status(collection.get_href(name), 404)
    result.root.append(node("sync-token", current))
    return result.respond()


def answer_free_busy(collection, root, _minimal):
    element = root.find(tag("C:time-range"))
    if element is None:
        raise DavError(400)
    asked = Range(element)
    lines = [
        *HEADER,
        "BEGIN:VFREEBUSY",
        f"DTSTAMP:{write_utc(datetime.utcnow())}",
        f"DTSTART:{write_utc(asked.start)}",
        f"DTEND:{write_utc(asked.stop)}",
    ]
    lines += write_busy(collection.get_busy(asked.start, asked.stop))
    text = write_lines([*lines, "END:VFREEBUSY", "END:VCALENDAR"])
    headers = [("Cache-Control", "no-store")]
    return Response(text, headers=headers, content_type="text/calendar; charset=utf-8")
