"""The tests' own measure of equality."""

from decimal import Decimal

import pyarrow as pa
import pytest

from etl import equality
from etl.contracts import Column, Table
from etl.equality import same
from etl.schemas.columns import column
from tests.etl.equality import equal_tables
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

TABLE = Table(
    "gold",
    "t",
    "a row",
    columns=(
        column("id", "int", "key"),
        column("money", "decimal(18,4)", "exact"),
        column("size", "double", "about"),
        column("name", "string", "text"),
        Column("run", "string", "volatile", volatile=True),
    ),
    key=("id",),
)
ROW = {"id": 1, "money": Decimal("1.0000"), "size": 1.0, "name": "a", "run": "x"}


@pytest.fixture
def differences(session):
    return lambda left, right: equal_tables(literal(session, TABLE, left), literal(session, TABLE, right), TABLE)


def test_the_order_of_rows_and_volatile_columns_do_not_matter(differences):
    other = ROW | {"id": 2, "name": None, "size": None, "money": None}
    assert differences([ROW, other], [other | {"run": "y"}, ROW | {"run": None}]) == []
    assert differences([], []) == []


@pytest.mark.parametrize(
    ("change", "column", "shown"),
    [
        ({"money": Decimal("1.0001")}, "money", "Decimal('1.0000') and Decimal('1.0001')"),
        ({"money": None}, "money", "Decimal('1.0000') and None"),
        ({"size": 1.00001}, "size", "1.0 and 1.00001"),
        ({"size": None}, "size", "1.0 and None"),
        ({"name": "A"}, "name", "'a' and 'A'"),
        ({"name": None}, "name", "'a' and None"),
    ],
)
def test_a_different_value_is_told_with_its_key(differences, change, column, shown):
    assert differences([ROW], [ROW | change]) == [f"gold.t, {column}: 1 rows differ, such as {shown} (1)."]


def test_doubles_are_equal_within_a_millionth(differences):
    assert differences([ROW | {"size": 1e9}], [ROW | {"size": 1e9 + 999}]) == []
    assert len(differences([ROW | {"size": 1e9}], [ROW | {"size": 1e9 + 1001}])) == 1
    assert len(differences([ROW | {"size": 0.0}], [ROW | {"size": 1e-12}])) == 1
    assert same(float("nan"), float("nan"))
    assert not same(float("nan"), 1.0)
    assert not same(float("nan"), None)


def test_rows_on_one_side_only_are_told_however_often_they_are_there(differences):
    other = ROW | {"id": 2}
    assert differences([ROW, other], [ROW]) == ["gold.t: 1 rows only left, such as (2,)."]
    assert differences([], [ROW, other]) == ["gold.t: 2 rows only right, such as (1,); (2,)."]
    assert differences([ROW, ROW], [ROW]) == ["gold.t: 1 rows only left, such as (1,)."]


def test_different_types_are_told_before_any_value(session):
    left = literal(session, TABLE, [ROW])
    right = left.withColumn("money", left["money"].cast("decimal(18,2)")).drop("name")
    assert equal_tables(left, right, TABLE) == [
        "gold.t, money: the types differ, decimal(18,4) and decimal(18,2).",
        "gold.t, name: the types differ, string and None.",
    ]


def test_a_column_of_one_side_is_named():
    ours = pa.table({"id": [1], "more": ["a"]})
    assert equality.differences(ours, ours.select(["id"]), TABLE) == ["gold.t: only one side has more."]
    assert equality.differences(ours, pa.table({"id": [1], "more": ["b"]}), TABLE) == [
        "gold.t, more: 1 rows differ, such as 'a' and 'b' (1)."
    ]
