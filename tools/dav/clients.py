"""What calendar apps do with a server, and what of it works; see __main__."""

import ast
import contextlib
import logging
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import caldav
from caldav.lib.error import AuthorizationError, DAVError, MkcalendarError
from caldav_server_tester import checks
from caldav_server_tester.checker import ServerQuirkChecker

USER, ANOTHER = "dav", "dav other"
PASSWORDS = dict(zip((USER, ANOTHER), os.environ["DAV_PASSWORDS"].split(), strict=True))
PASSWORD = PASSWORDS[USER]
START = datetime(2030, 1, 7, 9, tzinfo=timezone.utc)
RULE = {"FREQ": "DAILY", "COUNT": 5}
EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VEVENT
UID:invitation
DTSTAMP:20260301T090000Z
DTSTART:20300107T150000Z
DTEND:20300107T160000Z
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
"""
VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair agenda]
a = "odoo"
b = "files"
collections = ["from a"]
conflict_resolution = "a wins"
[storage odoo]
type = "caldav"
url = "{url}"
username = "{user}"
password = "{password}"
[storage files]
type = "filesystem"
path = "{folder}/files"
fileext = ".ics"
"""


def main():
    folder, agenda, radicale = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    client = caldav.DAVClient(agenda, username=USER, password=PASSWORD)
    failed = 0
    for name, scenario in (
        ("caldav: an event and a series, both ways", run_events),
        ("caldav: synchronization by token", run_tokens),
        ("caldav: what may only be read", run_read_only),
    ):
        failed += not report(name, scenario, get_calendars(client))
    failed += not report("caldav: a calendar of one's own", run_made, client)
    another = caldav.DAVClient(agenda, username=ANOTHER, password=PASSWORDS[ANOTHER])
    failed += not report("caldav: an invitation", run_invitation, client, another)
    failed += not report(
        "vdirsyncer: twice, and a change", run_vdirsyncer, folder, agenda
    )
    compare(
        find_features(agenda, PASSWORDS, "Other"),
        find_features(radicale, dict.fromkeys(PASSWORDS, "x")),
    )
    return 1 if failed else 0


def report(name, scenario, *arguments):
    try:
        scenario(*arguments)
    except (AssertionError, DAVError, subprocess.SubprocessError) as error:
        print(f"FAILED {name}: {error!r}", flush=True)
        return False
    print(f"ok     {name}", flush=True)
    return True


def get_calendars(client):
    return {c.get_display_name(): c for c in client.principal().calendars()}


def run_events(calendars):
    calendar, other = calendars["Work"], calendars["Other"]
    event = calendar.save_event(
        dtstart=START, dtend=START + timedelta(hours=1), summary="Boiler check"
    )
    series = calendar.save_event(
        dtstart=START + timedelta(hours=4),
        dtend=START + timedelta(hours=5),
        summary="Rounds",
        rrule=RULE,
    )
    found = calendar.search(
        event=True, start=START, end=START + timedelta(days=3), expand=True
    )
    names = Counter(str(o.icalendar_component["SUMMARY"]) for o in found)
    assert names == {"Boiler check": 1, "Rounds": 3}, names
    assert series.load().icalendar_component["RRULE"]["COUNT"] == [5]
    event.load()
    event.icalendar_component["SUMMARY"] = "Leak"
    event.save()
    assert "Leak" in calendar.event_by_uid(event.id).data
    assert not other.events()
    for made in (event, series):
        made.delete()
    assert not calendar.events()


def run_tokens(calendars):
    calendar = calendars["Work"]
    known = calendar.objects_by_sync_token()
    event = calendar.save_event(
        dtstart=START, dtend=START + timedelta(hours=1), summary="Boiler check"
    )
    changed = calendar.objects_by_sync_token(known.sync_token)
    assert [str(o.url) for o in changed] == [str(event.url)], list(changed)
    again = list(calendar.objects_by_sync_token(changed.sync_token))
    assert not again, again
    event.delete()
    gone = list(calendar.objects_by_sync_token(changed.sync_token))
    assert [str(o.url) for o in gone] == [str(event.url)], gone


def run_read_only(calendars):
    calendar = calendars["Only to read"]
    try:
        calendar.save_event(dtstart=START, dtend=START, summary="Refused")
    except DAVError:
        assert not calendar.events()
    else:
        raise AssertionError("it was written")


def run_made(client):
    principal = client.principal()
    made = principal.make_calendar(name="Football", cal_id="football")
    assert "Football" in get_calendars(client)
    event = made.save_event(
        dtstart=START, dtend=START + timedelta(hours=1), summary="Match"
    )
    assert [str(found.url) for found in made.events()] == [str(event.url)]
    made.delete()
    assert "Football" not in get_calendars(client)
    made = principal.make_calendar(name="Football", cal_id="football")
    assert not made.events()
    made.delete()


def run_invitation(client, another):
    """Invite somebody who sees it in none of their calendars, and who answers."""
    principal, guest = client.principal(), another.principal()
    event = get_calendars(client)["Work"].save_with_invites(
        EVENT, [principal, guest.get_vcal_address()]
    )
    [found] = get_calendars(another)["My other events"].events()
    found.change_attendee_status(partstat="ACCEPTED")
    found.save()
    people = event.load().icalendar_component["ATTENDEE"]
    people = people if isinstance(people, list) else [people]
    answers = {str(one): one.params["PARTSTAT"] for one in people}
    assert answers["mailto:another@example.com"] == "ACCEPTED", answers
    busy = guest.freebusy_request(START, START + timedelta(days=1), [str(people[0])])
    assert busy, busy
    event.delete()
    assert not get_calendars(another)["My other events"].events()


def run_vdirsyncer(folder, url):
    calendars = get_calendars(caldav.DAVClient(url, username=USER, password=PASSWORD))
    event = calendars["Work"].save_event(
        dtstart=START, dtend=START + timedelta(hours=1), summary="Boiler check"
    )
    config = Path(folder, "config")
    config.write_text(
        VDIRSYNCER.format(folder=folder, url=url, user=USER, password=PASSWORD)
    )

    def synchronize(*command):
        command = [sys.executable, "-m", "vdirsyncer", "-c", config, *command]
        done = subprocess.run(
            command, input="y\n" * 99, capture_output=True, text=True, timeout=300
        )
        assert not done.returncode, done.stderr
        return [line for line in done.stderr.splitlines() if "opying" in line]

    synchronize("discover")
    first = synchronize("sync")
    assert len(first) == 1, first
    assert not synchronize("sync")
    [file] = Path(folder, "files").glob("*/*.ics")
    file.write_text(file.read_text().replace("Boiler check", "Leak"))
    synchronize("sync")
    assert "Leak" in event.load().data
    synchronize("sync")  # what Odoo made of it
    assert not synchronize("sync")
    event.delete()


def find_features(url, passwords, calendar=None):
    """Give ``{feature: how it is supported}`` as caldav-server-tester finds it.

    :param passwords: by user, of whom the second is invited
    """
    prepare = checks.PrepareCalendar._prepare_task_calendar

    def prepare_without_tasks(self, *arguments):
        """Go on where no tasks are taken."""
        try:
            return prepare(self, *arguments)
        except (AuthorizationError, MkcalendarError):
            for feature in ("save-load.todo", "save-load.todo.mixed-calendar"):
                self.set_feature(feature, False)
            return False

    checks.PrepareCalendar._prepare_task_calendar = prepare_without_tasks
    try:
        clients = [
            caldav.DAVClient(url, username=user, password=password)
            for user, password in passwords.items()
        ]
        with contextlib.ExitStack() as stack:
            client, *others = map(stack.enter_context, clients)
            checker = ServerQuirkChecker(client, extra_clients=others)
            if calendar:
                checker.expected_features.set_feature(
                    "test-calendar.compatibility-tests", {"name": calendar}
                )
            try:
                checker.check_all()
            finally:
                checker.cleanup(force=True)
            found = ast.literal_eval(checker.report(return_what="hints"))
    finally:
        checks.PrepareCalendar._prepare_task_calendar = prepare
    return {f: known["support"] for f, known in found.items() if "support" in known}


def compare(agenda, radicale):
    """Print which features only one of them has, and how many each has."""
    print("\ncaldav-server-tester: what differs (agenda, Radicale)")
    for feature in sorted(agenda.keys() | radicale.keys()):
        here, there = agenda.get(feature, "-"), radicale.get(feature, "-")
        if here != there and "full" in (here, there):
            print(f"  {feature:58} {here:12} {there}")
    for name, found in (("agenda", agenda), ("Radicale", radicale)):
        counts = Counter(found.values()).most_common()
        print(f"{name}: {', '.join(f'{count} {kind}' for kind, count in counts)}")


if __name__ == "__main__":
    sys.exit(main())
