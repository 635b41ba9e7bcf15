"""Does one forecast lose less than another? The Diebold-Mariano test on the mean loss difference per time step.

With d_t the difference of the losses at step t of n, and forecasts h steps ahead:

    variance   = HAC estimate with Bartlett weights over L = max(h - 1, sqrt(n)) lags (Newey & West 1987)
    statistic  = mean(d) / sqrt(variance / n) * sqrt((n + 1 - 2h + h(h - 1) / n) / n) (Harvey, Leybourne & Newbold 1997)
    p          = one-sided, Student t with 1.5 n / (L + 1) degrees of freedom, a Bartlett estimate's, at most n - 1

Shocks are shared between series, so that a step is one observation, however many series it has. Losses of forecasts h
steps ahead depend on each other over h - 1 steps: a window of one horizon is nearly one observation and proves nothing.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.forecasting.quantiles import Floats


@dataclass(frozen=True)
class DieboldMariano:
    """What the test found.

    Attributes:
        mean: Mean loss difference; negative where the first forecast loses less.
        statistic: The corrected statistic; missing where the differences do not vary.
        p_value: Probability of a statistic as low or lower if both lose the same.
        steps: Time steps compared.
    """

    mean: float
    statistic: float
    p_value: float
    steps: int


def diebold_mariano(differences: Floats, horizon: int) -> DieboldMariano:
    """Test whether the mean of ``differences`` (first forecast's loss less the second's, by time step) is below zero.

    Args:
        differences: One per time step, in order of time; shape (steps,), at least one.
        horizon: Steps ahead of the farthest forecast.
    """
    steps = len(differences)
    mean = float(differences.mean())
    lags = min(max(horizon - 1, math.ceil(math.sqrt(steps))), steps - 1)
    variance = long_run_variance(differences, lags)
    if variance <= 0:
        return DieboldMariano(mean, float("nan"), 0.0 if mean < 0 else 1.0, steps)
    statistic = mean / math.sqrt(variance / steps) * _small_sample(steps, horizon)
    freedom = max(min(steps - 1, 1.5 * steps / (lags + 1)), 1.0)
    return DieboldMariano(mean, statistic, float(stats.t.cdf(statistic, freedom)), steps)


def long_run_variance(values: Floats, lags: int) -> float:
    """Variance of the mean times the number of values, with Bartlett weights over ``lags`` lags; never negative."""
    centred = values - values.mean()
    covariances = np.array([centred[lag:] @ centred[: len(centred) - lag] for lag in range(lags + 1)]) / len(centred)
    weights = 1 - np.arange(1, lags + 1) / (lags + 1)
    return float(covariances[0] + 2 * weights @ covariances[1:])


def _small_sample(steps: int, horizon: int) -> float:
    ahead = min(horizon, steps)
    return math.sqrt(max(steps + 1 - 2 * ahead + ahead * (ahead - 1) / steps, 0) / steps)
