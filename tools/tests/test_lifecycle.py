"""Installing the addons changes no meeting; uninstalling them keeps them all."""

from copies import copied, run
from database import connect, query

USE = """
calendar = env["crm.agenda.calendar"].create(
    {"name": "Visits", "owner_id": env.ref("base.user_admin").id}
)
env["calendar.event"].search([("agenda_calendar_id", "=", False)])[0].write(
    {"agenda_calendar_id": calendar.id}
)
env["crm.agenda.feed"].create(
    {"name": "Phone", "content": "calendars", "calendar_ids": [(6, 0, calendar.ids)]}
)
env["calendar.event"].create(
    {
        "name": "Visit",
        "agenda_calendar_id": calendar.id,
        "alarm_ids": [(6, 0, env.ref("calendar.alarm_notif_1").ids)],
        "recurrency": True,
        "rrule_type": "daily",
        "end_type": "count",
        "count": 3,
        "start": "2030-01-07 09:00:00",
        "stop": "2030-01-07 10:00:00",
    }
)
env.cr.commit()
"""
UNINSTALL = """
addon = env["ir.module.module"].search([("name", "=", "crm_agenda")])
addon.button_immediate_uninstall()
"""

# What Odoo itself leaves of a module: the names of constraints that are gone, and of
# demo users, whom it does not delete since they wrote something.
LEFT = (
    "ir_attachment",
    "ir_cron_trigger",
    "ir_logging",
    "ir_model_constraint",
    "ir_model_data",
)
# Odoo drops no index of a column that is its own; 19.0 has the first three by itself.
INDEXES = {
    ("index", f"calendar_{name}_index")
    for name in (
        "attendee__event_id",
        "event__recurrence_id",
        "event__user_id",
        "event__res_id",
    )
}


def test_installing_and_uninstalling_keep_every_meeting():
    with copied("stock", "lifecycle") as name:
        run(
            name,
            "shell",
            script='env["ir.module.module"].update_list()\nenv.cr.commit()',
        )
        before, code = read_meetings(name), read_code(name)
        run(name, "--init=crm_agenda_caldav", "--stop-after-init")
        installed = read_meetings(name)
        assert before
        assert {key: trim(installed[key], before[key]) for key in before} == before
        run(name, "shell", script=USE)
        used = read_meetings(name)
        run(name, "shell", script=UNINSTALL)
        left = read_meetings(name)
        assert len([row for row in used.values() if row["name"] == "Visit"]) == 3
        assert {key: trim(used[key], left[key]) for key in used} == left
        assert read_code(name) - code <= INDEXES


def trim(row, columns):
    return {column: row[column] for column in columns}


def read_meetings(database):
    """Give the meetings but for those of the demo company, which are the addon's."""
    with connect(database) as cursor:
        cursor.execute(
            """
            SELECT * FROM calendar_event WHERE id NOT IN (
                   SELECT res_id FROM ir_model_data
                    WHERE module = 'crm_agenda' AND model = 'calendar.event')
            """
        )
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: row for row in rows}


def read_code(database):
    """Give what modules make: tables and columns, views, rules, groups, actions…"""
    code = set(
        query(
            database,
            "SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'"
            " UNION SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT 'function', proname FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace",
        )
    )
    columns = query(
        database,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'",
    )
    code.update(columns)
    for table, column in columns:
        kept = table.startswith(("ir_", "mail_template", "mail_message_subtype"))
        if column == "id" and (kept or table.startswith("res_groups")):
            if table not in LEFT:
                rows = query(database, f"SELECT id FROM {table}")
                code.update((table, row_id) for (row_id,) in rows)
    return code
