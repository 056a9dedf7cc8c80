"""Making a calendar: MKCALENDAR of RFC 4791, and MKCOL as RFC 5689 extends it."""

import re

from .dav_collection import COLORS, OWN
from .dav_home import Home, find
from .dav_resource import LONGEST_NAME, is_name
from .dav_xml import DavError, tag

COLOR = re.compile("#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
# What is the calendar's, and seen by all with whom it is shared: the rest is how its
# owner shows it.
SHARED = {tag("displayname"): "name", tag("C:calendar-description"): "description"}


def make(env, path, root, plain):
    """Make the calendar that is asked for, in the home of the user.

    What it can't have is left out: clients send all that they know of.

    :param plain: whether it is a calendar only if it says so
    """
    part = _get_free_part(env, path)
    if root is not None and root.tag not in (tag("C:mkcalendar"), tag("mkcol")):
        raise DavError(400)
    given = {} if root is None else _read_properties(root)
    kind = given.get(tag("resourcetype"))
    if plain if kind is None else kind.find(tag("C:calendar")) is None:
        raise DavError(403, "valid-resourcetype")
    kinds = given.get(tag("C:supported-calendar-component-set"))
    if kinds is not None and "VEVENT" not in _get_names(kinds):
        raise DavError(403, "C:supported-calendar-component-set")
    texts = {name: (found.text or "").strip() for name, found in given.items()}
    vals = {SHARED[name]: texts[name] for name in SHARED if texts.get(name)}
    vals["name"] = " ".join(vals.get("name", part).split())[:LONGEST_NAME]
    color = COLOR.match(texts.get(tag("A:calendar-color"), ""))
    if color:
        vals["color"] = _find_color(color)
    own = {name: texts[name] for name in OWN - SHARED.keys() if texts.get(name)}
    env["crm.agenda.calendar"]._make_dav(part, vals, own)


def _get_free_part(env, path):
    """Return the last part of the address of what is to be made."""
    above, _slash, part = path.rstrip("/").rpartition("/")
    if find(env, path):
        raise DavError(405)
    there = find(env, above)
    if not isinstance(there, Home):
        code = 409 if there is None else 403
        raise DavError(code, "C:calendar-collection-location-ok")
    # A number is, or will be, the address of another.
    if part.isdigit() or not is_name(part):
        raise DavError(403)
    return part


def _read_properties(root):
    found = root.iterfind(f"{tag('set')}/{tag('prop')}/*")
    return {prop.tag: prop for prop in found}


def _get_names(kinds):
    return {comp.get("name", "").upper() for comp in kinds}


def _find_color(wanted):
    """Return the colour of the agenda that is the nearest to one."""

    def get_distance(index):
        there = COLOR.match(COLORS[index]).groups()
        pairs = zip(wanted.groups(), there, strict=True)
        return sum((int(a, 16) - int(b, 16)) ** 2 for a, b in pairs)

    return min(range(1, len(COLORS)), key=get_distance)
