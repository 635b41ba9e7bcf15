"""An MLflow server that goes away in the middle of a refresh: results are published all the same, and it is said."""

import json

import pytest

from etl.release import newest_release
from tests.experiments.conftest import CHEAP, SCRIPT, surroundings
from tests.experiments.servers import mlflow_server
from tests.processes import running

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


@pytest.fixture
def server(tmp_path):
    with mlflow_server(tmp_path) as started:
        yield started


def test_results_are_published_and_tracked_in_the_warehouses_own_store(server, two_months, tmp_path, rows):
    warehouse = tmp_path / "w"
    command = [SCRIPT, "refresh", "--landing", two_months, "--warehouse", warehouse, *CHEAP, "--json"]
    # MLflow's own patience is not what is tried
    environment = surroundings(MLFLOW_TRACKING_URI=server.address, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    said = []
    with running(command, environment) as run:
        for line in run.stderr:
            said.append(json.loads(line)["message"])
            if said[-1].startswith("features"):
                server.stop()
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
