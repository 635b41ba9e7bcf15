"""Maintenance on real Delta tables: what they say stays, what releases name stays readable, the rest goes."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from etl.contracts import Table
from etl.errors import InputError
from etl.maintenance import Stored, content_version, maintain, maintain_warehouse, stored_tables
from etl.release import newest_release, publish, releases
from etl.schemas.columns import column

NOW = timedelta(0)
DAYS = [date(2025, 9, day) for day in (3, 1, 2)]
FACT = Table(
    "gold",
    "gld_t",
    "a row",
    columns=(column("month", "date", "m"), column("day", "date", "d"), column("amount", "int", "a")),
    key=("day", "amount"),
    partition_by=("month",),
    cluster_by=("day",),
)


def rows(month, amounts):
    days = [day.replace(month=month) for day in DAYS]
    return pa.table(
        {
            "month": pa.array([days[0].replace(day=1)] * len(amounts), pa.date32()),
            "day": pa.array((days * len(amounts))[: len(amounts)], pa.date32()),
            "amount": pa.array(amounts, pa.int32()),
        }
    )


@pytest.fixture
def warehouse(tmp_path):
    """A fact of two months in five files, and a table that is not partitioned in three."""
    fact, plain = tmp_path / "gold" / "gld_t", tmp_path / "ops" / "ops_t"
    for month, amounts in ((9, [1, 2, 3]), (9, [4, 5, 6]), (9, [7]), (10, [8, 9]), (10, [10, 11])):
        write_deltalake(fact, rows(month, amounts), mode="append", partition_by=["month"])
    for amount in range(3):
        write_deltalake(plain, pa.table({"n": [amount]}), mode="append")
    return tmp_path


def maintained(warehouse, spared=(), retention=NOW):
    found = maintain(stored_tables(warehouse, [FACT], spared), retention, lambda _: None)
    return {one.table: one for one in found}


def stored(warehouse, name="gold/gld_t", version=None):
    return DeltaTable(warehouse / name, version=version).to_pyarrow_table()


def content(table):
    return sorted(tuple(row.values()) for row in table.to_pylist())


def files(warehouse, name="gold/gld_t"):
    return {path.relative_to(warehouse) for path in (warehouse / name).rglob("*.parquet")}


def test_tables_say_the_same_in_fewer_files(warehouse):
    before = content(stored(warehouse)), content(stored(warehouse, "ops/ops_t"))
    found = maintained(warehouse)
    assert (found["gold.gld_t"].files_before, found["gold.gld_t"].files_after) == (5, 2)
    assert (found["ops.ops_t"].files_before, found["ops.ops_t"].files_after) == (3, 1)
    assert (content(stored(warehouse)), content(stored(warehouse, "ops/ops_t"))) == before


def test_each_partition_is_sorted_by_the_columns_of_the_contract(warehouse):
    maintained(warehouse)
    for uri in DeltaTable(warehouse / "gold/gld_t").file_uris():
        days = pq.read_table(uri)["day"].to_pylist()
        assert days == sorted(days)


def test_what_was_replaced_goes_and_the_bytes_are_told(warehouse):
    maintained(warehouse)
    replaced = files(warehouse) - {path.relative_to(warehouse) for path in current(warehouse)}
    size = sum((warehouse / path).stat().st_size for path in replaced)
    found = maintained(warehouse)["gold.gld_t"]
    assert (found.files_removed, found.bytes_freed, found.changed) == (5, size, True)
    assert files(warehouse) == {path.relative_to(warehouse) for path in current(warehouse)}


def current(warehouse):
    delta = DeltaTable(warehouse / "gold/gld_t")
    return [
        warehouse / "gold/gld_t" / name for name in pa.table(delta.get_add_actions(flatten=True))["path"].to_pylist()
    ]


def test_nothing_to_do_leaves_every_version_as_it_is(warehouse):
    maintained(warehouse)
    maintained(warehouse)
    before = [DeltaTable(warehouse / name).version() for name in ("gold/gld_t", "ops/ops_t")]
    assert not any(one.changed for one in maintained(warehouse).values())
    assert [DeltaTable(warehouse / name).version() for name in ("gold/gld_t", "ops/ops_t")] == before


def test_only_partitions_with_new_files_are_sorted_again(warehouse):
    maintained(warehouse)
    (october,) = {path for path in files(warehouse) if "month=2025-10-01" in str(path) and "zstd" in path.name}
    write_deltalake(warehouse / "gold/gld_t", rows(9, [12, 13]), mode="append")
    maintained(warehouse)
    assert (warehouse / october) in current(warehouse)
    assert len(current(warehouse)) == 2


def test_a_version_that_a_release_names_stays_readable(warehouse):
    named = {"gold.gld_t": 3}
    expected = content(stored(warehouse, version=3))
    for _ in range(2):
        maintained(warehouse, spared=[named])
    assert content(stored(warehouse, version=3)) == expected
    maintained(warehouse)
    with pytest.raises(Exception, match=r"not found|No such file"):
        stored(warehouse, version=3)


def test_a_reader_within_the_retention_keeps_its_files(warehouse):
    reading = DeltaTable(warehouse / "gold/gld_t")
    expected = content(reading.to_pyarrow_table())
    for _ in range(2):
        assert maintained(warehouse, retention=timedelta(hours=1))["gold.gld_t"].files_removed == 0
    assert content(reading.to_pyarrow_table()) == expected


def test_tables_are_found_with_their_layout_and_the_versions_to_spare(warehouse):
    found = stored_tables(warehouse, [FACT], [{"gold.gld_t": 3}, {"gold.gld_t": 2, "ops.ops_t": 1}])
    assert found == [
        Stored("gold.gld_t", warehouse / "gold/gld_t", (2, 3), ("day",)),
        Stored("ops.ops_t", warehouse / "ops/ops_t", (1,), ()),
    ]


WRITTEN = datetime(2025, 11, 1, tzinfo=UTC)
LATER = WRITTEN + timedelta(days=30)
NAMES = ("gold.gld_t", "ops.ops_t")


def newest_versions(warehouse):
    return {name: DeltaTable(warehouse / name.replace(".", "/")).version() for name in NAMES}


def weekly(warehouse, now=LATER, retention=NOW):
    return maintain_warehouse(warehouse, [FACT], retention, now, lambda _: None)


def test_maintained_files_are_released_and_earlier_releases_withdrawn(warehouse):
    for version in (2, 3):
        publish(warehouse, {"gold.gld_t": version, "ops.ops_t": 0}, "early", WRITTEN, whole=True)
    publish(warehouse, newest_versions(warehouse), "newest", WRITTEN, whole=True)
    weekly(warehouse)
    assert [release.number for release in releases(warehouse)] == [3, 4]
    newest = newest_release(warehouse)
    assert (newest.versions, newest.batch, newest.whole) == (newest_versions(warehouse), "newest", True)
    assert {one.table: one.files_removed for one in weekly(warehouse)} == {"gold.gld_t": 5, "ops.ops_t": 3}


def test_a_release_within_the_retention_stays(warehouse):
    for _ in range(3):
        publish(warehouse, newest_versions(warehouse), "batch", WRITTEN, whole=True)
    weekly(warehouse, now=WRITTEN + timedelta(days=6), retention=timedelta(days=7))
    assert [release.number for release in releases(warehouse)][:3] == [1, 2, 3]


def test_the_release_that_readers_have_outlives_any_retention(warehouse):
    publish(warehouse, {"gold.gld_t": 3, "ops.ops_t": 0}, "refreshed", WRITTEN, whole=True)
    publish(warehouse, newest_versions(warehouse), "refined", WRITTEN, whole=False)
    expected = content(stored(warehouse, version=3))
    for _ in range(3):
        weekly(warehouse)
    assert newest_release(warehouse, whole=True).batch == "refreshed"
    assert content(stored(warehouse, version=3)) == expected


def test_what_a_killed_run_left_is_neither_touched_nor_released(warehouse):
    released = newest_versions(warehouse)
    publish(warehouse, released, "batch", WRITTEN, whole=True)
    write_deltalake(warehouse / "gold/gld_t", rows(10, [99]), mode="append")
    assert [one.table for one in weekly(warehouse)] == ["ops.ops_t"]
    assert newest_release(warehouse).versions["gold.gld_t"] == released["gold.gld_t"]


def test_a_warehouse_that_was_never_released_is_refused(tmp_path):
    with pytest.raises(InputError, match="nothing to maintain"):
        weekly(tmp_path)


def test_moving_rows_to_other_files_is_no_new_content(warehouse):
    folder = warehouse / "gold/gld_t"
    before = DeltaTable(folder).version()
    for _ in range(2):
        maintained(warehouse)
    after = DeltaTable(folder).version()
    assert after > before
    assert content_version(folder, after) == before
    write_deltalake(folder, rows(9, [12]), mode="append")
    assert content_version(folder, after + 1) == after + 1
