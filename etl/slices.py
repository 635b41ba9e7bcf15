"""Months as slices of tables: the grain at which Silver's order lines, the fact and the daily tables are replaced.

A day's file concerns one or two months, a batch of returns three or four, and a month of any history costs the same.
Slices by day would make a thousand small files a table, and a batch of returns would touch thirty of them.

Engines sort what they write by slice, in memory: a few months at a time take less of it, and less time, than all.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.lakehouse import sql_text

Months = frozenset[date]  # first days
ROWS_AT_ONCE = 1_500_000


def months_of(rows: DataFrame, day: str) -> Months:
    """The months that the dates in column ``day`` fall into."""
    found = rows.select(F.trunc(day, "month").alias("month")).distinct().toArrow()["month"].to_pylist()
    return frozenset(month for month in found if month is not None)


def rows_by_month(rows: DataFrame, month: str) -> dict[date, int]:
    """How many rows have each value of the column ``month``."""
    counted = rows.groupBy(month).agg(F.count(F.lit(1)).alias("rows")).toArrow()
    return dict(zip(counted[month].to_pylist(), counted["rows"].to_pylist(), strict=True))


def spans(months: Iterable[date], rows: Mapping[date, int], most: int) -> list[Months]:
    """``months`` in order, in runs of at most ``most`` of their ``rows`` each, or of a single month."""
    found: list[set[date]] = []
    size = 0
    for month in sorted(months):
        size += rows.get(month, 0)
        if not found or size > most:
            found, size = [*found, set()], rows.get(month, 0)
        found[-1].add(month)
    return [frozenset(span) for span in found]


def in_months(column: str, months: Months) -> str:
    """The condition that the date ``column`` falls into one of the ``months``, as ranges, which engines prune by."""
    ranges = (f"({column} >= date'{month}' and {column} < date'{next_month(month)}')" for month in sorted(months))
    return " or ".join(ranges) or "false"


def is_month(column: str, months: Months) -> str:
    """The condition that ``column`` is the first day of one of the ``months``."""
    listed = ", ".join(f"date'{month}'" for month in sorted(months))
    return f"{column} in ({listed})" if listed else "false"


def next_month(month: date) -> date:
    """The first day of the month after ``month``."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def in_files(names: Iterable[str]) -> str:
    """The condition that a row came from one of the files."""
    listed = ", ".join(sql_text(name) for name in sorted(names))
    return f"file_name in ({listed})" if listed else "false"
