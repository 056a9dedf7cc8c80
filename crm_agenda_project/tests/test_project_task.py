from odoo.tests import Form, tagged

from odoo.addons.crm_agenda.tests.common import TestAgendaCommon


@tagged("post_install", "-at_install")
class TestProjectTask(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls.new_user("planner", "project.group_project_user")
        cls.share(cls.calendar, "write", user_id=cls.planner.id)
        project = cls.env["project.project"].create(
            {"name": "Heating", "privacy_visibility": "employees"}
        )
        cls.task = cls.env["project.task"].create(
            {
                "name": "Replace the boiler",
                "project_id": project.id,
                "partner_id": cls.customer.id,
            }
        )

    def new_task_event(self):
        reference = f"project.task,{self.task.id}"
        return self.new_event(document_ref=reference, user=self.planner)

    def test_open_tasks_wait_beside_the_board(self):
        board = self.env["crm.agenda.board"].with_user(self.planner)

        def get_waiting():
            rows = board.get_waiting("Replace the boiler")["rows"]
            return [(row["model"], row["id"]) for row in rows]

        self.assertEqual(get_waiting(), [("project.task", self.task.id)])
        self.task.state = "1_done"
        self.assertFalse(get_waiting())

    def test_button_counts_and_opens_the_events_of_the_task(self):
        event = self.new_task_event()
        self.new_event()
        task = self.task.with_user(self.planner)
        form = Form(task, view="project.view_task_form2")
        when = event.with_user(self.planner)._get_when()
        self.assertIn(when, form.agenda_summary)
        self.assertEqual(task.agenda_event_count, 1)
        action = task.action_agenda_events()
        events = self.Event.with_user(self.planner).search(action["domain"])
        self.assertEqual(events, event)

    def test_event_created_from_the_task_starts_filled_in(self):
        action = self.task.with_user(self.planner).action_agenda_events()
        events = self.Event.with_user(self.planner).with_context(**action["context"])
        form = Form(events, view="crm_agenda.calendar_event_view_form")
        form.agenda_calendar_id = self.calendar
        self.assertEqual(form.customer_id, self.customer)
        self.assertEqual(form.name, "Replace the boiler")
        self.assertEqual(form.save().document_ref, self.task)

    def test_who_may_not_read_the_task_sees_only_its_kind(self):
        event = self.new_task_event()
        outsider = self.new_user("outsider", "project.group_project_user")
        self.share(self.calendar, "read", user_id=outsider.id)
        self.task.project_id.privacy_visibility = "followers"
        self.forget()
        for user in (self.members["read"], outsider):
            as_user = event.with_user(user)
            self.assertFalse(as_user.document_ref)
            self.assertFalse(as_user.document_state)
            self.assertEqual(as_user.document_kind, "Task")
