import json
import logging
import os
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from etl.schemas.daily import GLD_CALENDAR
from experiments import tracking


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in (*tracking.VARIABLES, *tracking.ADOPTED):
        monkeypatch.delenv(name, raising=False)


def test_runs_go_to_the_warehouse_s_own_store_without_chatter(warehouse, caplog, capfd):
    with caplog.at_level(logging.NOTSET), tracking.connected(warehouse):
        with tracking.open_run(warehouse, "backtest", {"source": "atoz"}) as parent:
            mlflow.log_text("kept", "note.txt")
            with tracking.open_run(warehouse, "child", {}) as child:
                pass
        found = mlflow.get_run(parent.info.run_id)
        assert mlflow.get_experiment(found.info.experiment_id).name == "assay"
        assert mlflow.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert found.data.tags["source"] == "atoz"
    assert found.info.status == "FINISHED"
    assert (warehouse / "mlflow.db").exists()
    assert [path.read_text() for path in (warehouse / "mlartifacts").rglob("note.txt")] == ["kept"]
    assert [record.name for record in caplog.records if record.name.startswith(("mlflow", "alembic"))] == []
    assert capfd.readouterr() == ("", "")


def test_nothing_global_is_left_behind(warehouse):
    before = (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), dict(os.environ))
    with tracking.connected(warehouse):
        assert mlflow.get_registry_uri() == mlflow.get_tracking_uri() == tracking.own_store(warehouse)
    assert before == (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), dict(os.environ))


def test_the_environment_wins_over_the_warehouse(warehouse, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////elsewhere/runs.db")
    with tracking.connected(warehouse):
        assert mlflow.get_tracking_uri() == mlflow.get_registry_uri() == "sqlite:////elsewhere/runs.db"
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "sqlite:////elsewhere/models.db")
    with tracking.connected(warehouse):
        assert mlflow.get_registry_uri() == "sqlite:////elsewhere/models.db"
    assert os.environ["MLFLOW_TRACKING_URI"] == "sqlite:////elsewhere/runs.db"


def test_the_environment_names_the_experiment(warehouse, monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "/Shared/assay-dev")
    with tracking.connected(warehouse), tracking.open_run(warehouse, "train", {}) as run:
        assert mlflow.get_experiment(run.info.experiment_id).name == "/Shared/assay-dev"


def test_what_another_job_made_meanwhile_will_do_and_other_errors_are_told(warehouse):
    with tracking.connected(warehouse):
        made = mlflow.create_experiment("made")
        with tracking.unless_exists():
            mlflow.create_experiment("made")
        assert mlflow.get_experiment_by_name("made").experiment_id == made
        with pytest.raises(MlflowException, match="name"), tracking.unless_exists():
            mlflow.create_experiment("")


def test_under_mlflow_run_the_given_run_is_adopted_and_its_experiment_stays(warehouse, monkeypatch):
    with tracking.connected(warehouse):
        client = mlflow.MlflowClient()
        experiment = client.create_experiment("project")
        given = client.create_run(experiment).info.run_id
        monkeypatch.setenv("MLFLOW_RUN_ID", given)
        with tracking.open_run(warehouse, "train", {"source": "atoz"}) as run:
            assert (run.info.run_id, run.info.experiment_id) == (given, experiment)
        assert client.get_run(given).data.tags["source"] == "atoz"


def test_input_tables_are_logged_with_their_versions(warehouse):
    with tracking.connected(warehouse):
        with tracking.open_run(warehouse, "train", {}) as run:
            tracking.log_tables(run, [(GLD_CALENDAR, 3, warehouse / "gold" / "gld_calendar")])
        (logged,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert logged.dataset.name == "gold.gld_calendar"
    assert json.loads(logged.dataset.source) == {
        "path": str(warehouse / "gold" / "gld_calendar"),
        "delta_table_version": 3,
    }


def test_a_failed_run_says_so(warehouse):
    with tracking.connected(warehouse):
        with pytest.raises(ZeroDivisionError), tracking.open_run(warehouse, "train", {}) as run:
            1 / 0  # noqa: B018
        assert mlflow.get_run(run.info.run_id).info.status == "FAILED"


def test_the_commit_is_that_of_assay_s_own_checkout(monkeypatch, tmp_path):
    commit = tracking.git_commit()
    assert commit is None or len(commit) == 40
    monkeypatch.setattr(tracking, "__file__", str(tmp_path / "tracking.py"))
    assert tracking.git_commit() is None
