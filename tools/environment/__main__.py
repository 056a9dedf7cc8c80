"""The commands of the Makefile."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

from .demo import LOGINS, Demo, serve
from .instance import get_addons_version, open_instance
from .machine import (
    ADDONS,
    CLONE,
    ENV,
    EnvError,
    Lock,
    building,
    find_browser,
    install_programs,
    say,
)
from .python import PYTHON, VENV, make_dav_venv, make_venv
from .sources import find_odoo

# Evolution without its windows, and what drives it.
DESKTOP = ("dbus-daemon", "evolution-data-server", "gir1.2-ecal-2.0", "python3-gi")


def demo():
    """Serve Odoo with the demo company; print where, and who may log in."""
    odoo = find_odoo()
    here = Demo(odoo.series)
    running = here.running()
    if running and running["addons"] != get_addons_version():
        say("the addons changed: restarting the demo")
        here.stop()
        running = None
    try:
        if not running:
            here.start(odoo)
        address = here.wait()
    except KeyboardInterrupt:
        here.stop()
        raise
    say(f"Odoo {odoo.series} with the agenda: {address}")
    say(f"logins, each its own password: {', '.join(LOGINS)}")
    say(f"log: {here.log}; `make stop` stops it, `make clean` removes it")


def stop():
    """Stop every demo of this clone; their data stay."""
    stopped = [demo.series for demo in Demo.find_all() if demo.stop()]
    for series in stopped:
        say(f"stopped the {series} demo")
    if not stopped:
        say("no demo runs")


def test():
    """Run pytest on the addons and the tools."""
    tests = " ".join(f"{folder}/tests" for folder in (*ADDONS, "tools"))
    cache = ENV / find_odoo().series / "cache" / "pytest"
    options = ("-o", f"cache_dir={cache}", "-o", f"testpaths={tests}")
    return use("test", "-m", "pytest", "--odoo-http", "--rootdir", CLONE, *options)


def attack():
    """Look for ways to read what is not shared, in many more examples than a test."""
    os.environ.setdefault("AGENDA_EXAMPLES", "10000")
    shown = "-s -qq --disable-warnings"  # what is found, when it is found
    os.environ.setdefault(
        "ARGS", f"{shown} crm_agenda/tests/test_canary.py::TestCanary"
    )
    return test()


def dav():
    """Have real calendar apps talk with the agenda, and with Radicale."""
    install_programs("python3-venv", *DESKTOP)
    with building():
        python = make_dav_venv()
    return use("test", "-m", "dav", python)


def use(kind, *arguments):
    """Run Python on an instance that only we use; ARGS go to it."""
    arguments = (*arguments, *shlex.split(os.environ.get("ARGS", "")))
    with open_instance(find_odoo(), kind, "chromium", "wkhtmltopdf") as instance:
        with instance.cluster.running():
            instance.configure("agenda")
            process = subprocess.Popen(
                instance.python(*arguments), cwd=CLONE, env=instance.environment
            )
            # Ctrl-C is the child's: pytest ends with its own summary.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                return process.wait()
            finally:
                process.kill()


def look(tool):
    """Run a tool that looks at the running demo in a browser."""
    demo = Demo(find_odoo().series)
    state = demo.running()
    if not state:
        raise EnvError(f"the {demo.series} demo does not run: `make demo` first")
    install_programs("chromium")
    script = [PYTHON, "-B", "-m", tool, state["address"]]
    environment = {**os.environ, "CHROMIUM": find_browser()}
    return subprocess.call(script, cwd=CLONE, env=environment)


def clean():
    """Stop every demo and remove all that was made."""
    for demo in Demo.find_all():
        demo.stop()
    for path in [*ENV.glob("lock"), *ENV.glob("*/*.lock")]:
        with Lock(path) as lock:
            if not lock.take(10):
                raise EnvError(f"a make {path.stem} runs in this clone: wait for it")
    if ENV.exists():
        shutil.rmtree(ENV)
    say(f"removed {ENV}")


def lint():
    """Run the linters of .pre-commit-config.yaml on what git knows."""
    install_programs("git", "python3-venv")
    with building():
        make_venv()
    say("running the linters…")
    folders = {"PRE_COMMIT_HOME": ENV / "pre-commit", "UV_CACHE_DIR": ENV / "cache"}
    command = [VENV / "bin" / "pre-commit", "run", "--color=never", "--all-files"]
    environment = {**os.environ, **{k: str(v) for k, v in folders.items()}}
    return subprocess.call(command, cwd=CLONE, env=environment)


COMMANDS = {
    "demo": demo,
    "stop": stop,
    "clean": clean,
    "lint": lint,
    "test": test,
    "attack": attack,
    "dav": dav,
    "fault": partial(use, "test", "-m", "fault"),
    "bench": partial(use, "bench", "-m", "benchmarks.screens"),
    "bench-changes": partial(use, "test", "-m", "benchmarks.changes"),
    "bench-phones": partial(use, "test", "-m", "benchmarks.phones"),
    "bench-reminders": partial(use, "test", "-m", "benchmarks.reminders"),
    "test-odoo": partial(use, "test-odoo", "-m", "odoo_suites"),
    "screenshots": partial(look, "screenshots"),
    "accessibility": partial(look, "accessibility"),
}


def main(name, *arguments):
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(143))
    started = time.monotonic()
    try:
        if name == "serve":
            return serve(find_odoo(), *arguments)
        code = COMMANDS[name]()
        minutes, seconds = divmod(round(time.monotonic() - started), 60)
        say(f"make {name} took {minutes} min {seconds} s")
        return code
    except EnvError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
        return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
