"""Opens Odoo, or PostgreSQL alone, as ODOO_RC says."""

import contextlib
import os

import psycopg2

from odoo import release, sql_db, tools
from odoo.modules.registry import Registry

# What the two series call differently.
NEW = release.version_info[0] >= 19
GROUPS, PEOPLE = ("group_ids", "user_ids") if NEW else ("groups_id", "users")


def open_registry():
    """Give the registry of the database in ODOO_RC, ready for use."""
    tools.config.parse_config(["-c", os.environ["ODOO_RC"], "--log-level=error"])
    name = tools.config["db_name"]
    return Registry(name if isinstance(name, str) else name[0])


@contextlib.contextmanager
def connect(database="postgres"):
    """Give a cursor of a connection in which each statement is a transaction."""
    _name, parameters = sql_db.connection_info_for(database)
    with contextlib.closing(psycopg2.connect(**parameters)) as connection:
        connection.autocommit = True
        yield connection.cursor()


def query(database, sql, values=None):
    """Give the rows that a statement answers."""
    with connect(database) as cr:
        cr.execute(sql, values)
        return cr.fetchall()


@contextlib.contextmanager
def copied(template, name):
    """Give a copy of a database until it is no longer used."""
    with connect() as cr:
        cr.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        # A template has no users, but Odoo keeps connections that nobody uses.
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [template],
        )
        cr.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        with connect() as cr:
            cr.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
