"""Installing the addon changes no meeting; uninstalling it keeps them all."""

import contextlib
import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import contextlib, json, sys
import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

database, step = sys.argv[1:]
odoo.tools.config.parse_config(["-c", "{rc}", "-d", database, "--log-level=error"])
registry = Registry(database)


def snapshot(cr):
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'calendar_event' AND column_name NOT LIKE 'agenda_%%'"
        " AND column_name NOT LIKE 'slot_%%' AND column_name NOT IN ('customer_id')"
    )
    columns = sorted(name for name, in cr.fetchall())
    # The demo company's events are the module's own, and go with it.
    cr.execute(
        "SELECT {{}} FROM calendar_event WHERE id NOT IN (SELECT res_id FROM"
        " ir_model_data WHERE module = 'crm_agenda' AND model = 'calendar.event')"
        " ORDER BY id".format(", ".join(columns))
    )
    rows = [dict(zip(columns, map(str, row))) for row in cr.fetchall()]
    print("SNAPSHOT" + json.dumps(rows))


def main():
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {{}})
        module = env["ir.module.module"].search([("name", "=", "crm_agenda")])
        if not module:
            env["ir.module.module"].update_list()
            module = env["ir.module.module"].search([("name", "=", "crm_agenda")])
        if step == "install":
            snapshot(cr)
            module.button_immediate_install()
        if step == "use":
            calendar = env["crm.agenda.calendar"].create(
                {{"name": "Visits", "owner_id": env.ref("base.user_admin").id}}
            )
            env["calendar.event"].create(
                [
                    {{
                        "name": "Visit %d" % index,
                        "agenda_calendar_id": calendar.id,
                        "alarm_ids": [(6, 0, env.ref("calendar.alarm_notif_1").ids)],
                        "start": "2030-01-07 09:00:00",
                        "stop": "2030-01-07 10:00:00",
                    }}
                    for index in range(3)
                ]
            )
            env["calendar.event"].search([], limit=1).agenda_calendar_id = calendar
        if step == "uninstall":
            snapshot(cr)
            module.button_immediate_uninstall()
    with Registry(database).cursor() as cr:
        snapshot(cr)


# 14.0 asks for it around every use of the ORM, 18.0 has it no more.
with getattr(api.Environment, "manage", contextlib.nullcontext)():
    main()
"""


@pytest.fixture
def database():
    """Give a copy of the stock database, in which the addon was never installed."""
    odoo = pytest.importorskip("odoo")
    rc = os.environ.get("ODOO_RC")
    if not rc:
        pytest.skip("ODOO_RC names no configuration")
    with admin(odoo) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'stock'")
        if not cursor.fetchone():
            pytest.skip("there is no stock database to copy")
        cursor.execute("DROP DATABASE IF EXISTS lifecycle")
        cursor.execute("CREATE DATABASE lifecycle TEMPLATE stock")
    yield "lifecycle"
    with admin(odoo) as cursor:
        cursor.execute("DROP DATABASE lifecycle")


@contextlib.contextmanager
def admin(odoo):
    import psycopg2

    _name, parameters = odoo.sql_db.connection_info_for("postgres")
    with contextlib.closing(psycopg2.connect(**parameters)) as connection:
        connection.autocommit = True
        yield connection.cursor()


def run(database, step):
    """Run one step in a server of its own; give its snapshots of the meetings."""
    script = SCRIPT.format(rc=os.environ["ODOO_RC"])
    process = subprocess.run(
        [sys.executable, "-c", script, database, step],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    lines = [s for s in process.stdout.splitlines() if s.startswith("SNAPSHOT")]
    return [json.loads(line[len("SNAPSHOT") :]) for line in lines]


def test_installing_and_uninstalling_keep_every_meeting(database):
    before, after = run(database, "install")
    assert before
    # The demo company comes with events of its own.
    assert [row for row in after if row in before] == before
    run(database, "use")
    used, left = run(database, "uninstall")
    assert len([row for row in used if row["name"].startswith("Visit ")]) >= 3
    assert left == used
