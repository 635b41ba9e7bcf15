"""Conformal calibration: how much wider or narrower the intervals should have been, learned from rolling origins.

One factor for each pair of levels (10% and 90%, 20% and 80%, 30% and 70%, 40% and 60%) stretches both quantiles away
from the median. It is the nominal quantile of the conformity scores |actual - median| / (the interval's width on that
side), as in scaled conformalized quantile regression (Sesia & Candes 2020; Romano, Patterson & Candes 2019), shrunk
towards 1 on the log scale, since the forecasts of one origin share its shocks: ``factors`` counts origins, and
``stretches``, which tells ranges of horizons apart, forecasts.
"""

import numpy as np
import pandas as pd

from models.forecasting.quantiles import LEVELS, NAMES, Floats

PAIRS = tuple(zip(NAMES[:4], reversed(NAMES[5:]), strict=True))
NOMINAL = tuple(high - low for low, high in zip(LEVELS[:4], reversed(LEVELS[5:]), strict=True))
NONE = (1.0,) * len(PAIRS)
MEDIAN = len(PAIRS)
NARROWEST, WIDEST = 0.4, 2.5
RANGES = 3
OVERALL_TRUST = 0.8
RANGE_TRUST = 0.4
WORTH = 30.0
"""Past forecasts that one, no stretching, counts for."""


def factors(judged: pd.DataFrame) -> tuple[float, ...]:
    """The factor of each pair, from the widest to the narrowest; a cutoff counts as one observation.

    Args:
        judged: Forecasts of one model with what happened: cutoff, actual, q10 to q90.
    """
    cutoffs = judged["cutoff"].nunique()
    found, _ = _unshrunk(judged[NAMES].to_numpy(float), judged["actual"].to_numpy(float))
    return tuple(float(factor) for factor in found ** (cutoffs / (cutoffs + 1)))


def stretches(quantiles: Floats, actual: Floats) -> Floats:
    """The factors by horizon and level, one at the median; shape (horizon, 9).

    Those of a range of horizons are shrunk towards those of all, which are shrunk towards 1.

    Args:
        quantiles: Past forecasts, shape (cases, horizon, 9).
        actual: What happened, NaN where unknown, shape (cases, horizon).
    """
    overall, cases = _limited(quantiles, actual)
    by_horizon = np.ones((quantiles.shape[1], len(LEVELS)))
    for steps in np.array_split(np.arange(quantiles.shape[1]), RANGES):
        within, inside = _limited(quantiles[:, steps], actual[:, steps])
        logs = OVERALL_TRUST * cases / (cases + WORTH) * np.log(overall)
        logs = logs + RANGE_TRUST * inside / (inside + WORTH) * np.log(within / overall)
        by_horizon[steps] = by_level(np.exp(logs))
    return by_horizon


def by_level(stretch: Floats) -> Floats:
    """The factor of each of the nine levels, from those of the pairs."""
    return np.concatenate([stretch, [1.0], stretch[::-1]])


def stretched(quantiles: Floats, stretch: Floats) -> Floats:
    """The quantiles, on the last axis, moved away from their median by a factor each, and in order."""
    median = quantiles[..., MEDIAN, None]
    return np.sort(median + (quantiles - median) * stretch, axis=-1)


def calibrated(forecasts: pd.DataFrame, stretch: tuple[float, ...]) -> pd.DataFrame:
    """The forecasts with each pair of quantiles stretched, not below the series' floor, and sorted.

    Args:
        forecasts: q10 to q90, floor and floored; other columns, the mean among them, stay as they are.
        stretch: What ``factors`` found.
    """
    wide = stretched(forecasts[NAMES].to_numpy(float), by_level(np.array(stretch)))
    floor = forecasts["floor"].to_numpy(float)[:, None]
    floored = np.maximum(forecasts["floored"], (wide < floor).sum(axis=1))
    return forecasts.assign(**dict(zip(NAMES, np.maximum(wide, floor).T, strict=True)), floored=floored)


def _limited(quantiles: Floats, actual: Floats) -> tuple[Floats, int]:
    """As ``_unshrunk``, none more than is believed of one panel's few origins."""
    found, cases = _unshrunk(quantiles, actual)
    return np.minimum(found, WIDEST), cases


def _unshrunk(quantiles: Floats, actual: Floats) -> tuple[Floats, int]:
    """One factor a pair, the widest first, and the past forecasts behind them.

    A forecast without any width tells nothing, and one that has none on the actual value's side no factor can help.
    """
    away = actual - quantiles[..., MEDIAN]
    known = np.isfinite(away) & (quantiles[..., -1] > quantiles[..., 0])
    found = [_factor(quantiles[known], away[known], pair) for pair in range(len(PAIRS))]
    return np.array(found), int(known.sum())


def _factor(quantiles: Floats, away: Floats, pair: int) -> float:
    median = quantiles[:, MEDIAN]
    width = np.where(away > 0, quantiles[:, -1 - pair] - median, median - quantiles[:, pair])
    told = (width > 0) | (away == 0)
    scores = np.abs(away[told]) / np.where(width[told] > 0, width[told], 1)
    return max(float(np.quantile(scores, NOMINAL[pair])), NARROWEST) if scores.size else 1.0
