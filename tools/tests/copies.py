"""Databases of a test's own, and what Odoo does to them in processes of their own."""

import contextlib
import os
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


def python(*arguments, **options):
    """Run Python, and give what it printed and logged."""
    process = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, **options
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return process
