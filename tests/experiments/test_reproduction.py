"""Two jobs at once on a real MLflow server, and both run again from their ids alone."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from tests.experiments.conftest import CHEAP, SCRIPT, call, surroundings
from tests.experiments.servers import mlflow_server
from tests.processes import running

pytestmark = pytest.mark.slow
HORIZON = ("--horizon", "14", "--measure", "units")


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as server:
        yield server.address


@pytest.fixture(scope="module")
def warehouses(two_months, tmp_path_factory) -> list[Path]:
    """Two refined warehouses."""
    folders = [tmp_path_factory.mktemp("jobs") / name for name in ("first", "second")]
    for folder in folders:
        assert call("etl", "--landing", two_months, "--warehouse", folder).code == 0
    return folders


@pytest.fixture(scope="module")
def tracked(warehouses, server) -> mlflow.MlflowClient:
    """What a training and an explanation left on the server, each of a warehouse of its own, at the same time."""
    first, second = warehouses
    jobs = (
        ("train", "--warehouse", first, *HORIZON, *CHEAP),
        ("explain", "--warehouse", second, "--period", "2025-09", "--baseline", "2025-08"),
    )
    environment = surroundings(MLFLOW_TRACKING_URI=server)
    first_job, second_job = jobs
    with running((SCRIPT, *first_job), environment) as one, running((SCRIPT, *second_job), environment) as other:
        for process in (one, other):
            _, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
    return mlflow.MlflowClient(server)


@pytest.fixture
def on_server(monkeypatch, server) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)


@pytest.fixture(autouse=True)
def nothing_is_left(alone) -> Iterator[None]:
    before = dict(os.environ)
    yield
    assert {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_REG")} == {
        name: value for name, value in before.items() if name.startswith("MLFLOW_REG")
    }


def run_named(tracked: mlflow.MlflowClient, name: str) -> mlflow.entities.Run:
    experiment = tracked.get_experiment_by_name("assay").experiment_id
    runs = tracked.search_runs([experiment], f"tags.`mlflow.runName` = '{name}'", order_by=["start_time ASC"])
    return runs[0]


def test_two_jobs_at_once_are_kept_by_the_server_alone(tracked, warehouses):
    trained, explained = (run_named(tracked, name) for name in ("train", "explain"))
    for run in (trained, explained):
        assert run.info.status == "FINISHED"
        assert {each.path for each in tracked.list_artifacts(run.info.run_id)} >= {"environment.json", "record.json"}
        assert run.inputs.dataset_inputs
    assert explained.data.metrics["change"] != 0
    assert tracked.get_model_version_by_alias("assay-units", "champion").run_id == trained.info.run_id
    assert not [path for folder in warehouses for path in folder.glob("mlflow.db")]


@pytest.mark.usefixtures("on_server")
@pytest.mark.parametrize(("job", "place"), [("train", 0), ("explain", 1)])
def test_a_run_is_reproduced_from_its_id(job, place, tracked, warehouses, versions, assay):
    run, models = run_named(tracked, job), tracked.search_model_versions("name = 'assay-units'")
    before = versions(warehouses[place])
    answer = assay("reproduce", run.info.run_id, "--warehouse", warehouses[place], "--json")
    assert answer.code == 0, answer.err
    assert answer.json["equal"] is True
    (found,) = answer.json["jobs"]
    assert (found["job"], found["run_id"], found["differences"], found["made_with"]) == (job, run.info.run_id, [], [])
    again = tracked.get_run(found["reproduced_by"])
    assert again.data.metrics == pytest.approx(run.data.metrics)
    # neither the warehouse nor the registry moved, and nothing is left beside the tables
    assert versions(warehouses[place]) == before
    assert len(tracked.search_model_versions("name = 'assay-units'")) == len(models)
    assert not list(warehouses[place].glob("replica-*"))


@pytest.mark.usefixtures("on_server")
def test_what_came_out_otherwise_is_said(tracked, warehouses, assay):
    """The run's record is made to tell of another seed than its intervals were drawn with."""
    run_id = run_named(tracked, "explain").info.run_id
    record = json.loads(mlflow.artifacts.load_text(f"runs:/{run_id}/record.json"))
    assert record["asked"]["seed"] == 0
    tracked.log_text(run_id, json.dumps(record | {"asked": record["asked"] | {"seed": 1}}), "record.json")
    answer = assay("reproduce", run_id, "--warehouse", warehouses[1])
    assert answer.code == 1
    assert "explain: DIFFERENT" in answer.out
    assert "gold.gld_revenue_bridge, low: " in answer.out


@pytest.mark.usefixtures("on_server")
def test_a_run_that_cannot_be_run_again_is_refused(tracked, warehouses, assay):
    assert assay("reproduce", "0" * 32, "--warehouse", warehouses[0]).code == 3
    child = run_named(tracked, "backtest")
    answer = assay("reproduce", child.info.run_id, "--warehouse", warehouses[0])
    assert (answer.code, "keeps no record" in answer.message) == (3, True)
