"""Two people at two screens: what one changes, the other sees without a reload."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from copies import copied
from database import query
from playwright.sync_api import sync_playwright
from servers import serve

from odoo import tools

CHROMIUM = os.environ.get("CHROMIUM")
BOARD = "/odoo/action-crm_agenda.calendar_event_action_board"
AGENDA = "/odoo/action-crm_agenda.calendar_event_action_agenda"

# An event of today that both see.
NOON_OF_THE_TECHNICIAN = """
UPDATE calendar_event
   SET start = current_date + time '12:00',
       stop = current_date + time '13:00',
       allday = FALSE,
       active = TRUE,
       privacy = 'public'
 WHERE id = (
       SELECT min(event.id)
         FROM calendar_event event
         JOIN crm_agenda_calendar calendar ON calendar.id = event.agenda_calendar_id
         JOIN res_users owner ON owner.id = calendar.owner_id
        WHERE owner.login = 'technician' AND event.recurrency IS NOT TRUE
       )
RETURNING id
"""


@contextlib.contextmanager
def served(database):
    """Give the address of a server of the database, which has files of its own."""
    filestore = Path(tools.config["data_dir"], "filestore")
    shutil.copytree(filestore / "agenda", filestore / database, dirs_exist_ok=True)
    options = ["-d", database, f"--db-filter=^{database}$", "--http-port=PORT"]
    command = [sys.executable, "-m", "odoo", *options, "--log-level=error"]
    try:
        with serve(*command) as address:
            yield address
    finally:
        shutil.rmtree(filestore / database)


def log_in(browser, address, login, path):
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(90000)
    page.goto(f"{address}/web/login?redirect={path}")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_selector(".fc-event")
    page.wait_for_timeout(3000)  # until the page listens
    return page


def rename(page, event_id, name):
    """Change an event as the page's user, as a screen of theirs would."""
    page.evaluate(
        """([id, name]) => fetch("/web/dataset/call_kw/calendar.event/write", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", params: {
                model: "calendar.event", method: "write",
                args: [[id], {name}], kwargs: {},
            }}),
        })""",
        [event_id, name],
    )


@pytest.mark.skipif(not CHROMIUM, reason="CHROMIUM names no browser")
def test_what_one_changes_the_other_sees_within_seconds():
    with copied("agenda", "live") as database:
        [(event_id,)] = query(database, NOON_OF_THE_TECHNICIAN)
        with served(database) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            )
            office = log_in(browser, address, "office", BOARD)
            technician = log_in(browser, address, "technician", AGENDA)
            rename(technician, event_id, "Renamed by the technician")
            seen = ".fc-event:has-text('Renamed by the technician')"
            office.wait_for_selector(seen, timeout=15000)
            rename(office, event_id, "Renamed by the office")
            seen = ".fc-event:has-text('Renamed by the office')"
            technician.wait_for_selector(seen, timeout=15000)
            browser.close()
