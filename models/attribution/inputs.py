"""Checks of what comes in, all problems in one message."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from etl.errors import raise_problems
from etl.periods import Period
from models.attribution.measures import MEASURES, Measure
from models.attribution.periods import LABELS, Comparison

RESERVED = ("period", "cluster", "customer_known", "driver", "amount")


def check(
    sales: pd.DataFrame,
    orders: pd.DataFrame,
    daily: pd.DataFrame,
    events: pd.DataFrame,
    *,
    comparison: Comparison,
    measure: str,
    dimensions: Sequence[str],
) -> Measure:
    """The measure by name, once nothing is found wrong with the tables.

    Raises:
        InputError: With every problem found: an unknown measure, dimensions that are missing, repeated or named like
            a column of the result, missing columns, missing or negative values, periods that overlap or are empty.
    """
    raise_problems([*_of_question(comparison, measure, dimensions)])
    amounts = MEASURES[measure].columns
    tables = {
        "sales": (sales, ("period", "cluster", *dimensions, *amounts) if amounts else ()),
        "orders": (orders, ("period", "cluster", "customer_known", "orders")),
        "daily": (daily, ("date", "orders")),
        "events": (events, ("date", "event")),
    }
    raise_problems(problem for name, (table, columns) in tables.items() for problem in _missing(name, table, columns))
    raise_problems([*_of_sales(sales, amounts), *_of_orders(orders, comparison), *_of_days(daily, events, comparison)])
    return MEASURES[measure]


def _of_question(comparison: Comparison, measure: str, dimensions: Sequence[str]) -> Iterator[str]:
    if measure not in MEASURES:
        yield f"unknown measure {measure!r}: one of {', '.join(MEASURES)}"
    for dimension in dimensions:
        columns = {column for known in MEASURES.values() for column in known.columns}
        if dimension in {*RESERVED, *columns}:
            yield f"dimension {dimension!r} is the name of another column: rename it"
        if list(dimensions).count(dimension) > 1:
            yield f"dimension {dimension!r} is named twice"
    for label, period in zip(LABELS, comparison, strict=True):
        if period.last < period.first:
            yield f"{label} {period} has no day: its last day is before its first"
    if comparison.baseline.first <= comparison.period.last and comparison.period.first <= comparison.baseline.last:
        yield f"baseline {comparison.baseline} and period {comparison.period} have days in common"


def _missing(name: str, table: pd.DataFrame, columns: Sequence[str]) -> Iterator[str]:
    absent = [column for column in columns if column not in table.columns]
    if absent:
        yield f"{name} lacks {', '.join(absent)}; it has {', '.join(map(str, table.columns))}"


def _of_sales(sales: pd.DataFrame, amounts: Sequence[str]) -> Iterator[str]:
    if not amounts:
        return
    yield from _of_keys("sales", sales)
    for column in amounts:
        yield from _of_numbers("sales", sales[column], negative=column not in ("lines", "quantity"))


def _of_orders(orders: pd.DataFrame, comparison: Comparison) -> Iterator[str]:
    yield from _of_keys("orders", orders)
    yield from _of_numbers("orders", orders["orders"], negative=False)
    if orders["customer_known"].isna().any():
        yield "orders.customer_known has missing values"
    counts = pd.to_numeric(orders["orders"], errors="coerce").groupby(orders["period"]).sum()
    for label, period in zip(LABELS, comparison, strict=True):
        if not counts.get(label, 0) > 0:
            yield f"{label} {period} has no orders: choose days that have some"


def _of_days(daily: pd.DataFrame, events: pd.DataFrame, comparison: Comparison) -> Iterator[str]:
    for name, table in (("daily", daily), ("events", events)):
        if len(table) and not pd.api.types.is_datetime64_dtype(table["date"]):
            yield f"{name}.date is {table['date'].dtype}: convert it to datetime64 without a time zone"
        elif table["date"].isna().any():
            yield f"{name}.date has missing values"
        elif len(table) and (table["date"] != table["date"].dt.normalize()).any():
            yield f"{name}.date has times of day: dates only"
    if events["event"].isna().any():
        yield "events.event has missing values"
    if daily["date"].duplicated().any():
        yield f"daily has {daily['date'].duplicated().sum()} repeated dates: one row for each day"
    yield from _of_numbers("daily", daily["orders"], negative=False)
    if len(daily) and pd.api.types.is_datetime64_dtype(daily["date"]):
        yield from _of_daily_periods(daily, comparison)


def _of_daily_periods(daily: pd.DataFrame, comparison: Comparison) -> Iterator[str]:
    for label, period in zip(LABELS, comparison, strict=True):
        if not _orders_within(daily, period) > 0:
            yield f"daily has no orders in the {label} {period}: it must cover both periods"


def _orders_within(daily: pd.DataFrame, period: Period) -> float:
    inside = daily["date"].between(pd.Timestamp(period.first), pd.Timestamp(period.last))
    return float(pd.to_numeric(daily["orders"], errors="coerce")[inside].sum())


def _of_keys(name: str, table: pd.DataFrame) -> Iterator[str]:
    strange = set(map(str, table["period"].unique())) - set(LABELS)
    if strange:
        yield f"{name}.period has {', '.join(sorted(strange))}: only {' and '.join(LABELS)} are known"
    if table["cluster"].isna().any():
        missing = table["cluster"].isna().sum()
        yield f"{name}.cluster has {missing} missing values: use the order where no customer is known"


def _of_numbers(name: str, column: pd.Series, *, negative: bool) -> Iterator[str]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        yield f"{name}.{column.name} has {(~np.isfinite(numbers)).sum()} values that are not finite numbers"
    if not negative and (numbers < 0).any():
        yield f"{name}.{column.name} has {(numbers < 0).sum()} negative values"
