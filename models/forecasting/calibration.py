"""Conformal calibration: how much wider or narrower the intervals should have been, learned from a backtest.

One factor for each pair of levels (10% and 90%, 20% and 80%, 30% and 70%, 40% and 60%) stretches both quantiles away
from the median. The factor is the nominal quantile of the conformity scores |actual - median| / (the interval's width
on that side), as in scaled conformalized quantile regression (Sesia & Candes 2020; Romano, Patterson & Candes 2019),
shrunk towards 1 on the log scale by cutoffs / (cutoffs + 1): days and series of one cutoff share its shocks, so that a
cutoff counts as one observation.
"""

import numpy as np
import pandas as pd

from models.forecasting.quantiles import LEVELS, NAMES, Floats

PAIRS = tuple(zip(NAMES[:4], reversed(NAMES[5:]), strict=True))
NOMINAL = tuple(high - low for low, high in zip(LEVELS[:4], reversed(LEVELS[5:]), strict=True))
NONE = (1.0,) * len(PAIRS)


def factors(judged: pd.DataFrame) -> tuple[float, ...]:
    """The factor of each pair, from the widest to the narrowest.

    A day on which the interval has no width on the actual value's side cannot be helped by a factor and is left out.

    Args:
        judged: Forecasts of one model with what happened: cutoff, actual, q10 to q90.
    """
    cutoffs = judged["cutoff"].nunique()
    weight = cutoffs / (cutoffs + 1)
    return tuple(_shrunk(scores(judged, *pair), nominal, weight) for pair, nominal in zip(PAIRS, NOMINAL, strict=True))


def scores(judged: pd.DataFrame, low: str, high: str) -> Floats:
    """How many half-widths each actual value lies away from the median; 1 is the end of the interval."""
    distance = judged["actual"] - judged["q50"]
    width = (judged[high] - judged["q50"]).where(distance > 0, judged["q50"] - judged[low])
    return (distance.abs() / width)[width > 0].to_numpy(float)


def calibrated(forecasts: pd.DataFrame, stretch: tuple[float, ...]) -> pd.DataFrame:
    """The forecasts with each pair of quantiles stretched, not below the series' floor, and sorted.

    Args:
        forecasts: q10 to q90, floor and floored; other columns, the mean among them, stay as they are.
        stretch: What ``factors`` found.
    """
    median = forecasts["q50"]
    moved = {
        name: median + factor * (forecasts[name] - median)
        for pair, factor in zip(PAIRS, stretch, strict=True)
        for name in pair
    }
    wide = forecasts[NAMES].assign(**moved).to_numpy(float)
    floor = forecasts["floor"].to_numpy(float)[:, None]
    raised = np.maximum(np.sort(wide, axis=1), floor)
    floored = np.maximum(forecasts["floored"], (wide < floor).sum(axis=1))
    return forecasts.assign(**dict(zip(NAMES, raised.T, strict=True)), floored=floored)


def _shrunk(found: Floats, nominal: float, weight: float) -> float:
    raw = float(np.quantile(found, nominal)) if found.size else 1.0
    return raw**weight if raw > 0 else 1.0
