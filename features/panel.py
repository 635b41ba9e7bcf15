"""The daily panel: every series on its own regular grid of days."""

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain

import pandas as pd

from etl.errors import raise_problems

MEASURES = ("orders", "net_revenue")
SERIES = ["series", "level"]
DIMENSIONS = ("country", "channel")
PARTS = (("country",), ("channel",))  # the dimensions whose values name a series

Parts = Sequence[tuple[str, ...]]


def panel(daily_orders: pd.DataFrame, parts: Parts = PARTS) -> pd.DataFrame:
    """Orders and revenue of the total and each part, by default each country and each channel, for every day.

    A series starts on its first day with a row and runs to the newest day of the data. A day without rows in between
    is a day on which the business was open and nobody ordered: a true zero. Days that were lost on the way in are not
    told from it here; the data quality checks look for them before.

    Args:
        daily_orders: Rows of ``gld_daily_orders``: date, country, channel, orders, net_revenue (reporting currency).
        parts: The dimensions of each kind of part; one of several is called ``country=India/region=South``.

    Returns:
        series, level, date, orders, net_revenue; one row per series and day, sorted by series and date.

    Raises:
        InputError: With every problem found: missing columns, no rows, missing values.
    """
    raise_problems(_problems(daily_orders))
    observed = by_series(daily_orders, MEASURES, parts)
    gridded = _grid(observed).merge(observed, on=[*SERIES, "date"], how="left")
    return gridded.fillna(dict.fromkeys(MEASURES, 0.0)).astype(dict.fromkeys(MEASURES, "float64"))


def by_series(rows: pd.DataFrame, amounts: Sequence[str], parts: Parts = PARTS) -> pd.DataFrame:
    """The sums of ``amounts`` by series and date, to the last bit the same in whatever order the rows come.

    Args:
        rows: date, country, channel and the amounts.
        amounts: The columns to add up.
        parts: As in ``panel``.
    """
    needed = dict.fromkeys(["date", *DIMENSIONS, *chain.from_iterable(parts), *amounts])
    ordered = rows[list(needed)].sort_values(["date", *DIMENSIONS, *amounts])
    stacked = pd.concat([ordered.assign(series="total", level="total"), *_labelled(ordered, parts)])
    return stacked.groupby([*SERIES, "date"], as_index=False)[list(amounts)].sum()


def members(daily_orders: pd.DataFrame, parts: Parts = PARTS) -> pd.DataFrame:
    """Which countries a series sells in, with their orders: series, country, orders."""
    stacked = pd.concat([daily_orders.assign(series="total"), *_labelled(daily_orders, parts)])
    return stacked.groupby(["series", "country"], as_index=False)[["orders"]].sum()


def main_country(belonging: pd.DataFrame) -> pd.DataFrame:
    """The country with the most orders of each series, the first by name among equals: series, country."""
    ranked = belonging.sort_values(["series", "orders", "country"], ascending=[True, False, True])
    return ranked.drop_duplicates("series")[["series", "country"]].reset_index(drop=True)


def where(series: str) -> dict[str, str]:
    """The dimensions and values that name a series, such as ``country=India/region=South``; none of the total."""
    parts = (part.partition("=") for part in re.split(r"/(?=\w+=)", series) if part != "total")
    return {name: value for name, _, value in parts}


def _labelled(rows: pd.DataFrame, parts: Parts) -> Iterator[pd.DataFrame]:
    for part in parts:
        names = (dimension + "=" + rows[dimension].astype(str) for dimension in part)
        yield rows.assign(series=reduce(lambda first, then: first + "/" + then, names), level=part[-1])


def _grid(observed: pd.DataFrame) -> pd.DataFrame:
    last = observed["date"].max()
    firsts = observed.groupby(SERIES)["date"].min()
    days = [pd.date_range(first, last, name="date") for first in firsts]
    grids = [pd.DataFrame({"date": grid}) for grid in days]
    return pd.concat(grids, keys=firsts.index, names=SERIES).reset_index(level=SERIES).reset_index(drop=True)


def _problems(daily_orders: pd.DataFrame) -> Iterator[str]:
    wanted = ("date", *DIMENSIONS, *MEASURES)
    absent = [column for column in wanted if column not in daily_orders]
    if absent:
        yield f"gld_daily_orders lacks {', '.join(absent)}."
    elif daily_orders.empty:
        yield "gld_daily_orders has no rows: run the etl steps on landed files first."
    for column in wanted:
        if column in daily_orders and daily_orders[column].isna().any():
            yield f"gld_daily_orders.{column} has missing values."
