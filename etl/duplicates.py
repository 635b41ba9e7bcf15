"""One row per key: the latest file's last line wins.

Repeated keys are few, so they are found first, by hash and from the key's columns alone; only their rows are settled,
by a window with a total order, and all others pass untouched.
"""

from dataclasses import dataclass

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from etl.contracts import Table

HASH = "_hash"
REPEATED = f"{HASH} bigint"


@dataclass(frozen=True)
class Settled:
    """``rows`` hold each key once; ``superseded`` counts, by file_name, the rows that gave way."""

    rows: DataFrame
    superseded: DataFrame


def key_hash(table: Table) -> Expression:
    """A hash of the table's key, to be selected before it is used."""
    # the draw is never below 0 and changes nothing: the embedded engine panics on the hash of nothing but columns that
    # hold the same value in a whole file
    return F.xxhash64(*table.key, F.rand() < 0)


def settle(rows: DataFrame, table: Table) -> Settled:
    """``rows`` (the table's columns and ``arrival_date``) with one row per key of the table."""
    hashed = rows.withColumn(HASH, key_hash(table))
    repeated = _repeated(hashed)
    single = hashed.join(repeated, HASH, "left_anti").select(*table.column_names)
    contested = hashed.join(repeated, HASH, "left_semi")
    latest = _latest(contested, table)
    return Settled(single.unionByName(latest), _superseded(contested, latest))


def _repeated(hashed: DataFrame) -> DataFrame:
    """The hashes that occur more than once, brought here and back: as a small local table they join fast."""
    repeated = hashed.groupBy(HASH).agg(F.count(F.lit(1)).alias("n")).where("n > 1").select(HASH)
    return hashed.sparkSession.createDataFrame(repeated.toPandas(), REPEATED)


def _latest(contested: DataFrame, table: Table) -> DataFrame:
    order = [F.col(name).desc_nulls_last() for name in ("arrival_date", "file_name", "line_number")]
    rank = F.row_number().over(Window.partitionBy(*table.key).orderBy(*order))
    return contested.withColumn("_rank", rank).where("_rank = 1").select(*table.column_names)


def _superseded(contested: DataFrame, latest: DataFrame) -> DataFrame:
    before = contested.groupBy("file_name").agg(F.count(F.lit(1)).alias("before"))
    after = latest.groupBy("file_name").agg(F.count(F.lit(1)).alias("after"))
    lost = F.col("before") - F.coalesce("after", F.lit(0))
    return before.join(after, "file_name", "left").select("file_name", lost.alias("rows_superseded"))
