"""Months as slices of tables: the grain at which Silver's order lines, the fact and the daily tables are replaced.

A day's file concerns one or two months, a batch of returns three or four, and a month of any history costs the same.
Slices by day would make a thousand small files a table, and a batch of returns would touch thirty of them.
"""

from collections.abc import Iterable
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.lakehouse import sql_text

Months = frozenset[date]  # first days


def months_of(rows: DataFrame, day: str) -> Months:
    """The months that the dates in column ``day`` fall into."""
    found = rows.select(F.trunc(day, "month").alias("month")).distinct().toArrow()["month"].to_pylist()
    return frozenset(month for month in found if month is not None)


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
