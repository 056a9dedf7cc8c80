"""Whatever happens to shares, teams and groups, the people of the calendars are those
of a plain recomputation, and the database lets in just them."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged

from ..models.compat import GROUP_USERS, USER_GROUPS
from .common import AtOnceCase, RolledBackMachine, TestAgendaCommon

LEVELS = ["busy", "read", "write", "manage"]
UPDATES = ["none", "new", "changes"]


@tagged("post_install", "-at_install")
class TestShareModel(TestAgendaCommon):
    def test_people_equal_a_plain_recomputation(self):
        salesman = "base.group_user,sales_team.group_sale_salesman"
        users = [self.new_user(f"person{index}", salesman) for index in range(4)]
        company = self.env["res.company"].create({"name": "Other company"})
        self.owner.company_ids |= company
        users[0].company_ids |= company
        calendars = [self.new_calendar(f"Calendar {index}") for index in range(2)]
        calendars.append(self.new_calendar("Anybody's", company_id=False))
        calendars.append(self.new_calendar("Other's", company_id=company.id))
        names = ("North", "South")
        ShareMachine.run(
            examples=30,
            steps=12,
            case=self,
            users=users,
            company=company,
            calendars=calendars,
            events=[self.new_event(calendar) for calendar in calendars],
            teams=[self.env["crm.team"].create({"name": name}) for name in names],
            groups=[self.env["res.groups"].create({"name": name}) for name in names],
        )


class ShareMachine(RolledBackMachine):
    users = company = calendars = events = teams = groups = None

    @initialize()
    def begin(self):
        # Shares that differ in one thing each, and people who change in all of them.
        for calendar, values in enumerate(
            [
                ("read", True, "none"),
                ("read", False, "none"),
                ("read", False, "changes"),
                ("write", False, "none"),
            ]
        ):
            self.share(calendar, "group_id", 0, *values)
            self.share(calendar, "team_id", 0, *values)
        self.join_group(0, 0, True)
        self.lead_team(1, 0)

    def find_share(self, calendar, kind, index):
        subject = {
            "user_id": self.users,
            "team_id": self.teams,
            "group_id": self.groups,
        }[kind][index]
        shares = self.calendars[calendar].share_ids
        return shares.filtered(lambda s: s[kind] == subject), subject

    @rule(
        calendar=st.integers(0, 3),
        kind=st.sampled_from(["user_id", "team_id", "group_id"]),
        index=st.integers(0, 1),
        level=st.sampled_from(LEVELS),
        remind=st.booleans(),
        updates=st.sampled_from(UPDATES),
    )
    def share(self, calendar, kind, index, level, remind, updates):
        share, subject = self.find_share(calendar, kind, index)
        values = {"level": level, "remind": remind, "updates": updates}
        if share:
            share.write(values)
        else:
            values[kind] = subject.id
            self.case.share(self.calendars[calendar], **values)

    @rule(
        calendar=st.integers(0, 3),
        kind=st.sampled_from(["user_id", "team_id", "group_id"]),
        index=st.integers(0, 1),
    )
    def unshare(self, calendar, kind, index):
        self.find_share(calendar, kind, index)[0].unlink()

    @rule(user=st.integers(0, 3), group=st.integers(0, 1), joins=st.booleans())
    def join_group(self, user, group, joins):
        command = (4 if joins else 3, self.users[user].id)
        self.groups[group][GROUP_USERS] = [command]

    @rule(user=st.integers(0, 3), team=st.integers(0, 1), joins=st.booleans())
    def join_team(self, user, team, joins):
        self.teams[team].member_ids = [(4 if joins else 3, self.users[user].id)]

    @rule(user=st.integers(0, 3), team=st.integers(0, 1))
    def lead_team(self, user, team):
        self.teams[team].user_id = self.users[user]

    @rule(user=st.integers(1, 3), works=st.booleans())
    def work_in_company(self, user, works):
        self.users[user].company_ids = [(4 if works else 3, self.company.id)]

    @rule(calendar=st.integers(0, 1), user=st.integers(0, 3))
    def give_to(self, calendar, user):
        self.calendars[calendar].owner_id = self.users[user]

    @invariant()
    def people_are_right(self):
        self.case.forget()
        for calendar, event in zip(self.calendars, self.events, strict=False):
            expected = plain_recomputation(calendar)
            for fname, users in expected.items():
                assert set(calendar[fname]) == users, (calendar.name, fname)
            for user in self.users:
                reads = user in expected["reader_ids"]
                # As in the record rules, which ask for it in sudo for the user.
                allowed = calendar.with_user(user).sudo()
                assert allowed.can_read == reads
                assert allowed.can_write == (user in expected["writer_ids"])
                # As the web client asks, with all companies of the user chosen.
                events = event.with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )
                assert bool(events.search([("id", "=", event.id)])) == reads


@tagged("post_install", "-at_install")
class TestSharesAtOnce(AtOnceCase):
    def test_of_two_shares_that_end_at_once_none_is_left(self):
        """Each transaction sees the other share, through which the user still reads."""
        with self.environment() as env:
            owner, user = self.make_colleagues(env)
            group = env["res.groups"].create({"name": "Clerks"})
            self.addCleanup(self.forget, group)
            group.write({GROUP_USERS: [(4, user.id)]})
            calendar = env["crm.agenda.calendar"].create(
                {
                    "name": "Office",
                    "owner_id": owner.id,
                    "share_ids": [
                        (0, 0, {"user_id": user.id, "level": "read"}),
                        (0, 0, {"group_id": group.id, "level": "read"}),
                    ],
                }
            )
            shares = calendar.share_ids
            self.assertIn(user, calendar.reader_ids)
        with self.registry.cursor() as cr:
            late = shares[1].with_env(api.Environment(cr, SUPERUSER_ID, {}))
            self.assertTrue(late.exists())  # and sees what there is now
            with self.environment() as env:
                shares[0].with_env(env).unlink()
            retrying(late.unlink, late.env)
        with self.environment() as env:
            calendar = calendar.with_env(env)
            self.assertEqual(calendar.member_ids, owner.with_env(env))

    def test_who_leaves_what_is_shared_with_at_once_is_no_member(self):
        """Who takes them out does not see the share yet, through which they read."""
        with self.environment() as env:
            owner, user = self.make_colleagues(env)
            clerks, chiefs = env["res.groups"].create(
                [{"name": "Clerks"}, {"name": "Chiefs"}]
            )
            chiefs.implied_ids = clerks
            team, led = env["crm.team"].create([{"name": "Shop"}, {"name": "Street"}])
            for record in (chiefs, clerks, team, led):
                self.addCleanup(self.forget, record)
            member = env["crm.team.member"].create(
                {"crm_team_id": team.id, "user_id": user.id}
            )
            calendar = env["crm.agenda.calendar"].create(
                {"name": "Office", "owner_id": owner.id}
            )
        # 18.0 leaves somebody in what a group implied.
        promote, demote = [(4, chiefs.id)], [(3, chiefs.id), (3, clerks.id)]
        for record, come, go, share in (
            (
                user,
                {USER_GROUPS: promote},
                {USER_GROUPS: demote},
                {"group_id": clerks.id},
            ),
            (member, {"active": True}, {"active": False}, {"team_id": team.id}),
            (led, {"user_id": user.id}, {"user_id": False}, {"team_id": led.id}),
        ):
            with self.subTest(record=record), self.environment() as env:
                record.with_env(env).write(come)
            with self.registry.cursor() as cr:
                late = record.with_env(api.Environment(cr, SUPERUSER_ID, {}))
                late.read([])  # and sees what there is now
                with self.environment() as env:
                    values = {**share, "calendar_id": calendar.id, "level": "read"}
                    env["crm.agenda.share"].create(values)
                    self.assertIn(user, calendar.with_env(env).member_ids)
                retrying(lambda late=late, go=go: late.write(go), late.env)
            with self.subTest(record=record), self.environment() as env:
                self.assertNotIn(user, calendar.with_env(env).member_ids)

    def forget(self, record):
        with self.environment() as env:
            record.with_env(env).unlink()


def plain_recomputation(calendar):
    """Give ``{field: users}`` of one calendar, from its owner and its shares."""
    entries = [(calendar.owner_id, "manage", calendar.remind_owner)]
    entries[0] += (calendar.owner_updates,)
    for share in calendar.share_ids:
        people = share.user_id | share.team_id.user_id | share.team_id.member_ids
        for user in people | share.group_id[GROUP_USERS]:
            entries.append((user, share.level, share.remind, share.updates))
    company = calendar.company_id
    entries = [
        entry for entry in entries if not company or company in entry[0].company_ids
    ]

    def at_least(level):
        levels = LEVELS[LEVELS.index(level) :]
        return {user for user, level, _remind, _updates in entries if level in levels}

    readers = at_least("read")
    return {
        "member_ids": at_least("busy"),
        "reader_ids": readers,
        "writer_ids": at_least("write"),
        "manager_ids": at_least("manage"),
        "reminded_ids": {e[0] for e in entries if e[2]} & readers,
        "told_new_ids": {e[0] for e in entries if e[3] != "none"} & readers,
        "told_change_ids": {e[0] for e in entries if e[3] == "changes"} & readers,
    }
