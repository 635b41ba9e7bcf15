"""Dimensions with history: the versions of a key, each dated by the arrival of the file that brought it.

Of several lines of a key in one arrival the last one counts; one that says what the version before it says makes no new
version. The first version holds since ever: the first file about a customer may arrive after the customer's orders.
"""

from datetime import date
from functools import reduce
from operator import and_

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from etl.contracts import Table
from etl.duplicates import Settled, apart
from etl.schemas.columns import PROVENANCE

SINCE_EVER = date(1900, 1, 1)
FROM, TO = "valid_from", "valid_to"
CURRENT = f"{TO} is null"


def has_history(table: Table) -> bool:
    """Whether the table keeps versions of its rows."""
    return FROM in table.key


def versions(lines: DataFrame, table: Table) -> Settled:
    """The versions that ``lines`` make of each key; their ``valid_from`` is the day they arrived on.

    Lines that a later one of the same arrival replaces, and lines that confirm a version, are superseded.
    """
    key, names = [name for name in table.key if name != FROM], table.column_names
    single, repeated = apart(lines, key)
    by_arrival = Window.partitionBy(*key).orderBy(FROM, "file_name", "line_number")
    replaced = F.coalesce(F.lead(FROM).over(by_arrival) == F.col(FROM), F.lit(False))
    told = repeated.withColumn("_replaced", replaced)
    last = told.where("not _replaced").withColumn("_confirms", _says_the_same(table, by_arrival))
    made = _dated(last.where("not _confirms"), by_arrival).select(*names)
    confirming = last.where("_confirms").select(*names)
    return Settled(
        single.withColumn(FROM, F.lit(SINCE_EVER)).select(*names).unionByName(made),
        told.where("_replaced").select(*names).unionByName(confirming),
    )


def as_of(lines: DataFrame, history: DataFrame, key: str) -> DataFrame:
    """``lines`` with the columns of the version of their ``key`` on ``order_date``, null where the key is not known."""
    dated = history.withColumnRenamed(key, "_key")
    holds = (F.col("order_date") >= F.col(FROM)) & (F.col(TO).isNull() | (F.col("order_date") < F.col(TO)))
    # the small table on the left: engines build the left side of a join in memory
    return dated.join(lines, (F.col("_key") == F.col(key)) & holds, "right").drop("_key", FROM, TO)


def _says_the_same(table: Table, by_arrival: WindowSpec) -> Expression:
    """Whether a line has the attributes of the line before it."""
    besides = {*table.key, TO, *(column.name for column in PROVENANCE)}
    attributes = [F.col(name) for name in table.column_names if name not in besides]
    same = [value.eqNullSafe(F.lag(value).over(by_arrival)) for value in attributes]
    return reduce(and_, same, F.row_number().over(by_arrival) > 1)


def _dated(made: DataFrame, by_arrival: WindowSpec) -> DataFrame:
    """Each version with the day the next one starts on; the first one holds since ever."""
    first = F.row_number().over(by_arrival) == 1
    starts = F.when(first, F.lit(SINCE_EVER)).otherwise(F.col(FROM))
    return made.withColumns({FROM: starts, TO: F.lead(FROM).over(by_arrival)})
