"""Runs Odoo's own tests without the addons and with them, and compares.

Odoo's runner takes a test that is to run "at install" when its module is loaded, before
any addon is: here it takes all of them at the end. The addons come without their demo
data, for there are tests that expect to find no series but theirs. Exits with 1 if
anything fails only where the addons are.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from database import connect
from environment.machine import ADDONS

from odoo import cli, tools
from odoo.tests import loader, suite

MODULES = ("calendar", "crm", "sale", "project")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
FAILURE = re.compile(r" ERROR \S+ (odoo\.\S+): (?:FAIL|ERROR): (.+)$", re.M)
START = "import odoo_suites; odoo_suites.start_odoo()"
# Odoo starts a browser for its tours, which would outlive it when it is killed.
BROWSER = '#!/bin/sh\nexec setpriv --pdeathsig KILL "{}" "$@"\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", default=MODULES)
    modules = ",".join(parser.parse_args().modules)
    install_addons()
    tests = f"--test-tags=/{modules.replace(',', ',/')}"
    failures = {
        database: run_tests(database, tests) for database in ("stock", "addons")
    }
    added = failures["addons"] - failures["stock"]
    for failure in sorted(added):
        print(f"only with the addons: {failure}")
    print(f"{len(added)} fail with the addons that don't fail without them")
    return bool(added)


def install_addons():
    """Make a copy of `stock` with the addons, and without their demo data: a module
    gets them where those that it needs have theirs."""
    tools.config.parse_config(["-c", os.environ["ODOO_RC"]])
    with connect() as cr:
        cr.execute("CREATE DATABASE addons TEMPLATE stock")
    filestore = Path(tools.config["data_dir"]) / "filestore"
    shutil.copytree(filestore / "stock", filestore / "addons")
    demo = "UPDATE ir_module_module SET demo = %s WHERE name IN %s"
    with connect("addons") as cr:
        cr.execute(demo, [False, MODULES])
        log = run_odoo("addons", f"--init={','.join(ADDONS)}", "--no-http")
        cr.execute(demo, [True, MODULES])
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        if not set(ADDONS).issubset(name for (name,) in cr.fetchall()):
            raise SystemExit(f"Odoo did not install the addons: see {log}")


def run_tests(database, tests):
    """Run the tests in a database; print their counts and give what failed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = run_odoo(database, tests, f"--http-port={port}")
    said = log.read_text()
    counts = SUMMARY.search(said)
    if not counts:
        raise SystemExit(f"Odoo did not finish its tests: see {log}")
    failed, errors, count = counts.groups()
    print(f"{database}: {count} tests, {failed} failures, {errors} errors, see {log}")
    return {f"{logger}: {test}" for logger, test in FAILURE.findall(said)}


def run_odoo(database, *options):
    """Run Odoo until it has done what the options ask; give its log."""
    folder = Path(os.environ["ODOO_RC"]).parent
    log = folder / f"test-odoo-{database}.log"
    log.unlink(missing_ok=True)
    browser = folder / "bin" / "chromium"
    browser.parent.mkdir(exist_ok=True)
    browser.write_text(BROWSER.format(os.environ["CHROMIUM"]))
    browser.chmod(0o755)
    argv = [
        *("setpriv", "--pdeathsig", "KILL", sys.executable, "-c", START),
        f"--database={database}",
        f"--db-filter=^{database}$",
        f"--logfile={log}",
        f"--screenshots={folder}",
        "--stop-after-init",
    ]
    path = f"{browser.parent}:{os.environ['PATH']}"
    subprocess.run([*argv, *options], check=False, env={**os.environ, "PATH": path})
    return log


def start_odoo():
    """Start Odoo as its command does, with all tests at the end."""
    make_suite = loader.make_suite

    def make_whole_suite(modules, position):
        positions = ("at_install", "post_install") if position == "post_install" else ()
        suites = [make_suite(modules, position) for position in positions]
        return suite.OdooSuite([test for tests in suites for test in tests])

    loader.make_suite = make_whole_suite
    cli.main()


if __name__ == "__main__":
    sys.exit(main())
