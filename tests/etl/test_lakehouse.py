from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from pyspark.sql import functions as F

from etl.contracts import Column, Invariant, Table
from etl.engine import Engine, open_session
from etl.errors import InputError, QualityError
from etl.lakehouse import Lakehouse, sql_text
from etl.schemas.columns import column, required
from etl.schemas.gold import GLD_DIM_DATE
from etl.schemas.ops import OPS_SOURCE
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

TABLE = Table(
    "gold",
    "gld_t",
    "a row",
    columns=(
        required("id", "int", "the key's comment"),
        required("day", "date", "a day"),
        column("amount", "decimal(18,4)", "money"),
        column("at", "timestamp", "when"),
        Column("run", "string", "which run", volatile=True),
    ),
    key=("id",),
    invariants=(Invariant("amount_positive", "amount > 0"),),
)
PARTS = Table(
    "gold", "gld_parts", "a row", TABLE.columns, key=("id",), invariants=TABLE.invariants, partition_by=("day",)
)
SIGNED = {
    "name": "shop",
    "time_zone": "UTC",
    "reporting_currency": "EUR",
    "has_legacy_measure": False,
    "first_day": date(2025, 9, 1),
    "last_day": date(2025, 9, 2),
}
FIRST, SECOND = date(2025, 9, 1), date(2025, 9, 2)


def rows(*ids, amount="1.5", day=FIRST):
    return pd.DataFrame({"id": ids, "day": day, "amount": Decimal(amount), "at": pd.Timestamp("2025-09-01T10:00Z")})


def ids(lakehouse, table=TABLE):
    return sorted(row["id"] for row in lakehouse.read(table).collect())


def write(lakehouse, frame, table=TABLE, **options):
    return lakehouse.write(table, lakehouse.frame(table, frame), **options)


def test_writing_replaces_the_table_and_counts_its_rows(lakehouse):
    assert write(lakehouse, rows(1, 2)) == 2
    assert write(lakehouse, rows(3)) == 1
    assert ids(lakehouse) == [3]


def test_writing_the_same_twice_changes_nothing(lakehouse):
    write(lakehouse, rows(1, 2))
    before = lakehouse.read(TABLE).toArrow().sort_by("id")
    write(lakehouse, rows(1, 2))
    assert lakehouse.read(TABLE).toArrow().sort_by("id") == before


def test_columns_are_selected_cast_and_put_in_the_contracts_order(lakehouse):
    frame = lakehouse.session.sql(
        "select 'x' as run, 9 as extra, timestamp'2025-09-01' as at, 2L as id, 1.5d as amount, date'2025-09-01' as day"
    )
    lakehouse.write(TABLE, frame)
    written = lakehouse.read(TABLE)
    assert dict(written.dtypes) == {column.name: column.type for column in TABLE.columns}
    assert written.columns == list(TABLE.column_names)
    assert lakehouse.session.table("gold.gld_t").count() == 1


def test_comments_and_layout_are_stored_with_the_table(lakehouse):
    write(lakehouse, rows(1), PARTS)
    stored = DeltaTable(lakehouse.path(PARTS))
    assert stored.metadata().partition_columns == ["day"]
    assert {field.name: field.metadata.get("comment") for field in stored.schema().fields} == {
        column.name: column.comment for column in PARTS.columns
    }


@pytest.mark.parametrize("partition_by", [(), ("day",)])
def test_a_table_follows_its_contract_when_that_changes(lakehouse, partition_by):
    write(lakehouse, rows(1, 2), replace(TABLE, partition_by=partition_by))
    columns = (TABLE.columns[0], replace(TABLE.columns[1], type="string"), column("new", "double", "n"))
    changed = replace(TABLE, columns=columns, invariants=(), partition_by=partition_by)
    lakehouse.write(changed, lakehouse.session.sql("select 7 as id, 'x' as day, 1.5d as new"))
    for found in (lakehouse.read(changed), lakehouse.session.table("gold.gld_t")):
        assert [row.asDict() for row in found.collect()] == [{"id": 7, "day": "x", "new": 1.5}]
    assert DeltaTable(lakehouse.path(changed)).metadata().partition_columns == list(partition_by)


def test_a_broken_contract_puts_a_table_of_former_columns_back(lakehouse):
    write(lakehouse, rows(1, 2))
    changed = replace(TABLE, columns=(*TABLE.columns, column("new", "double", "n")))
    with pytest.raises(QualityError):
        write(lakehouse, rows(3, amount="-1"), changed)
    assert lakehouse.read(TABLE).columns == list(TABLE.column_names)
    assert sorted(row["id"] for row in lakehouse.session.table("gold.gld_t").collect()) == [1, 2]


def test_a_slice_is_replaced_and_the_rest_stays(lakehouse):
    write(lakehouse, pd.concat([rows(1, 2), rows(3, day=SECOND)]), PARTS)
    assert write(lakehouse, rows(4, day=SECOND), PARTS, replace_where="day = '2025-09-02'") == 1
    assert ids(lakehouse, PARTS) == [1, 2, 4]
    assert write(lakehouse, rows(day=SECOND), PARTS, replace_where="day = '2025-09-02'") == 0
    assert ids(lakehouse, PARTS) == [1, 2]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (rows(5, 5), "gold.gld_t, id: 2 rows break rule 'unique key', such as id 5; id 5."),
        (rows(5, amount="-1"), "gold.gld_t, row: 1 rows break rule 'amount_positive', such as id 5."),
        (rows(5, day=None), "gold.gld_t, day: 1 rows break rule 'required', such as id 5."),
    ],
)
def test_a_broken_contract_puts_the_table_back(lakehouse, broken, problem):
    write(lakehouse, rows(1, 2))
    with pytest.raises(QualityError) as refused:
        write(lakehouse, broken)
    assert str(refused.value) == problem
    assert ids(lakehouse) == [1, 2]
    assert sorted(row["id"] for row in lakehouse.session.table("gold.gld_t").collect()) == [1, 2]
    assert write(lakehouse, rows(6)) == 1


def test_a_broken_contract_on_the_first_write_leaves_no_row(lakehouse):
    with pytest.raises(QualityError):
        write(lakehouse, rows(1, amount="-1"))
    assert ids(lakehouse) == []


def test_a_broken_contract_in_a_slice_puts_the_whole_table_back(lakehouse):
    write(lakehouse, pd.concat([rows(1), rows(2, day=SECOND)]), PARTS)
    with pytest.raises(QualityError):
        write(lakehouse, rows(3, amount="-1", day=SECOND), PARTS, replace_where="day = '2025-09-02'")
    assert ids(lakehouse, PARTS) == [1, 2]


def test_rows_that_cannot_be_worked_out_leave_the_table_as_it_was(lakehouse):
    write(lakehouse, rows(1))
    failing = lakehouse.frame(TABLE, rows(2)).withColumn("id", F.raise_error(F.lit("broken")).cast("int"))
    with pytest.raises(Exception, match="broken"):
        lakehouse.write(TABLE, failing)
    assert ids(lakehouse) == [1]


def test_a_table_that_does_not_exist_says_what_to_do(lakehouse):
    assert not lakehouse.exists(GLD_DIM_DATE)
    with pytest.raises(InputError) as refused:
        lakehouse.read(GLD_DIM_DATE)
    assert str(refused.value) == f"gold.gld_dim_date is not in {lakehouse.warehouse} yet: run assay refresh first."


def test_versions_go_up_and_name_what_exists(lakehouse):
    assert lakehouse.versions() == {}
    lakehouse.write(OPS_SOURCE, literal(lakehouse.session, OPS_SOURCE, [SIGNED]))
    first = lakehouse.version(OPS_SOURCE)
    assert lakehouse.versions() == {"ops.ops_source": first}
    lakehouse.write(OPS_SOURCE, literal(lakehouse.session, OPS_SOURCE, [SIGNED | {"name": "other"}]))
    assert lakehouse.versions() == {"ops.ops_source": first + 1}


def test_every_former_version_can_be_read_whatever_checkpoints_were_written(lakehouse):
    for number in range(12):
        write(lakehouse, rows(number))
    log = lakehouse.path(TABLE) / "_delta_log"
    assert list(log.glob("*.checkpoint*.parquet")), "the engine wrote no checkpoint"
    former = {version: ids(lakehouse.at({TABLE.full_name: version})) for version in range(1, 13)}
    assert former == {version: [version - 1] for version in range(1, 13)}


def test_rows_of_a_former_version_stay_readable_while_the_table_is_written(lakehouse):
    for number in range(9):
        write(lakehouse, rows(number))
    before = lakehouse.at(lakehouse.versions())
    write(lakehouse, rows(9))
    assert (ids(before), ids(lakehouse)) == ([8], [9])


def test_a_warehouse_is_found_again_by_name_in_a_new_session(lakehouse):
    write(lakehouse, rows(1, 2))
    with open_session(Engine()) as another:
        again = Lakehouse(another, lakehouse.warehouse)
        assert ids(again) == [1, 2]
        assert another.sql("select sum(id) as total from gold.gld_t").collect()[0]["total"] == 3


def test_models_get_doubles_and_days(lakehouse):
    write(lakehouse, rows(1, 2))
    frame = lakehouse.pandas(TABLE)
    assert list(frame.columns) == list(TABLE.column_names)
    assert (frame["amount"].dtype, frame["day"].dtype) == (np.float64, np.dtype("datetime64[ns]"))
    assert frame["day"].tolist() == [pd.Timestamp("2025-09-01")] * 2
    assert lakehouse.pandas(TABLE, ["amount", "id"], where="id = 2").to_dict("list") == {"id": [2], "amount": [1.5]}
    assert lakehouse.pandas(TABLE, where="id = 9")["day"].dtype == np.dtype("datetime64[ns]")


def test_pandas_rows_lacking_a_column_have_nulls_there(lakehouse):
    write(lakehouse, rows(1).drop(columns=["amount", "at"]))
    (row,) = lakehouse.read(TABLE).collect()
    assert (row["id"], row["amount"], row["at"], row["run"]) == (1, None, None, None)


def test_instants_keep_their_moment(lakehouse):
    write(lakehouse, rows(1).assign(at=pd.Timestamp("2025-09-01T15:30:00.123456+05:30")))
    (row,) = lakehouse.read(TABLE).toArrow().to_pylist()
    assert row["at"] == datetime(2025, 9, 1, 10, 0, 0, 123456, tzinfo=UTC)


def test_staged_rows_are_gone_after_the_block_even_after_a_failure(lakehouse):
    frame = lakehouse.session.range(3)
    with lakehouse.staged(frame, "x") as staged:
        assert staged.count() == 3
    with pytest.raises(KeyError), lakehouse.staged(frame, "x"):
        raise KeyError
    assert list((lakehouse.warehouse / "staging").iterdir()) == []


@pytest.mark.parametrize("name", ["it's", "a b", "Umsätze", "a;b", 'a"b', "a$b"])
def test_a_path_the_engines_cannot_take_is_refused_before_anything_is_made(session, tmp_path, name):
    with pytest.raises(InputError, match="has a character in its path that the engines cannot take"):
        Lakehouse(session, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "inside"])
def test_a_warehouse_that_cannot_be_written_is_refused(session, tmp_path, below):
    (tmp_path / "taken").touch()
    with pytest.raises(InputError, match=r"The warehouse .*taken.* cannot be written: (Not a directory|File exists)\."):
        Lakehouse(session, tmp_path / "taken" / below)


@pytest.mark.parametrize("text", ["it's", "back\\slash", "both \\' of them", "", "ä☃", "' or 1=1 --", "new\nline", '"'])
def test_any_text_is_safe_as_a_sql_literal(session, text):
    assert session.sql(f"select {sql_text(text)} as text").collect()[0]["text"] == text
