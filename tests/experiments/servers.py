"""A real MLflow server on this machine, with a database and an artifact store of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 240


@dataclass(frozen=True)
class Server:
    """Where it answers, and its process."""

    address: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """As by a machine that fails."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def mlflow_server(folder: Path) -> Iterator[Server]:
    """A server for as long as the block runs, unless it is stopped before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--artifacts-destination", str(folder / "kept")]
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "server", *stores, *where]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # which nothing here asks for
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment, start_new_session=True)
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _wait(server, folder / "server.log")
        yield server
    finally:
        server.stop()


def _wait(server: Server, log: Path) -> None:
    for _ in range(PATIENCE):
        assert server.process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{server.address}/health", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
    raise AssertionError(log.read_text())
