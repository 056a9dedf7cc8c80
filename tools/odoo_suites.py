"""Runs Odoo's own tests without the addons and with them, and compares.

Odoo's runner takes a test that is to run "at install" when its module is loaded, before
any addon is: here it takes all of them at the end. The addons come without their demo
data, for there are tests that expect to find no series but theirs. What fails only
where the addons are is run again on both sides, because some of Odoo's tours race with
the machine. Exits with 1 if something failed once more with the addons, and never
without them.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from database import connect, query
from environment.machine import ADDONS
from servers import find_port

from odoo import cli, tools
from odoo.tests import loader, suite

MODULES = ("calendar", "crm", "sale", "project")
AGAIN = 3
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
FAILURE = re.compile(r" ERROR \S+ (odoo\.\S+: )(?:FAIL|ERROR): (.+)$", re.M)
START = "import odoo_suites; odoo_suites.start_odoo()"
# Odoo starts a browser for its tours, which would outlive it when it is killed.
BROWSER = '#!/bin/sh\nexec setpriv --pdeathsig KILL "{}" "$@"\n'


def main(*modules):
    install_addons()
    tags = ",".join(f"/{module}" for module in modules or MODULES)
    stock = run_tests("stock", tags)
    added = sorted(run_tests("addons", tags) - stock)
    with_addons, without = Counter(), Counter()
    if added:
        print(f"{len(added)} only with the addons; {AGAIN} times again:")
        tags = ",".join(map(get_tag, added))
        for _time in range(AGAIN):
            without.update(run_tests("stock", tags, "again"))
            with_addons.update(run_tests("addons", tags, "again"))
    for test in added:
        print(f"failed {with_addons[test]} times with, {without[test]} without: {test}")
    ours = [test for test in added if with_addons[test] and not without[test]]
    print(f"{len(ours)} fail with the addons that don't fail without them")
    return bool(ours)


def get_tag(failure):
    """Give what makes Odoo run only the test, or the class, that failed."""
    module = failure.split(".")[2]
    name = re.search(r"[A-Z]\w+(\.test\w+|(?=\)$))", failure)
    return f"/{module}:{name[0]}"


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
        log = run_odoo("addons", "install", f"--init={','.join(ADDONS)}", "--no-http")
        cr.execute(demo, [True, MODULES])
    installed = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    if not {(name,) for name in ADDONS}.issubset(query("addons", installed)):
        raise SystemExit(f"Odoo did not install the addons: see {log}")


def run_tests(database, tags, what="tests"):
    """Run the tests in a database; print their counts and give what failed."""
    options = (f"--test-tags={tags}", f"--http-port={find_port()}")
    log = run_odoo(database, what, *options)
    said = log.read_text()
    counts = SUMMARY.search(said)
    if not counts:
        raise SystemExit(f"Odoo did not finish its tests: see {log}")
    failed, errors, count = counts.groups()
    print(
        f"{database}: {count} tests, {failed} failures, {errors} errors, see {log}",
        flush=True,
    )
    return {logger + test for logger, test in FAILURE.findall(said)}


def run_odoo(database, what, *options):
    """Run Odoo until it has done what the options ask; give its log."""
    folder = Path(os.environ["ODOO_RC"]).parent
    log = folder / f"{what}-{database}.log"
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
    sys.exit(main(*sys.argv[1:]))
