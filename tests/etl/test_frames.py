from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from etl.contracts import Table
from etl.frames import arrow_table, arrow_type
from etl.schemas.columns import column


def contract(**types):
    return Table("gold", "t", "a row", tuple(column(name, type_, "c") for name, type_ in types.items()), key=("id",))


def values(table, rows):
    return arrow_table(table, pd.DataFrame(rows)).to_pylist()


@pytest.mark.parametrize(
    ("type_", "arrow"),
    [
        ("string", pa.string()),
        ("int", pa.int32()),
        ("bigint", pa.int64()),
        ("double", pa.float64()),
        ("boolean", pa.bool_()),
        ("date", pa.date32()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
        ("decimal(18,4)", pa.decimal128(18, 4)),
    ],
)
def test_a_contracts_type_has_one_arrow_type(type_, arrow):
    assert arrow_type(column("c", type_, "c")) == arrow


def test_columns_come_in_the_contracts_order_and_a_missing_one_is_null():
    rows = pd.DataFrame({"b": ["x"], "unknown": [1], "id": [7]})
    assert arrow_table(contract(id="bigint", a="date", b="string"), rows).to_pydict() == {
        "id": [7],
        "a": [None],
        "b": ["x"],
    }


def test_decimals_are_what_their_text_says_to_the_scale():
    rows = {"id": [0.1, Decimal("2.0000"), 3, 1e-9, -0.125, None]}
    expected = ["0.10", "2.00", "3.00", "0.00", "-0.12", None]
    got = [row["id"] for row in values(contract(id="decimal(18,2)"), rows)]
    assert [value if value is None else str(value) for value in got] == expected


def test_a_decimal_beyond_its_precision_is_refused():
    with pytest.raises(pa.ArrowInvalid):
        values(contract(id="decimal(4,2)"), {"id": [Decimal("123.45")]})


def test_unknown_values_are_null_in_every_type():
    table = contract(id="int", a="double", b="boolean", c="date", d="timestamp", e="decimal(5,2)", f="string")
    rows = {
        "id": pd.array([1, None], "Int64"),
        "a": [1.5, np.nan],
        "b": pd.array([True, None], "boolean"),
        "c": [date(2025, 9, 1), None],
        "d": pd.to_datetime(["2025-09-01T10:00:00Z", None]),
        "e": [1, None],
        "f": ["x", None],
    }
    known, unknown = values(table, rows)
    assert known == {
        "id": 1,
        "a": 1.5,
        "b": True,
        "c": date(2025, 9, 1),
        "d": datetime(2025, 9, 1, 10, tzinfo=UTC),
        "e": Decimal("1.00"),
        "f": "x",
    }
    assert set(unknown.values()) == {None}


def test_no_rows_keep_the_types():
    empty = arrow_table(contract(id="bigint", a="decimal(5,2)"), pd.DataFrame({"id": [], "a": []}))
    assert (empty.num_rows, empty.schema.types) == (0, [pa.int64(), pa.decimal128(5, 2)])
