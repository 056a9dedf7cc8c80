"""Has real calendar apps talk with the agenda, beside the same with Radicale.

Serves the database of ODOO_RC and runs the clients, which have a Python of their own:
its path is the only argument. Ends with 1 if something is not as it should be.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from database import open_registry
from servers import serve

from odoo import SUPERUSER_ID, api

from . import desktop

USER, ANOTHER = "dav", "dav other"
SCOPE = "crm_agenda_caldav"
CALENDARS = ("Work", "Other", "Only to read")


def main():
    [python] = sys.argv[1:]
    registry = open_registry()
    with registry.cursor() as cr:
        passwords, number = prepare(api.Environment(cr, SUPERUSER_ID, {}))
    clients = Path(__file__).with_name("clients.py")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        odoo = stack.enter_context(serve_odoo())
        radicale = stack.enter_context(serve_radicale(python, folder))
        agenda = f"{odoo}/crm_agenda/dav/"
        calendar = f"{agenda}calendars/{number}/"
        home = Path(folder, "evolution")
        home.mkdir()
        failed = 0
        try:
            desktop.run_evolution(registry, home, calendar, passwords[0])
        except (AssertionError, OSError) as error:
            failed = 1
            sys.stdout.write(f"FAILED Evolution: {error!r}\n")
        else:
            sys.stdout.write("ok     Evolution: made, changed and deleted in both\n")
        sys.stdout.flush()
        failed += subprocess.call(
            [python, "-B", clients, folder, agenda, radicale],
            env={**os.environ, "PYTHONPATH": "", "DAV_PASSWORDS": " ".join(passwords)},
        )
        return 1 if failed else 0


def prepare(env):
    """Make a user with calendars, and another; give their app passwords, and the
    number of the first calendar."""
    users = env["res.users"].with_context(no_reset_password=True)
    values = {"name": "CalDAV", "login": USER, "email": "dav@example.com"}
    user = users.create(values)
    # What the demo company shares with everybody, and their own.
    calendars = env["crm.agenda.calendar"]
    calendars.search([("member_ids", "in", user.ids)]).active = False
    values = {"name": "Another", "login": ANOTHER, "email": "another@example.com"}
    others = users.create(values)
    own = calendars.create([{"name": n, "owner_id": user.id} for n in CALENDARS[:2]])
    shared = calendars.create({"name": CALENDARS[2], "owner_id": others.id})
    shared.share_ids = [(0, 0, {"user_id": user.id, "level": "read"})]
    keys = env["res.users.apikeys"]
    passwords = [
        keys.with_user(one).sudo()._generate(SCOPE, "DAV", None)
        for one in (user, others)
    ]
    return passwords, own[0].id


def serve_odoo():
    options = ("--http-port=PORT", "--http-interface=127.0.0.1", "--log-level=warn")
    # A client that keeps its connection is no request that takes too long.
    options += ("--max-cron-threads=0", "--limit-time-real=3600")
    return serve(sys.executable, "-m", "odoo", *options)


def serve_radicale(python, folder):
    options = {
        "server-hosts": "127.0.0.1:PORT",
        "auth-type": "none",
        "storage-filesystem-folder": f"{folder}/radicale",
        "logging-level": "error",
    }
    options = [f"--{name}={value}" for name, value in options.items()]
    return serve(python, "-m", "radicale", *options, path="/")


if __name__ == "__main__":
    sys.exit(main())
