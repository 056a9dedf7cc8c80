"""The short form of `make fault`: nothing is lost or doubled, whatever breaks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULT = Path(__file__).parents[1] / "fault.py"


@pytest.mark.skipif("ODOO_RC" not in os.environ, reason="no Odoo database to use")
def test_killed_dispatchers_send_each_reminder_exactly_once():
    process = subprocess.run(
        ["setpriv", "--pdeathsig", "KILL", sys.executable, FAULT, "3000"],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    last = process.stdout.splitlines()[-1]
    assert last == "due 3000, sent 3000, lost 0, doubled 0"
