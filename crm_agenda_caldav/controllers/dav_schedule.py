"""When others are free: a question that is posted, RFC 6638, 5."""

from datetime import datetime

from odoo.tools import email_normalize

from ..models.ical import HEADER, write_lines, write_utc
from ..models.ical_lines import ReadError, read_components
from .dav_filter import EARLIEST, LATEST
from .dav_resource import get_path, get_principal
from .dav_xml import DavError, node

# Whose time is asked for at once.
MAX_PEOPLE = 200
FOUND, UNKNOWN, HIDDEN = (
    "2.0;Success",
    "3.7;Invalid calendar user",
    "3.8;No authority",
)


def answer(env, text):
    """Return the answer to a question, person by person."""
    question = _read(text)
    if _find_user(env, question.organizer) != env.user:
        raise DavError(403, "C:organizer-allowed")
    people = {address: _find_user(env, address) for address in question.addresses}
    # Once for each, by however many addresses they are asked for.
    times = {
        user: user._read_dav_busy(question.start, question.stop)
        for user in set(people.values())
        if user
    }
    return node(
        "C:schedule-response",
        *(
            _answer_for(question, address, user, times.get(user))
            for address, user in people.items()
        ),
    )


class Question:
    """A VFREEBUSY: between which instants, and of whom."""

    def __init__(self, component):
        self.uid = component.get_value("UID")
        self.start, self.stop = (
            _read_instant(component.get_value(name)) for name in ("DTSTART", "DTEND")
        )
        self.organizer = component.get_value("ORGANIZER")
        people = [line[2].strip() for line in component.get_all("ATTENDEE")]
        self.addresses = list(dict.fromkeys(people))
        if not (self.start < self.stop and 0 < len(people) <= MAX_PEOPLE):
            raise ValueError


def _read(text):
    try:
        [calendar] = read_components(text)
        if calendar.get_value("METHOD").upper() != "REQUEST":
            raise ValueError
        [busy] = [part for part in calendar.parts if part.name == "VFREEBUSY"]
        return Question(busy)
    except (ReadError, ValueError):
        raise DavError(403, "C:valid-scheduling-message") from None


def _read_instant(value):
    instant = datetime.strptime(value, "%Y%m%dT%H%M%SZ")
    return min(max(instant, EARLIEST), LATEST)


def _find_user(env, address):
    """Return the user with this address, of those that the asker may know."""
    if get_path(address) == get_principal(env):
        return env.user
    kind, _colon, email = address.partition(":")
    email = kind.lower() == "mailto" and email_normalize(email)
    if not email:
        return env["res.users"]
    if email in map(email_normalize, (env.user.email or "", env.user.login)):
        return env.user
    people = [("email_normalized", "=", email), ("share", "=", False)]
    return env["res.users"].search(people, limit=1)


def _answer_for(question, address, user, busy):
    status = UNKNOWN if not user else HIDDEN if busy is None else FOUND
    response = node(
        "C:response",
        node("C:recipient", node("href", address)),
        node("C:request-status", status),
    )
    if busy is not None:
        text = _write(question, address, busy)
        response.append(node("C:calendar-data", text))
    return response


def _write(question, address, busy):
    return write_lines(
        [
            *HEADER,
            "METHOD:REPLY",
            "BEGIN:VFREEBUSY",
            f"UID:{question.uid}",
            f"DTSTAMP:{write_utc(datetime.utcnow())}",
            f"DTSTART:{write_utc(question.start)}",
            f"DTEND:{write_utc(question.stop)}",
            f"ORGANIZER:{question.organizer}",
            f"ATTENDEE:{address}",
            *write_busy(busy),
            "END:VFREEBUSY",
            "END:VCALENDAR",
        ]
    )


def write_busy(times):
    """Yield the lines of times that are taken."""
    for start, stop in times:
        yield f"FREEBUSY;FBTYPE=BUSY:{write_utc(start)}/{write_utc(stop)}"
