"""A desktop beside Odoo: what is changed in one is seen in the other."""

import contextlib
import json
import os
import subprocess
from datetime import datetime
from pathlib import Path

from odoo import SUPERUSER_ID, api

# Debian's, which has what drives Evolution.
PYTHON = "/usr/bin/python3"
UID = "evolution@example.com"
EVENT = f"""BEGIN:VEVENT
UID:{UID}
SUMMARY:Boiler check
DTSTART:20300107T090000Z
DTEND:20300107T100000Z
END:VEVENT"""
SERIES = EVENT.replace(UID, f"series-{UID}\nRRULE:FREQ=DAILY;COUNT=5")
DOMAIN = [("agenda_calendar_id.name", "=", "Work")]


def run_evolution(registry, folder, address, password):
    """Make, change and delete in both."""

    @contextlib.contextmanager
    def odoo():
        with registry.cursor() as cr:
            events = api.Environment(cr, SUPERUSER_ID, {})["calendar.event"]
            yield events.search(DOMAIN, order="start")

    def check(*expected):
        with odoo() as events:
            found = [(event.name, event.start.hour) for event in events]
        assert found == list(expected), found

    with open_evolution(folder, address, password) as ask:
        names = ask("find")
        assert {"Work", "Other", "Only to read"} <= set(names), names
        ask("create", EVENT)
        check(("Boiler check", 9))
        ask("modify", UID, "T09", "T08")
        check(("Boiler check", 8))
        with odoo() as events:
            events.name = "Leak"
        [text] = ask("list")
        assert "SUMMARY:Leak" in text, text
        ask("remove", UID)
        check()
        ask("create", SERIES)
        uid, day = f"series-{UID}", "20300108T"
        ask("move", uid, f"{day}090000Z", f"{day}150000Z", f"{day}160000Z")
        check(*(("Boiler check", hour) for hour in (9, 15, 9, 9, 9)))
        with odoo() as events:
            events[2].start = datetime(2030, 1, 9, 12)
        texts = ask("list")
        assert len(texts) == 3 and "T120000Z" in "".join(texts), texts
        with odoo() as events:
            events.unlink()
        assert ask("list") == []


@contextlib.contextmanager
def open_evolution(folder, address, password):
    """Give a call that asks Evolution's data server, with this calendar, something."""
    script = Path(__file__).with_name("evolution.py")
    process = subprocess.Popen(
        ["dbus-run-session", "--", PYTHON, "-B", script, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "GSETTINGS_BACKEND": "keyfile",
            "DAV_PASSWORD": password,
        },
    )

    def ask(*what):
        process.stdin.write(f"{json.dumps(what)}\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or '{"error": "it ended"}')
        assert "answer" in answer, (what, answer)
        return answer["answer"]

    try:
        yield ask
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(60)
