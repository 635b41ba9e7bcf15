"""Slices of tables: files of Bronze, and months of Silver's order lines, the fact and the daily tables.

A day's file concerns one or two months, a batch of returns three or four, and a month of any history costs the same.
Slices by day would make a thousand small files a table, and a batch of returns would touch thirty of them.

Engines hold what they write in memory until all of it is there: some files or months at a time take less of it, and
less time, than all.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.lakehouse import sql_text

Months = frozenset[date]  # first days
Files = frozenset[str]  # names
ROWS_AT_ONCE = 1_500_000
BYTES_AT_ONCE = 128 << 20  # of landed files: about as many rows
Slice = TypeVar("Slice", str, date)


def months_of(rows: DataFrame, day: str) -> Months:
    """The months that the dates in column ``day`` fall into."""
    found = rows.select(F.trunc(day, "month").alias("month")).distinct().toArrow()["month"].to_pylist()
    return frozenset(month for month in found if month is not None)


def rows_by_month(rows: DataFrame, month: str) -> dict[date, int]:
    """How many rows have each value of the column ``month``."""
    counted = rows.groupBy(month).agg(F.count(F.lit(1)).alias("rows")).toArrow()
    return dict(zip(counted[month].to_pylist(), counted["rows"].to_pylist(), strict=True))


def spans(slices: Iterable[Slice], sizes: Mapping[Slice, int], most: int) -> list[frozenset[Slice]]:
    """``slices`` in order, in runs of at most ``most`` of their ``sizes`` each, or of a single one."""
    found: list[set[Slice]] = []
    size = 0
    for each in sorted(slices):
        size += sizes.get(each, 0)
        if not found or size > most:
            found.append(set())
            size = sizes.get(each, 0)
        found[-1].add(each)
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
    """The condition that a row came from one of the files; engines prune by its range, not by a long list."""
    listed = [sql_text(name) for name in sorted(names)]
    if not listed:
        return "false"
    return f"(file_name between {listed[0]} and {listed[-1]} and file_name in ({', '.join(listed)}))"
