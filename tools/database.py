"""Opens Odoo, or PostgreSQL alone, as ODOO_RC says."""

import contextlib
import os

import psycopg2

from odoo import release, sql_db, tools
from odoo.modules.registry import Registry

# What the two series call differently.
NEW = release.version_info[0] >= 19
GROUPS, PEOPLE = ("group_ids", "user_ids") if NEW else ("groups_id", "users")


def open_registry(database=None):
    """Give the registry of a database, or of that in ODOO_RC, ready for use."""
    named = ["-d", database] if database else []
    tools.config.parse_config(
        ["-c", os.environ["ODOO_RC"], *named, "--log-level=error"]
    )
    name = tools.config["db_name"]
    return Registry(name[0] if isinstance(name, list) else name)


@contextlib.contextmanager
def connect(database="postgres"):
    """Give a cursor of a connection in which each statement is a transaction."""
    _name, parameters = sql_db.connection_info_for(database)
    with contextlib.closing(psycopg2.connect(**parameters)) as connection:
        connection.autocommit = True
        yield connection.cursor()
