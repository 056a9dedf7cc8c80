"""An update keeps what people entered, brings the code's records and cleans up."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
import tarfile
from collections import namedtuple
from pathlib import Path

import pytest
from copies import copied, run
from database import NEW, connect, query

CLONE = Path(__file__).parents[2]
OLD = "676b40c"  # the last release that called itself 1.0.0
ADDONS = ("crm_agenda", "crm_agenda_project")
FEEDS = "--init=crm_agenda_caldav"  # which brings crm_agenda

WORLD = """
import json
from datetime import datetime, timedelta

env = env(context=dict(env.context, tracking_disable=True, no_mail_to_attendees=True))
office, elena, marta, tomas, javier = (
    env.ref(f"crm_agenda.user_{name}")
    for name in ("office", "office_elena", "sales", "technician_tomas",
                 "technician_javier")
)
portal = env.ref("base.demo_user0")
gone = tomas.copy({"name": "Gone", "login": "gone", "active": False})
plumber, customer = env["res.partner"].create([{"name": "Plumber"}, {"name": "Ines"}])
marta.with_user(marta).calendar_default_privacy = "private"

# What a consultant does.
shipped = {
    "status": env.ref("crm_agenda.crm_agenda_event_status_confirmed"),
    "type": env.ref("crm_agenda.crm_agenda_event_type_visit"),
    "eve": env.ref("crm_agenda.calendar_alarm_eve"),
    "cron": env.ref("crm_agenda.ir_cron_extend_reminders"),
}
shipped["status"].write({"name": "Booked", "sequence": 15})
shipped["type"].default_duration = 3
shipped["eve"].clock_time = 17
shipped["cron"].write({"interval_number": 7, "active": False})
env.ref("crm_agenda.crm_agenda_document_model_stock_picking").unlink()

alarm = env.ref("calendar.alarm_notif_1")
calendar = env["crm.agenda.calendar"].create(
    {
        "name": "Repairs",
        "owner_id": office.id,
        "company_id": env.ref("base.main_company").id,
        "share_ids": [
            (0, 0, {"user_id": elena.id, "level": "read", "remind": True}),
            (0, 0, {"user_id": marta.id, "level": "write"}),
        ],
        "default_alarm_ids": [(6, 0, alarm.ids)],
    }
)
endless = calendar.copy({"name": "Endless"})
start = datetime.now().replace(microsecond=0) + timedelta(days=2)


def create(name, user, partners=(), **values):
    return env["calendar.event"].with_user(user).create(
        {
            "name": name,
            "user_id": user.id,
            "start": start,
            "stop": start + timedelta(hours=1),
            "partner_ids": [(6, 0, [partner.id for partner in partners])],
            "alarm_ids": [(6, 0, alarm.ids)],
            **values,
        }
    )


there = {"agenda_calendar_id": calendar.id}
events = {
    "plain": create("Plain", office, [office.partner_id, customer], **there),
    "secret": create("Secret", office, [office.partner_id], privacy="private", **there),
    "quiet": create("Quiet", marta, [marta.partner_id], privacy=False, **there),
    "past": create("Past", marta, privacy=False, active=False, **there),
    "nobody": create("Nobody", office, privacy=False, **there),
    "elsewhere": create("Elsewhere", office, agenda_calendar_id=endless.id),
    "meeting": create("Meeting", marta, [marta.partner_id], privacy=False),
}
events["nobody"].sudo().user_id = False
for name in ("elsewhere", "meeting", "plain", "secret"):
    events[name].sudo()._set_discuss_videocall_location()
env.cr.execute(
    "ALTER TABLE calendar_event DROP CONSTRAINT IF EXISTS"
    " calendar_event_agenda_privacy;"
    "ALTER TABLE crm_agenda_calendar DROP CONSTRAINT IF EXISTS"
    " crm_agenda_calendar_default_duration_positive"
)
env.cr.execute(
    "UPDATE calendar_event SET privacy = NULL WHERE id = ANY(%s)",
    [[events[name].id for name in ("quiet", "past", "nobody", "meeting")]],
)
env.cr.commit()
people = {"office": office, "elena": elena, "marta": marta, "tomas": tomas,
          "javier": javier, "portal": portal}
ids = {name: record.id for name, record in (events | shipped).items()}
ids.update((name, user.id) for name, user in people.items())
people["gone"] = gone
ids.update((f"{name}_contact", user.partner_id.id) for name, user in people.items())
ids.update(
    plumber_contact=plumber.id,
    calendar=calendar.id,
    endless=endless.id,
    alarm=alarm.id,
    group=env.ref("crm_agenda.group_agenda_user").id,
    share=calendar.share_ids.filtered(lambda s: s.user_id == elena).id,
)
print("RESULT" + json.dumps(ids))
"""

EDITED = (
    "calendar.alarm crm_agenda.calendar_alarm_eve",
    "crm.agenda.document.model crm_agenda.crm_agenda_document_model_stock_picking",
    "crm.agenda.event.status crm_agenda.crm_agenda_event_status_confirmed",
    "crm.agenda.event.type crm_agenda.crm_agenda_event_type_visit",
    "ir.cron crm_agenda.ir_cron_extend_reminders",
)

# What was different in a database of version 1.0.0.
SET_BACK = """
UPDATE ir_module_module
   SET latest_version = regexp_replace(latest_version, '1\\.1\\.0$', '1.0.0')
 WHERE name = 'crm_agenda';
UPDATE ir_model_data SET noupdate = TRUE
 WHERE module = 'crm_agenda' AND model = 'ir.rule';
UPDATE ir_rule SET domain_force = '[(1, ''='', 1)]' WHERE id = {event_read};
UPDATE ir_rule SET active = FALSE, perm_read = TRUE WHERE id = {event_write};
INSERT INTO rule_group_rel (rule_group_id, group_id)
SELECT {event_create}, res_id FROM ir_model_data
 WHERE module = 'base' AND name = 'group_user';
WITH rule AS (
    INSERT INTO ir_rule (name, model_id, domain_force, active, global,
                         perm_read, perm_write, perm_create, perm_unlink)
    SELECT 'Dropped since', model_id, '[(0, ''='', 1)]', TRUE, TRUE,
           TRUE, TRUE, TRUE, TRUE
      FROM ir_rule WHERE id = {event_read}
    RETURNING id
)
INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
SELECT 'crm_agenda', 'rule_dropped_since', 'ir.rule', id, TRUE FROM rule;
UPDATE calendar_event SET agenda_hours = NULL;
ALTER TABLE crm_agenda_document_model DROP COLUMN show_number;
ALTER TABLE crm_agenda_event_status DROP COLUMN tentative;
UPDATE res_groups SET name = '{{"en_US": "Agenda: User"}}', {app} = NULL
 WHERE id = {group};
"""

# What people without any right could leave behind.
LEFTOVERS = {
    "attendees": """
        INSERT INTO calendar_attendee (event_id, partner_id, state)
        VALUES (%(secret)s, %(tomas_contact)s, 'accepted'),
               (%(meeting)s, %(tomas_contact)s, 'accepted')
        RETURNING id
    """,
    "invited": """
        INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
        VALUES (%(secret)s, %(javier_contact)s), (%(meeting)s, %(javier_contact)s),
               (%(elsewhere)s, %(javier_contact)s)
        RETURNING calendar_event_id
    """,
    "organizer": """
        DELETE FROM calendar_attendee
         WHERE event_id = %(plain)s AND partner_id = %(office_contact)s
        RETURNING id
    """,
    "followers": """
        INSERT INTO mail_followers (res_model, res_id, partner_id)
        VALUES ('calendar.event', %(plain)s, %(tomas_contact)s),
               ('calendar.event', %(plain)s, %(gone_contact)s),
               ('calendar.event', %(secret)s, %(elena_contact)s),
               ('calendar.event', %(secret)s, %(javier_contact)s),
               ('calendar.event', %(quiet)s, %(elena_contact)s),
               ('calendar.event', %(plain)s, %(elena_contact)s),
               ('calendar.event', %(plain)s, %(plumber_contact)s),
               ('calendar.event', %(meeting)s, %(tomas_contact)s)
        RETURNING id
    """,
    "reminders": """
        INSERT INTO crm_agenda_reminder
               (event_id, partner_id, state, next_attempt, alarm_id, channel, due)
        SELECT *, %(alarm)s, 'notification', now()
          FROM (VALUES
               (%(secret)s, %(tomas_contact)s, 'pending', now()),
               (%(plain)s, %(tomas_contact)s, 'sent', now()),
               (%(plain)s, %(portal_contact)s, 'sent', NULL)
          ) AS reminder
        RETURNING id
    """,
    "translations": """
        UPDATE res_groups SET name = name || '{"es_ES": "Agenda: Usuario"}'
         WHERE id = %(group)s
        RETURNING id
    """,
    "duration": """
        UPDATE crm_agenda_calendar SET default_duration = 1e9 WHERE id = %(endless)s
        RETURNING id
    """,
    "share": """
        UPDATE crm_agenda_share SET create_uid = user_id WHERE id = %(share)s
        RETURNING id
    """,
}
MEMBERS = (
    "member",
    "reader",
    "writer",
    "manager",
    "reminded",
    "told_new",
    "told_change",
)

# What people enter, and nothing cleans.
KEPT = (
    "calendar_alarm",
    "calendar_alarm_calendar_event_rel",
    "calendar_event",
    "calendar_event_shared_user_rel",
    "calendar_recurrence",
    "crm_agenda_calendar",
    "crm_agenda_calendar_alarm_rel",
    "crm_agenda_document_model",
    "crm_agenda_event_status",
    "crm_agenda_event_type",
    "crm_agenda_event_type_alarm_rel",
    "crm_agenda_share",
    "ir_cron",
    "mail_message",
    "res_partner",
    "res_users",
    "res_users_settings",
)
CLEANED = (
    "calendar_attendee",
    "calendar_event_res_partner_rel",
    "crm_agenda_reminder",
    "mail_followers",
)

# All that the data files and the models wrote, but for the demo company, with the names
# of what it points to.
CODE = """
import json
import re

SKIPPED = {"create_date", "create_uid", "write_date", "write_uid", "id", "parent_path",
           "date_init", "date_update", "arch_prev", "nextcall", "lastcall",
           "users", "user_ids"}


def plain(record, field):
    value = record[field.name]
    if field.relational:
        names = value.get_external_id().values()
        return sorted(name for name in names if not name.startswith("__"))
    if field.type == "reference":
        return value and value.get_external_id()[value.id]
    # What a view refers to has another id in each database.
    return re.sub(r'(name|view_id)="\\d+"', r'\\1="id"', str(value))


shipped = ["crm.agenda.document.model", "crm.agenda.event.status",
           "crm.agenda.event.type", "calendar.alarm", "ir.cron"]
data = env["ir.model.data"].search(
    [("module", "in", ["crm_agenda", "crm_agenda_caldav", "crm_agenda_project"]),
     "|", ("noupdate", "=", False), ("model", "in", shipped)]
)
code = {}
for row in data:
    record = env[row.model].with_context(active_test=False).browse(row.res_id)
    code[f"{row.model} {row.complete_name}"] = {
        name: plain(record, field)
        for name, field in record._fields.items()
        if field.store and name not in SKIPPED
    }
print("RESULT" + json.dumps(code))
"""

SCHEMA = """
SELECT table_name, column_name, data_type || ' ' || is_nullable
  FROM information_schema.columns WHERE table_schema = 'public'
UNION
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""

Updated = namedtuple(
    "Updated", "database ids made before calls log code new_code new_schema"
)


def extract_old_addons(folder):
    """Extract the addons as they were; give a configuration that has them."""
    archive = folder / "old.tar"
    git = ["git", "-c", f"safe.directory={CLONE}", "-C", CLONE]
    if not shutil.which("git"):
        pytest.skip("there is no git to ask for the old addons")
    asked = subprocess.run([*git, "archive", "-o", archive, OLD, *ADDONS])
    if asked.returncode:
        pytest.skip(f"git has no {OLD} here")
    with tarfile.open(archive) as old:
        old.extractall(folder)
    addons_path, old_path = f",{CLONE}\n", f",{folder}\n"
    config = Path(os.environ["ODOO_RC"]).read_text()
    assert addons_path in config
    rc = folder / "odoo.conf"
    rc.write_text(config.replace(addons_path, old_path))
    return str(rc)


@contextlib.contextmanager
def old_database(folder):
    """Give a database in which the old addon was installed, and used."""
    if NEW:
        pytest.skip(f"the addon of {OLD} installs on 18.0 only")
    rc = extract_old_addons(folder)
    with copied("stock", "upgrade_old") as name:
        run(name, "--init=crm_agenda", "--stop-after-init", rc=rc)
        yield name, run(name, "shell", script=WORLD, rc=rc)


@contextlib.contextmanager
def set_back_database(new):
    """Give a new database with what is old in an old one."""
    with copied(new, "upgrade_back") as name:
        ids = run(name, "shell", script=WORLD)
        found = dict(
            query(
                name,
                "SELECT name, res_id FROM ir_model_data WHERE module = 'crm_agenda'",
            )
        )
        with connect(name) as cursor:
            cursor.execute(
                SET_BACK.format(
                    app="privilege_id" if NEW else "category_id",
                    event_read=found["calendar_event_rule_agenda_read"],
                    event_write=found["calendar_event_rule_agenda_write"],
                    event_create=found["calendar_event_rule_agenda_create"],
                    group=found["group_agenda_user"],
                )
            )
        yield name, ids


@pytest.fixture(scope="module")
def new():
    """Give a database in which the addons were just installed, with their demo."""
    with copied("stock", "upgrade_new") as name:
        run(name, FEEDS, "--stop-after-init")
        yield name


@pytest.fixture(scope="module")
def new_code(new):
    return run(new, "shell", script=CODE)


@pytest.fixture(scope="module", params=["installed", "set back"])
def updated(request, new, new_code, tmp_path_factory):
    """Give what an update made of a database of version 1.0.0."""
    if request.param == "installed":
        databases = old_database(tmp_path_factory.mktemp("old"))
    else:
        databases = set_back_database(new)
    with databases as (database, ids):
        with connect(database) as cursor:
            made = leave_behind(cursor, ids)
        before = {table: read_table(database, table) for table in KEPT + CLEANED}
        calls = read_calls(database)
        log = run(database, FEEDS, "--update=crm_agenda", "--stop-after-init")
        code = run(database, "shell", script=CODE)
        schema = set(query(new, SCHEMA))
        yield Updated(database, ids, made, before, calls, log, code, new_code, schema)


def leave_behind(cursor, ids):
    """Do by SQL what the old version let anybody do; give the ids of the rows."""
    made = {}
    for kind, insert in LEFTOVERS.items():
        cursor.execute(insert, ids)
        made[kind] = [row_id for (row_id,) in cursor.fetchall()]
        assert made[kind]
    for kind in MEMBERS:
        table = f"crm_agenda_calendar_{kind}_rel"
        cursor.execute(
            f"INSERT INTO {table} (calendar_id, user_id)"
            " VALUES (%(calendar)s, %(portal)s), (%(calendar)s, %(tomas)s)",
            ids,
        )
        cursor.execute(f"DELETE FROM {table} WHERE user_id = %(elena)s", ids)
    return made


def read_table(database, table, columns=None):
    """Give the columns, and the rows as text: without who wrote them last."""
    if not columns:
        names = query(
            database,
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND column_name NOT IN ('write_date', 'write_uid', 'privacy',"
            " 'access_token', 'agenda_hours', 'videocall_location')"
            # Statuses have no colours of their own any more.
            " AND (table_name, column_name) != ('crm_agenda_event_status', 'color')",
            [table],
        )
        columns = sorted(name for (name,) in names)
    rows = query(database, f"SELECT {', '.join(columns)} FROM {table}")
    return columns, {tuple(map(str, row)) for row in rows}


def read_calls(database):
    """Give the links of the video calls, by event."""
    return dict(
        query(
            database,
            "SELECT id, videocall_location FROM calendar_event"
            " WHERE videocall_location LIKE '%/' || access_token",
        )
    )


def get_lost(updated, table):
    """Give the rows that are not any more as they were before, as dictionaries."""
    columns, before = updated.before[table]
    _columns, after = read_table(updated.database, table, columns)
    return [dict(zip(columns, row, strict=True)) for row in before - after]


def get_logged(log):
    """Give ``{kind: what was removed of it}``."""
    return {
        kind: ast.literal_eval(rows)
        for kind, count, rows in re.findall(r": (.+), removed (\d+): (\[.*\])", log)
        if int(count) == len(ast.literal_eval(rows))
    }


def test_what_nobody_edited_is_as_in_a_new_database(updated):
    code, new = dict(updated.code), dict(updated.new_code)
    assert len([name for name in code if name.startswith("ir.rule ")]) > 15
    for name in EDITED:
        code.pop(name, None), new.pop(name)
    assert code.keys() == new.keys()
    for name, values in code.items():
        assert values == new[name], name


def test_groups_keep_no_translation_of_their_old_name(updated):
    name = "SELECT name->>'es_ES' FROM res_groups WHERE id = %(group)s"
    [(translation,)] = query(updated.database, name, updated.ids)
    assert translation != "Agenda: Usuario"


def test_tables_are_those_of_a_new_database(updated):
    schema = set(query(updated.database, SCHEMA))
    assert schema - updated.new_schema == set()
    assert updated.new_schema - schema == set()


def test_what_people_entered_stays(updated):
    endless = str(updated.ids["endless"])
    for table in KEPT:
        _columns, before = updated.before[table]
        assert before, table
        lost = get_lost(updated, table)
        if table == "crm_agenda_calendar":
            lost = [row for row in lost if row["id"] != endless]
        assert lost == [], table


def test_what_a_consultant_edited_stays(updated):
    edited = query(
        updated.database,
        """
        SELECT status.name->>'en_US', status.sequence, type.default_duration,
               alarm.clock_time, cron.interval_number, cron.active
          FROM crm_agenda_event_status status, crm_agenda_event_type type,
               calendar_alarm alarm, ir_cron cron
         WHERE status.id = %(status)s AND type.id = %(type)s
           AND alarm.id = %(eve)s AND cron.id = %(cron)s
        """,
        updated.ids,
    )
    assert edited == [("Booked", 15, 3, 17, 7, False)]
    removed = "SELECT 1 FROM crm_agenda_document_model WHERE model = 'stock.picking'"
    assert not query(updated.database, removed)


def test_events_store_the_privacy_that_their_organizer_uses(updated):
    names = ("plain", "secret", "quiet", "past", "nobody", "meeting")
    privacy = dict(query(updated.database, "SELECT id, privacy FROM calendar_event"))
    assert {name: privacy[updated.ids[name]] for name in names} == {
        "plain": "public",
        "secret": "private",
        "quiet": "private",
        "past": "private",
        "nobody": "public",
        "meeting": None,
    }


def test_events_count_the_hours_that_they_take(updated):
    hours = "SELECT agenda_hours FROM calendar_event WHERE id = %(plain)s"
    assert query(updated.database, hours, updated.ids) == [(1,)]


def test_durations_are_as_long_as_is_accepted(updated):
    hours = "SELECT default_duration FROM crm_agenda_calendar WHERE id = %(endless)s"
    assert query(updated.database, hours, updated.ids) == [(8760,)]


def test_attendance_that_nobody_gave_is_removed(updated):
    ids, made, logged = updated.ids, updated.made, get_logged(updated.log)
    attendee, _of_meeting = made["attendees"]
    assert logged["Attendees who were not invited (event, contact, attendee)"] == [
        (ids["secret"], ids["tomas_contact"], attendee)
    ]
    assert [row["id"] for row in get_lost(updated, "calendar_attendee")] == [
        str(attendee)
    ]
    pairs = sorted((ids[n], ids["javier_contact"]) for n in ("secret", "elsewhere"))
    assert sorted(logged["Contacts who had no attendee's row (event, contact)"]) == (
        pairs
    )
    lost = get_lost(updated, "calendar_event_res_partner_rel")
    assert sorted(tuple(map(int, row.values())) for row in lost) == pairs


def test_members_are_whom_the_shares_reach(updated):
    ids, logged = updated.ids, get_logged(updated.log)
    owner = {ids["office"]}
    expected = {
        "member": owner | {ids["elena"], ids["marta"]},
        "reader": owner | {ids["elena"], ids["marta"]},
        "writer": owner | {ids["marta"]},
        "reminded": owner | {ids["elena"]},
    }
    for kind in MEMBERS:
        rows = query(
            updated.database,
            f"SELECT user_id FROM crm_agenda_calendar_{kind}_rel"
            " WHERE calendar_id = %(calendar)s",
            ids,
        )
        members = {user_id for (user_id,) in rows}
        assert members == expected.get(kind, owner), kind
        assert logged[f"People in {kind}_ids (calendar, user)"] == sorted(
            (ids["calendar"], ids[name]) for name in ("portal", "tomas")
        )


def test_who_may_not_read_an_event_follows_it_no_more(updated):
    ids = updated.ids
    logged = get_logged(updated.log)
    removed = logged["Followers who may not read the event (event, contact, follower)"]
    assert sorted(row[-1] for row in removed) == updated.made["followers"][:5]
    assert sorted(row[:2] for row in removed) == sorted(
        (ids[event], ids[f"{name}_contact"])
        for event, name in (
            ("plain", "tomas"),
            ("plain", "gone"),
            ("secret", "elena"),
            ("secret", "javier"),
            ("quiet", "elena"),
        )
    )
    lost = get_lost(updated, "mail_followers")
    assert sorted(int(row["id"]) for row in lost) == updated.made["followers"][:5]


def test_who_may_not_read_an_event_knows_no_way_into_its_video_call(updated):
    calls = read_calls(updated.database)
    assert len(calls) == len(updated.calls) == 4
    assert {event for event in calls if calls[event] != updated.calls[event]} == {
        updated.ids[name] for name in ("elsewhere", "plain", "secret")
    }


def test_who_may_not_read_an_event_is_reminded_of_it_no_more(updated):
    logged = get_logged(updated.log)
    kind = "Reminders to who may not read the event (event, contact, reminder)"
    assert sorted(row[-1] for row in logged[kind]) == updated.made["reminders"][:2]
    lost = get_lost(updated, "crm_agenda_reminder")
    assert sorted(int(row["id"]) for row in lost) == updated.made["reminders"][:2]


def test_shares_that_people_gave_to_themselves_are_named(updated):
    ids = updated.ids
    share = (ids["calendar"], ids["elena"], ids["share"])
    assert re.search(
        rf"WARNING .* gave to themselves.*, 1: {re.escape(str([share]))}",
        updated.log,
    )
