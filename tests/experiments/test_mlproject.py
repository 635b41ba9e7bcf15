import json
import os
import subprocess
import sys
from pathlib import Path

import click
import mlflow
import pytest
import yaml
from mlflow.projects.utils import load_project

from experiments import cli

ROOT = Path(cli.__file__).parents[1]
ENTRY_POINTS = [
    "backtest",
    "etl",
    "explain",
    "forecast",
    "maintain",
    "promote",
    "refresh",
    "report",
    "reproduce",
    "train",
]
REQUIRED = {"reproduce": {"run_id": "0" * 32}}


@pytest.fixture(scope="module")
def declared():
    return yaml.safe_load((ROOT / "MLproject").read_text(encoding="utf-8"))


def test_the_project_has_the_jobs_as_entry_points(declared):
    assert declared["name"] == "assay"
    assert sorted(declared["entry_points"]) == ENTRY_POINTS


@pytest.mark.parametrize("name", ENTRY_POINTS)
@pytest.mark.parametrize("given", [{}, {"warehouse": "/tmp/else where", "engine": "spark"}], ids=["defaults", "given"])
def test_an_entry_point_is_one_call_of_the_command_line_that_it_can_read(name, given):
    command = load_project(str(ROOT)).get_entry_point(name).compute_command(given | REQUIRED.get(name, {}), None)
    words = click.parser.split_arg_string(command)
    called, arguments = words[:4], words[4:]
    assert called == ["python", "-m", "experiments", name]
    assert "\n" not in command.strip()
    with cli.assay.commands[name].make_context(name, arguments) as context:
        assert str(context.params["warehouse"]) == given.get("warehouse", "warehouse")
        assert context.params["engine"] == given.get("engine", "embedded")
        if "horizon" in context.params:
            assert context.params["horizon"] == 61


def test_the_parameters_default_to_what_the_command_line_has_itself(declared):
    for name, entry in declared["entry_points"].items():
        own = {parameter.name: parameter.get_default(click.Context(cli.assay.commands[name])) for parameter in
               cli.assay.commands[name].params}  # fmt: skip
        for parameter, about in entry["parameters"].items():
            if parameter not in ("period", "baseline", "run_id"):
                assert str(about["default"]) == str(own[parameter])


@pytest.mark.slow
@pytest.mark.parametrize("manager", ["local", "uv"])
def test_mlflow_runs_the_project_in_the_run_it_opened(manager, changeable, rows, tmp_path):
    store = f"sqlite:///{changeable.warehouse}/mlflow.db"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"MLFLOW_ENV_ROOT": str(tmp_path / "environments"), "UV_NO_INSTALL_PROJECT": "1"}
    environment = {**os.environ, "MLFLOW_TRACKING_URI": store, "PATH": path, **own}
    options = ["-e", "explain", "--env-manager", manager, "--experiment-name", "projects"]
    asked = ["-P", f"warehouse={changeable.warehouse}", "-P", "measure=units"]
    command = [sys.executable, "-m", "mlflow", "run", str(ROOT), *options, *asked]
    client = mlflow.MlflowClient(store)
    experiment = client.create_experiment("projects", artifact_location=(tmp_path / "artifacts").as_uri())
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (run,) = client.search_runs([experiment])
    assert run.info.status == "FINISHED"
    assert run.data.params["measure"] == "units"
    assert run.data.tags["mlflow.project.entryPoint"] == "explain"
    assert run.data.metrics["change"] == pytest.approx(run.data.metrics["volume"] + run.data.metrics["aov"])
    assert {each.dataset.name for each in run.inputs.dataset_inputs} >= {"gold.gld_fact_order_items"}
    bridge = rows(changeable.warehouse, "gold/gld_revenue_bridge")
    assert set(bridge.loc[bridge["measure"] == "units", "run_id"]) == {run.info.run_id}
    (kept,) = (tmp_path / "artifacts").rglob("environment.json")
    packages = json.loads(kept.read_text(encoding="utf-8"))
    assert packages["mlflow"] == mlflow.__version__
    # the tests' own packages are not in the environment that MLflow makes
    assert ("pytest" in packages) == (manager == "local")
