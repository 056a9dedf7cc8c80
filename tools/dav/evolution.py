"""Evolution's data server, the calendar of GNOME, as its users have it.

Runs with Debian's Python, in a D-Bus session of its own. Takes the address of a
calendar; does what each line of its input says, and answers it in a line.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402

USER, PASSWORD = "dav", os.environ["DAV_PASSWORD"]
# As Evolution writes it, but that it is told the password each time.
SOURCE = """
[Data Source]
DisplayName=Agenda
Enabled=true
Parent=caldav-stub
[Calendar]
BackendName=caldav
[Authentication]
Host={url.hostname}
Port={url.port}
User={user}
Method=plain/password
RememberPassword=false
[Security]
Method=none
[WebDAV Backend]
ResourcePath={url.path}
[Offline]
StaySynchronized=true
[Refresh]
Enabled=false
"""
# A machine without a way to the world is none without a server.
SETTINGS = """
[org/gnome/evolution-data-server]
network-monitor-gio-name='always-online'
"""
ALL, THIS = ECal.ObjModType.ALL, ECal.ObjModType.THIS
NONE = ECal.OperationFlags.NONE
AT_ONCE = 2**32 - 1  # without waiting for the server, which asks for a password


class Calendar:
    def __init__(self, address):
        url = urlsplit(address)
        configure("evolution/sources/agenda.source", SOURCE.format(url=url, user=USER))
        configure("glib-2.0/settings/keyfile", SETTINGS)
        self.credentials = EDataServer.NamedParameters()
        self.credentials.set(EDataServer.SOURCE_CREDENTIAL_USERNAME, USER)
        self.credentials.set(EDataServer.SOURCE_CREDENTIAL_PASSWORD, PASSWORD)
        registry = EDataServer.SourceRegistry.new_sync(None)
        threading.Thread(target=GLib.MainLoop().run, daemon=True).start()
        self.source = registry.ref_source("agenda")
        kind = ECal.ClientSourceType.EVENTS
        self.client = ECal.Client.connect_sync(self.source, kind, AT_ONCE, None)
        self.log_in()

    def log_in(self):
        status = EDataServer.SourceConnectionStatus
        for _attempt in range(120):
            match self.source.get_connection_status():
                case status.CONNECTED:
                    return
                case status.AWAITING_CREDENTIALS:
                    self.source.invoke_authenticate_sync(self.credentials, None)
            time.sleep(0.5)

    def find(self):
        """Give the names of the calendars that *Find Calendars* finds."""
        supports = EDataServer.WebDAVDiscoverSupports.EVENTS
        # It finds none while the first look of the calendar still goes on.
        for _attempt in range(10):
            found = EDataServer.webdav_discover_sources_sync(
                self.source, None, supports, self.credentials, None
            )
            if found.out_discovered_sources:
                break
            time.sleep(1)
        return [calendar.display_name for calendar in found.out_discovered_sources]

    def list(self):
        """Look for news; give the text of all events."""
        self.client.refresh_sync(None)
        _found, components = self.client.get_object_list_as_comps_sync("#t", None)
        return [component.get_as_string() for component in components]

    def create(self, text):
        event = ICalGLib.Component.new_from_string(text)
        self.client.create_object_sync(event, NONE, None)

    def modify(self, uid, old, new):
        _found, event = self.client.get_object_sync(uid, None, None)
        text = event.as_ical_string().replace(old, new)
        event = ICalGLib.Component.new_from_string(text)
        self.client.modify_object_sync(event, ALL, NONE, None)

    def move(self, uid, place, start, stop):
        """Move one event of a series."""
        _found, event = self.client.get_object_sync(uid, None, None)
        event.remove_property(
            event.get_first_property(ICalGLib.PropertyKind.RRULE_PROPERTY)
        )
        place, start, stop = map(ICalGLib.Time.new_from_string, (place, start, stop))
        event.set_recurrenceid(place)
        event.set_dtstart(start)
        event.set_dtend(stop)
        self.client.modify_object_sync(event, THIS, NONE, None)

    def remove(self, uid):
        self.client.remove_object_sync(uid, None, ALL, NONE, None)


def configure(name, text):
    path = Path(GLib.get_user_config_dir(), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main():
    calendar = Calendar(sys.argv[1])
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"answer": getattr(calendar, name)(*arguments)}
        except GLib.Error as error:
            answer = {"error": error.message}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
