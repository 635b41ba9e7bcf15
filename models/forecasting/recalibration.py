"""Has a champion lost its coverage? And the same champion with intervals that would have held."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from models.forecasting.diebold_mariano import long_run_variance
from models.forecasting.forecaster import Forecaster
from models.forecasting.widths import widened

COVERAGE = 0.8
LEAST_DAYS = 28
LEAST_MISS = 0.05
"""The least departure from 80% that is called a loss: less is not worth another version."""
SIGNIFICANCE = 0.01


def lost_coverage(judged: pd.DataFrame) -> str | None:
    """Says that the 80% intervals do not hold any more, None where they do or too few days are known.

    Days are the observations, each with the mean over levels of the share of series inside; for shocks are shared and
    last, the variance is a HAC estimate.

    Args:
        judged: level, date, q10, q90 and actual of published forecasts.
    """
    inside = judged["actual"].between(judged["q10"], judged["q90"]).astype(float)
    by_level = inside.groupby([judged["date"], judged["level"]]).mean()
    daily = np.asarray(by_level.groupby("date").mean().sort_index(), dtype=np.float64)
    if len(daily) < LEAST_DAYS:
        return None
    lags = math.ceil(math.sqrt(len(daily)))
    error = math.sqrt(max(long_run_variance(daily, lags), 1e-12) / len(daily))
    miss = float(daily.mean()) - COVERAGE
    p_value = 2 * float(stats.t.sf(abs(miss) / error, 1.5 * len(daily) / (lags + 1)))
    if abs(miss) < LEAST_MISS or p_value >= SIGNIFICANCE:
        return None
    return f"its 80% intervals held {daily.mean():.0%} of the last {len(daily)} days"


def recalibrated(forecaster: Forecaster, judged: pd.DataFrame) -> Forecaster:
    """The forecaster with its intervals stretched further, by level, as its published forecasts should have been.

    Args:
        forecaster: The champion.
        judged: level, cutoff, actual and q10 to q90 of what it published.
    """
    width = widened(forecaster.taught.width, judged)
    return replace(forecaster, taught=replace(forecaster.taught, width=width))
