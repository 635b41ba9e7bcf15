"""The bundle, built by Databricks' own package, whose models come from the published schema."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.metadata import Metadata

from experiments import cli

ROOT = Path(cli.__file__).parents[1]
FOLDER = ROOT / "experiments" / "deploy" / "databricks"
PLATFORM = {"pyspark", "delta-spark", "pysail"}
# the published schema's, at the places this bundle uses (databricks/cli, bundle/schema/jsonschema.json)
ROOT_KEYS = {"artifacts", "bundle", "include", "permissions", "python", "run_as", "sync", "targets", "variables"}
TARGET_KEYS = {"default", "mode", "permissions", "presets", "run_as", "sync", "variables", "workspace"}
LEVELS = {"CAN_MANAGE", "CAN_VIEW", "CAN_RUN"}


@pytest.fixture(scope="module")
def declared():
    return yaml.safe_load((FOLDER / "databricks.yml").read_text(encoding="utf-8"))


@pytest.fixture
def built(declared, tmp_path):
    """The target's resources as the CLI would get them, and what the build complained of."""

    def build(target: str = "dev", **variables: str):
        values = {name: {"value": about.get("default", "")} for name, about in declared["variables"].items()}
        values |= {name: {"value": value} for name, value in variables.items()}
        (tmp_path / "in.json").write_text(json.dumps(declared | {"bundle": {"target": target}, "variables": values}))
        files = {name: str(tmp_path / f"{name}.json") for name in ("output", "diagnostics", "locations")}
        options = [option for name, path in files.items() for option in (f"--{name}", path)]
        command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "load_resources"]
        given = ["--input", str(tmp_path / "in.json"), *options]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*command, *given], cwd=FOLDER, capture_output=True, text=True, env=environment)
        said = Path(files["diagnostics"]).read_text()
        jobs = json.loads(Path(files["output"]).read_text())["resources"]["jobs"] if done.returncode == 0 else {}
        return jobs, said + done.stderr

    return build


def test_it_builds_without_a_complaint(built):
    jobs, said = built()
    assert said == ""
    assert sorted(jobs) == ["maintain", "refresh_cluster", "refresh_serverless"]


@pytest.mark.parametrize("compute", ["serverless", "cluster"])
def test_the_schedule_starts_one_of_the_refreshes(compute, built):
    jobs, _ = built(compute=compute)
    paused = {name: job["schedule"]["pause_status"] for name, job in jobs.items() if name != "maintain"}
    assert [name for name, status in paused.items() if status == "UNPAUSED"] == [f"refresh_{compute}"]


def test_a_compute_that_does_not_exist_is_refused(built):
    jobs, said = built(compute="mainframe")
    assert jobs == {}
    assert "it must be serverless or cluster" in said


def test_every_task_is_a_command_that_the_command_line_can_read(built, monkeypatch):
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    jobs, _ = built()
    tasks = [task["python_wheel_task"] for job in jobs.values() for task in job["tasks"]]
    assert {task["package_name"] for task in tasks} == {"assay_workbench"}
    for name, *options in (task["parameters"] for task in tasks):
        with cli.assay.commands[name].make_context(name, list(options)) as context:
            assert (context.params["engine"], context.params["warehouse"]) == ("connect", Path("${var.warehouse}"))


def test_every_job_alerts_ends_and_is_never_twice_at_once(built):
    jobs, _ = built()
    for job in jobs.values():
        assert job["email_notifications"]["on_failure"] == ["${var.alert_to}"]
        assert job["max_concurrent_runs"] == 1
        assert job["permissions"] == [{"level": "CAN_VIEW", "group_name": "${var.readers}"}]


def test_its_own_keys_are_those_of_the_published_schema(declared):
    assert set(declared) <= ROOT_KEYS
    for name, target in declared["targets"].items():
        assert set(target) <= TARGET_KEYS
        assert target["mode"] == {"dev": "development", "prod": "production"}[name]
        assert {each["level"] for each in target.get("permissions", [])} <= LEVELS
        # every variable without a default is given
        needed = {key for key, about in declared["variables"].items() if "default" not in about}
        assert set(target["variables"]) == needed
    assert set(declared["artifacts"]["assay"]) <= {"build", "files", "path", "type"}


def test_every_variable_of_the_jobs_is_declared(built, declared):
    text = json.dumps(built()[0])
    used = {part.split("}")[0] for part in text.split("${var.")[1:]}
    assert used <= set(declared["variables"])


@pytest.mark.slow
def test_the_wheel_leaves_the_platforms_engines_in_place(declared, tmp_path):
    artifact = declared["artifacts"]["assay"]
    assert (FOLDER / artifact["path"]).resolve() == ROOT
    command = artifact["build"].replace("experiments/deploy/databricks/dist", str(tmp_path))
    assert str(tmp_path) in command
    subprocess.run(command.split(), cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (path,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        about = Metadata.from_email(archive.read(path), validate=False)
    unconditional = {each.name for each in about.requires_dist if each.marker is None}
    assert unconditional & PLATFORM == set()
    assert {each.name for each in about.requires_dist if "engines" in str(each.marker)} == PLATFORM
    assert {"etl/sources/atoz.yaml", "experiments/confs/daily.yaml"} <= set(names)
