"""What would give somebody a right is refused by every route that Odoo has for it."""

from contextlib import nullcontext, suppress
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.compat import GROUP_USERS, SERIES
from .canary_guards import instead, taken_out
from .common import RollBack, TestAgendaCommon

# What switches something off in Odoo or in the agenda when the server says it itself.
CLIENT_CONTEXTS = (
    {"agenda_change": True},
    {"agenda_change": [True]},
    {"agenda_change": {"agenda_only": True}},
    {"dont_notify": True},
    {"install_module": "crm_agenda"},
    {"mail_notrack": True},
    {"tracking_disable": True},
)
MAIL = """From: Spy <spy@example.com>
To: anybody@agenda.example.com
Message-Id: <guards@example.com>
Subject: Mail

Hello.
"""


@tagged("post_install", "-at_install")
class TestGuards(TestAgendaCommon):
    """The spy has a calendar, an event, a series and a contact of their own, and gets
    no further with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spy = cls.stranger
        managers = cls.env.ref("base.group_partner_manager")
        managers[GROUP_USERS] = [(4, cls.spy.id)]
        guests = [(6, 0, cls.customer.ids)]
        cls.hidden = cls.new_event(name="Hidden", partner_ids=guests)
        cls.private = cls.new_event(
            name="Private", privacy="private", partner_ids=guests
        )
        cls.hidden_series = cls.new_series(name="Hidden series").recurrence_id
        cls.mine = cls.new_calendar("Mine", cls.spy)
        cls.my_share = cls.share(cls.mine, "manage", user_id=cls.spy.id)
        guests = [(6, 0, cls.spy.partner_id.ids)]
        cls.my_event = cls.new_event(cls.mine, partner_ids=guests)
        cls.my_attendee = cls.my_event.attendee_ids
        cls.my_series = cls.new_series(calendar=cls.mine).recurrence_id
        cls.my_contact = cls.env["res.partner"].create({"name": "Contact"})
        cls.my_child = cls.my_contact.create(
            {"name": "Child", "parent_id": cls.my_contact.id}
        )
        cls.my_activity = cls.my_contact.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.spy.id
        )
        domain = cls.env["mail.alias.domain"].create({"name": "agenda.example.com"})
        alias = cls.env["mail.alias"].create(
            {
                "alias_name": "contacts",
                "alias_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "alias_domain_id": domain.id,
            }
        )
        alias.alias_status = "valid"  # as after the first mail

    def as_spy(self, records, **context):
        if isinstance(records, str):
            records = self.env[records]
        return records.with_user(self.spy).with_context(**context)

    def request_of_spy(self):
        """As in a request of theirs, commands from which 19.0 takes sudo are the spy's
        own, and not the test's."""
        transaction = self.env.transaction
        if not hasattr(transaction, "default_env"):
            return nullcontext()
        return patch.object(transaction, "default_env", self.env(user=self.spy))

    def select(self, query, *params):
        """Return what the database holds, whatever the ORM remembers."""
        self.forget()
        self.env.cr.execute(query, params)
        return sorted(self.env.cr.fetchall())

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule")
    def assert_no_route(self, select, routes):
        """Assert that ``select()`` gives the same after each of the routes, whether
        it is refused or does not do all that it is asked."""
        before, open_routes = select(), {}
        for name, route in routes.items():
            with suppress(RollBack), self.env.cr.savepoint():
                with (
                    suppress(UserError, IntegrityError),
                    self.env.cr.savepoint(),
                    self.request_of_spy(),
                ):
                    route()
                after = select()
                if after != before:
                    open_routes[name] = after
                raise RollBack
        self.assertEqual(open_routes, {}, f"instead of {before}")

    def get_routes(self, records, values, **columns):
        """Return the routes by which ``records`` are written or others are created.

        :param values: what nobody is to get by any of them
        :param columns: what else a new record needs
        """
        model, record = self.as_spy(records.browse()), self.as_spy(records)
        complete = dict(columns, **values)
        context = {f"default_{fname}": value for fname, value in values.items()}

        def default(fname, value):
            defaults = self.as_spy("ir.default")
            defaults.set(model._name, fname, value, user_id=True)

        routes = {
            "create": lambda: model.create(complete),
            "create two": lambda: model.create([columns, complete]),
            "create by context": lambda: model.with_context(**context).create(columns),
            "create by default": lambda: (
                [default(*item) for item in values.items()],
                model.create(columns),
            ),
            "create from the client": lambda: model.web_save(complete, {}),
            "write": lambda: record.write(values),
            "write from the client": lambda: record.web_save(values, {}),
            "copy": lambda: record.copy(values),
        }
        if all(isinstance(value, int) for value in values.values()):
            routes |= {
                "create as text": lambda: model.create(
                    dict(complete, **{f: str(value) for f, value in values.items()})
                ),
                "create from a file": lambda: self.load(model, complete),
                "write from a file": lambda: self.load(
                    model, {"": record.id, **values}
                ),
            }
        return routes

    def load(self, model, values):
        fields = model._fields
        names = [
            f"{name}/.id" if fields[name or "id"].relational else name or ".id"
            for name in values
        ]
        return model.load(names, [[str(value) for value in values.values()]])

    def get_share_routes(self, calendar, right):
        share = calendar.share_ids[0]
        there, mine = self.as_spy(calendar), self.as_spy(self.mine)
        shares = {
            "command": (there, [(0, 0, right)]),
            "command to mine": (mine, [(0, 0, dict(right, calendar_id=there.id))]),
            "command by context": (
                mine.with_context(default_calendar_id=there.id),
                [(0, 0, right)],
            ),
            "update": (mine, [(1, share.id, right)]),
            "link": (mine, [(4, share.id)]),
            "set": (mine, [(6, 0, share.ids)]),
            "delete": (mine, [(2, share.id)]),
        }
        return {
            **self.get_routes(self.my_share, {"calendar_id": there.id}, **right),
            **{
                name: lambda owner=owner, commands=commands: owner.write(
                    {"share_ids": commands}
                )
                for name, (owner, commands) in shares.items()
            },
            "calendar of another": lambda: mine.create(
                {"name": "X", "owner_id": self.owner.id, "share_ids": [(0, 0, right)]}
            ),
            "owner": lambda: there.write({"owner_id": self.spy.id}),
        }

    def test_a_series_ends_only_by_who_may_write_all_its_events(self):
        series = self.new_series(name="Round")
        series[-1].privacy = "private"
        groups = "base.group_user,crm_agenda.group_agenda_manager"
        administrator = self.new_user("administrator", groups)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            series.recurrence_id.with_user(administrator).unlink()
        self.forget()
        self.assertEqual(len(series.recurrence_id.calendar_event_ids), 3)

    def test_nobody_makes_themselves_a_manager(self):
        """1. A right given by the record that asks for it."""
        everybody = {"group_id": self.env.ref("base.group_user").id, "level": "manage"}

        def select():
            return self.select(
                "SELECT calendar_id, user_id FROM crm_agenda_calendar_manager_rel "
                "WHERE calendar_id = %s OR calendar_id NOT IN %s "
                "UNION SELECT id, calendar_id FROM crm_agenda_share "
                "WHERE calendar_id = %s",
                self.calendar.id,
                (self.mine.id, self.calendar.id),
                self.calendar.id,
            )

        me = {"user_id": self.spy.id, "level": "manage"}
        self.assert_no_route(select, self.get_share_routes(self.calendar, me))
        for level in ("busy", "read", "write"):
            share = self.share(self.calendar, level, user_id=self.spy.id)
            self.assert_no_route(
                select, self.get_share_routes(self.calendar, everybody)
            )
            share.unlink()

    def test_only_the_owner_gives_a_calendar_away(self):
        calendar, manager = self.calendar, self.members["manage"]
        admin = self.new_user(
            "admin", "base.group_user,crm_agenda.group_agenda_manager"
        )
        with self.assertRaises(AccessError):
            calendar.with_user(manager).owner_id = manager
        calendar.with_user(manager).write({"owner_id": self.owner.id, "name": "Same"})
        calendar.with_user(self.owner).owner_id = self.spy
        calendar.with_user(admin).owner_id = self.owner
        self.assertEqual(calendar.owner_id, self.owner)

    def test_no_relation_is_pointed_at_what_is_hidden(self):
        """2. A relation re-pointed."""
        activity = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.my_contact.id,
            "activity_type_id": self.my_activity.activity_type_id.id,
        }
        for records, fname, target, columns in (
            (
                self.my_attendee,
                "event_id",
                self.hidden,
                {"partner_id": self.spy.partner_id.id},
            ),
            (self.my_event, "recurrence_id", self.hidden_series, {"name": "Spy"}),
            (self.my_event, "agenda_calendar_id", self.calendar, {"name": "Spy"}),
            (self.my_series, "base_event_id", self.hidden, {}),
            (self.my_activity, "calendar_event_id", self.hidden, activity),
        ):
            with self.subTest(field=fname):
                query = f"SELECT id FROM {records._table} WHERE {fname} = %s"
                self.assert_no_route(
                    lambda query=query, target=target: self.select(query, target.id),
                    self.get_routes(records, {fname: target.id}, **columns),
                )

    def test_who_keeps_attendees_with_their_events(self):
        """19.0 does by itself; on 18.0 it is the addon that does."""
        attendee = self.as_spy(self.my_attendee)
        with taken_out(self.env, [instead("calendar.attendee", "_check_links")]):
            with suppress(AccessError), self.env.cr.savepoint():
                attendee.event_id = self.hidden
        self.forget()
        kept_by_odoo = self.my_attendee.event_id == self.my_event
        self.assertEqual(kept_by_odoo, SERIES >= 19)

    def test_nobody_asks_when_it_is(self):
        """By a method of Odoo's that mails use, which a client may call."""
        for event in (self.hidden, self.private):
            self.forget()
            with self.assertRaises(AccessError):
                self.as_spy(event).get_display_time_tz("UTC")

    def test_nobody_changes_the_reminders_of_others(self):
        alarm = self.env.ref("calendar.alarm_notif_1")
        own = self.as_spy(alarm).create(
            {"name": "Own", "alarm_type": "email", "duration": 1, "interval": "hours"}
        )
        self.my_event.alarm_ids = own
        own.duration = 2
        self.hidden.alarm_ids = alarm
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.as_spy(alarm).duration = 5
        proposed = self.env.ref("calendar.alarm_notif_2")
        for use in (self.calendar, self.visit):
            use.default_alarm_ids = proposed
            for change in ({"duration": 5}, None):
                self.forget()
                spys = self.as_spy(proposed)
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    spys.write(change) if change else spys.unlink()
            use.default_alarm_ids = False
        alarm.with_user(self.env.ref("base.user_admin")).duration = 5

    def test_no_command_points_at_what_is_hidden(self):
        """2. A relation re-pointed, from its other side."""
        hidden, series = self.hidden, self.hidden_series
        guest = {"event_id": hidden.id, "partner_id": self.spy.partner_id.id}
        plan = {
            "calendar_event_id": hidden.id,
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "activity_type_id": self.my_activity.activity_type_id.id,
        }
        event, contact = self.my_event, self.my_contact
        attendee, activity = self.my_attendee, self.my_activity
        self.assert_no_route(
            lambda: self.select(
                "SELECT id, event_id FROM calendar_attendee WHERE event_id = %s "
                "UNION ALL SELECT id, recurrence_id FROM calendar_event "
                "WHERE recurrence_id = %s OR id = %s "
                "UNION ALL SELECT id, calendar_event_id FROM mail_activity "
                "WHERE calendar_event_id = %s",
                hidden.id,
                series.id,
                hidden.id,
                hidden.id,
            ),
            {
                f"{fname} {command}": lambda r=record, f=fname, c=command: self.as_spy(
                    r
                ).write({f: [c]})
                for record, fname, command in (
                    (event, "attendee_ids", (4, hidden.attendee_ids.id)),
                    (event, "attendee_ids", (2, hidden.attendee_ids.id)),
                    (event, "attendee_ids", (1, attendee.id, guest)),
                    (event, "attendee_ids", (0, 0, guest)),
                    (hidden, "attendee_ids", (4, attendee.id)),
                    (self.my_series, "calendar_event_ids", (4, hidden.id)),
                    (series, "calendar_event_ids", (4, event.id)),
                    (
                        self.my_series,
                        "calendar_event_ids",
                        (1, event.id, {"recurrence_id": series.id}),
                    ),
                    (contact, "activity_ids", (0, 0, plan)),
                    (contact, "activity_ids", (1, activity.id, plan)),
                    (hidden, "activity_ids", (4, activity.id)),
                )
            },
        )

    def test_no_event_is_about_a_document_that_is_hidden(self):
        """2. A relation re-pointed: the agenda tells whoever reads an event what kind
        of document it is about."""
        lead = self.env["crm.lead"].create({"name": "Lead"})
        model_id = self.env["ir.model"]._get_id(lead._name)
        document = {"res_model_id": model_id, "res_id": lead.id}
        event, events = self.as_spy(self.my_event), self.as_spy("calendar.event")
        mine = {"agenda_calendar_id": self.mine.id}
        routes = {
            "reference": lambda: event.write(
                {"document_ref": f"{lead._name},{lead.id}"}
            ),
            "one by one": lambda: (
                event.write({"res_id": lead.id}),
                event.write({"res_model_id": model_id}),
            ),
            "before it is in the agenda": lambda: events.create(
                dict(document, name="Spy")
            ).write(mine),
        }
        self.assert_no_route(
            lambda: self.select(
                "SELECT id FROM calendar_event WHERE agenda_calendar_id = %s "
                "AND res_model = 'crm.lead' AND res_id = %s",
                self.mine.id,
                lead.id,
            ),
            routes | self.get_routes(self.my_event, document, name="Spy", **mine),
        )

    def test_no_event_names_an_opportunity_that_is_hidden(self):
        """2. A relation re-pointed: Odoo shows the name of what a field leads to."""
        lead = self.env["crm.lead"].create({"name": "Lead"})
        event, events = self.as_spy(self.my_event), self.as_spy("calendar.event")
        mine = {"agenda_calendar_id": self.mine.id}
        values = {"opportunity_id": lead.id}
        routes = {
            "to a series": lambda: event.write(
                dict(values, recurrence_update="all_events")
            ),
            "before it is in the agenda": lambda: events.create(
                dict(values, name="Spy")
            ).write(mine),
        }
        self.assert_no_route(
            lambda: self.select(
                "SELECT id FROM calendar_event WHERE agenda_calendar_id = %s "
                "AND opportunity_id = %s",
                self.mine.id,
                lead.id,
            ),
            routes | self.get_routes(self.my_event, values, name="Spy", **mine),
        )

    def test_a_document_is_known_by_its_model_too(self):
        """Who knows an opportunity by an event does not know another by the number of
        what else that event is about."""
        known, hidden = self.env["crm.lead"].create([{"name": "A"}, {"name": "B"}])
        document = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": hidden.id,
        }
        # A contact which has the number of the hidden opportunity.
        self.my_event.sudo().write({"opportunity_id": known.id, **document})
        mine = {"name": "Spy", "agenda_calendar_id": self.mine.id}
        events = self.as_spy("calendar.event")
        events.create({**mine, "opportunity_id": known.id})
        with self.assertRaises(AccessError):
            events.create([{**mine, "opportunity_id": o.id} for o in known + hidden])

    def test_no_meeting_leads_into_the_video_call_of_a_hidden_event(self):
        """2. A relation re-pointed: the link of a meeting lets into its call."""
        self.hidden.sudo()._create_videocall_channel()
        channel = self.hidden.videocall_channel_id
        meeting = self.new_event(False, self.spy)
        values = {"videocall_channel_id": channel.id}
        mine = {"agenda_calendar_id": self.mine.id}
        routes = self.get_routes(self.my_event, values, name="Spy", **mine)
        in_none = self.get_routes(meeting, values, name="Spy")
        routes |= {f"meeting, {name}": route for name, route in in_none.items()}
        routes["meeting, from the call"] = lambda: self.as_spy(channel).write(
            {"calendar_event_ids": [(4, meeting.id)]}
        )
        self.assert_no_route(
            lambda: self.select(
                "SELECT id FROM calendar_event WHERE videocall_channel_id = %s",
                channel.id,
            ),
            routes,
        )

    def test_nobody_enters_a_call_through_a_channel_within_it(self):
        """2. A relation re-pointed: Odoo makes whoever makes a channel a member of the
        one that it is within."""
        self.hidden.sudo()._create_videocall_channel()
        call = self.hidden.videocall_channel_id
        values = {"parent_channel_id": call.id, "channel_type": "group"}
        self.assert_no_route(
            lambda: self.select(
                "SELECT partner_id FROM discuss_channel_member WHERE channel_id = %s",
                call.id,
            ),
            self.get_routes(self.env["discuss.channel"], values, name="Spies"),
        )

    def test_who_moves_a_series_keeps_its_call_and_its_opportunity(self):
        lead = self.env["crm.lead"].create({"name": "Lead"})
        events = self.new_series(opportunity_id=lead.id, user=self.env.user)
        events[0].sudo()._create_videocall_channel()
        channel = events.videocall_channel_id
        later = events[0].start + timedelta(hours=3)
        events[0].with_user(self.members["write"]).write(
            {
                "start": later,
                "stop": later + timedelta(hours=1),
                "recurrence_update": "all_events",
            }
        )
        moved = self.Event.search([("opportunity_id", "=", lead.id)])
        self.assertEqual(len(moved), 3)
        self.assertEqual(min(moved.mapped("start")), later)
        self.assertEqual(moved.videocall_channel_id, channel)

    def test_an_event_keeps_its_document_whoever_moves_it(self):
        lead = self.env["crm.lead"].create({"name": "Lead"})
        events = self.new_series(document_ref=f"crm.lead,{lead.id}", user=self.env.user)
        writer = self.members["write"]
        with self.assertRaises(AccessError):
            lead.with_user(writer).read(["name"])
        later = events[0].start + timedelta(hours=3)
        events[0].with_user(writer).write(
            {
                "start": later,
                "stop": later + timedelta(hours=1),
                "recurrence_update": "all_events",
            }
        )
        moved = self.Event.search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual(len(moved), 3)
        self.assertEqual(min(moved.mapped("start")), later)
        copy = moved[0].with_user(writer).copy()
        self.assertEqual(copy.sudo().res_id, lead.id)

    def get_meeting_routes(self, event):
        """Return the routes by which somebody attends ``event``, or does no longer."""
        contacts = self.as_spy("res.partner")
        customer, me = self.as_spy(self.customer), self.as_spy(self.spy.partner_id)
        parent, gateway = self.as_spy(self.my_contact), self.as_spy("mail.thread")
        routes = {
            "file": lambda: contacts.load(
                [".id", "meeting_ids/.id"], [[str(me.id), str(event.id)]]
            ),
            "file, new": lambda: contacts.load(
                ["name", "meeting_ids/.id"], [["Spy", str(event.id)]]
            ),
        }
        for name, commands in {
            "link": [(4, event.id)],
            "set": [(6, 0, event.ids)],
            "list": event.ids,
            "update": [(1, event.id, {"partner_ids": [(4, me.id)]})],
        }.items():
            values = {"meeting_ids": commands}
            for route, (method, *args) in {
                "me": (me.write, values),
                "me from the client": (me.web_save, values, {}),
                "new": (contacts.create, dict(values, name="X")),
                "new from the client": (contacts.web_save, dict(values, name="X"), {}),
                "new by context": (
                    contacts.with_context(default_meeting_ids=commands).create,
                    {"name": "X"},
                ),
                "new by its name": (
                    contacts.with_context(default_meeting_ids=commands).name_create,
                    "X",
                ),
                "child": (
                    parent.write,
                    {"child_ids": [(1, self.my_child.id, values)]},
                ),
                "new child": (
                    parent.write,
                    {"child_ids": [(0, 0, dict(values, name="X"))]},
                ),
                "new child by context": (
                    parent.with_context(default_meeting_ids=commands).write,
                    {"child_ids": [(0, 0, {"name": "X"})]},
                ),
                "mail": (gateway.message_process, "res.partner", MAIL, values),
                "mail by context": (
                    gateway.with_context(default_meeting_ids=commands).message_process,
                    False,
                    MAIL.replace("anybody", "contacts"),
                ),
            }.items():
                routes[f"{name}: {route}"] = lambda m=method, a=args: m(*a)
        for commands in (
            [(3, event.id)],
            [(2, event.id)],
            [(5,)],
            [(6, 0, [])],
            [],
            False,
        ):
            routes[f"leave: {commands}"] = lambda c=commands: customer.write(
                {"meeting_ids": c}
            )
        self.customer.email = self.spy.email
        for partners in (me | customer, customer | me):
            wizard = self.as_spy("base.partner.merge.automatic.wizard").create(
                {"partner_ids": partners.ids, "dst_partner_id": partners[-1].id}
            )
            routes[f"merge into {partners[-1].name}"] = wizard.action_merge
        return routes

    def select_meetings(self, event):
        """Return who attends, and with which login."""
        return self.select(
            "SELECT res_partner_id, login FROM calendar_event_res_partner_rel "
            "LEFT JOIN res_users ON partner_id = res_partner_id "
            "WHERE calendar_event_id = %s",
            event.id,
        )

    def test_nobody_attends_by_the_other_side(self):
        """3. The other side of a relation."""
        for event in (self.hidden, self.private):
            with self.subTest(event=event.name):
                self.assert_no_route(
                    lambda event=event: self.select_meetings(event),
                    self.get_meeting_routes(event),
                )

    def test_mails_reach_events_as_answers_alone(self):
        asked = self.hidden.message_post(body="Who?", message_type="comment")
        answer = f"References: {asked.message_id}\n{MAIL}"
        self.env["mail.thread"].message_process(False, answer)
        last = self.hidden.message_ids[0]
        self.assertIn("Hello.", last.body)
        gateway = self.as_spy("mail.thread")
        with self.refused("what becomes of a mail", AccessError):
            gateway.message_process("calendar.event", MAIL, thread_id=self.hidden.id)
        self.assertEqual(self.hidden.message_ids[0], last)

    def test_who_writes_in_the_calendar_invites_to_what_is_not_private(self):
        self.share(self.calendar, "write", user_id=self.spy.id)
        self.assert_no_route(
            lambda: self.select_meetings(self.private),
            self.get_meeting_routes(self.private),
        )
        me = self.spy.partner_id
        self.as_spy(me).meeting_ids = [(4, self.hidden.id)]
        self.assertIn((me.id, self.spy.login), self.select_meetings(self.hidden))

    def test_nobody_merges_a_contact_for_its_messages(self):
        me, events = self.spy.partner_id, self.hidden | self.private
        for values in (
            {"author_id": self.my_contact.id},
            {"partner_ids": self.my_contact.ids},
        ):
            for event in events:
                event.message_post(body="Secret", message_type="comment", **values)
        self.my_contact.email = self.spy.email
        routes = {}
        for partners in (me | self.my_contact, self.my_contact | me):
            wizard = self.as_spy("base.partner.merge.automatic.wizard").create(
                {"partner_ids": partners.ids, "dst_partner_id": partners[-1].id}
            )
            routes[f"merge into {partners[-1].name}"] = wizard.action_merge
        messages = self.as_spy("mail.message")
        of_events = [("model", "=", events._name), ("res_id", "in", events.ids)]
        self.assert_no_route(lambda: messages.search(of_events).ids, routes)

    def test_contacts_that_nobody_logs_in_with_are_merged(self):
        wizard = self.as_spy("base.partner.merge.automatic.wizard").create(
            {
                "partner_ids": (self.customer | self.my_child).ids,
                "dst_partner_id": self.my_child.id,
            }
        )
        self.my_child.email = self.customer.email = "same@example.com"
        wizard.action_merge()
        guests = self.select_meetings(self.hidden)
        self.assertEqual(guests, [(self.my_child.id, None)])

    def test_nobody_sets_who_is_in_a_calendar(self):
        """7. Stored computed fields on which rights depend."""
        calendar = self.mine.browse()
        user = self.members["read"]
        relations = {
            f: calendar._fields[f].relation for f in calendar._get_member_fields()
        }
        self.assert_no_route(
            lambda: [
                self.select(f"SELECT user_id FROM {table} WHERE user_id = %s", user.id)
                for table in relations.values()
            ],
            self.get_routes(
                self.mine, dict.fromkeys(relations, [(4, user.id)]), name="Spy"
            ),
        )

    def test_nobody_sets_what_takes_time(self):
        """7. Stored computed fields on which a refusal depends."""
        values = {
            "slot_start": False,
            "slot_stop": "2020-01-01 00:00:00",
            "slot_exclusive": True,
            "agenda_hours": 1000,
        }
        self.assert_no_route(
            lambda: self.select(
                "SELECT id FROM calendar_event WHERE slot_start IS NULL "
                "AND agenda_calendar_id = %s OR slot_stop < '2020-01-02' "
                "OR slot_exclusive OR agenda_hours = 1000",
                self.mine.id,
            ),
            self.get_routes(
                self.my_event, values, name="Spy", agenda_calendar_id=self.mine.id
            ),
        )

    def test_no_context_of_a_client_silences_a_message(self):
        event = self.new_event(shared_user_ids=[(6, 0, self.stranger.ids)])
        for hours, context in enumerate(CLIENT_CONTEXTS, start=1):
            start = event.start + timedelta(hours=hours)
            with self.subTest(context=context):
                event.with_user(self.owner).with_context(**context).start = start
                told = self.env["mail.message"].search(
                    [("model", "=", event._name), ("res_id", "=", event.id)], limit=1
                )
                self.assertEqual(told.subject, f"Moved: {event.name}")
                self.assertEqual(told.partner_ids, self.stranger.partner_id)
                told.unlink()

    def test_no_context_of_a_client_silences_a_check(self):
        calendar = self.new_calendar("One at a time", double_booking="refuse")
        start = self.new_event(calendar).start
        for context in CLIENT_CONTEXTS:
            events = self.Event.with_user(self.owner).with_context(**context)
            values = {
                "name": "Another",
                "agenda_calendar_id": calendar.id,
                "start": start,
                "stop": start + timedelta(hours=1),
            }
            with self.subTest(context=context):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    events.create(values)
