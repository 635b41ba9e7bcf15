"""Sums of a forecast over calendar months: sample paths are added up, quantiles never are."""

import numpy as np
import pandas as pd

from features.hierarchy import Observed
from models.forecasting.coherent import Coherent
from models.forecasting.quantiles import LEVELS, NAMES


def by_month(observed: Observed, forecast: Coherent) -> pd.DataFrame:
    """What is known and expected of every month that a forecast touches, for each series.

    Args:
        observed: The days up to the forecast's first.
        forecast: The days after them.

    Returns:
        series, month (its first day), days_known, days_expected, known, mean and q10 to q90 (known included).
    """
    ahead = pd.date_range(observed.dates[-1] + pd.Timedelta(days=1), periods=forecast.mean.shape[1])
    months = ahead.to_period("M")
    parts = [_month(observed, forecast, month, months == month) for month in months.unique()]
    return pd.concat(parts, ignore_index=True)


def _month(
    observed: Observed, forecast: Coherent, month: pd.Period, expected: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> pd.DataFrame:
    past = observed.dates.to_period("M") == month
    known = np.nansum(observed.values[:, past], axis=1)
    paths = observed.hierarchy.sums(forecast.paths[:, expected].sum(axis=1))
    quantiles = known[:, None] + np.quantile(paths, LEVELS, axis=1).T
    columns = {
        "series": observed.hierarchy.nodes["series"],
        "month": month.to_timestamp(),
        "days_known": int(past.sum()),
        "days_expected": int(expected.sum()),
        "known": known,
        "mean": known + forecast.mean[:, expected].sum(axis=1),
    }
    return pd.DataFrame(columns | dict(zip(NAMES, quantiles.T, strict=True)))
