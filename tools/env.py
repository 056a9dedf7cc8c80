"""Brings up Odoo with the addons: `make demo`, `make test` and their kin."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from env_common import (
    ADDONS,
    CLONE,
    DIE_WITH_PARENT,
    ENV,
    EnvError,
    Lock,
    apt_install,
    fingerprint,
    read,
    run,
    say,
    tail,
    write,
)
from env_doors import choose_door, make_venv, remove

LOGINS = ("manager", "office", "technician", "sales", "admin")
PRE_COMMIT = "pre-commit==4.3.0"
STOP_SECONDS = 60


def session_command(door, kind, **options):
    """Give the command that runs a session inside a door."""
    argument = json.dumps([kind, door.describe(), options])
    script = door.inside(CLONE / "tools" / "env_session.py")
    return door.enter([door.python, "-B", script, argument])


class Demo:
    """The demo of one series, running or not."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "demo.log"
        self.state = folder / "session.json"

    def lock(self):
        return Lock(self.folder / "lock")

    def running(self):
        """Give the state of the running demo, if it runs."""
        if not self.state.exists():
            return None
        with self.lock() as lock:
            return None if lock.take() else json.loads(read(self.state))

    def start(self, door):
        interface = os.environ.get("HTTP_INTERFACE") or "127.0.0.1"
        port = choose_port(interface)
        with self.lock() as lock:
            if not lock.take():
                raise EnvError("another make starts or stops the demo: wait for it")
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    session_command(door, "demo", interface=interface, port=port),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock.fd],
                    start_new_session=True,
                )
            host = "localhost" if interface in ("127.0.0.1", "0.0.0.0") else interface
            state = {
                "pid": process.pid,
                "address": f"http://{host}:{port}",
                "addons": addons_version(),
            }
            write(self.state, json.dumps(state))

    def follow(self):
        """Relay what the demo says until its web client answers."""
        told = 0
        while True:
            state = self.running()
            if state and answers(f"{state['address']}/web/login"):
                return state["address"]
            said = [line for line in read(self.log).splitlines() if line[:5] == "[env]"]
            for line in said[told:]:
                sys.stdout.write(line + "\n")
            sys.stdout.flush()
            told = len(said)
            if not state:
                sys.stdout.write(tail(self.log) + "\n")
                raise EnvError(f"the demo ended: see {self.log}")
            time.sleep(1)

    def stop(self):
        """Stop the demo and wait until nothing of it runs."""
        state = self.running()
        if not state:
            return False
        os.killpg(state["pid"], signal.SIGTERM)
        for _ in range(STOP_SECONDS * 5):
            if not self.running():
                return True
            time.sleep(0.2)
        os.killpg(state["pid"], signal.SIGKILL)
        return True


def addons_version():
    return fingerprint(*(CLONE / addon for addon in ADDONS))


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


def demo():
    """Serve Odoo with the demo company; print where, and who may log in."""
    door = choose_door()
    door.prepare()
    here = Demo(door.state / "demo")
    running = here.running()
    if running and running.get("addons") != addons_version():
        say("the addons changed: restarting the demo")
        here.stop()
        running = None
    try:
        if not running:
            here.start(door)
        address = here.follow()
    except KeyboardInterrupt:
        here.stop()
        raise
    say(f"Odoo {door.series} with the agenda: {address}")
    say(f"logins, each its own password: {', '.join(LOGINS)}")
    say(f"log: {here.log}; `make stop` stops it, `make clean` removes it")


def test(script=None, kind="test"):
    """Run the tests with pytest, or a script of tools/; ARGS go to it."""
    door = choose_door()
    door.prepare()
    with Lock(door.state / kind / "lock") as lock:
        if not lock.take():
            raise EnvError(f"another make {kind} runs in this clone: wait for it")
        process = subprocess.Popen(
            DIE_WITH_PARENT
            + session_command(
                door, kind, script=script, arguments=os.environ.get("ARGS", "")
            ),
            pass_fds=[lock.fd],
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()


def fault():
    """Kill dispatchers of reminders at random and count what came out."""
    return test("fault.py")


def bench():
    """Measure the agenda beside stock Odoo."""
    return test("bench.py", "bench")


def bench_reminders():
    """Measure reminder mails beside Odoo's own."""
    return test("bench_reminders.py")


def bench_changes():
    """Measure saving and moving events beside Odoo's own."""
    return test("bench_changes.py")


def screenshots():
    """Take the description's screenshots from the running demo."""
    door = choose_door()
    state = Demo(door.state / "demo").running()
    if not state:
        raise EnvError(f"the {door.series} demo does not run: `make demo` first")
    script = door.inside(CLONE / "tools" / "screenshots.py")
    door.prepare()
    environment = f"CHROMIUM={door.chromium}"
    argv = ["env", environment, door.python, "-B", script, state["address"]]
    return subprocess.call(door.enter(argv))


def stop():
    """Stop every demo of this clone; their data stay."""
    stopped = [
        state.parent.parent.name
        for state in ENV.glob("*/demo/session.json")
        if Demo(state.parent).stop()
    ]
    for series in stopped:
        say(f"stopped the {series} demo")
    if not stopped:
        say("no demo runs")


def clean():
    """Stop every demo and remove all that was made."""
    for state in ENV.glob("*/demo/session.json"):
        Demo(state.parent).stop()
    for path in [*ENV.glob("*/test/lock"), *ENV.glob("*/bench/lock")]:
        with Lock(path) as lock:
            if not lock.take():
                kind = path.parent.name
                raise EnvError(f"a make {kind} runs in this clone: wait for it")
    remove(ENV)
    say(f"removed {ENV}")


def lint():
    """Run the linters of .pre-commit-config.yaml."""
    if not shutil.which("git"):
        apt_install("git")
    venv = ENV / "lint"
    marker = venv / "complete"
    if read(marker) != PRE_COMMIT:
        say("installing pre-commit from PyPI")
        make_venv(venv, ENV / "log" / "lint.log")
        pip = [venv / "bin" / "python", "-m", "pip", "install", PRE_COMMIT]
        run(pip, ENV / "log" / "lint.log")
        write(marker, PRE_COMMIT)
    say("running the linters (the first time, about 2 minutes to install them)…")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CLONE,
        capture_output=True,
        check=True,
        text=True,
    )
    files = [name for name in listed.stdout.split("\0") if (CLONE / name).is_file()]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(ENV / "pre-commit")}
    command = [venv / "bin" / "pre-commit", "run", "--color=never", "--files", *files]
    return subprocess.call(command, cwd=CLONE, env=environment)


COMMANDS = {
    command.__name__.replace("_", "-"): command
    for command in (
        demo,
        stop,
        test,
        fault,
        bench,
        bench_reminders,
        bench_changes,
        screenshots,
        clean,
        lint,
    )
}


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        say(f"give one of: {', '.join(COMMANDS)}")
        return 2
    try:
        return COMMANDS[arguments[0]]()
    except EnvError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
