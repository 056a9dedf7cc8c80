"""The XML of WebDAV and CalDAV: what is asked, and what is answered."""

import re

from lxml import etree
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

DAV = "DAV:"
CALDAV = "urn:ietf:params:xml:ns:caldav"
SPACES = {
    "D": DAV,
    "C": CALDAV,
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
}
CLASSES = "1, 3, extended-mkcol, calendar-access, calendar-auto-schedule"
# What PostgreSQL takes, and XML does not.
UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML = "application/xml; charset=utf-8"
# Of what is asked about each resource; how many there are, their addresses tell.
MAX_ELEMENTS = 200


def tag(name):
    """Return the tag that ``C:calendar`` stands for."""
    prefix, _colon, local = name.rpartition(":")
    return f"{{{SPACES[prefix or 'D']}}}{local}"


def node(name, /, *content, **attributes):
    """Return an element with these texts and elements in it."""
    made = etree.Element(
        name if name.startswith("{") else tag(name), attributes, nsmap=SPACES
    )
    for part in content:
        if isinstance(part, str):
            made.text = UNFIT.sub("", part)
        else:
            made.append(part)
    return made


class DavError(HTTPException):
    """An answer that undoes what the request did so far."""

    def __init__(self, code, condition=None, headers=()):
        """:param condition: the name of what was not met, as the standards name it"""
        super().__init__()
        self.code, self.condition, self.headers = code, condition, headers

    def get_response(self, environ=None, scope=None):
        body = write(node("error", node(self.condition))) if self.condition else ""
        # By the first, clients know that it is no error of a web page.
        headers = [("DAV", CLASSES), ("Cache-Control", "no-store"), *self.headers]
        return Response(body, self.code, headers, content_type=XML if body else None)


def read(data):
    """Return the root of what was asked, or nothing of nothing."""
    if not data.strip():
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DavError(400) from None
    if root.getroottree().docinfo.doctype:
        raise DavError(400)
    if sum(element.tag != tag("href") for element in root.iter()) > MAX_ELEMENTS:
        raise DavError(413)
    return root


def write(root):
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def get_status(code):
    return f"HTTP/1.1 {code} {HTTP_STATUS_CODES[code]}"


class Multistatus:
    """Answers about many resources in one."""

    def __init__(self, minimal=False):
        """:param minimal: do not say what a resource has not, as was preferred"""
        self.root, self.minimal = node("multistatus"), minimal

    def add_properties(self, href, asked, properties, names_only=False):
        """Tell properties of a resource.

        :param asked: their tags
        :param properties: ``{tag: call that returns what is in it, or None}``
        """
        found, missing = node("prop"), node("prop")
        for name in asked:
            content = properties[name]() if name in properties else None
            if content is None:
                missing.append(node(name))
            elif names_only:
                found.append(node(name))
            elif isinstance(content, str):
                found.append(node(name, content))
            else:
                found.append(node(name, *content))
        parts = [(found, 200)] if len(found) or self.minimal else []
        if len(missing) and not self.minimal:
            parts.append((missing, 404))
        if not parts:
            parts = [(found, 200)]
        self.root.append(
            node(
                "response",
                node("href", href),
                *(
                    node("propstat", prop, node("status", get_status(code)))
                    for prop, code in parts
                ),
            )
        )

    def add_status(self, href, code, condition=None):
        response = node(
            "response", node("href", href), node("status", get_status(code))
        )
        if condition:
            response.append(node("error", node(condition)))
        self.root.append(response)

    def add_changes(self, href, names, refused):
        """Tell that properties were changed or, if one of them may not be, none."""
        response = node("response", node("href", href))
        for name in names:
            code = 403 if name in refused else 424 if refused else 200
            part = node("propstat", node("prop", node(name)))
            part.append(node("status", get_status(code)))
            if code == 403:
                part.append(node("error", node("cannot-modify-protected-property")))
            response.append(part)
        self.root.append(response)

    def respond(self):
        headers = [("Cache-Control", "no-store")]
        return Response(write(self.root), 207, headers, content_type=XML)
