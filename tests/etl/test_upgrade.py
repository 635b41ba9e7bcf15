import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from deltalake import DeltaTable, write_deltalake

from etl.errors import InputError, LockedError
from etl.frames import arrow_table
from etl.lock import exclusive
from etl.release import SCHEMA, newest_release, publish
from etl.schemas.ops import OPS_FILES, OPS_RUNS
from etl.upgrade import upgrade, upgrade_held

NOW = datetime(2025, 11, 1, tzinfo=UTC)
OLD = pd.DataFrame({"run_id": ["r"], "step": ["etl"]})


@pytest.fixture
def warehouse(tmp_path):
    """What the first schema left: a table with two columns of its contract, another with all of them."""
    write_deltalake(tmp_path / "ops" / "ops_runs", OLD)
    write_deltalake(tmp_path / "ops" / "ops_files", arrow_table(OPS_FILES, pd.DataFrame()))
    release(tmp_path, 1)
    return tmp_path


def release(folder, schema):
    """A release without, or with another, schema."""
    publish(folder, {"ops.ops_runs": 0, "ops.ops_files": 0}, "batch", NOW, whole=True)
    path = folder / "releases" / "00000001.json"
    document = json.loads(path.read_text())
    assert document.pop("schema") == SCHEMA
    path.write_text(json.dumps(document if schema == 1 else document | {"schema": schema}))


def columns(folder, name="ops_runs"):
    return [field.name for field in DeltaTable(folder / "ops" / name).schema().fields]


def commits(folder):
    return {name: DeltaTable(folder / "ops" / name).version() for name in ("ops_runs", "ops_files")}


def test_tables_gain_the_columns_of_their_contracts_and_keep_their_rows(warehouse):
    done = upgrade(warehouse, NOW)
    assert (done.before, done.after) == (1, SCHEMA)
    ((table, what),) = done.changes
    assert (table, what[:22]) == ("ops.ops_runs", "gains position, source")
    assert set(columns(warehouse)) == set(OPS_RUNS.column_names)
    rows = DeltaTable(warehouse / "ops" / "ops_runs").to_pandas()
    assert rows[["run_id", "step"]].equals(OLD)
    assert rows.drop(columns=["run_id", "step"]).isna().all(axis=None)
    types = {field.name: field.type.type for field in DeltaTable(warehouse / "ops" / "ops_runs").schema().fields}
    assert (types["seconds"], types["started_at"], types["rows"]) == ("double", "timestamp", "long")


def test_it_is_released_and_recorded_last_and_only_once(warehouse):
    upgrade(warehouse, NOW)
    found = newest_release(warehouse)
    assert (found.number, found.schema, found.versions) == (2, SCHEMA, {"ops.ops_runs": 1, "ops.ops_files": 0})
    assert DeltaTable(warehouse / "ops" / "ops_runs").history(1)[0]["operation"] == "ADD COLUMN"
    before = commits(warehouse)
    assert upgrade(warehouse, NOW).changes == ()
    assert upgrade_held(warehouse, NOW) is None
    assert (commits(warehouse), newest_release(warehouse)) == (before, found)


def test_a_dry_run_tells_the_same_and_does_nothing(warehouse):
    before = sorted(str(path) for path in warehouse.rglob("*"))
    told = upgrade(warehouse, NOW, dry_run=True)
    assert sorted(str(path) for path in warehouse.rglob("*")) == before
    assert (told.before, told.after) == (1, 1)
    assert told.changes == upgrade(warehouse, NOW).changes


def test_one_that_was_interrupted_is_begun_anew(warehouse, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("etl.upgrade.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            upgrade(warehouse, NOW)
    assert set(columns(warehouse)) == set(OPS_RUNS.column_names)
    assert newest_release(warehouse).schema == 1
    assert upgrade(warehouse, NOW).after == SCHEMA
    assert DeltaTable(warehouse / "ops" / "ops_runs").to_pandas()["run_id"].tolist() == ["r"]


def test_what_a_killed_run_left_is_not_released_with_it(warehouse):
    write_deltalake(warehouse / "ops" / "ops_runs", OLD.assign(run_id="torn"), mode="overwrite")
    upgrade(warehouse, NOW)
    assert DeltaTable(warehouse / "ops" / "ops_runs").to_pandas()["run_id"].tolist() == ["r"]


def test_a_newer_warehouse_is_refused_whatever_is_asked(tmp_path):
    release(tmp_path, SCHEMA + 1)
    for ask in (newest_release, lambda folder: upgrade(folder, NOW)):
        with pytest.raises(InputError, match=f"newer Assay wrote .*its schema is {SCHEMA + 1}.*Install that version"):
            ask(tmp_path)


def test_no_warehouse_and_one_that_is_held_are_refused(warehouse, tmp_path):
    with pytest.raises(InputError, match="no warehouse to upgrade"):
        upgrade(tmp_path / "none", NOW)
    with exclusive(warehouse), pytest.raises(LockedError):
        upgrade(warehouse, NOW)
