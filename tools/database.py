"""Opens Odoo on the database that ODOO_RC names."""

import contextlib
import os

import odoo
from odoo import api
from odoo.modules.registry import Registry


@contextlib.contextmanager
def open_registry():
    """Give the registry of the database, ready for environments."""
    odoo.tools.config.parse_config(["-c", os.environ["ODOO_RC"], "--log-level=error"])
    name = odoo.tools.config["db_name"]
    registry = Registry(name[0] if isinstance(name, list) else name)
    # 14.0 asks for it around every use of the ORM, 18.0 has it no more.
    with getattr(api.Environment, "manage", contextlib.nullcontext)():
        yield registry
