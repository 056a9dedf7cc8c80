"""What a consultant sets up without a manual."""

from odoo.tests import tagged

from .browser import BrowserCase


@tagged("post_install", "-at_install")
class TestConfigurationScreen(BrowserCase):
    def test_a_type_gets_its_icon_by_a_click(self):
        groups = "base.group_user,crm_agenda.group_agenda_manager"
        manager = self.new_user("consultant", groups)
        self.action = self.env.ref("crm_agenda.crm_agenda_event_type_action")
        page = self.open_agenda(manager, view="list", ready=".o_data_row")
        row = page.locator(".o_data_row", has_text="Visit")
        self.assertTrue(row.locator(".fa-car").count())
        row.locator("td[name=name]").click()
        icons = page.locator("div[name=icon] [role=radiogroup]")
        icons.locator("button[title=wrench]").click()
        page.locator(".o_form_button_save").click()
        page.wait_for_timeout(1500)
        self.close(page)
        self.assertEqual(self.visit.icon, "fa-wrench")
