"""Fills databases with one company's years of meetings, the same with and without the
addon, by SQL: a million of them takes minutes, not a night.

What an event is comes from a hash of its number, because random() gives what the
query's plan makes of it: the same number is the same meeting in every database. The
first ``KNOWN`` ones are in the ``SEEN`` calendars of one user at every size, so that
what he sees stays the same while the table around it grows.
"""

from datetime import date, timedelta

from env_common import say

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

USERS, TEAMS, CUSTOMERS, DOCUMENTS = 200, 20, 5000, 200
CALENDARS, SEEN, USER_SHARES, TEAM_SHARES = 1000, 20, 17, 2
KNOWN, SERIES = 5000, 26  # events; weekly occurrences of one series
FIRST, WEEKS = date(2024, 1, 1), 313
WEEK = FIRST + timedelta(weeks=160)  # the one measured: no demo data is near it
FIRST_ID = 10**7  # above everything that the databases came with
# The number of a calendar's owner: those of the ``SEEN`` ones have no other.
OWNER = "CASE WHEN {0} < %d THEN {0} ELSE %d + {0} %% %d END" % (
    SEEN,
    SEEN,
    USERS - SEEN,
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONTEXT = {"no_reset_password": True, "tracking_disable": True, "mail_notrack": True}


def build(source, name, kind, size):
    """Make the database ``name`` out of ``source`` unless it is there; 0 events stand
    for the company without its meetings, from which the other sizes are copied."""
    with postgres() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cr.rowcount:
            return
        say("filling %s" % name)
        sql_db.close_db(source)  # a template has no other users
        partial = name + "_partial"
        cr.execute('DROP DATABASE IF EXISTS "%s"' % partial)
        cr.execute('CREATE DATABASE "%s" TEMPLATE "%s"' % (partial, source))
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
    with connect(partial) as cr:
        cr.execute("VACUUM ANALYZE")
    sql_db.close_db(partial)
    with postgres() as cr:
        cr.execute('ALTER DATABASE "%s" RENAME TO "%s"' % (partial, name))


def drop_others(marks):
    """Drop what an older addon or an older version of this file has filled."""
    with postgres() as cr:
        cr.execute("SELECT datname FROM pg_database WHERE datname ~ '^(agenda|stock)_'")
        for (name,) in cr.fetchall():
            if name.rpartition("_")[2] not in marks:
                cr.execute('DROP DATABASE "%s"' % name)


def flush(env):
    (getattr(env, "flush_all", None) or env["base"].flush)()


def postgres():
    return connect("postgres")


class connect:  # noqa: N801
    """A cursor of its own connection in which each statement is a transaction."""

    def __init__(self, database):
        self.cr = sql_db.db_connect(database, allow_uri=True).cursor()
        self.cr._cnx.autocommit = True

    def __enter__(self):
        return self.cr

    def __exit__(self, *_exc):
        self.cr._cnx.autocommit = False
        self.cr.close()


def make_company(env):
    """Make users, one who sees few calendars and one who sees all, teams, a group of
    all users, customers and documents, in the same order everywhere."""
    groups = ["base.group_user", "sales_team.group_sale_salesman_all_leads"]
    agenda = env.ref("crm_agenda.group_agenda_user", False)
    manager = env.ref("crm_agenda.group_agenda_manager", False)
    groups = [env.ref(xmlid).id for xmlid in groups] + (agenda.ids if agenda else [])
    logins = ["bench-%03d" % index for index in range(USERS)]
    users = env["res.users"].create(
        [
            {
                "name": login,
                "login": login,
                "email": "%s@example.com" % login,
                "groups_id": [(6, 0, groups)],
            }
            for login in [*logins, "bench_few", "bench_all"]
        ]
    )
    if manager:
        manager.write({"users": [(4, users[-1].id)]})
    env["res.groups"].create({"name": "Bench", "users": [(6, 0, users[:USERS].ids)]})
    env["res.groups"].create({"name": "Bench few", "users": [(4, users[-2].id)]})
    teams = env["crm.team"].create(
        [{"name": "Bench %02d" % n, "company_id": False} for n in range(TEAMS + 1)]
    )
    for index, team in enumerate(teams[:TEAMS]):
        team.member_ids = users[index * 10 : index * 10 + 10]
    teams[-1].member_ids = users[-2]
    customers = env["res.partner"].create(
        [
            {"name": "Bench %04d" % n, "email": "bench%04d@example.com" % n}
            for n in range(CUSTOMERS)
        ]
    )
    for model in ("crm.lead", "sale.order"):
        env[model].create(
            [
                {"name": "Bench %03d" % n, "partner_id": customers[n].id}
                for n in range(DOCUMENTS)
            ]
        )


def make_calendars(env):
    """Make calendars and their shares; Odoo itself finds who their members are."""
    users = env["res.users"].search([("login", "=like", "bench-%")], order="login")
    few = env["res.users"].search([("login", "=", "bench_few")])
    teams = env["crm.team"].search([("name", "=like", "Bench %")], order="name").ids
    group, group_of_few = env["res.groups"].search(
        [("name", "=like", "Bench%")], order="id"
    )
    values = {"name": "Bench", "owner_id": users[0].id, "company_id": False}
    template = env["crm.agenda.calendar"].create(values)
    share = env["crm.agenda.share"].create(
        {"calendar_id": template.id, "user_id": few.id}
    )
    flush(env)
    owners = "(ARRAY%s)[1 + %s]" % (users.ids, OWNER.format("n"))
    clone(
        env.cr,
        "crm_agenda_calendar",
        template.id,
        "SELECT generate_series(0, %d) AS n" % (CALENDARS - 1),
        id="%d + n" % FIRST_ID,
        name="'Bench ' || lpad(n::text, 4, '0')",
        owner_id=owners,
        color="1 + n % 11",
    )
    # Every calendar: users other than its owner, two teams, the group of all. Those
    # that one user sees: he, his team or his group besides.
    level = "(ARRAY['read', 'write', 'read', 'busy'])[1 + (n + k) % 4]"
    for first, stop, count, column, ids, index in (
        (0, CALENDARS, USER_SHARES, "user_id", users.ids, "n + 1 + k * 11"),
        (0, CALENDARS, TEAM_SHARES, "team_id", teams[:-1], "n + k * 7"),
        (0, CALENDARS, 1, "group_id", group.ids, "0"),
        (0, 8, 1, "user_id", few.ids, "0"),
        (8, 14, 1, "team_id", teams[-1:], "0"),
        (14, SEEN, 1, "group_id", group_of_few.ids, "0"),
    ):
        subject = dict.fromkeys(("user_id", "team_id", "group_id"), "NULL::int")
        subject[column] = "(ARRAY%s)[1 + (%s) %% %d]" % (ids, index, len(ids))
        clone(
            env.cr,
            "crm_agenda_share",
            share.id,
            "SELECT n, k FROM generate_series(%d, %d) n, generate_series(0, %d) k"
            % (first, stop - 1, count - 1),
            calendar_id="%d + n" % FIRST_ID,
            level="'busy'" if ids == group.ids else level,
            remind="k = 1",
            **subject,
        )
    template.unlink()
    calendars = template.search([("id", ">=", FIRST_ID)])
    for fname in calendars._get_member_fields():
        env.add_to_compute(calendars._fields[fname], calendars)
    flush(env)


EVENTS = """
CREATE TEMP TABLE bench AS
WITH numbered AS (
    SELECT i, i / {series} AS s, i % {series} AS nth,
           i / {series} % 5 < 2 AS repeated
      FROM generate_series(0, {size} - 1) i
), keyed AS (
    SELECT *, CASE WHEN repeated THEN -s ELSE i END AS key FROM numbered
), hashed AS (
    SELECT *, ARRAY(
        SELECT abs(hashint4extended(key, salt) % 1000000)::int
          FROM generate_series(1, 10) salt
    ) AS h FROM keyed
), placed AS (
    SELECT *,
        date '{first}' + CASE WHEN repeated THEN h[1] % ({weeks} - {series}) + nth
                              ELSE h[1] % {weeks} END * 7 + h[2] % 5 AS day,
        (ARRAY[0.5, 1, 1, 2])[1 + h[4] % 4] AS hours,
        CASE WHEN i < {known} THEN h[5] % {seen}
             ELSE {seen} + h[5] % ({calendars} - {seen}) END AS calendar
      FROM hashed
)
SELECT i, s, nth, repeated, day, hours, h, calendar, {first_id} + i AS id,
       day + interval '8 hours' + h[3] % 20 * interval '30 minutes' AS start,
       owner.id AS user_id, owner.partner_id, customer.id AS customer_id,
       document.model, document.id AS res_id
  FROM placed
  JOIN (SELECT row_number() OVER (ORDER BY login) - 1 AS n, id, partner_id
          FROM res_users WHERE login LIKE 'bench-%') owner
    ON owner.n = {owner}
  LEFT JOIN (SELECT row_number() OVER (ORDER BY name) - 1 AS n, id
          FROM res_partner WHERE name ~ '^Bench [0-9]{{4}}$') customer
    ON customer.n = h[6] % {customers} AND h[7] % 5 < 4
  LEFT JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, 'crm.lead' AS model
               FROM crm_lead WHERE name ~ '^Bench [0-9]{{3}}$'
             UNION ALL
             SELECT row_number() OVER (ORDER BY id) - 1 + {documents}, id, 'sale.order'
               FROM sale_order WHERE name ~ '^Bench [0-9]{{3}}$') document
    ON document.n = h[8] % (5 * {documents})
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
    "recurrence_id": "CASE WHEN repeated THEN %d + s END" % FIRST_ID,
    "res_model": "model",
    "res_model_id": "(SELECT id FROM ir_model WHERE model = n.model)",
    "res_id": "n.res_id",
    "opportunity_id": "CASE WHEN model = 'crm.lead' THEN n.res_id END",
}
RECURRENCE = {
    "id": "%d + s" % FIRST_ID,
    "base_event_id": "base",
    "rrule": "'RRULE:FREQ=WEEKLY;COUNT=%d;BYDAY='"
    " || upper(left(to_char(n.day, 'dy'), 2))" % SERIES,
    **{
        day[:letters]: "extract(isodow FROM n.day) = %d" % number
        for number, day in enumerate(WEEKDAYS, 1)
        for letters in (2, 3)  # in 14.0, and since
    },
}


def make_events(env, kind, size):
    """Make ``size`` meetings, in the calendars of the agenda or in none."""
    # The SQL below makes whole rows: neither triggers nor foreign keys are needed.
    env.cr.execute("SET LOCAL session_replication_role = replica")
    names = {name.lower(): value for name, value in globals().items()}
    owner = OWNER.format("calendar")
    env.cr.execute(EVENTS.format(**{**names, "size": size, "owner": owner}))
    event = env["calendar.event"].create(
        {"name": "Bench", "start": WEEK, "stop": WEEK, "partner_ids": [(5,)]}
    )
    recurrences = env["calendar.recurrence"]
    recurrence = recurrences.create(
        {
            "base_event_id": event.id,
            "rrule_type": "weekly",
            "count": SERIES,
            weekday(recurrences, WEEK): True,
        }
    )
    attendee = env["calendar.attendee"].create(
        {"event_id": event.id, "partner_id": env.user.partner_id.id}
    )
    templates = (event, recurrence, attendee)
    flush(env)
    columns = dict(EVENT, **(get_agenda_columns(env) if kind == "agenda" else {}))
    clone(env.cr, event._table, event.id, "SELECT * FROM bench", **columns)
    clone(
        env.cr,
        recurrence._table,
        recurrence.id,
        "SELECT s, min(id) AS base, min(day) AS day"
        " FROM bench WHERE repeated GROUP BY s",
        **RECURRENCE,
    )
    people = (
        "SELECT i, id AS event, partner_id AS partner FROM bench UNION ALL "
        "SELECT i, id, customer_id FROM bench WHERE customer_id IS NOT NULL"
    )
    env.cr.execute(
        "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)"
        " SELECT event, partner FROM (%s) people" % people
    )
    clone(
        env.cr,
        attendee._table,
        attendee.id,
        people,
        event_id="event",
        partner_id="partner",
        access_token="md5(event || '-' || partner)",
        state="(ARRAY['accepted', 'needsAction', 'tentative'])[1 + i % 3]",
    )
    alarm = env["calendar.alarm"].search([], order="id", limit=1)
    env.cr.execute(
        "INSERT INTO calendar_alarm_calendar_event_rel"
        " (calendar_event_id, calendar_alarm_id)"
        " SELECT id, %s FROM bench WHERE h[9] %% 5 = 0",
        [alarm.id],
    )
    for template in templates:
        env.cr.execute("DELETE FROM %s WHERE id = %d" % (template._table, template.id))
    env.cr.execute("SELECT setval('calendar_event_id_seq', %s)", [FIRST_ID + size])
    env.cr.execute("SELECT setval('calendar_recurrence_id_seq', %s)", [FIRST_ID + size])


def weekday(events, day):
    """Give the field of a series that repeats on the weekday of ``day``."""
    name = WEEKDAYS[day.weekday()]
    return name if name in events._fields else name[:2]


def get_agenda_columns(env):
    """Give what the addon keeps of an event besides."""
    types = env["crm.agenda.event.type"].search([]).ids
    statuses = env["crm.agenda.event.status"].search([])
    kinds = {
        kind: statuses.filtered(lambda s, kind=kind: s.kind == kind).ids[:1]
        for kind in ("open", "done", "cancelled")
    }
    columns = {
        "agenda_calendar_id": "%d + calendar" % FIRST_ID,
        "agenda_type_id": "(ARRAY%s)[1 + h[7] %% %d]" % (types, len(types)),
        "agenda_status_id": "CASE WHEN h[8] %% 20 = 0 THEN %d WHEN day < now() THEN %d"
        " ELSE %d END" % (*kinds["cancelled"], *kinds["done"], *kinds["open"]),
        "customer_id": "n.customer_id",
    }
    busy = "CASE WHEN h[8] % 20 > 0 AND h[10] % 20 > 0 THEN {} END"
    columns["slot_start"] = busy.format(EVENT["start"])
    columns["slot_stop"] = busy.format(EVENT["stop"])
    return columns


def clone(cr, table, template_id, source, **columns):
    """Copy a row for each row ``n`` of ``source``, with other ``columns``.

    Columns that this version of the addon doesn't have are left out; those that are
    not named here are as Odoo made them.
    """
    cr.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    columns.setdefault("id", "nextval('%s_id_seq')" % table)
    cr.execute(
        "INSERT INTO %s (%s) SELECT %s FROM (%s) n, %s template WHERE template.id = %d"
        % (
            table,
            ", ".join('"%s"' % name for name in names),
            ", ".join(columns.get(name, 'template."%s"' % name) for name in names),
            source,
            table,
            template_id,
        )
    )
