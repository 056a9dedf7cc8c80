"""CalDAV: the agenda for the calendars of phones and desktops."""

from werkzeug.wrappers import Response

from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request, route

from ..models.calendar_event_ical_find import OWN_NAME
from . import dav_make, dav_report, dav_schedule
from .dav_collection import MAX_OBJECT, OBJECT_TYPE, Collection, Object
from .dav_home import Inbox, Outbox, find
from .dav_resource import ASKED_ONLY, ROOT, get_path, is_name
from .dav_xml import CLASSES, XML, DavError, Multistatus, read, tag, write

METHODS = (
    "OPTIONS GET HEAD PROPFIND PROPPATCH REPORT PUT DELETE MOVE "
    "COPY POST MKCOL MKCALENDAR LOCK UNLOCK ACL"
).split()
OFFERED = (
    "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT, PUT, DELETE, MOVE, "
    "MKCALENDAR, MKCOL, POST"
)
HEADERS = {"DAV": CLASSES, "Allow": OFFERED}
# Of what is not an object; ten thousand addresses are half of it.
MAX_REQUEST = 4 * 1024 * 1024

ROUTE = {
    "type": "http",
    "auth": "none",
    "methods": METHODS,
    "csrf": False,
    "save_session": False,
    "readonly": False,
}


def get_condition(method, error):
    """Return what of the standards an error for people is about."""
    if hasattr(error, "condition"):
        return f"C:{error.condition}"
    return "C:valid-calendar-object-resource" if method in ("PUT", "MOVE") else None


class AgendaDavController(Controller):
    @route("/.well-known/caldav", **ROUTE)
    def discover(self, **_query):
        """Tell where CalDAV is, as RFC 6764 has it asked."""
        return Response(status=301, headers={"Location": ROOT})

    @route(
        ["/crm_agenda/dav", "/crm_agenda/dav/", "/crm_agenda/dav/<path:path>"],
        **ROUTE,
        max_content_length=MAX_REQUEST,
    )
    def answer(self, path="", **_query):
        """Answer as the user whose app password comes with each request: a session of
        the web client is none here."""
        method = request.httprequest.method
        if method == "OPTIONS":
            return Response(status=204, headers=HEADERS)
        self._log_in()
        handle = getattr(self, f"_{method.lower()}", None)
        if handle is None:
            raise DavError(405)
        path = request.httprequest.path
        try:
            response = handle(request.env, path)
            # What is refused at the end is refused here.
            request.env.cr.flush()
        except AccessError:
            raise DavError(403, "need-privileges") from None
        except UserError as error:
            raise DavError(403, get_condition(method, error)) from None
        response.headers.update(HEADERS)
        return response

    def _log_in(self):
        given = request.httprequest.authorization
        if not (given and given.type == "basic" and given.username and given.password):
            raise self._ask_for_password()
        user = request.env["res.users"]._find_by_app_password(
            given.username, given.password, request.httprequest.remote_addr
        )
        if user is None:
            raise DavError(429, headers=[("Retry-After", "60")])
        if not user:
            raise self._ask_for_password()
        env = user._get_own_env()
        request.update_env(user=env.uid, context=dict(env.context), su=False)

    @staticmethod
    def _ask_for_password():
        ask = 'Basic realm="Agenda", charset="UTF-8"'
        return DavError(401, headers=[("WWW-Authenticate", ask)])

    def _propfind(self, env, path):
        depth = request.httprequest.headers.get("Depth", "0")
        if depth not in ("0", "1"):
            raise DavError(403, "propfind-finite-depth")
        resource = self._find(env, path)
        root = self._read_body()
        if root is not None and root.tag != tag("propfind"):
            raise DavError(400)
        asked = None if root is None else root.find(tag("prop"))
        names_only = root is not None and root.find(tag("propname")) is not None
        include = None if root is None else root.find(tag("include"))
        result = Multistatus(self._prefers_minimal())
        for found in [resource, *(resource.children if depth == "1" else ())]:
            properties = found.get_properties()
            if asked is not None:
                names = [prop.tag for prop in asked]
            else:
                names = [
                    name
                    for name in properties
                    if names_only or name not in ASKED_ONLY
                    if properties[name]() is not None
                ]
                if include is not None:
                    names += [prop.tag for prop in include]
            result.add_properties(found.href, names, properties, names_only)
        return result.respond()

    def _proppatch(self, env, path):
        """Keep how the user names and colours a calendar: for themselves, as it is
        others' too."""
        found = self._find(env, path)
        root = self._read_body()
        if root is None or root.tag != tag("propertyupdate"):
            raise DavError(400)
        values = {
            prop.tag: "" if part.tag == tag("remove") else (prop.text or "").strip()
            for part in root
            for prop in part.iterfind(f"{tag('prop')}/*")
        }
        refused = values.keys() - found.own_names
        if values and not refused:
            env["crm.agenda.dav.property"]._set_own(found.calendar, values)
        result = Multistatus()
        result.add_changes(found.href, values, refused)
        return result.respond()

    def _report(self, env, path):
        found = self._find(env, path)
        root = self._read_body()
        if root is None:
            raise DavError(400)
        if isinstance(found, Inbox) and root.tag in map(tag, found.reports):
            return dav_report.answer_empty(root)
        if not isinstance(found, Collection):
            raise DavError(403, "supported-report")
        # Clients forget it where there is nothing to go down to.
        depth = request.httprequest.headers.get("Depth", "1")
        return dav_report.answer(found, root, depth, self._prefers_minimal())

    def _get(self, env, path):
        found = self._find(env, path)
        if not isinstance(found, Object):
            raise DavError(405, headers=[("Allow", OFFERED)])
        headers = [("ETag", found.etag), ("Cache-Control", "private, no-cache")]
        if found.schedule_tag:
            headers.append(("Schedule-Tag", found.schedule_tag))
        response = Response(found.get_text(), headers=headers, content_type=OBJECT_TYPE)
        return response.make_conditional(request.httprequest)

    _head = _get

    def _put(self, env, path):
        collection, name = self._find_place(env, path, answering=True)
        kind = request.httprequest.mimetype
        if kind and kind != "text/calendar":
            raise DavError(415, "C:supported-calendar-data")
        text = self._read_text()
        before = self._find_before(collection, name)
        if before and not collection.writable:
            collection.answer(name, text)
            return Response(status=204)
        if not collection.writable:
            raise DavError(403, "need-privileges")
        if not before and OWN_NAME.fullmatch(name):
            raise DavError(403)  # what is called so is, or will be, Odoo's
        env["calendar.event"]._put_ical(collection.calendar, name, text)
        response = Response(status=204 if before else 201)
        # Without its ETag: what is kept is not the text as it came.
        if "ORGANIZER" in text:
            made = collection.find(name)
            if made and made.schedule_tag:
                response.headers["Schedule-Tag"] = made.schedule_tag
        return response

    def _post(self, env, path):
        """Answer when others are free."""
        if not isinstance(self._find(env, path), Outbox):
            raise DavError(405)
        told = dav_schedule.answer(env, self._read_text())
        headers = [("Cache-Control", "no-store")]
        return Response(write(told), headers=headers, content_type=XML)

    def _mkcalendar(self, env, path):
        """Make a calendar of the user's own, if the record rules let them."""
        plain = request.httprequest.method == "MKCOL"
        dav_make.make(env, path, self._read_body(), plain)
        return Response(status=201)

    _mkcol = _mkcalendar

    def _delete(self, env, path):
        found = self._find(env, path)
        if isinstance(found, Collection):
            self._check_unchanged(found)
            found.delete()
            return Response(status=204)
        collection, name = self._find_place(env, path)
        if not self._find_before(collection, name):
            raise DavError(404)
        env["calendar.event"]._delete_ical(collection.calendar, name)
        return Response(status=204)

    def _move(self, env, path):
        collection, name = self._find_place(env, path)
        if not self._find_before(collection, name):
            raise DavError(404)
        there = get_path(request.httprequest.headers.get("Destination", ""))
        target, new_name = self._find_place(env, there)
        if target.calendar == collection.calendar:
            raise DavError(403)  # an address is for good
        if OWN_NAME.fullmatch(new_name) and new_name != name:
            raise DavError(403)  # it is that of another
        if target.find(new_name):
            overwrite = request.httprequest.headers.get("Overwrite", "T")
            raise DavError(412 if overwrite == "F" else 403)
        env["calendar.event"]._move_ical(
            collection.calendar, name, target.calendar, new_name
        )
        return Response(status=201, headers={"Location": target.get_href(new_name)})

    def _find(self, env, path):
        found = find(env, path)
        if found is None:
            raise DavError(404)
        return found

    def _find_place(self, env, path, answering=False):
        """Return the collection and the name of an object that may be written there.

        :param answering: or that may be answered
        """
        above, _slash, name = path.rpartition("/")
        collection = find(env, above)
        if not name and find(env, path):
            raise DavError(403)
        if not isinstance(collection, Collection):
            raise DavError(409 if find(env, path) is None else 403)
        if not is_name(name):
            raise DavError(403)
        if not (collection.writable or answering):
            raise DavError(403, "need-privileges")
        return collection, name

    def _find_before(self, collection, name):
        """Return the object that is to be changed, if there is one, and refuse to
        change what is not as whoever changes it has seen it."""
        before = collection.find(name)
        if before and not before.found.readable:
            raise DavError(403, "need-privileges")
        self._check_unchanged(before)
        return before

    def _check_unchanged(self, before):
        given = request.httprequest
        if given.if_match and not (before and self._names(given.if_match, before)):
            raise DavError(412)
        if given.if_none_match and before and self._names(given.if_none_match, before):
            raise DavError(412)
        seen = given.headers.get("If-Schedule-Tag-Match")
        if seen and not (before and seen.strip() == before.schedule_tag):
            raise DavError(412)

    @staticmethod
    def _names(tags, found):
        return tags.star_tag or tags.contains(found.etag.strip('"'))

    def _prefers_minimal(self):
        headers = request.httprequest.headers
        return "return=minimal" in headers.get("Prefer", "") or (
            headers.get("Brief", "").lower() == "t"
        )

    def _read_text(self):
        data = self._read_data(MAX_OBJECT, "C:max-resource-size")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise DavError(403, "C:valid-calendar-data") from None

    def _read_body(self):
        return read(self._read_data(MAX_REQUEST))

    def _read_data(self, limit, condition=None):
        given = request.httprequest
        if given.content_length is None and "chunked" in given.headers.get(
            "Transfer-Encoding", ""
        ):
            raise DavError(411)
        if (given.content_length or 0) > limit:
            raise DavError(413, condition)
        return given.get_data()
