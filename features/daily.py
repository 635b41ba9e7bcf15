"""The features table: one row per series and day, in the columns of ``gld_features_daily``."""

from collections.abc import Iterator

import pandas as pd

from etl.errors import raise_problems
from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from features.calendar import is_weekend, weekday
from features.known import known_ahead
from features.lags import past_orders
from features.panel import DIMENSIONS, members, panel
from features.prices import AMOUNTS, prices

COVARIATES = ["series", "date", "is_holiday", "is_festival", "days_to_festival", "promotions"]


def with_covariates(daily_orders: pd.DataFrame, daily_cells: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """The panel with prices, promotions, weekdays, holidays and festivals beside it.

    Args:
        daily_orders: Rows of ``gld_daily_orders``.
        daily_cells: Rows of ``gld_daily_cells``.
        calendar: Rows of ``gld_calendar``.

    Returns:
        The columns of ``gld_features_daily`` but the lags and means.

    Raises:
        InputError: With every problem found in the tables.
    """
    grid = panel(daily_orders)
    known = known_ahead(calendar, members(daily_orders), cutoff=grid["date"].max())[COVARIATES]
    priced = grid.merge(prices(daily_cells), on=["series", "date"], how="left")
    dated = priced.merge(known, on=["series", "date"], how="left", validate="one_to_one")
    raise_problems(_uncovered(dated))
    return dated.assign(weekday=weekday(dated["date"]), is_weekend=is_weekend(dated["date"]))


def _uncovered(dated: pd.DataFrame) -> Iterator[str]:
    missing = dated.loc[dated["is_holiday"].isna(), "date"]
    if not missing.empty:
        first, last = missing.min().date(), missing.max().date()
        yield f"gld_calendar lacks {missing.nunique()} days from {first} to {last} that have orders: rebuild it."


def daily_features(group: pd.DataFrame) -> pd.DataFrame:
    """One series of ``with_covariates`` with its lags and means, in the columns of ``gld_features_daily``.

    Pure and by series, so that an engine's grouped map can run it.
    """
    ordered = group.sort_values("date", ignore_index=True)
    complete = ordered.assign(**past_orders(ordered["orders"]))
    return complete[list(GLD_FEATURES_DAILY.column_names)]


def publish(lakehouse: Lakehouse) -> int:
    """Fill ``gld_features_daily`` from the daily Gold tables; returns the rows written."""
    rows = with_covariates(
        lakehouse.pandas(GLD_DAILY_ORDERS),
        lakehouse.pandas(GLD_DAILY_CELLS, ["date", *DIMENSIONS, *AMOUNTS]),
        lakehouse.pandas(GLD_CALENDAR),
    )
    prepared = lakehouse.frame(GLD_FEATURES_DAILY, rows)
    features = prepared.groupBy("series").applyInPandas(daily_features, prepared.schema)
    return lakehouse.write(GLD_FEATURES_DAILY, features)
