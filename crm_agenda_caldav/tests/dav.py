import base64

from lxml import etree

from odoo.tests import HttpCase

from ..controllers.dav_xml import SPACES
from ..models.res_users_app_password import SCOPE
from .common import FeedCase

ROOT = "/crm_agenda/dav/"
HOME = f"{ROOT}calendars/"


class DavCase(FeedCase, HttpCase):
    """People whose calendar app asks Odoo, as such an app does."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 0)
        self.env["res.users"]._get_tried().clear()
        self.passwords = {}
        self.home = f"{HOME}{self.calendar.id}/"

    def make_password(self, user):
        if user not in self.passwords:
            keys = self.env["res.users.apikeys"].with_user(user).sudo()
            self.passwords[user] = keys._generate(SCOPE, "Phone", None)
        return self.passwords[user]

    def ask(self, method, path, body="", user=None, password=None, **headers):
        """Return the response to a request as a user, by default the owner."""
        self.forget()
        self.get_port()
        if user is not False:
            user = user or self.owner
            password = password or self.make_password(user)
            given = base64.b64encode(f"{user.login}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {given}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if "://" in path else self.base_url() + path
        # Whatever was asked, nothing of it is an error of the server.
        with self.assertNoLogs("odoo.http", "ERROR"):
            return self.opener.request(
                method,
                url,
                data=body.encode() if isinstance(body, str) else body,
                headers=headers,
                timeout=60,
                allow_redirects=False,
            )

    def tell(self, method, path, body="", user=None, **headers):
        """Return ``{href: its response}`` of an answer about many resources."""
        answer = self.ask(method, path, body, user, **headers)
        self.assertEqual(answer.status_code, 207, answer.text)
        root = etree.fromstring(answer.content)
        return {
            response.findtext("D:href", namespaces=SPACES): Told(response)
            for response in root.iterfind("D:response", SPACES)
        }

    def find_all(self, path, names="<D:resourcetype/>", depth="1", user=None):
        body = f"<D:propfind {self.spaces}><D:prop>{names}</D:prop></D:propfind>"
        return self.tell("PROPFIND", path, body, user, Depth=depth)

    def query(self, condition="", data="<C:calendar-data/>", user=None, path=None):
        """Return the texts of the objects that a calendar-query finds."""
        body = f"""<C:calendar-query {self.spaces}>
            <D:prop><D:getetag/>{data}</D:prop>
            <C:filter><C:comp-filter name="VCALENDAR">{condition}</C:comp-filter>
            </C:filter></C:calendar-query>"""
        told = self.tell("REPORT", path or self.home, body, user, Depth="1")
        return [found.get("C:calendar-data") for found in told.values()]

    @property
    def spaces(self):
        return " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items())


class Told:
    """What was told of one resource."""

    def __init__(self, response):
        self.response = response
        self.status = response.findtext("D:status", namespaces=SPACES)

    def get(self, name):
        """Return the text of a property that it has."""
        found = self.find(name)
        return None if found is None else found.text or ""

    def find(self, name):
        for part in self.response.iterfind("D:propstat", SPACES):
            if " 200 " in part.findtext("D:status", namespaces=SPACES):
                found = part.find(f"D:prop/{name}", SPACES)
                if found is not None:
                    return found
        return None

    def get_tags(self, name):
        found = self.find(name)
        return {etree.QName(e).localname for e in found.iter() if e is not found}
