"""What the environment's modules share: messages, locks, long commands."""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ADDONS = ("crm_agenda", "crm_agenda_project")
CLONE = Path(__file__).resolve().parent.parent
ENV = CLONE / ".env"
HEARTBEAT_SECONDS = 30
# A child of ours never outlives us, however we end.
DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"]


class EnvError(Exception):
    """A wrong or missing thing; the message is one line that says what to do."""


def say(message):
    sys.stdout.write(f"[env] {message}\n")
    sys.stdout.flush()


def tail(path, lines=25):
    """Give the last lines of a log as one string."""
    try:
        text = Path(path).read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def run(argv, log, **kwargs):
    """Run a long command into a log, with a sign of life every half minute."""
    log = Path(log)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*DIE_WITH_PARENT, *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **kwargs,
        )
        try:
            while True:
                try:
                    code = process.wait(HEARTBEAT_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  … {tail(log, 1).strip()[:100]}")
        finally:
            process.kill()
            process.wait()
    if code:
        sys.stdout.write(tail(log) + "\n")
        raise EnvError(f"{Path(argv[0]).name} failed ({code}): see {log}")


def apt_install(*packages):
    """Install Debian packages on this machine, for what can't live in `.env`."""
    names = " ".join(packages)
    if os.geteuid():
        raise EnvError(f"{names} missing: run as root, `apt-get install {names}`")
    say(f"installing {names} with apt-get")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = ENV / "log" / "apt.log"
    run(["apt-get", "update"], log, env=env)
    install = ["apt-get", "install", "-y", "--no-install-recommends"]
    run([*install, *packages], log, env=env)


def fingerprint(*parts):
    """Give a short hash of texts and of files, whole folders included."""
    digest = hashlib.sha256()
    for part in parts:
        if not isinstance(part, Path):
            digest.update(f"{part}\n".encode())
            continue
        paths = sorted(part.rglob("*")) if part.is_dir() else [part]
        for path in paths:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(part)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read(path):
    """Give a small file's text, empty when it does not exist."""
    try:
        return Path(path).read_text()
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

    def take(self):
        """Take the lock if it is free; say whether it was."""
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, message):
        if not self.take():
            say(message)
            while not self.take():
                time.sleep(0.5)

    def release(self):
        """Close our handle; a child that inherited it keeps the lock."""
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.release()
