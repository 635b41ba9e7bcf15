"""One row per key: the latest file's last line wins.

Repeated keys are few, so they are found first by hash and only they are settled; the rest passes untouched.
"""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.contracts import Table

LATEST = ("arrival_date", "file_name", "line_number")
LONG_AGO = "0001-01-01"


@dataclass(frozen=True)
class Settled:
    """``rows`` hold each key once; ``superseded`` counts, by file_name, the rows that gave way."""

    rows: DataFrame
    superseded: DataFrame


def settle(rows: DataFrame, table: Table) -> Settled:
    """``rows`` (the table's columns and ``arrival_date``) with one row per key of the table."""
    hashed = rows.select("*", F.xxhash64(*table.key).alias("_hash"))
    repeated = hashed.groupBy("_hash").agg(F.count(F.lit(1)).alias("n")).where("n > 1").select("_hash")
    single = hashed.join(repeated, "_hash", "left_anti").select(*table.column_names)
    contested = hashed.join(repeated, "_hash", "left_semi").drop("_hash")
    latest = _latest(contested, table)
    return Settled(single.unionByName(latest), _superseded(contested, latest))


def _latest(contested: DataFrame, table: Table) -> DataFrame:
    order = [F.coalesce("arrival_date", F.to_date(F.lit(LONG_AGO))).alias("_arrival"), "file_name", "line_number"]
    values = [name for name in table.column_names if name not in {*table.key, "file_name", "line_number"}]
    row = F.struct(*order, *values)
    latest = contested.groupBy(*table.key).agg(F.max(row).alias("row"))
    return latest.select(*(name if name in table.key else F.col(f"row.{name}") for name in table.column_names))


def _superseded(contested: DataFrame, latest: DataFrame) -> DataFrame:
    before = contested.groupBy("file_name").agg(F.count(F.lit(1)).alias("before"))
    after = latest.groupBy("file_name").agg(F.count(F.lit(1)).alias("after"))
    lost = F.col("before") - F.coalesce("after", F.lit(0))
    return before.join(after, "file_name", "left").select("file_name", lost.alias("rows_superseded"))
