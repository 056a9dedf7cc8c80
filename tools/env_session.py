"""Runs inside a door: a PostgreSQL cluster, and Odoo or pytest on top of it.

Called by `env.py` with one JSON argument; everything ends with this process.
"""

import ast
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
from env_common import ADDONS, EnvError, fingerprint, read, run, say, tail, write

# `nobody` exists on every Debian; PostgreSQL refuses to run as root.
NOBODY = 65534
PRIVATE_VARIABLES = ("PG", "PYTHON", "ODOO", "OPENERP", "PYTEST", "VIRTUAL_ENV")


def unprivileged(argv, death_signal="INT"):
    """Give the command that runs `argv` as nobody and ends when we end."""
    prefix = ["setpriv", "--pdeathsig", death_signal]
    if not os.geteuid():
        # The clone may be below a folder that only root may enter, as /root.
        may_enter = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        prefix += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        prefix += may_enter
    return [*prefix, *map(str, argv)]


def own_folder(path):
    """Make a private folder that the unprivileged user owns."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.geteuid():
        os.chown(path, NOBODY, NOBODY)
    return path


class Cluster:
    """A PostgreSQL cluster of our own, reached by a socket that only we enter."""

    fast = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    # As on a server with the memory and the disk for it; no vacuum may start in the
    # middle of a measurement.
    tuned = (
        "shared_buffers=1GB",
        "effective_cache_size=4GB",
        "work_mem=16MB",
        "maintenance_work_mem=256MB",
        "max_wal_size=4GB",
        "random_page_cost=1.1",
        "autovacuum=off",
    )
    settings_by_kind = {"test": fast, "bench": fast + tuned}

    def __init__(self, binaries, folder, kind):
        self.binaries = Path(binaries)
        self.data = folder / "postgres"
        self.settings = self.settings_by_kind.get(kind, ())
        # A socket's path takes 107 bytes at most, a clone's path may be longer.
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        self.socket = Path("/tmp") / f"crm_agenda-{name}"
        self.process = None

    def __enter__(self):
        if not self.data.exists():
            say("creating a PostgreSQL cluster")
            partial = self.data.with_name("postgres.partial")
            shutil.rmtree(partial, ignore_errors=True)
            own_folder(partial)
            initdb = [self.binaries / "initdb", "-D", partial, "-U", "odoo"]
            initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C"]
            log = self.data.with_name("initdb.log")
            run(unprivileged(initdb), log, cwd="/")
            partial.rename(self.data)
        # Whoever holds this folder's lock is alone: an older pid is a dead one.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        own_folder(self.socket)
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket}",
            "log_min_messages=fatal",
            "log_min_error_statement=panic",
            *self.settings,
        ]
        argv = [self.binaries / "postgres", "-D", self.data]
        argv += [word for setting in settings for word in ("-c", setting)]
        self.log = self.data.with_name("postgres.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                unprivileged(argv),
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()
        return self

    def __exit__(self, *_exc):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.socket, ignore_errors=True)

    def _wait(self):
        while self.process.poll() is None:
            try:
                self.query("postgres", "SELECT 1")
                return
            except psycopg2.OperationalError:
                time.sleep(0.1)
        raise EnvError(f"PostgreSQL does not start: {tail(self.log, 1)}")

    def query(self, database, sql, *parameters):
        """Run one statement outside a transaction; give its rows."""
        connection = psycopg2.connect(host=self.socket, user="odoo", dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


class Session:
    """One use of a door: its folder, its cluster and Odoo on its database."""

    def __init__(self, kind, door, options):
        self.kind = kind
        self.door = door
        self.addons = [Path(addon) for addon in door["addons"]]
        self.options = options
        self.folder = Path(door["state"]) / kind
        self.cluster = Cluster(door["postgres"], self.folder, kind)
        self.config = self.folder / "odoo.conf"
        self.data = own_folder(self.folder / "data")
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(PRIVATE_VARIABLES)
            },
            "CHROMIUM": door["chromium"],
            "HOME": str(own_folder(self.folder / "home")),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.data / "hypothesis"),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "ODOO_RC": str(self.config),
            "PYTHONPATH": door["pythonpath"],
            "PYTHONPYCACHEPREFIX": str(own_folder(self.folder / "pycache")),
        }
        if not door["chromium"]:
            del self.environment["CHROMIUM"]

    def configure(self, database):
        """Write Odoo's configuration; no other one is ever read."""
        options = {
            "addons_path": ",".join(self.door["addons_path"]),
            "data_dir": self.data,
            "db_host": self.cluster.socket,
            "db_user": "odoo",
            "db_name": database,
            "dbfilter": f"^{database}$",
            "list_db": False,
            "http_interface": self.options.get("interface", "127.0.0.1"),
            "http_port": self.options.get("port", 0),
            "limit_memory_hard": 0,  # or a browser that a test starts inherits it
            "workers": 0,
        }
        if float(self.door["series"]) >= 19:
            options["with_demo"] = True  # 18.0 and before load it by default
        lines = [f"{name} = {value}" for name, value in options.items()]
        self.config.write_text("\n".join(["[options]", *lines, ""]))

    def odoo(self, *arguments):
        argv = [self.door["python"], self.door["odoo"], f"--config={self.config}"]
        return unprivileged([*argv, *arguments])

    def install(self, database, modules, update=False):
        """Install modules, or update those that are there, and make sure of all."""
        self.configure(database)
        log = self.folder / "install.log"
        there = self.find_installed(database, modules) if update else set()
        actions = {"--update": there, "--init": set(modules) - there}
        arguments = [f"{key}={','.join(n)}" for key, n in actions.items() if n]
        self.run(self.odoo(*arguments, "--stop-after-init", "--no-http"), log)
        missing = set(modules) - self.find_installed(database, modules)
        if missing:
            sys.stdout.write(tail(log) + "\n")
            raise EnvError(f"Odoo did not install {', '.join(missing)}: see {log}")

    def find_installed(self, database, modules):
        """Give those modules that a database has."""
        rows = self.cluster.query(
            database,
            "SELECT name FROM ir_module_module"
            " WHERE state = 'installed' AND name = ANY(%s)",
            list(modules),
        )
        return {name for (name,) in rows}

    def run(self, argv, log):
        run(argv, log, cwd=self.folder, env=self.environment)

    def drop(self, database):
        self.cluster.query("postgres", f'DROP DATABASE IF EXISTS "{database}"')
        shutil.rmtree(self.data / "filestore" / database, ignore_errors=True)

    def serve(self):
        """Install or update what is needed, then serve until told to stop."""
        marker = self.folder / "complete"
        done, wanted = read(marker), fingerprint(*self.addons)
        if not done:
            self.drop("demo")
            say("installing Odoo and the demo company (about 3 minutes)…")
            self.install("demo", ADDONS)
        elif done != wanted:
            say("updating the addons, whose source changed (about half a minute)…")
            self.install("demo", ADDONS, update=True)
        write(marker, wanted)
        self.configure("demo")
        say("starting Odoo")
        server = subprocess.Popen(
            self.odoo(), cwd=self.folder, env=self.environment, start_new_session=True
        )
        try:
            return server.wait()
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()

    def prepare_test(self):
        """Install the addons in a copy of a stock database."""
        depends = set()
        for addon in self.addons:
            manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
            depends.update(manifest["depends"])
        depends -= set(ADDONS)
        names = ", ".join(sorted(depends))
        marker = self.folder / "complete"
        wanted = fingerprint(self.door["stock"], names)
        self.drop("test")
        if read(marker) != wanted:
            marker.unlink(missing_ok=True)
            self.drop("stock")
            say(f"installing {names} in a database kept for later (2 minutes)…")
            self.install("stock", depends)
            write(marker, wanted)
        self.cluster.query("postgres", "CREATE DATABASE test TEMPLATE stock")
        filestore = self.data / "filestore"
        if (filestore / "stock").exists():
            # Odoo never changes a stored file: both databases may share it.
            copy = ["cp", "--archive", "--link"]
            copy += [filestore / "stock", filestore / "test"]
            self.run(unprivileged(copy), self.folder / "copy.log")
        say("installing the addons in the test database")
        self.install("test", ADDONS)

    def prepare_bench(self):
        """Keep what `prepare_test` makes, from which bench.py fills its databases."""
        own_folder(self.folder / "report")
        marker = self.folder / "installed"
        wanted = fingerprint(self.door["stock"], *self.addons)
        if read(marker) != wanted:
            marker.unlink(missing_ok=True)
            self.prepare_test()
            write(marker, wanted)
        self.configure("test")

    def test(self):
        """Run pytest on the addons and the tools, or the one script that is asked."""
        self.prepare_bench() if self.kind == "bench" else self.prepare_test()
        clone = Path(self.door["clone"])
        if self.options["script"]:
            argv = [self.door["python"], "-B", clone / "tools" / self.options["script"]]
            argv += shlex.split(self.options["arguments"])
        else:
            argv = self.pytest(clone)
        process = subprocess.Popen(
            unprivileged(argv, "KILL"), cwd=clone, env=self.environment
        )
        # Ctrl-C is the child's: pytest ends with its own summary.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()

    def pytest(self, clone):
        """Give the command that runs the tests."""
        say("running pytest")
        folders = [*self.addons, clone / "tools"]
        paths = " ".join(os.path.relpath(path / "tests", clone) for path in folders)
        # Paths are given as the clone has them, whichever series runs.
        prefix = os.path.relpath(self.addons[0].parent, clone)
        arguments = [
            os.path.join(prefix, word) if word.split("/")[0] in ADDONS else word
            for word in shlex.split(self.options["arguments"])
        ]
        argv = [self.door["python"], "-m", "pytest", "--odoo-http"]
        argv += ["--rootdir", clone, "-o", f"testpaths={paths}"]
        return [*argv, "-o", f"cache_dir={self.data / 'pytest'}", *arguments]


def main():
    kind, door, options = json.loads(sys.argv[1])
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(0))
    try:
        session = Session(kind, door, options)
        with session.cluster:
            return session.serve() if kind == "demo" else session.test()
    except EnvError as error:
        say(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
