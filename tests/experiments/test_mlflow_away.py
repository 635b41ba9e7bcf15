"""An MLflow server that goes away in the middle of a refresh: results are published all the same, and it is said."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from etl.release import newest_release
from tests.experiments.conftest import CHEAP, SCRIPT, surroundings

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


@pytest.fixture
def server(tmp_path):
    """A server with a database and artifacts of its own: its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stores = [
        "--backend-store-uri",
        f"sqlite:///{tmp_path}/server.db",
        "--artifacts-destination",
        str(tmp_path / "kept"),
    ]
    command = [sys.executable, "-m", "mlflow", "server", *stores, "--host", "127.0.0.1", "--port", str(port)]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "--workers", "1"], **pipes, start_new_session=True, env=surroundings())
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.5)
    yield address, process
    stop(process)


def stop(process) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_results_are_published_and_tracked_in_the_warehouses_own_store(server, two_months, tmp_path, rows):
    address, process = server
    warehouse = tmp_path / "w"
    command = [SCRIPT, "refresh", "--landing", two_months, "--warehouse", warehouse, *CHEAP, "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = surroundings(MLFLOW_TRACKING_URI=address)
    said = []
    with subprocess.Popen([str(part) for part in command], **pipes, text=True, env=environment) as run:
        for line in run.stderr:
            said.append(json.loads(line)["message"])
            if said[-1].startswith("features"):
                stop(process)
        out = run.stdout.read()
    assert run.returncode == 0, said[-3:]
    assert any("trying again" in message for message in said)
    assert any("what is left is tracked in the warehouse's own store" in message for message in said)
    release = newest_release(warehouse, whole=True)
    assert {"gold.gld_forecast", "gold.gld_revenue_bridge"} <= set(release.versions)
    done = rows(warehouse, "ops/ops_runs").query("state == 'done'").set_index("step")["run_id"]
    assert done.index.is_unique
    assert done["etl"] == done["features"] != done["forecast"] == done["explain"] == json.loads(out)["run_id"]
    assert (warehouse / "mlflow.db").is_file()
