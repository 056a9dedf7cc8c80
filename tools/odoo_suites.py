"""Runs Odoo's own tests without the addons and with them, and compares.

Odoo's runner takes a test that is to run "at install" when its module is loaded, before
any addon is: here it takes all of them at the end. Exits with 1 if anything fails only
where the addons are.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

MODULES = ("calendar", "crm", "sale", "project")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
FAILURE = re.compile(r" ERROR \S+ (odoo\.addons\.\S+): (?:FAIL|ERROR): (.+)$", re.M)
START = "import odoo_suites; odoo_suites.start_odoo()"
# Odoo starts a browser for its tours, which would outlive it when it is killed.
BROWSER = '#!/bin/sh\nexec setpriv --pdeathsig KILL "{}" "$@"\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", default=MODULES)
    options = parser.parse_args()
    failures = {}
    with tempfile.TemporaryDirectory() as folder:
        browser = Path(folder) / "chromium"
        browser.write_text(BROWSER.format(os.environ["CHROMIUM"]))
        browser.chmod(0o755)
        path = f"{folder}:{os.environ['PATH']}"
        for database in ("stock", "agenda"):
            failures[database] = run(database, options.modules, path)
    added = failures["agenda"] - failures["stock"]
    for failure in sorted(added):
        print(f"only with the addons: {failure}")
    print(f"{len(added)} fail with the addons that don't fail without them")
    return bool(added)


def run(database, modules, path):
    """Run the tests in a database; print their counts and give what failed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(os.environ["ODOO_RC"]).with_name(f"test-odoo-{database}.log")
    argv = [
        *("setpriv", "--pdeathsig", "KILL", sys.executable, "-c", START),
        f"--database={database}",
        f"--db-filter=^{database}$",
        f"--http-port={port}",
        f"--logfile={log}",
        f"--test-tags={','.join(f'/{module}' for module in modules)}",
        "--stop-after-init",
    ]
    log.unlink(missing_ok=True)
    subprocess.run(argv, check=False, env={**os.environ, "PATH": path})
    said = log.read_text()
    counts = SUMMARY.search(said)
    if not counts:
        raise SystemExit(f"Odoo did not finish its tests: see {log}")
    failed, errors, tests = counts.groups()
    print(f"{database}: {tests} tests, {failed} failures, {errors} errors, see {log}")
    return {f"{logger}: {test}" for logger, test in FAILURE.findall(said)}


def start_odoo():
    """Start Odoo as its command does, with all tests at the end."""
    from odoo import cli
    from odoo.tests import loader, suite

    make_suite = loader.make_suite

    def make_whole_suite(modules, position):
        positions = ("at_install", "post_install") if position == "post_install" else ()
        suites = [make_suite(modules, position) for position in positions]
        return suite.OdooSuite([test for tests in suites for test in tests])

    loader.make_suite = make_whole_suite
    cli.main()


if __name__ == "__main__":
    sys.exit(main())
