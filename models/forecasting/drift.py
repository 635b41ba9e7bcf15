"""Drift: how what happened has left what was forecast, named by its kind, and told from chance.

A forecast that still holds has normal scores (``models.forecasting.paths.normal_scores``) around zero with a spread of
one, whatever the weekday. Three departures are named:

- level: the mean score is not zero. t test with a HAC variance, for errors last.
- season: weekdays differ in their mean score. One-way analysis of variance.
- variance: the mean absolute score is not a standard normal's: forecasts are too narrow or too wide. As for level.

Many series are looked at together, so that the false discovery rate is controlled (Benjamini & Hochberg 1995).
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from models.forecasting.diebold_mariano import long_run_variance
from models.forecasting.quantiles import Floats

KINDS = ("level", "season", "variance")
LEAST_DAYS = 28
WEEK = 7
FALSE_DISCOVERIES = 0.05
LEAST_SIZE = 0.25
"""The least size, in standard deviations of the forecast, that is called drift: less does no harm."""
MEAN_ABSOLUTE = math.sqrt(2 / math.pi)


def drifts(scores: pd.DataFrame) -> pd.DataFrame:
    """Test every series for each kind of drift.

    Args:
        scores: Normal scores of the last days, one row per day (sorted ``DatetimeIndex``) and one column per series;
            missing where there was no forecast. A series with fewer than 28 days is not tested.

    Returns:
        series, kind, days, size, p_value, q_value, drifted; sorted by series and kind. ``size`` is in standard
        deviations of the forecast: the mean score; the largest weekday's departure from it; and the spread less one.
    """
    rows = [row for name in scores for row in _tested(str(name), scores[name].dropna())]
    found = pd.DataFrame(rows, columns=["series", "kind", "days", "size", "p_value"])
    q_values = stats.false_discovery_control(found["p_value"]) if len(found) else []
    judged = found.assign(q_value=q_values)
    drifted = (judged["q_value"] < FALSE_DISCOVERIES) & (judged["size"].abs() >= LEAST_SIZE)
    return judged.assign(drifted=drifted).sort_values(["series", "kind"], ignore_index=True)


def _tested(series: str, scores: "pd.Series[float]") -> list[tuple[str, str, int, float, float]]:
    days = len(scores)
    if days < LEAST_DAYS:
        return []
    values = np.asarray(scores, dtype=np.float64)
    weekdays = pd.DatetimeIndex(scores.index).dayofweek.to_numpy()
    found = (level(values), season(values, weekdays), variance(values))
    return [(series, kind, days, size, p) for kind, (size, p) in zip(KINDS, found, strict=True)]


def level(scores: Floats) -> tuple[float, float]:
    """The mean score, and the probability of one as far from zero by chance."""
    return float(scores.mean()), _two_sided(scores)


def season(scores: Floats, weekdays: np.ndarray) -> tuple[float, float]:
    """The largest departure of a weekday's mean from the mean of all, and the probability of as much by chance."""
    groups = [scores[weekdays == day] for day in range(WEEK)]
    known = [group for group in groups if len(group)]
    departures = np.array([group.mean() for group in known]) - scores.mean()
    if not scores.std() > 0:
        return 0.0, 1.0
    return float(departures[np.abs(departures).argmax()]), float(stats.f_oneway(*known).pvalue)


def variance(scores: Floats) -> tuple[float, float]:
    """How much wider than forecast the scores spread around their median, and the probability of as much by chance."""
    absolute = np.abs(scores - np.median(scores)) / MEAN_ABSOLUTE
    return float(absolute.mean() - 1), _two_sided(absolute - 1)


def _two_sided(values: Floats) -> float:
    steps = len(values)
    lags = math.ceil(math.sqrt(steps))
    spread = long_run_variance(values, lags)
    if not spread > 0:
        return 1.0 if values.mean() == 0 else 0.0
    return float(2 * stats.t.sf(abs(values.mean()) / math.sqrt(spread / steps), 1.5 * steps / (lags + 1)))
