"""The numbers are the same whichever engine works them out."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from etl.contracts import Table
from etl.equality import same
from etl.errors import QualityError
from etl.lakehouse import Lakehouse
from etl.schemas.columns import column, required
from etl.silver import silver_table
from etl.source import load_source
from etl.stored import LAYERS
from etl.work import refined_tables
from tests.etl.equality import equal_tables
from tests.etl.refining import judged_lines, refine, simulated

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture
def spark_lakehouse(spark_session: SparkSession, tmp_path) -> Iterator[Lakehouse]:
    """An empty warehouse on Spark; its names are taken out of the shared session's catalog afterwards."""
    yield Lakehouse(spark_session, tmp_path / "spark_warehouse")
    for layer in LAYERS:
        spark_session.sql(f"drop database {layer} cascade")


def test_every_refined_table_is_the_same_on_both_engines(lakehouse, spark_lakehouse, tmp_path):
    source = load_source("atoz")
    landing = simulated(tmp_path / "simulated", scale=0.001, dirt=3.0, faults=("all",)).landing
    move_to_karnataka(landing)
    rows = refine(lakehouse, source, landing)
    assert rows > 100
    assert refine(spark_lakehouse, source, landing) == rows
    differences = [
        sentence
        for table in refined_tables(source)
        for sentence in equal_tables(lakehouse.read(table), spark_lakehouse.read(table), table)
    ]
    assert differences == []
    assert lakehouse.read(silver_table("customers")).where("valid_to is not null").count() > 20


def move_to_karnataka(landing):
    """A second file of some customers, who say so; those who live there make no version."""
    header, *lines = (landing / "customers" / "customers.csv").read_text(encoding="utf-8").splitlines()
    moved = [line.rpartition(",")[0] + ",KA" for line in lines[:60]]
    text = "\n".join([header, *moved])
    (landing / "customers" / "customers_2025-10-01.csv").write_text(text + "\n", encoding="utf-8")


def test_spark_puts_a_table_back_and_follows_its_contract_as_the_embedded_engine_does(spark_lakehouse):
    table = Table("gold", "gld_t", "a row", (required("id", "int", "key"), column("n", "int", "n")), key=("id",))
    wider = replace(table, columns=(*table.columns, column("more", "string", "m")))
    spark = spark_lakehouse.session
    spark_lakehouse.write(table, spark.sql("select 1 as id, 2 as n"))
    with pytest.raises(QualityError, match="2 rows break rule 'unique key', such as id 5; id 5"):
        spark_lakehouse.write(table, spark.sql("select 5 as id, explode(sequence(1, 2)) as n"))
    assert [tuple(row) for row in spark_lakehouse.read(table).collect()] == [(1, 2)]
    assert [tuple(row) for row in spark.table("gold.gld_t").collect()] == [(1, 2)]
    assert spark_lakehouse.write(wider, spark.sql("select 7 as id, 8 as n, 'x' as more")) == 1
    assert [tuple(row) for row in spark.table("gold.gld_t").collect()] == [(7, 8, "x")]


# What people and programs write where a number, a date or a word is expected; most of it must not be taken.
ODD_TEXTS = (
    "", " ", "5", " 5", "5 ", "\t5", "5\t", "\u00a05", "+5", "-5", "--5", "05", "5.", "5.0", "5.00000", "5.00001",
    ".5", "5,5", "1e3", "1E3", "5d", "5f", "5L", "0x5", "1_000", "\u0665", "\uff15", "NaN", "nan", "Infinity", "-inf",
    "null", "true", "Two", "two", "-0", "0", "2147483648", "99999999999999999999", "12345678901.5", "$5", "5%", "# 5",
    "5g", "5 g", "ß", "\u0131", "İ", "ŉ", "é", "e\u0301", "GROCERY", "grocery", "Straße", "a-b", "ORD 1", "o'brien",
    "\\", "a\\b", "2025-09-01", " 2025-09-01", "2025-09-01 ", "2025-9-1", "2025-02-29", "2025-02-30", "2025-13-01",
    "25-09-01", "02025-09-01", "12025-09-01", "2025/09/01", "20250901", "01-09-2025", "1-9-2025", "31-02-2025",
    "01-09-25", "2025-09-01 10:20:30", "2025-09-01 24:00:00", "2025-09-01 10:20:60", "2025-09-01 10:20",
    "2025-09-01T10:20:30",
    "2025-09-01 10:20:30.5", "2025-09-01 10:20:30Z", "2025-09-01 1:2:3", "01-09-2025 10:20", "01-09-2025 10:20:30",
    "01-09-2025 1:2", "0001-01-01", "9999-12-31", "9999-12-31 23:59:59", "10000-01-01", "1969-12-31 23:59:59",
    "0000-01-01", "-2025-09-01", "2025-09-01 00:00:00 UTC",
)  # fmt: skip
GOOD_LINES = {
    "brands": "BR1,Brand,TOY",
    "category": "TOY,Toys",
    "products": "P1,S1,TOY,BR1,Red,S,Cotton,100,1.5,2.5,3.5,7",
    "customers": "C1,+911,IN,India,MH",
    "calendar": "01-09-2025,2025,Monday,3,36",
    "fx_rates": "2025-09-01,USD,88.1",
    "promotions": "PR1,Sale,India,TOY,2025-09-01,2025-09-05,10,2025-08-01",
    "order_items": "2025-09-01,2025-09-01 10:20:30,C1,O1,1,P1,2,INR,100.00,7,18.00,Website,",
    "returns": "2025-09-05 10:00:00,O1,1,1,Damaged",
}


@pytest.mark.parametrize("name", GOOD_LINES)
def test_odd_text_is_judged_alike_on_both_engines(session, spark_session, name):
    source = load_source("atoz")
    lines = [line for column in range(GOOD_LINES[name].count(",") + 1) for line in odd_lines(GOOD_LINES[name], column)]
    ours, theirs = (
        judged_lines(engine, source, name, lines).toArrow().to_pylist() for engine in (session, spark_session)
    )
    disagreements = [
        f"{line!r}, {column}: embedded {mine[column]!r}, spark {its[column]!r}"
        for line, mine, its in zip(lines, ours, theirs, strict=True)
        for column in mine
        if not same(mine[column], its[column])
    ]
    assert disagreements == []


def odd_lines(good: str, column: int) -> list[str]:
    """``good`` with each odd text in the place of one field; commas would make other fields."""
    fields = good.split(",")
    return [",".join([*fields[:column], odd, *fields[column + 1 :]]) for odd in ODD_TEXTS if "," not in odd]


def test_instants_around_a_change_of_clocks_are_the_same_on_both_engines(session, spark_session):
    source = load_source("online_retail")
    hours = [
        f"{day} {hour:02d}:{minute:02d}:00"
        for day in ("2010-03-28", "2010-10-31")
        for hour in range(4)
        for minute in (0, 30, 59)
    ]
    lines = [f"{n},10002,X,1,{hour},1.00,1,France" for n, hour in enumerate(hours)]
    ours, theirs = (
        judged_lines(engine, source, "order_items", lines)
        .select("order_id", "order_date", "order_ts")
        .toArrow()
        .to_pylist()
        for engine in (session, spark_session)
    )
    assert ours == theirs
    assert len({row["order_date"] for row in ours}) == 2
