"""Fills databases with one company's years of meetings, the same with and without the
addon, by SQL: a million of them takes minutes, not a night.

What an event is comes from a hash of its number, because random() gives what the
query's plan makes of it: the same number is the same meeting in every database. The
first ``KNOWN`` ones are in the ``SEEN`` calendars of one user at every size, so that
what they see stays the same while the table around it grows.
"""

from datetime import date, timedelta

from database import GROUPS, PEOPLE, connect
from environment.machine import say

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

USERS, TEAMS, CUSTOMERS, DOCUMENTS = 200, 20, 5000, 200
CALENDARS, SEEN, USER_SHARES, TEAM_SHARES = 1000, 20, 17, 2
KNOWN, SERIES = 5000, 26  # events; weekly occurrences of one series
FIRST, WEEKS = date(2024, 1, 1), 313
WEEK = FIRST + timedelta(weeks=160)  # the one measured: no demo data is near it
FIRST_ID = 10**7  # above everything that the databases came with
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONTEXT = {"no_reset_password": True, "tracking_disable": True, "mail_notrack": True}


def build(source, name, kind, size):
    """Make the database ``name`` out of ``source`` unless it is there; 0 events stand
    for the company without its meetings, from which the other sizes are copied."""
    partial = f"{name}_partial"
    with connect() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cr.rowcount:
            return
        say(f"filling {name}")
        sql_db.close_db(source)  # a template has no other users
        cr.execute(f'DROP DATABASE IF EXISTS "{partial}"')
        cr.execute(f'CREATE DATABASE "{partial}" TEMPLATE "{source}"')
    registry = Registry(partial)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, CONTEXT)
        if size:
            make_events(env, kind, size)
        else:
            make_company(env)
            if kind == "agenda":
                make_calendars(env)
    Registry.delete(partial)
    sql_db.close_db(partial)
    with connect(partial) as cr:
        cr.execute("VACUUM ANALYZE")
    with connect() as cr:
        cr.execute(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')


def drop_others(marks):
    """Drop what an older addon or an older version of this file has filled."""
    with connect() as cr:
        cr.execute("SELECT datname FROM pg_database WHERE datname ~ '^(agenda|stock)_'")
        for (name,) in cr.fetchall():
            if name.rpartition("_")[2] not in marks:
                cr.execute(f'DROP DATABASE "{name}"')


def make_company(env):
    """Make users, one who sees few calendars and one who sees all, teams, a group of
    all users, customers and documents, in the same order everywhere."""
    xmlids = ("base.group_user", "sales_team.group_sale_salesman_all_leads")
    groups = env["res.groups"].union(*map(env.ref, xmlids))
    groups |= env.ref("crm_agenda.group_agenda_user", False) or groups
    logins = [f"bench-{n:03}" for n in range(USERS)] + ["bench_few", "bench_all"]
    users = env["res.users"].create(
        [
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                GROUPS: [(6, 0, groups.ids)],
            }
            for login in logins
        ]
    )
    few, everything = users[-2:]
    manager = env.ref("crm_agenda.group_agenda_manager", False)
    if manager:
        manager.write({PEOPLE: [(4, everything.id)]})
    env["res.groups"].create({"name": "Bench", PEOPLE: [(6, 0, users[:USERS].ids)]})
    env["res.groups"].create({"name": "Bench few", PEOPLE: [(4, few.id)]})
    teams = env["crm.team"].create(
        [{"name": f"Bench {n:02}", "company_id": False} for n in range(TEAMS + 1)]
    )
    for index, team in enumerate(teams[:TEAMS]):
        team.member_ids = users[index * 10 : index * 10 + 10]
    teams[-1].member_ids = few
    customers = env["res.partner"].create(
        [
            {"name": f"Bench {n:04}", "email": f"bench{n:04}@example.com"}
            for n in range(CUSTOMERS)
        ]
    )
    for model in ("crm.lead", "sale.order"):
        env[model].create(
            [
                {"name": f"Bench {n:03}", "partner_id": customers[n].id}
                for n in range(DOCUMENTS)
            ]
        )


def get_owner(calendar):
    """Give, in SQL, the number of a calendar's owner: the ``SEEN`` have no other."""
    return (
        f"CASE WHEN {calendar} < {SEEN} THEN {calendar}"
        f" ELSE {SEEN} + {calendar} % {USERS - SEEN} END"
    )


def make_calendars(env):
    """Make calendars and their shares; Odoo itself finds who their members are."""
    users = env["res.users"].search([("login", "=like", "bench-%")], order="login")
    few = env["res.users"].search([("login", "=", "bench_few")])
    teams = env["crm.team"].search([("name", "=like", "Bench %")], order="name").ids
    everybody, group = env["res.groups"].search(
        [("name", "=like", "Bench%")], order="id"
    )
    values = {"name": "Bench", "owner_id": users[0].id, "company_id": False}
    template = env["crm.agenda.calendar"].create(values)
    values = {"calendar_id": template.id, "user_id": few.id}
    share = env["crm.agenda.share"].create(values)
    env.flush_all()
    clone(
        template,
        f"SELECT generate_series(0, {CALENDARS - 1}) AS n",
        id=f"{FIRST_ID} + n",
        name="'Bench ' || lpad(n::text, 4, '0')",
        owner_id=f"(ARRAY{users.ids})[1 + {get_owner('n')}]",
        color="1 + n % 11",
    )
    # Every calendar: users other than its owner, two teams, the group of all. Those
    # that one user sees: they, their team or their group besides.
    for first, stop, count, column, ids, index in (
        (0, CALENDARS, USER_SHARES, "user_id", users.ids, "n + 1 + k * 11"),
        (0, CALENDARS, TEAM_SHARES, "team_id", teams[:-1], "n + k * 7"),
        (0, CALENDARS, 1, "group_id", everybody.ids, "0"),
        (0, 8, 1, "user_id", few.ids, "0"),
        (8, 14, 1, "team_id", teams[-1:], "0"),
        (14, SEEN, 1, "group_id", group.ids, "0"),
    ):
        subject = dict.fromkeys(("user_id", "team_id", "group_id"), "NULL::int")
        subject[column] = f"(ARRAY{ids})[1 + ({index}) % {len(ids)}]"
        levels = ["busy"] if ids == everybody.ids else ["read", "write", "read", "busy"]
        clone(
            share,
            f"SELECT n, k FROM generate_series({first}, {stop - 1}) n,"
            f" generate_series(0, {count - 1}) k",
            calendar_id=f"{FIRST_ID} + n",
            level=f"(ARRAY{levels})[1 + (n + k) % {len(levels)}]",
            remind="k = 1",
            **subject,
        )
    template.unlink()
    calendars = template.search([("id", ">=", FIRST_ID)])
    for fname in calendars._get_member_fields():
        env.add_to_compute(calendars._fields[fname], calendars)
    env.flush_all()


EVENTS = f"""
CREATE TEMP TABLE bench AS
WITH numbered AS (
    SELECT i, i / {SERIES} AS s, i % {SERIES} AS nth,
           i / {SERIES} % 5 < 2 AS repeated
      FROM generate_series(0, {{size}} - 1) i
), keyed AS (
    SELECT *, CASE WHEN repeated THEN -s ELSE i END AS key FROM numbered
), hashed AS (
    SELECT *, ARRAY(
        SELECT abs(hashint4extended(key, salt) % 1000000)::int
          FROM generate_series(1, 10) salt
    ) AS h FROM keyed
), placed AS (
    SELECT *,
        date '{FIRST}' + CASE WHEN repeated THEN h[1] % ({WEEKS} - {SERIES}) + nth
                              ELSE h[1] % {WEEKS} END * 7 + h[2] % 5 AS day,
        (ARRAY[0.5, 1, 1, 2])[1 + h[4] % 4] AS hours,
        CASE WHEN i < {KNOWN} THEN h[5] % {SEEN}
             ELSE {SEEN} + h[5] % ({CALENDARS} - {SEEN}) END AS calendar
      FROM hashed
)
SELECT i, s, nth, repeated, day, hours, h, calendar, {FIRST_ID} + i AS id,
       day + interval '8 hours' + h[3] % 20 * interval '30 minutes' AS start,
       owner.id AS user_id, owner.partner_id, customer.id AS customer_id,
       document.model, document.id AS res_id
  FROM placed
  JOIN (SELECT row_number() OVER (ORDER BY login) - 1 AS n, id, partner_id
          FROM res_users WHERE login LIKE 'bench-%') owner
    ON owner.n = {get_owner("calendar")}
  LEFT JOIN (SELECT row_number() OVER (ORDER BY name) - 1 AS n, id
          FROM res_partner WHERE name ~ '^Bench [0-9]{{{{4}}}}$') customer
    ON customer.n = h[6] % {CUSTOMERS} AND h[7] % 5 < 4
  LEFT JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, 'crm.lead' AS model
               FROM crm_lead WHERE name ~ '^Bench [0-9]{{{{3}}}}$'
             UNION ALL
             SELECT row_number() OVER (ORDER BY id) - 1 + {DOCUMENTS}, id, 'sale.order'
               FROM sale_order WHERE name ~ '^Bench [0-9]{{{{3}}}}$') document
    ON document.n = h[8] % (5 * {DOCUMENTS})
"""
EVENT = {
    "id": "n.id",
    "name": "'Meeting ' || i",
    "user_id": "n.user_id",
    "start": "n.start",
    "stop": "n.start + hours * interval '1 hour'",
    "duration": "hours",
    "privacy": "CASE WHEN h[9] % 50 = 0 THEN 'private' ELSE template.privacy END",
    "show_as": "CASE WHEN h[10] % 20 = 0 THEN 'free' ELSE 'busy' END",
    "location": "CASE WHEN h[9] % 3 = 0 THEN 'Street ' || h[9] END",
    "recurrency": "repeated",
    "follow_recurrence": "repeated",
    "recurrence_id": f"CASE WHEN repeated THEN {FIRST_ID} + s END",
    "res_model": "model",
    "res_model_id": "(SELECT id FROM ir_model WHERE model = n.model)",
    "res_id": "n.res_id",
    "opportunity_id": "CASE WHEN model = 'crm.lead' THEN n.res_id END",
}
RECURRENCE = {
    "id": f"{FIRST_ID} + s",
    "base_event_id": "base",
    "rrule": f"'RRULE:FREQ=WEEKLY;COUNT={SERIES};BYDAY='"
    " || upper(left(to_char(n.day, 'dy'), 2))",
    **{
        day: f"extract(isodow FROM n.day) = {number}"
        for number, day in enumerate(WEEKDAYS, 1)
    },
}
ATTENDEE = {
    "event_id": "event",
    "partner_id": "partner",
    "access_token": "md5(event || '-' || partner)",
    "state": "(ARRAY['accepted', 'needsAction', 'tentative'])[1 + i % 3]",
}
PEOPLE_OF_EVENTS = """
SELECT i, id AS event, partner_id AS partner FROM bench
UNION ALL SELECT i, id, customer_id FROM bench WHERE customer_id IS NOT NULL
"""


def make_events(env, kind, size):
    """Make ``size`` meetings, in the calendars of the agenda or in none."""
    # The SQL below makes whole rows: neither triggers nor foreign keys are needed.
    env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute(EVENTS.format(size=size))
    event = env["calendar.event"].create(
        {"name": "Bench", "start": WEEK, "stop": WEEK, "partner_ids": [(5,)]}
    )
    recurrence = env["calendar.recurrence"].create(
        {
            "base_event_id": event.id,
            "rrule_type": "weekly",
            "count": SERIES,
            WEEKDAYS[WEEK.weekday()]: True,
        }
    )
    attendee = env["calendar.attendee"].create(
        {"event_id": event.id, "partner_id": env.user.partner_id.id}
    )
    alarm = env["calendar.alarm"].search([], order="id", limit=1)
    env.flush_all()
    columns = get_agenda_columns(env) if kind == "agenda" else {}
    clone(event, "SELECT * FROM bench", **{**EVENT, **columns})
    series = "SELECT s, min(id) AS base, min(day) AS day FROM bench WHERE repeated"
    clone(recurrence, f"{series} GROUP BY s", **RECURRENCE)
    clone(attendee, PEOPLE_OF_EVENTS, **ATTENDEE)
    env.cr.execute(
        "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)"
        f" SELECT event, partner FROM ({PEOPLE_OF_EVENTS}) people"
    )
    env.cr.execute(
        "INSERT INTO calendar_alarm_calendar_event_rel"
        " (calendar_event_id, calendar_alarm_id)"
        " SELECT id, %s FROM bench WHERE h[9] %% 5 = 0",
        [alarm.id],
    )
    for template in (event, recurrence, attendee):
        env.cr.execute(f"DELETE FROM {template._table} WHERE id = {template.id}")
    for table in ("calendar_event", "calendar_recurrence"):
        env.cr.execute(f"SELECT setval('{table}_id_seq', {FIRST_ID + size})")


def get_agenda_columns(env):
    """Give what the addon keeps of an event besides."""
    types = env["crm.agenda.event.type"].search([]).ids
    statuses = env["crm.agenda.event.status"].search([])
    status = {status.kind: status.id for status in reversed(statuses)}
    busy = "CASE WHEN h[8] % 20 > 0 AND h[10] % 20 > 0 THEN {} END"
    return {
        "agenda_calendar_id": f"{FIRST_ID} + calendar",
        "agenda_type_id": f"(ARRAY{types})[1 + h[7] % {len(types)}]",
        "agenda_status_id": f"CASE WHEN h[8] % 20 = 0 THEN {status['cancelled']}"
        f" WHEN day < now() THEN {status['done']} ELSE {status['open']} END",
        "customer_id": "n.customer_id",
        "privacy": "CASE WHEN h[9] % 50 = 0 THEN 'private' ELSE 'public' END",
        "agenda_hours": f"COALESCE({busy.format('hours')}, 0)",
        "slot_start": busy.format(EVENT["start"]),
        "slot_stop": busy.format(EVENT["stop"]),
    }


def clone(template, source, **columns):
    """Copy a record's row for each row ``n`` of ``source``, with other ``columns``."""
    cr, table = template.env.cr, template._table
    cr.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    columns.setdefault("id", f"nextval('{table}_id_seq')")
    values = [columns.get(name, f'template."{name}"') for name in names]
    cr.execute(
        f"""INSERT INTO {table} ({", ".join(f'"{name}"' for name in names)})
        SELECT {", ".join(values)} FROM ({source}) n, {table} template
        WHERE template.id = {template.id}"""
    )
