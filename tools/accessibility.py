"""Have axe-core look at the main screens of a demo that runs.

Takes its address; CHROMIUM is the browser. Counts what is serious in the agenda's
screens and not in Odoo's own ones, whose parts they are made of; ends with 1 if there
is something.
"""

import re
import sys
from pathlib import Path

import axe_playwright_python
from screenshots import AGENDA, CALENDAR, CALENDARS, EVENT, Client, open_browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RUN = """async () => (await axe.run(
    {include: [['.o_action_manager']]}, {resultTypes: ['violations']}
)).violations"""
SERIOUS = ("serious", "critical")
# Parts of Odoo's that none of its screens looked at here has.
PARTS = {
    ("aria-allowed-attr", "a", "fc-daygrid-more-link"),
    ("aria-required-parent", "button", "o_colorlist_toggler"),
    ("color-contrast", "span", "o_search_panel_counter"),
    ("scrollable-region-focusable", "div", "o_filter"),
    ("select-name", "select", "o_input"),
}
MEETINGS = "calendar.action_calendar_event"


def get_odoo_screens(office, technician):
    """Give the pages of what Odoo has of its own, with the same parts."""
    for view in ("calendar", "list", "form"):
        office.open(MEETINGS, view)
        yield "Odoo's", office.page
    for view in ("kanban", "list", "form"):
        office.open("crm.crm_lead_action_pipeline", view, model="crm.lead")
        yield "Odoo's", office.page
    technician.open(MEETINGS, "calendar")
    yield "Odoo's", technician.page


def get_screens(office, manager, technician):
    """Give the name and the page of each screen of the agenda."""
    for name, view, domain in (
        ("week", "calendar", None),
        ("month", "calendar", None),
        ("list", "list", None),
        ("kanban", "kanban", None),
        ("event", "form", EVENT),
    ):
        office.open(AGENDA, view, domain=domain)
        if name == "month":
            office.page.click(".o_calendar_header .scale_button_selection")
            office.page.locator(".o_scale_button_month").first.click()
            office.settle()
        yield name, office.page
    manager.open(CALENDARS, "form", model="crm.agenda.calendar", domain=CALENDAR)
    yield "calendar and its shares", manager.page
    technician.open(AGENDA, "calendar")
    yield "day on a phone", technician.page


def examine(page):
    """Return ``{what it is: how to say it}`` of what is serious on a page."""
    page.add_script_tag(path=AXE)
    findings = {}
    for finding in page.evaluate(RUN):
        if finding["impact"] in SERIOUS:
            for node in finding["nodes"]:
                opening = node["html"].partition(">")[0].removeprefix("<")
                tag, *names = re.split(r'\s.*?class="|["\s]', opening)
                kind = next((n for n in names if "o_" in n or n.startswith("fc")), "")
                findings[finding["id"], tag, kind] = (
                    f"  {finding['help']}: <{opening}>\n"
                    f"    {' '.join(node['failureSummary'].split())}"
                )
    return findings


def main(address):
    known, found = set(PARTS), 0
    with open_browser() as browser:
        office = Client(browser, address, "office")
        manager = Client(browser, address, "manager")
        technician = Client(browser, address, "technician", 390, 844)
        for _name, page in get_odoo_screens(office, technician):
            known.update(examine(page))
        for name, page in get_screens(office, manager, technician):
            findings = examine(page)
            ours = [text for key, text in findings.items() if key not in known]
            found += len(ours)
            print(f"{name}: {len(ours)} serious, {len(findings) - len(ours)} of Odoo's")
            print("".join(f"{text}\n" for text in ours), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
