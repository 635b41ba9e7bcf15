"""Faults in the middle of a refresh: readers have the state before or after, and a sentence says what happened.

``ASSAY_KILLS=20 uv run pytest -n 0 -s -o faulthandler_timeout=0 tests/experiments/test_refresh_faults.py -k killed``
kills twenty times at each of eleven moments, 220 times in all, and takes most of an hour, for which the limit of a
test's time is off; without it, at three of them once.
"""

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from etl.lock import exclusive
from etl.release import newest_release, readable_versions
from tests.experiments.commands.test_refresh import STEPS, add_a_day, differences, ran
from tests.experiments.conftest import CHEAP, SCALE, SCRIPT, TOKEN, surroundings
from tests.processes import running

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

KILLS = int(os.environ.get("ASSAY_KILLS", "0"))
MOMENTS = (
    "bronze", "silver", "gold", "features", "Comparing", "Forecasting", "explain", "dips", "claims", "recommendations",
    "report",
)  # fmt: skip
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


def killed(command, moment: str, after: float) -> bool:
    """Run it and kill it so long after it said that a moment came; whether it had not ended by then."""
    with running((SCRIPT, *command), surroundings(), stdout=subprocess.DEVNULL) as run:
        for line in run.stderr:
            if json.loads(line)["message"].startswith(moment):
                break
        time.sleep(after)
        had_not_ended = run.poll() is None
        run.kill()
    return had_not_ended


def test_killed_anywhere_readers_see_a_whole_state_and_the_next_run_ends_as_if_undisturbed(assay, prepared, tmp_path):
    warehouse, command = prepared
    undisturbed, before = (Path(shutil.copytree(warehouse, tmp_path / name)) for name in ("undisturbed", "before"))
    draw = random.Random(7)
    for moment in MOMENTS if KILLS else ("gold", "Forecasting", "claims"):
        hits = ended = 0
        while hits < (KILLS or 1):
            if killed(command, moment, draw.uniform(0, 0.8)):
                hits += 1
            else:  # the next would find nothing to do
                ended += 1
                shutil.rmtree(warehouse)
                shutil.copytree(before, warehouse)
            assert last_day(warehouse) in ("2025-09-30", "2025-10-01")
            assert ended < 10 + 2 * KILLS, f"there is hardly time to kill it after {moment!r}"
        print(f"killed {hits} times after {moment!r}")
    assert assay(*command).code == 0
    assert last_day(warehouse) == "2025-10-01"
    assert assay(*("refresh", "--landing", command[2], "--warehouse", undisturbed, *QUESTION)).code == 0
    assert [name for name in differences(warehouse, undisturbed) if not name.startswith("ops")] == []


def test_a_step_that_hangs_is_stopped_and_the_next_run_goes_on_from_there(assay, prepared):
    warehouse, command = prepared
    for step in ("etl", "forecast"):
        stopped = assay(*command, "--limit", f"{step}=1")
        assert stopped.code == 1
        assert f"The step {step} was stopped after its limit of 1 s" in stopped.message
        assert last_day(warehouse) == "2025-09-30"
    assert ran(assay(*command))[0] == "forecast"
    assert last_day(warehouse) == "2025-10-01"


def test_of_two_at_once_one_is_refused_and_maintenance_meanwhile_too(assay, prepared):
    warehouse, command = prepared
    with exclusive(warehouse):
        for refused in (assay(*command), assay("maintain", "--warehouse", warehouse)):
            assert refused.code == 5
            assert f"Process {os.getpid()} on" in refused.message
        assert assay("status", "--warehouse", warehouse, "--as-of", "2025-10-01", "--json").json["running"] is not None
    with running((SCRIPT, *command), surroundings()) as one, running((SCRIPT, *command), surroundings()) as other:
        pair = (one, other)
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


def test_a_champion_that_does_not_load_is_told_and_readers_keep_the_last_good_state(assay, prepared, rows, tmp_path):
    warehouse, command = prepared
    store = warehouse / "mlflow.db"
    aside = shutil.copy(store, tmp_path / "aside")
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        database.execute("update model_versions set storage_location = 'file:///nowhere'")
        database.execute("update logged_models set artifact_location = 'file:///nowhere'")
    keep = f"{sys.executable} -c \"import sys; open('told', 'w').write(sys.stdin.read())\""
    answer = assay(*command, "--on-failure", keep)
    assert answer.code == 3
    assert "cannot be loaded" in answer.message
    assert "assay train" in answer.message
    assert json.loads((tmp_path / "told").read_text())["event"] == "failure"
    assert last_day(warehouse) == "2025-09-30"
    failed = rows(warehouse, "ops/ops_runs").query("state == 'failed'")
    assert failed["step"].tolist() == ["forecast"]
    assert "cannot be loaded" in failed["error"].iloc[0]
    status = assay("status", "--warehouse", warehouse, "--as-of", "2025-10-01", "--json")
    assert (status.code, status.json["checks"][-1]["holds"]) == (6, False)
    shutil.copy(aside, store)
    assert "etl" not in ran(assay(*command))
    assert last_day(warehouse) == "2025-10-01"


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


def test_neither_secrets_nor_personal_data_leave_the_tables(demonstrated):
    answer, warehouse = demonstrated.answer, demonstrated.warehouse
    customers = (demonstrated.landing / "customers").glob("*.csv")
    people = [line.split(",") for path in customers for line in path.read_text().splitlines()[1:]]
    planted = {TOKEN, *(field.lstrip("+") for id_and_phone in people for field in id_and_phone[:2])} - {""}
    assert len(planted) > 100
    folders = [warehouse / name for name in ("mlartifacts", "reports", "releases")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(warehouse).parts[0] for path in files} == {"mlartifacts", "reports", "releases"}
    said = [path.read_text(encoding="utf-8", errors="replace") for path in (*files, warehouse / "mlflow.db")]
    assert [text for text in sorted(planted) if any(text in each for each in (answer.err, answer.out, *said))] == []


def test_a_month_without_orders_is_not_compared_and_fails_no_refresh(assay, tmp_path):
    assert assay("simulate", tmp_path, "--scale", SCALE, "--start", "2025-06-28", "--end", "2025-09-30").code == 0
    landing = tmp_path / "raw"
    for path in [*landing.rglob("order_items*2025-08-*.csv"), *landing.rglob("*returns*2025-08-*.csv")]:
        path.unlink()
    answer = assay("refresh", "--landing", landing, "--warehouse", "w", *CHEAP, "--json")
    assert answer.code == 0, answer.message
    assert "explain: 2025-09 against 2025-07" in answer.err
    assert len(ran(answer)) == len(STEPS)
