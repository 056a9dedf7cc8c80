"""The demo of one series: a server in the background."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from .instance import Instance, get_addons_version, open_instance
from .machine import CLONE, ENV, EnvError, Lock, read, tail, write

LOGINS = ("manager", "office", "technician", "sales", "admin")
STOP_SECONDS = 60


class Demo:
    def __init__(self, series):
        self.folder = ENV / series / "demo"
        self.series = series
        self.lock = self.folder.with_name("demo.lock")
        self.log = self.folder / "demo.log"
        self.state = self.folder / "session.json"

    @classmethod
    def find_all(cls):
        return [cls(path.parent.name) for path in ENV.glob("*/demo.lock")]

    def running(self):
        """Give the state of the running demo, if it runs."""
        if not self.state.exists():
            return None
        with Lock(self.lock) as lock:
            return None if lock.take() else json.loads(read(self.state))

    def start(self, odoo):
        """Update the addons if need be, then serve in the background."""
        interface = os.environ.get("HTTP_INTERFACE") or "127.0.0.1"
        port = choose_port(interface)
        with open_instance(odoo, "demo", "wkhtmltopdf") as instance:
            instance.update_addons()
            serve = ["-m", "environment", "serve", interface, port, instance.lock_fd]
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-B", *map(str, serve)],
                    cwd=CLONE,
                    pass_fds=[instance.lock_fd],
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            host = "localhost" if interface in ("127.0.0.1", "0.0.0.0") else interface
            state = {
                "pid": process.pid,
                "address": f"http://{host}:{port}",
                "addons": get_addons_version(),
            }
            write(self.state, json.dumps(state))

    def wait(self):
        """Wait until the web client answers; give its address."""
        while state := self.running():
            if answers(f"{state['address']}/web/login"):
                return state["address"]
            time.sleep(0.2)
        sys.stdout.write(tail(self.log) + "\n")
        raise EnvError(f"the demo ended: see {self.log}")

    def stop(self):
        """Stop the demo and wait until nothing of it runs."""
        state = self.running()
        if not state:
            return False
        os.kill(state["pid"], signal.SIGTERM)
        with Lock(self.lock) as lock:
            if not lock.take(STOP_SECONDS):
                os.kill(state["pid"], signal.SIGKILL)
                lock.take(STOP_SECONDS)
        return True


def serve(odoo, interface, port, lock_fd):
    """Serve until told to stop."""
    instance = Instance(odoo, "demo", int(lock_fd))
    with instance.cluster.running():
        instance.configure("agenda", interface, port)
        server = subprocess.Popen(
            instance.python("-m", "odoo"),
            cwd=instance.folder,
            env=instance.environment,
            start_new_session=True,
        )
        try:
            return server.wait()
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def choose_port(interface):
    """Give PORT if it is free; without PORT, the first free one from 8069 on."""
    wanted = os.environ.get("PORT")
    if wanted and not wanted.isdigit():
        raise EnvError(f"PORT={wanted}: give a number")
    for port in [int(wanted)] if wanted else range(8069, 8169):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((interface, port))
                return port
            except OSError as error:
                reason = error.strerror
    raise EnvError(f"port {port} of {interface}: {reason}; give another PORT=…")


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status == 200
    except OSError:
        return False
