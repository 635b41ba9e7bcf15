"""What a series was before: values some days ago and means of the days before, never of the day itself."""

import pandas as pd

LAGS = (1, 7, 28, 364)
WINDOWS = (7, 28)


def lag(values: pd.Series, days: int) -> pd.Series:
    """The value ``days`` days before, missing where the series had not begun; ``values`` has one row per day."""
    return values.shift(days)


def mean_before(values: pd.Series, days: int) -> pd.Series:
    """The mean of the ``days`` days before, missing until there are that many; ``values`` has one row per day."""
    return values.shift(1).rolling(days).mean()


def past_orders(orders: pd.Series) -> pd.DataFrame:
    """``orders_lag_1/7/28/364`` and ``orders_mean_7/28`` of one series with one row per day."""
    lags = {f"orders_lag_{days}": lag(orders, days) for days in LAGS}
    means = {f"orders_mean_{days}": mean_before(orders, days) for days in WINDOWS}
    return pd.DataFrame(lags | means)
