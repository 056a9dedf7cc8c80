"""Runs a server on a free port while somebody needs it."""

import contextlib
import socket
import subprocess
import time
import urllib.request


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serve(*command, path="/web/health"):
    """Run a server, which gets a port for PORT; give its address when it answers."""
    port = find_port()
    command = [str(part).replace("PORT", str(port)) for part in command]
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command])
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(240):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}{path}", timeout=60).close()
                break
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait()
