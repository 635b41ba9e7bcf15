"""Faults in the middle of a refresh: readers have the state before or after, and a sentence says what happened."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from etl.lock import exclusive
from etl.release import newest_release, readable_versions
from tests.experiments.commands.test_refresh import add_a_day, ran
from tests.experiments.conftest import SCRIPT, surroundings

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

DATED = {"gold.gld_daily_orders": "date", "ops.ops_source": "last_day", "gold.gld_forecast": "as_of"}
QUESTION = ("--period", "2025-09", "--baseline", "2025-08", "--measure", "net_amount_inr", "--json")


@pytest.fixture
def prepared(demonstrated, landing, tmp_path):
    """The demonstrated warehouse once more, and one day more in the landing folder."""
    warehouse = Path(shutil.copytree(demonstrated.warehouse, tmp_path / "warehouse"))
    add_a_day(landing)
    return warehouse, ("refresh", "--landing", landing, "--warehouse", warehouse, *QUESTION)


def last_day(warehouse: Path) -> str:
    """The newest day that readers see in each table that says so, all the same."""
    versions = readable_versions(warehouse)
    days = set()
    for name, column in DATED.items():
        table = DeltaTable(warehouse / name.replace(".", "/"), version=versions[name]).to_pandas(columns=[column])
        days.add(str(table[column].max()))
    assert len(days) == 1, f"a mixture: {days}"
    return days.pop()


def test_of_two_at_once_one_is_refused_and_maintenance_meanwhile_too(assay, prepared):
    warehouse, command = prepared
    arguments = [str(part) for part in (SCRIPT, *command)]
    with exclusive(warehouse):
        for refused in (assay(*command), assay("maintain", "--warehouse", warehouse)):
            assert refused.code == 5
            assert f"Process {os.getpid()} on" in refused.message
        assert assay("status", "--warehouse", warehouse, "--as-of", "2025-10-01", "--json").json["running"] is not None
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    pair = [subprocess.Popen(arguments, **pipes, env=surroundings()) for _ in "ab"]
    for run in pair:
        run.communicate(timeout=300)
    assert sorted(run.returncode for run in pair) == [0, 5]
    assert last_day(warehouse) == "2025-10-01"


def test_a_landing_folder_that_vanishes_is_told_and_changes_nothing(assay, prepared, versions):
    warehouse, command = prepared
    before = versions(warehouse)
    shutil.rmtree(command[2])
    answer = assay(*command)
    assert answer.code == 3
    assert answer.message.startswith(f"assay: There is no landing folder {command[2]}")
    assert versions(warehouse) == before


def test_a_clock_set_back_changes_neither_the_order_nor_what_is_due(assay, prepared, monkeypatch):
    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2001, 1, 1, tzinfo=tz or UTC)

    warehouse, command = prepared
    monkeypatch.setattr("experiments.commands.refresh.datetime", Earlier)
    assert "etl" in ran(assay(*command))
    assert ran(assay(*command)) == []
    assert last_day(warehouse) == "2025-10-01"
    assert newest_release(warehouse, whole=True).number > 2
