"""Take the description's screenshots from a demo that runs.

Takes its address; CHROMIUM is the browser.
"""

import contextlib
import io
import os
import sys
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ADDONS = Path(__file__).parents[1]
AGENDA = "crm_agenda.calendar_event_action_agenda"
BOARD = "crm_agenda.calendar_event_action_board"
CALENDARS = "crm_agenda.crm_agenda_calendar_action"
MY_DAY = "crm_agenda.my_day_action"
FINDER = "crm_agenda.crm_agenda_time_finder_menu"
OPTION = ".o-autocomplete--dropdown-item:visible"
LOAD = "crm_agenda.crm_agenda_load_action"
CONNECT = "crm_agenda_caldav.crm_agenda_app_password_action"
IMPORT = "crm_agenda_caldav.crm_agenda_import_action"
EVENT = [("name", "=", "Desk does not go up")]
CALENDAR = [("name", "=", "Technician Diego")]
# Day of the week, hour, name and rule of what is imported.
VISITS = (
    (0, 7, "Boiler check, Calle Mayor 12", ()),
    (1, 15, "Safety training", ("RRULE:FREQ=WEEKLY;COUNT=4",)),
    (2, 8, "Pay the van's insurance", ("RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=6",)),
    (3, 10, "Every minute", ("RRULE:FREQ=MINUTELY;COUNT=10",)),
)
FAST_OCTREE, NO_DITHER = 2, 0  # small, and true to the few colours of a legend


class Client:
    """A user's browser on the demo."""

    def __init__(self, browser, address, login, width=1366, height=768):
        self.address = address
        self.page = browser.new_page(
            viewport={"width": width, "height": height},
            has_touch=width < 768,
            timezone_id="Europe/Madrid",
            locale="en-GB",
        )
        self.page.set_default_timeout(60_000)
        self.page.goto(f"{address}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", login)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_selector(".o_main_navbar")

    def call(self, path, **params):
        data = {"jsonrpc": "2.0", "params": params}
        answer = self.page.request.post(f"{self.address}{path}", data=data)
        return answer.json()["result"]

    def find(self, model, domain):
        """Give the id of the first record that matches."""
        return self.call(
            "/web/dataset/call_kw",
            model=model,
            method="search",
            args=[domain],
            kwargs={"limit": 1},
        )[0]

    def open(self, action, view, model="calendar.event", domain=None):
        """Load a screen anew; with a domain, that of the first record that matches."""
        address = f"{self.address}/web#action={action}&model={model}&view_type={view}"
        if domain:
            address += f"&id={self.find(model, domain)}"
        self.page.goto("about:blank")
        self.page.goto(address)
        self.settle()

    def settle(self):
        self.page.wait_for_selector(".o_action_manager .o_content")
        self.page.wait_for_timeout(3000)  # the calendar lays itself out twice

    def choose(self, field, text):
        """Pick a record in a field of a dialog."""
        self.page.locator(f".modal div[name={field}] input").first.fill(text)
        self.page.locator(OPTION, has_text=text).first.click()

    def press(self, name):
        self.page.get_by_role("button", name=name).click()

    def shoot(self, name, part=None, addon="crm_agenda"):
        """Save a picture of the page, or of a part of it."""
        page = self.page.locator(part) if part else self.page
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        path = ADDONS / addon / "static" / "description" / f"screenshot_{name}.png"
        image = image.quantize(256, method=FAST_OCTREE, dither=NO_DITHER)
        image.save(path, optimize=True)
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB\n")


def take(browser, address):
    office = Client(browser, address, "office")
    office.open(AGENDA, "calendar")
    office.shoot("week")
    box = office.page.locator(".fc-event", has_text=EVENT[0][2]).first.bounding_box()
    office.page.mouse.click(box["x"] + 20, box["y"] - 6)  # half an hour before it
    office.choose("agenda_calendar_id", CALENDAR[0][2])
    office.page.locator(".modal .alert:visible", has_text=EVENT[0][2]).wait_for()
    office.shoot("clash")
    office.open(AGENDA, "form", domain=EVENT)
    office.shoot("event")
    office.open(AGENDA, "calendar")
    office.page.click(f"[data-menu-xmlid='{FINDER}']")
    office.choose("calendar_ids", CALENDAR[0][2])
    office.page.locator(".modal-footer button", has_text="Find").click()
    office.page.locator(".modal button", has_text="Pick").first.wait_for()
    office.shoot("find_time")
    office.open(AGENDA, "kanban")
    office.shoot("kanban")
    office.open(BOARD, "calendar")
    office.shoot("board")
    manager = Client(browser, address, "manager")
    manager.open(CALENDARS, "form", model="crm.agenda.calendar", domain=CALENDAR)
    manager.shoot("shares")
    manager.open(LOAD, "pivot", model="crm.agenda.load")
    manager.shoot("load")
    technician = Client(browser, address, "technician", width=390, height=844)
    technician.page.goto(f"{address}/web#action={MY_DAY}")
    technician.page.wait_for_selector(".o_agenda_my_day article")
    technician.page.wait_for_timeout(1000)
    technician.shoot("my_day")


def take_phones(browser, address):
    """Take what people see who connect their phones, and import a file."""
    part = {"part": ".modal-content", "addon": "crm_agenda_caldav"}
    client = Client(browser, address, "technician", height=1200)
    client.page.goto(f"{address}/web#action={CONNECT}")
    client.page.fill(".modal div[name=name] input", "Diego's phone")
    client.press("Make a password")
    client.page.fill(".modal div[name=password] input", "technician")
    client.press("Confirm Password")
    client.page.wait_for_selector(".modal div[name=code] img")
    client.shoot("connect", **part)
    client.press("Done")
    client.open(CALENDARS, "form", model="crm.agenda.calendar", domain=CALENDAR)
    client.press("Show on my phone")
    client.page.wait_for_selector(".modal div[name=code] img")
    client.shoot("feed", **part)
    client.press("Done")
    client.open(AGENDA, "calendar")
    client.page.goto(f"{address}/web#action={IMPORT}")
    file = {"name": "visits.ics", "mimeType": "text/calendar", "buffer": make_file()}
    client.page.set_input_files(".modal div[name=file] input", file)
    client.press("Show what changes")
    client.page.wait_for_selector(".modal div[name=line_ids] .o_data_row")
    client.page.evaluate("document.activeElement.blur()")
    client.shoot("import", **part)


def make_file():
    """Give a file of next week's events."""
    monday = date.today() + timedelta(days=7 - date.today().weekday())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN"]
    for day, hour, name, rule in VISITS:
        start = f"{monday + timedelta(days=day):%Y%m%d}T{hour:02}"
        lines += ["BEGIN:VEVENT", f"UID:{hash(name)}@example.com", f"SUMMARY:{name}"]
        lines += [f"DTSTART:{start}0000Z", f"DTEND:{start}4500Z", *rule, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@contextlib.contextmanager
def open_browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"),
            args=["--no-sandbox", "--disable-gpu"],
        )


if __name__ == "__main__":
    with open_browser() as browser:
        take(browser, sys.argv[1])
        take_phones(browser, sys.argv[1])
