"""The agenda in the form of a user."""

from odoo.tests import tagged

from .browser import BrowserCase


@tagged("post_install", "-at_install")
class TestUserForm(BrowserCase):
    def test_the_groups_of_the_agenda_are_one_choice_under_its_name(self):
        action = self.env.ref("base.action_res_users")
        admin = self.new_user("admin", "base.group_system,base.group_erp_manager")
        page = self.log_in(admin)
        page.goto("about:blank")
        page.goto(
            f"http://127.0.0.1:{self.get_port()}/web"
            f"#action={action.id}&id={self.stranger.id}&view_type=form"
        )
        label = page.locator(".o_form_view label", has_text="Agenda").first
        label.wait_for()
        self.assertEqual(label.inner_text().strip("?\n "), "Agenda")
        choice = page.locator(f"[id='{label.get_attribute('for')}']")
        if choice.evaluate("element => element.tagName") == "SELECT":  # 18.0
            options = choice.locator("option").all_inner_texts()
            choice.select_option(label="Administrator")
        else:
            choice.click()
            menu = page.locator(".o_select_menu_item:visible")
            menu.first.wait_for()
            options = menu.all_inner_texts()
            menu.filter(has_text="Administrator").click()
        self.assertEqual(
            [text for text in options if text][-2:], ["User", "Administrator"]
        )
        page.click(".o_form_button_save")
        page.locator(".o_form_saved, .o_form_view").first.wait_for()
        page.wait_for_timeout(1500)
        self.close(page)
        self.assertTrue(self.stranger.has_group("crm_agenda.group_agenda_manager"))
