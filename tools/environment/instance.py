"""Databases with Odoo's demo company and ours, and the commands that use them."""

import ast
import contextlib
import os
import shutil
from datetime import date
from multiprocessing.pool import ThreadPool

from .machine import (
    ADDONS,
    CLONE,
    ENV,
    EnvError,
    Lock,
    building,
    find_browser,
    fingerprint,
    install_programs,
    own_folder,
    read,
    run,
    say,
    unprivileged,
    write,
)
from .postgres import FAST, TUNED, Cluster
from .python import PYTHON, make_venv

GIGABYTE = 2**30
PRIVATE_VARIABLES = ("PG", "PYTHON", "ODOO", "OPENERP", "PYTEST", "VIRTUAL_ENV")
SETTINGS = {"demo": (), "bench": TUNED}
KEPT = ("demo", "bench")  # the others begin anew each time


@contextlib.contextmanager
def open_instance(odoo, kind, *programs):
    """Give an instance that only we use, building whatever is missing.

    What was interrupted is done again.
    """
    if shutil.disk_usage(CLONE).free < 3 * GIGABYTE:
        raise EnvError(f"less than 3 GB free on the disk of {CLONE}: free some")
    with Lock(ENV / odoo.series / f"{kind}.lock") as lock:
        if not lock.take(10):
            raise EnvError(f"another make {kind} runs in this clone: wait for it")
        with building() as alone:
            if os.geteuid():  # they are told all at once
                install_programs("python3-venv", *programs)
            install_programs("python3-venv")
            with ThreadPool() as pool:  # whose work ends with us, however we end
                meanwhile = pool.apply_async(install_programs, programs)
                source = pool.apply_async(odoo.prepare)
                make_venv()
                source.get()
                anew = kind not in KEPT or not (ENV / odoo.series / kind).exists()
                if anew:
                    template = Instance(odoo, "template", alone.fd)
                    template.make_databases()
                meanwhile.get()
            instance = Instance(odoo, kind, lock.fd)
            if anew:
                instance.copy(template)
        if kind == "bench":
            instance.make_databases()
        yield instance


def find_depends():
    """Give the modules that the addons need, of Odoo's own."""
    depends = set()
    for addon in ADDONS:
        manifest = ast.literal_eval(read(CLONE / addon / "__manifest__.py"))
        depends.update(manifest["depends"])
    return sorted(depends - set(ADDONS))


def get_addons_version():
    return fingerprint(*(CLONE / addon for addon in ADDONS))


class Instance:
    """A cluster and Odoo's files, with two databases: `stock` has Odoo's own demo
    data, `agenda` is a copy of it with the addons and theirs."""

    def __init__(self, odoo, kind, lock_fd):
        self.odoo, self.lock_fd = odoo, lock_fd
        self.folder = ENV / odoo.series / kind
        self.config = self.folder / "odoo.conf"
        self.stock = self.folder / "stock"  # tells what was installed
        self.addons = self.folder / "addons"
        cache = own_folder(self.folder.with_name("cache"))
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(PRIVATE_VARIABLES)
            },
            "CHROMIUM": find_browser() or "",
            "HOME": str(cache / "home"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(cache / "hypothesis"),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "ODOO_RC": str(self.config),
            "PYTHONPATH": f"{odoo.path}:{CLONE / 'tools'}",
            "PYTHONPYCACHEPREFIX": str(cache / "python"),
        }
        self.cluster = Cluster(
            self.folder, lock_fd, SETTINGS.get(kind, FAST), self.environment
        )

    def python(self, *arguments):
        """Give the command that runs the virtual environment's Python."""
        return unprivileged([PYTHON, *arguments])

    def run(self, argv, log):
        run(argv, self.folder / log, cwd=self.folder, env=self.environment)

    def copy(self, template):
        """Begin anew with the template's databases."""
        say(f"copying the databases to {self.folder.relative_to(CLONE)}")
        partial = self.folder.with_name(f"{self.folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        copy = ["cp", "--archive", "--reflink=auto", template.folder, partial]
        run(copy, ENV / "log" / "copy.log")
        partial.rename(self.folder)

    def make_databases(self):
        """Install Odoo, then the addons in a copy of it, unless they are there."""
        depends = find_depends()
        stock = fingerprint(self.odoo.version, *depends)
        # The demo company's events are around the day of their installation.
        addons = f"{get_addons_version()} {date.today()}"
        if read(self.stock) == stock and read(self.addons) == addons:
            return
        self.addons.unlink(missing_ok=True)
        own_folder(self.folder)
        with self.cluster.running():
            if read(self.stock) != stock:
                self.stock.unlink(missing_ok=True)
                say(f"installing {', '.join(depends)} (about 2 minutes)…")
                self._drop("stock")
                self.install("stock", depends)
                write(self.stock, stock)
            say("installing the addons")
            self._drop("agenda")
            self.cluster.query("CREATE DATABASE agenda TEMPLATE stock")
            filestore = self.folder / "data" / "filestore"
            copy = ["cp", "--archive", filestore / "stock", filestore / "agenda"]
            self.run(unprivileged(copy), "copy.log")
            self.install("agenda", ADDONS)
        write(self.addons, addons)

    def update_addons(self):
        """Update the addons to today's source, keeping the data; say if need be."""
        version = get_addons_version()
        if read(self.addons).split()[0] == version:
            return
        say("updating the addons, whose source changed (about half a minute)…")
        with self.cluster.running():
            installed = "SELECT name FROM ir_module_module WHERE state = 'installed'"
            there = {*ADDONS}.intersection(self.cluster.query(installed, "agenda"))
            self.install("agenda", {*ADDONS} - there, there)
        write(self.addons, version)

    def install(self, database, new, there=()):
        """Install new modules, update those that are there, and make sure of all."""
        self.configure(database)
        modules = (("init", new), ("update", there))
        options = [f"--{name}={','.join(value)}" for name, value in modules if value]
        odoo = self.python("-m", "odoo", *options, "--stop-after-init", "--no-http")
        self.run(odoo, "install.log")
        # Odoo goes on without modules and demo data that don't load.
        failed = self.cluster.query(
            "SELECT name FROM ir_module_module WHERE state LIKE 'to %'"
            " OR state = 'installed' AND demo IS NOT TRUE",
            database,
        )
        if failed:
            log = self.folder / "install.log"
            names = ", ".join(failed)
            raise EnvError(f"not installed with their demo data: {names}, see {log}")

    def _drop(self, database):
        self.cluster.query(f'DROP DATABASE IF EXISTS "{database}"')
        filestore = self.folder / "data" / "filestore" / database
        shutil.rmtree(filestore, ignore_errors=True)

    def configure(self, database, interface="127.0.0.1", port=0):
        """Write Odoo's configuration; no other one is ever read."""
        options = {
            "addons_path": ",".join(map(str, [*self.odoo.addons_path, CLONE])),
            "data_dir": own_folder(self.folder / "data"),
            "db_host": self.cluster.socket,
            "db_user": "odoo",
            "db_name": database,
            "dbfilter": f"^{database}$",
            "list_db": False,
            "http_interface": interface,
            "http_port": port,
            "limit_memory_hard": 0,  # or a browser that a test starts inherits it
            "workers": 0,
        }
        if self.odoo.series != "18.0":
            options["with_demo"] = True  # 18.0 loads them by default, and warns of it
        lines = [f"{name} = {value}" for name, value in options.items()]
        self.config.write_text("\n".join(["[options]", *lines, ""]))
