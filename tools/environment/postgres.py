"""A PostgreSQL cluster of our own."""

import contextlib
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .machine import (
    EnvError,
    find_postgres,
    fingerprint,
    own_folder,
    run,
    tail,
    unprivileged,
)
from .python import VENV

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# As on a server with the memory and the disk for it; no vacuum may start in the middle
# of a measurement.
TUNED = (
    *FAST,
    "shared_buffers=1GB",
    "effective_cache_size=4GB",
    "work_mem=16MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=4GB",
    "random_page_cost=1.1",
    "autovacuum=off",
)


class Cluster:
    """A cluster in a folder, reached by a socket that only we enter."""

    def __init__(self, folder, lock_fd, settings, environment):
        self.binaries = find_postgres() or next(VENV.rglob("bin/initdb")).parent
        self.data = folder / "postgres"
        self.lock_fd, self.settings = lock_fd, settings
        self.environment = environment
        # A socket's path takes 107 bytes at most, a clone's path may be longer.
        self.socket = Path("/tmp") / f"crm_agenda-{fingerprint(folder.as_posix())}"

    @contextlib.contextmanager
    def running(self):
        """Run the cluster, which is made if need be; it ends however we end."""
        if not self.data.exists():
            self._create()
        # Whoever holds the lock is alone: an older pid is a dead one.
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
        log = self.data.with_name("postgres.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                unprivileged(argv, "INT"),
                cwd="/",
                pass_fds=[self.lock_fd],
                start_new_session=True,
                stdout=output,
                stderr=output,
            )
        try:
            while self._psql("postgres", "SELECT 1").returncode:
                if process.poll() is not None:
                    raise EnvError(f"PostgreSQL does not start: {tail(log, 1)}")
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            shutil.rmtree(self.socket, ignore_errors=True)

    def _create(self):
        partial = self.data.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        own_folder(partial)
        initdb = [self.binaries / "initdb", "-D", partial, "-U", "odoo"]
        initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C"]
        run(unprivileged(initdb), self.data.with_name("initdb.log"), cwd="/")
        partial.rename(self.data)

    def query(self, sql, database="postgres"):
        """Run one statement; give the words that it answers."""
        process = self._psql(database, sql)
        if process.returncode:
            raise EnvError(f"PostgreSQL: {process.stderr.strip()}")
        return process.stdout.split()

    def _psql(self, database, sql):
        argv = [self.binaries / "psql", "-XqAt", "-h", self.socket, "-U", "odoo"]
        return subprocess.run(
            [*argv, "-d", database, "-c", sql],
            capture_output=True,
            check=False,
            env=self.environment,
            text=True,
        )
