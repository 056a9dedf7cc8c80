"""By no path does an event reach who may not read it: its relations × every path."""

import warnings

from odoo.tests import tagged

from ..models.compat import GROUP_USERS, SERIES
from .test_event_access import AGENDA, READERS, WRITERS, TestEventAccessCommon

# Methods that 18.0 has not.
NEW_IN_19 = {
    "formatted_read_group",
    "formatted_read_grouping_sets",
    "web_name_search",
}
NAME = {"fields": {"name": {}}}


def count(groups):
    return sum(group["__count"] for group in groups)


@tagged("post_install", "-at_install")
class TestEventReading(TestEventAccessCommon):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = [("id", "=", cls.event.id)]
        cls.form = cls.env.ref("crm_agenda.calendar_event_view_form")

    def assert_read_by(self, allowed, paths):
        """Assert who reads the event by each of ``{path: what it gives of the event}``.

        :param paths: functions of the event as one of the people
        """
        wrong = {
            path: allowed ^ self.get_allowed(lambda who, g=give: g(self.as_user(who)))
            for path, give in paths.items()
            if SERIES >= 19 or path not in NEW_IN_19
        }
        self.assertEqual(wrong, dict.fromkeys(wrong, set()))

    def test_reading_and_searching(self):
        self.assert_read_by(
            READERS,
            {
                "field": lambda e: e.name == "Secret boiler",
                "display_name": lambda e: "Secret" in e.display_name,
                "read": lambda e: e.read(["name"])[0]["name"] == "Secret boiler",
                "web_read": lambda e: "Secret" in e.web_read({"name": {}})[0]["name"],
                "search": lambda e: e.search(self.one),
                "search_by_name": lambda e: e.search([("name", "=", "Secret boiler")]),
                "search_in_agenda": lambda e: e.search(self.one + AGENDA),
                "search_count": lambda e: e.search_count(self.one),
                "search_fetch": lambda e: e.search_fetch(self.one, ["name"]),
                "search_read": lambda e: e.search_read(self.one, ["name"]),
                "screen": lambda e: (
                    "Secret" in str(e.search_read(self.one + AGENDA, ["name"]))
                ),
                "web_search_read": lambda e: e.web_search_read(self.one, {"name": {}})[
                    "length"
                ],
                "name_search": lambda e: e.name_search("Secret boiler"),
                "web_name_search": lambda e: e.web_name_search(
                    "Secret boiler", {"location": {}}
                ),
                "export_data": lambda e: e.export_data(["name", "location"])["datas"],
                "copy_data": lambda e: e.copy_data()[0]["location"],
                "get_metadata": lambda e: e.get_metadata(),
                "get_formview_id": lambda e: e.get_formview_id() == self.form.id,
                "get_formview_action": lambda e: (
                    e.get_formview_action()["views"][0][0] == self.form.id
                ),
            },
        )

    def test_typing_in_a_form(self):
        # 19.0 asks whether what is typed may be saved.
        self.assert_read_by(
            WRITERS if SERIES >= 19 else READERS,
            {"onchange": lambda e: e.onchange({"name": "X"}, ["name"], {"name": {}})},
        )

    def test_grouping(self):
        fname = "agenda_calendar_id"
        opened = {"auto_unfold": True, "unfold_read_specification": {"name": {}}}
        panel = {"enable_counters": True, "search_domain": self.one}
        self.assert_read_by(
            READERS,
            {
                "web_read_group": lambda e: count(self.group(e, self.one, fname)),
                "opened": lambda e: any(
                    group["__records"] if SERIES >= 19 else e.search(group["__domain"])
                    for group in self.group(e, self.one, fname, **opened)
                ),
                "_read_group": lambda e: e._read_group(self.one, [fname]),
                "read_group": lambda e: self.read_group(e, fname),
                "formatted_read_group": lambda e: e.formatted_read_group(
                    self.one, [fname]
                ),
                "formatted_read_grouping_sets": lambda e: any(
                    e.formatted_read_grouping_sets(self.one, [[fname]])
                ),
                "read_progress_bar": lambda e: e.read_progress_bar(
                    self.one, fname, {"field": "show_as", "colors": {"busy": "info"}}
                ),
                "search_panel_select_range": lambda e: count(
                    e.search_panel_select_range("agenda_status_id", **panel)["values"]
                ),
                "search_panel_select_multi_range": lambda e: count(
                    e.search_panel_select_multi_range("agenda_status_id", **panel)[
                        "values"
                    ]
                ),
            },
        )

    def read_group(self, events, fname):
        with warnings.catch_warnings():
            # 19.0 deprecates it, and still answers it to RPC.
            warnings.simplefilter("ignore", DeprecationWarning)
            return count(events.read_group(self.one, [fname], [fname], lazy=False))

    def test_files_and_chatter(self):
        def file(e):
            return self.file.with_env(e.env)

        def message(e):
            return self.message.with_env(e.env)

        about = [("res_id", "=", self.event.id)]
        self.assert_read_by(
            READERS,
            {
                "file": lambda e: file(e).read(["name", "raw"]),
                "file by id": lambda e: file(e).search([("id", "=", self.file.id)]),
                "file by name": lambda e: file(e).search([("name", "=", "secret.txt")]),
                "file by document": lambda e: file(e).search(
                    [("res_model", "=", e._name), *about]
                ),
                "files": lambda e: e.attachment_ids,
                "files nested": lambda e: (
                    "secret" in str(e.web_read({"attachment_ids": NAME}))
                ),
                "message": lambda e: message(e).read(["body", "record_name"]),
                "message by body": lambda e: message(e).search(
                    [("body", "ilike", "Hidden talk")]
                ),
                "message by document": lambda e: message(e).search(
                    [("model", "=", e._name), *about]
                ),
                "messages": lambda e: self.message.id in e.message_ids.ids,
            },
        )

    def test_mails(self):
        attendee = self.event.attendee_ids
        sent = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.event.with_context(no_mail_to_attendees=False).action_sendmail()
        mail = self.env["mail.message"].search([("id", ">", sent)])
        self.assertIn("Secret boiler", str(mail.mapped("subject")))

        def compose(e, record, template):
            composer = e.env["mail.compose.message"].create(
                {
                    "model": record._name,
                    "res_ids": str(record.ids),
                    "template_id": self.env.ref(f"calendar.{template}").id,
                }
            )
            return "Secret boiler" in f"{composer.subject} {composer.body}"

        self.assert_read_by(
            READERS,
            {
                "invitation": lambda e: compose(
                    e, attendee, "calendar_template_meeting_invitation"
                ),
                "update": lambda e: compose(e, e, "calendar_template_meeting_update"),
            },
        )
        # Its author, and whom it was sent to.
        self.assert_read_by(
            {"attendee", "organizer"},
            {"sent": lambda e: mail.with_env(e.env).read(["subject", "body"])},
        )

    def test_what_points_to_it(self):
        attendee = self.event.attendee_ids
        contact = attendee.partner_id
        activity = self.customer.activity_schedule(
            "mail.mail_activity_data_todo", calendar_event_id=self.event.id
        )
        lead = self.env["crm.lead"].create({"name": "Heating", "type": "opportunity"})
        self.event.opportunity_id = lead
        # They may read whatever points to it.
        salespeople = self.env.ref("sales_team.group_sale_salesman_all_leads")
        internal = [user.id for user in self.people.values() if not user.share]
        salespeople[GROUP_USERS] = [(4, user_id) for user_id in internal]
        paths = {
            "meeting_count": lambda e: (
                contact.with_env(e.env)._filtered_access("read").meeting_count
            ),
            "get_attendee_detail": lambda e: contact.with_env(
                e.env
            ).get_attendee_detail(e.ids),
        }
        for record, fname in (
            (contact, "meeting_ids"),
            (activity, "calendar_event_id"),
            (attendee, "event_id"),
            (lead, "calendar_event_ids"),
        ):
            paths |= self.get_paths_from(record, fname)
        self.assert_read_by(READERS, paths)

    def test_its_series(self):
        event = self.new_series(
            count=2,
            name="Secret boiler",
            partner_ids=[(6, 0, self.people["attendee"].partner_id.ids)],
            shared_user_ids=[(6, 0, self.people["extra"].ids)],
        )[0]
        recurrence = event.recurrence_id
        recurrence.calendar_event_ids.user_id = self.people["organizer"]
        self.assert_read_by(
            READERS,
            self.get_paths_from(recurrence, "calendar_event_ids")
            | self.get_paths_from(recurrence, "base_event_id"),
        )

    def get_paths_from(self, record, fname):
        """Return the paths that lead from ``record`` to the event by a relation."""

        def read(e):
            [row] = record.with_env(e.env).read([fname])
            value = row[fname]
            return isinstance(value, list) and value or "Secret" in str(value)

        def nested(e):
            return "Secret" in str(record.with_env(e.env).web_read({fname: NAME}))

        def asked(e):
            asking = [(f"{fname}.name", "=", "Secret boiler")]
            return record.with_env(e.env).search([("id", "=", record.id), *asking])

        paths = {"read": read, "nested": nested, "asked": asked}
        return {f"{record._name}.{fname} {path}": paths[path] for path in paths}
