"""Who opens the agenda with which password."""

from odoo.tests import tagged

from ..models.res_users_app_password import SCOPE
from .dav import ROOT, DavCase


@tagged("post_install", "-at_install")
class TestDavLogin(DavCase):
    def get_status(self, password, user=None):
        answer = self.ask("PROPFIND", ROOT, user=user, password=password, Depth="0")
        self.assertNotIn("Set-Cookie", answer.headers)
        return answer.status_code

    def new_key(self, scope, user=None):
        keys = self.env["res.users.apikeys"].with_user(user or self.owner).sudo()
        return keys._generate(scope, "Key", None)

    def test_only_an_app_password_opens_the_agenda(self):
        self.assertEqual(self.get_status(self.new_key(SCOPE)), 207)
        for password in (
            self.owner.login,  # that of the account
            self.new_key(None),
            self.new_key("rpc"),
            self.new_key(SCOPE, self.stranger),
            "x" * 5000,
            "\0" * 16,
            "é\N{ZERO WIDTH SPACE}",
        ):
            self.assertEqual(self.get_status(password), 401, password)
        answer = self.ask("PROPFIND", ROOT, user=False)
        self.assertEqual(answer.status_code, 401)
        self.assertIn("Basic", answer.headers["WWW-Authenticate"])
        for given in ("Basic", "Basic !", "Basic Zg==", "Bearer x", "Digest a=b"):
            answer = self.ask("PROPFIND", ROOT, user=False, Authorization=given)
            self.assertEqual(answer.status_code, 401, given)

    def test_a_session_of_the_web_client_is_none_here(self):
        self.authenticate(self.owner.login, self.owner.login)
        answer = self.ask("PROPFIND", ROOT, user=False)
        self.assertEqual(answer.status_code, 401)
        self.assertIn("calendar-access", answer.headers["DAV"])

    def test_it_ends_with_the_key_and_with_the_user(self):
        key = self.new_key(SCOPE)
        keys = self.env["res.users.apikeys"].with_user(self.owner)
        keys.search([])._remove()
        self.assertEqual(self.get_status(key), 401)
        key = self.new_key(SCOPE, self.stranger)
        self.assertEqual(self.get_status(key, self.stranger), 207)
        self.stranger.active = False
        self.assertEqual(self.get_status(key, self.stranger), 401)

    def test_it_opens_nothing_else(self):
        key = self.new_key(SCOPE)
        keys = self.env["res.users.apikeys"]
        self.assertFalse(keys._check_credentials(scope="rpc", key=key))

    def test_who_tries_many_has_to_wait(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 5)
        right = self.new_key(SCOPE)
        for _poll in range(9):  # a phone that knows an old one is no attack
            self.assertEqual(self.get_status("revoked"), 401)
        self.assertEqual(self.get_status(right), 207)
        for number in range(5):
            self.assertEqual(self.get_status(f"guess {number}"), 401)
        answer = self.ask("PROPFIND", ROOT, password="another guess")
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(answer.headers["Retry-After"])
        self.assertEqual(self.get_status(right), 429)
