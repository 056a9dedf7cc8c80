"""Databases of a test's own, and what Odoo does to them in processes of their own."""

import json
import os
import re
import subprocess
import sys

import database
import pytest


def copied(template, name):
    """Give a copy of a database, `stock` is one in which the addon never was."""
    if not os.environ.get("ODOO_RC"):
        pytest.skip("ODOO_RC names no configuration")
    found = "SELECT 1 FROM pg_database WHERE datname = %s"
    if not database.query("postgres", found, [template]):
        pytest.skip(f"there is no {template} database to copy")
    return database.copied(template, name)


def run(name, *arguments, script=None, rc=None):
    """Run a command of Odoo's; give the result that a script prints, or the log."""
    process = subprocess.run(
        [sys.executable, "-m", "odoo", *arguments, "-d", name, "--no-http"],
        capture_output=True,
        env={**os.environ, "ODOO_RC": rc or os.environ["ODOO_RC"]},
        input=script,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    if script is None:
        assert " ERROR " not in process.stderr, process.stderr[-3000:]
        return process.stderr
    for result in re.findall("^RESULT(.*)", process.stdout, re.MULTILINE):
        return json.loads(result)
