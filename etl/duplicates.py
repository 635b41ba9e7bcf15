"""One row per key: the latest file's last line wins.

Repeated keys are few, so they are found first, by hash and from the key's columns alone; only their rows are settled,
by a window with a total order, and all others pass untouched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from etl.contracts import Table

HASH, FOUND = "_hash", "_found"
REPEATED = f"{HASH} bigint"


@dataclass(frozen=True)
class Settled:
    """``rows`` hold each key once; ``superseded`` are the rows that gave way."""

    rows: DataFrame
    superseded: DataFrame


def key_hash(key: Sequence[str]) -> Expression:
    """A hash of the columns ``key``, to be selected before it is used."""
    # the draw is never below 0 and changes nothing: the embedded engine panics on the hash of nothing but columns that
    # hold the same value in a whole file
    return F.xxhash64(*key, F.rand() < 0)


def settle(rows: DataFrame, table: Table) -> Settled:
    """``rows`` (the table's columns and ``arrival_date``) with one row per key of the table."""
    return settle_repeated(*apart(rows, table.key), table)


def settle_repeated(single: DataFrame, repeated: DataFrame, table: Table) -> Settled:
    """The same of rows that ``apart`` divided."""
    ranked = repeated.withColumn("_rank", _rank(table))
    latest = ranked.where("_rank = 1").select(*table.column_names)
    superseded = ranked.where("_rank > 1").select(*table.column_names)
    return Settled(single.select(*table.column_names).unionByName(latest), superseded)


def apart(rows: DataFrame, key: Sequence[str]) -> tuple[DataFrame, DataFrame]:
    """``rows`` whose ``key`` no other row has, and the others (with the few whose key's hash is shared by chance)."""
    hashed = rows.withColumn(HASH, key_hash(key))
    repeated = _repeated(hashed)
    return _among(hashed, repeated, found=False), _among(hashed, repeated, found=True)


def keys_of(rows: DataFrame, table: Table) -> DataFrame:
    """The hashes of the keys of ``rows``; ``with_keys`` and ``without_keys`` take them distinct."""
    return rows.select(key_hash(table.key).alias(HASH))


def with_keys(rows: DataFrame, keys: DataFrame, table: Table) -> DataFrame:
    """``rows`` whose key's hash is among ``keys``."""
    return _among(rows.withColumn(HASH, key_hash(table.key)), keys, found=True)


def without_keys(rows: DataFrame, keys: DataFrame, table: Table) -> DataFrame:
    """``rows`` whose key's hash is not among ``keys``."""
    return _among(rows.withColumn(HASH, key_hash(table.key)), keys, found=False)


def _among(hashed: DataFrame, keys: DataFrame, *, found: bool) -> DataFrame:
    """The rows whose hash is among the distinct ``keys``, or those whose hash is not."""
    # the small table on the left, which engines build in memory: a semi or anti join would build the rows
    marked = keys.withColumn(FOUND, F.lit(True)).join(hashed, HASH, "right")
    return marked.where(F.col(FOUND).isNotNull() if found else F.col(FOUND).isNull()).drop(HASH, FOUND)


def _repeated(hashed: DataFrame) -> DataFrame:
    """The hashes that occur more than once, brought here and back: as a small local table they join fast."""
    repeated = hashed.groupBy(HASH).agg(F.count(F.lit(1)).alias("n")).where("n > 1").select(HASH)
    return hashed.sparkSession.createDataFrame(repeated.toPandas(), REPEATED)


def _rank(table: Table) -> Expression:
    order = [F.col(name).desc_nulls_last() for name in ("arrival_date", "file_name", "line_number")]
    return F.row_number().over(Window.partitionBy(*table.key).orderBy(*order))
