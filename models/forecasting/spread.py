"""Conformal calibration of a panel's quantiles: by pair of levels and range of horizons, from rolling origins.

A factor stretches a pair of quantiles (10% and 90%, ... 40% and 60%) away from the median. It is the nominal quantile
of the scores |actual - median| / (the pair's width on that side), as in scaled conformalized quantile regression
(Sesia & Candes 2020; Romano, Patterson & Candes 2019). One factor of all horizons is shrunk towards 1, since the
errors of one origin share its shocks, and the factors of the ranges of horizons are shrunk towards it.
"""

import numpy as np

from models.forecasting.quantiles import LEVELS, Floats

PAIRS = len(LEVELS) // 2
MEDIAN = PAIRS
RANGES = 3
OVERALL_TRUST = 0.8
RANGE_TRUST = 0.4
WORTH = 30.0
"""Past forecasts that one, no stretching, counts for."""
NARROWEST, WIDEST = 0.4, 2.5


def stretches(quantiles: Floats, actual: Floats) -> Floats:
    """The factors by horizon and level, one at the median; shape (horizon, 9).

    Args:
        quantiles: Past forecasts, shape (cases, horizon, 9).
        actual: What happened, NaN where unknown, shape (cases, horizon).
    """
    overall, cases = _factors(quantiles, actual)
    factors = np.ones((quantiles.shape[1], len(LEVELS)))
    for steps in np.array_split(np.arange(quantiles.shape[1]), RANGES):
        within, inside = _factors(quantiles[:, steps], actual[:, steps])
        logs = OVERALL_TRUST * cases / (cases + WORTH) * np.log(overall)
        logs = logs + RANGE_TRUST * inside / (inside + WORTH) * np.log(within / overall)
        factors[steps, :PAIRS] = np.exp(logs)
        factors[steps, : -PAIRS - 1 : -1] = np.exp(logs)
    return factors


def stretched(quantiles: Floats, factors: Floats) -> Floats:
    """The quantiles moved away from their median, and in order."""
    median = quantiles[..., MEDIAN, None]
    return np.sort(median + (quantiles - median) * factors, axis=-1)


def _factors(quantiles: Floats, actual: Floats) -> tuple[Floats, int]:
    """One factor a pair, the widest first, and the past forecasts behind them."""
    away = actual - quantiles[..., MEDIAN]
    known = np.isfinite(away) & (quantiles[..., -1] > quantiles[..., 0])
    if not known.any():
        return np.ones(PAIRS), 0
    factors = np.array([_factor(quantiles[known], away[known], pair) for pair in range(PAIRS)])
    return factors, int(known.sum())


def _factor(quantiles: Floats, away: Floats, pair: int) -> float:
    width = np.where(
        away > 0, quantiles[:, -1 - pair] - quantiles[:, MEDIAN], quantiles[:, MEDIAN] - quantiles[:, pair]
    )
    found = np.quantile(np.abs(away) / np.maximum(width, 1e-12), 1 - 2 * LEVELS[pair])
    return float(np.clip(found, NARROWEST, WIDEST))
