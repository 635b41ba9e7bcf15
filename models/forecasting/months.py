"""Sums of a forecast over days, such as a month's: paths are added up and widened as sums are, quantiles never."""

import numpy as np
import pandas as pd

from features.hierarchy import Observed
from models.forecasting.coherent import Coherent
from models.forecasting.quantiles import NAMES


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
    quantiles = known[:, None] + forecast.over(expected)
    columns = {
        "series": observed.hierarchy.nodes["series"],
        "month": month.to_timestamp(),
        "days_known": int(past.sum()),
        "days_expected": int(expected.sum()),
        "known": known,
        "mean": known + forecast.mean[:, expected].sum(axis=1),
    }
    return pd.DataFrame(columns | dict(zip(NAMES, quantiles.T, strict=True)))


def judged_sums(forecast: Coherent, judged: pd.DataFrame, length: int) -> pd.DataFrame:
    """What sums over ``length`` days, one after the other, were forecast to be and were.

    Args:
        forecast: The forecast from one origin.
        judged: series, horizon and actual of the series that had begun by then.
        length: Days; those at the end that are too few for another sum are left out.

    Returns:
        series, level, actual, q10 to q90.
    """
    nodes = forecast.tree.nodes[["series", "level"]]
    actual = judged.pivot(index="series", columns="horizon", values="actual").reindex(nodes["series"]).to_numpy(float)
    parts = []
    for first in range(0, actual.shape[1] - length + 1, length):
        days = slice(first, first + length)
        quantiles = dict(zip(NAMES, forecast.over(days).T, strict=True))
        parts.append(nodes.assign(actual=actual[:, days].sum(axis=1), **quantiles))
    return pd.concat(parts, ignore_index=True).dropna(subset="actual")
