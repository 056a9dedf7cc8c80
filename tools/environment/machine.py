"""This machine: messages, locks, long commands and the programs that it must have."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
ENV = CLONE / ".env"
LOGS = ENV / "log"
ADDONS = sorted(path.parent.name for path in CLONE.glob("*/__manifest__.py"))
HEARTBEAT_SECONDS = 30
# A child of ours never outlives us, however we end.
DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"]
# `nobody` exists on every Debian; PostgreSQL refuses to run as root.
NOBODY = 65534
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
EVOLUTION = Path("/usr/libexec/evolution-calendar-factory")
ECAL = "*/girepository-1.0/ECal-2.0.typelib"
BROWSERS = ("chromium", "google-chrome")


class EnvError(Exception):
    """A wrong or missing thing; the message is one line that says what to do."""


def say(message):
    sys.stdout.write(f"[env] {message}\n")
    sys.stdout.flush()


def tail(path, lines=25):
    """Give the last lines of a log as one string."""
    return "\n".join(read(path).splitlines()[-lines:])


def run(argv, log, **options):
    """Run a long command into a log, with a sign of life every half minute."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*DIE_WITH_PARENT, *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **options,
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(HEARTBEAT_SECONDS)
                except subprocess.TimeoutExpired:
                    say(f"  … {tail(log, 1).strip()[:100]}")
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        sys.stdout.write(tail(log) + "\n")
        raise EnvError(f"failed: see {log}")


def unprivileged(argv, death_signal="KILL"):
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


def find_browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_postgres():
    """Give the folder of this machine's newest PostgreSQL server, if any."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    servers = [folder for folder in folders if (folder / "initdb").exists()]
    return max(servers, key=lambda folder: float(folder.parent.name), default=None)


def install_programs(*programs):
    """Have Debian's packages of programs that can't live in `.env`."""
    missing = {
        "chromium": not find_browser(),
        "dbus-daemon": not shutil.which("dbus-run-session"),
        "debian-archive-keyring": not KEYRING.exists(),
        "evolution-data-server": not EVOLUTION.exists(),
        "gir1.2-ecal-2.0": not any(Path("/usr/lib").glob(ECAL)),
        "git": not shutil.which("git"),
        "python3-gi": not Path("/usr/lib/python3/dist-packages/gi").exists(),
        "python3-venv": not find_spec("ensurepip"),
        "wkhtmltopdf": not shutil.which("wkhtmltopdf"),
    }
    packages = [program for program in programs if missing[program]]
    if not packages:
        return
    if "chromium" in packages:
        packages += ["fonts-dejavu-core", "fonts-liberation"]
    names = " ".join(packages)
    if os.geteuid():
        raise EnvError(f"{names} missing: as root, `apt-get install {names}`")
    if not shutil.which("apt-get"):
        raise EnvError(f"{names} missing, and no apt-get to install them with")
    say(f"installing {names} with apt-get")
    script = (
        "dpkg --configure -a && apt-get update && apt-get install -y "
        f"--no-install-recommends -o DPkg::Lock::Timeout=300 {names}"
    )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["sh", "-c", script], LOGS / f"apt-{packages[0]}.log", env=environment)


def fingerprint(*parts):
    """Give a short hash of texts and of files; of folders, all but their tests."""
    digest = hashlib.sha256()
    for part in parts:
        if not isinstance(part, Path):
            digest.update(f"{part}\n".encode())
            continue
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            name = path.relative_to(part)
            if path.is_file() and not {"__pycache__", "tests"}.intersection(name.parts):
                digest.update(f"{name}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read(path):
    """Give a small file's text, empty when it does not exist."""
    try:
        return Path(path).read_text(errors="replace")
    except FileNotFoundError:
        return ""


def write(path, text):
    """Write a small file whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.replace(path)


class Lock:
    """A file lock; children that inherit `fd` hold it too."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def take(self, seconds=0):
        """Take the lock if it is free, or becomes so; say whether it was."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        """Close our handle; a child that inherited it keeps the lock."""
        os.close(self.fd)


@contextlib.contextmanager
def building():
    """Be the only one in this clone that builds the environment."""
    with Lock(ENV / "lock") as lock:
        if not lock.take(1):
            say("waiting for the other make that builds the environment")
            lock.take(3600)
        yield lock
