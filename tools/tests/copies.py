"""Databases of a test's own, and what Odoo does to them in processes of their own."""

import contextlib
import json
import os
import re
import subprocess
import sys

import psycopg2
import pytest

odoo = pytest.importorskip("odoo")


@contextlib.contextmanager
def connected(database):
    """Give a cursor that commits by itself."""
    _name, parameters = odoo.sql_db.connection_info_for(database)
    with contextlib.closing(psycopg2.connect(**parameters)) as connection:
        connection.autocommit = True
        yield connection.cursor()


@contextlib.contextmanager
def copied(template, name):
    """Give a copy of a database, `stock` is one in which the addon never was."""
    if not os.environ.get("ODOO_RC"):
        pytest.skip("ODOO_RC names no configuration")
    with connected("postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            pytest.skip(f"there is no {template} database to copy")
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    with connected("postgres") as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def run(database, *arguments, script=None, rc=None):
    """Run a command of Odoo's; give the result that a script prints, or the log."""
    process = subprocess.run(
        [sys.executable, "-m", "odoo", *arguments, "-d", database, "--no-http"],
        capture_output=True,
        env={**os.environ, "ODOO_RC": str(rc or os.environ["ODOO_RC"])},
        input=script,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    if script is None:
        assert " ERROR " not in process.stderr, process.stderr[-3000:]
        return process.stderr
    for result in re.findall("^RESULT(.*)", process.stdout, re.MULTILINE):
        return json.loads(result)
