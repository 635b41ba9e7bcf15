import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from etl.release import publish
from experiments import doctor

LINES = ["Python", "Java", "Engine embedded", "Disk", "Clock", "Warehouse", "Landing folder", "MLflow", "Chromium"]


@pytest.fixture
def examined(assay, tmp_path):
    """Exit code and findings by name."""

    def examine(*options):
        answer = assay("doctor", "--warehouse", tmp_path / "warehouse", "--landing", tmp_path, "--json", *options)
        document = json.loads(answer.out)
        assert document["healthy"] == (answer.code == 0)
        return answer.code, {each["name"]: each for each in document["checks"]}

    return examine


@pytest.mark.embedded
def test_a_machine_that_runs_these_tests_is_healthy(examined, listing):
    code, found = examined()
    assert (code, list(found)) == (0, LINES)
    assert {each["state"] for each in found.values()} <= {"good", "optional"}
    assert all(bool(each["advice"]) == (each["state"] != "good") for each in found.values())
    assert listing() == []


def test_an_engine_that_does_not_answer_is_said(examined):
    code, found = examined("--engine", "connect", "--remote", "sc://127.0.0.1:9")
    assert (code, found["Engine connect"]["state"]) == (3, "BAD")
    assert found["Engine connect"]["found"].startswith("No Spark Connect server answers at sc://127.0.0.1:9")


def test_a_tracking_server_that_is_not_there_is_said_soon_and_without_its_password(examined, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    before = datetime.now(UTC)
    code, found = examined()
    assert (code, found["MLflow"]["state"]) == (3, "BAD")
    assert "secret" not in json.dumps(found)
    assert datetime.now(UTC) - before < timedelta(seconds=60)


def test_a_clock_behind_the_newest_release_is_said(examined, tmp_path):
    publish(tmp_path / "warehouse", {}, "", datetime.now(UTC) + timedelta(days=1), whole=True)
    code, found = examined()
    assert (code, found["Clock"]["state"], found["Warehouse"]["state"]) == (3, "BAD", "good")


def test_a_warehouse_of_a_newer_assay_and_a_missing_landing_folder_are_said(examined, tmp_path):
    publish(tmp_path / "warehouse", {}, "", datetime.now(UTC), whole=True)
    (release,) = (tmp_path / "warehouse" / "releases").glob("*.json")
    release.write_text(json.dumps(json.loads(release.read_text()) | {"schema": 99}))
    code, found = examined("--landing", tmp_path / "none")
    assert (code, found["Warehouse"]["state"], found["Landing folder"]["state"]) == (3, "BAD", "optional")
    assert "newer Assay" in found["Warehouse"]["advice"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_warehouse_that_cannot_be_written_is_said(examined, tmp_path):
    (tmp_path / "warehouse").mkdir(mode=0o500)
    code, found = examined()
    assert (code, found["Warehouse"]["state"]) == (3, "BAD")


@pytest.mark.parametrize(("free_gb", "state"), [(0.5, "BAD"), (3, "optional"), (50, "good")])
def test_how_much_room_is_enough(free_gb, state, examined, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=int(free_gb * 1e9))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    code, found = examined()
    assert (code, found["Disk"]["state"]) == (3 if state == "BAD" else 0, state)


def test_java_is_needed_where_spark_is_asked_for(examined, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    code, found = examined("--engine", "spark")
    assert (code, found["Java"]["state"], found["Engine spark"]["state"]) == (3, "BAD", "BAD")
