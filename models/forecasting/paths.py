"""Sample paths of a whole hierarchy: what may happen together, from what used to be wrong together.

Where each past value fell in its forecast distribution, as a normal score, tells how series err together and how long
an error lasts. New scores with the same correlations, read off the forecasts' quantiles, are sample paths (a Gaussian
copula; Clark et al. 2004 and Panagiotelis et al. 2023 build coherent probabilistic forecasts on the same idea).
Correlations are shrunk to zero as far as their sampling error asks (Schaefer & Strimmer 2005).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import stats

from models.forecasting.quantiles import LEVELS, Floats

Places = npt.NDArray[np.intp]
KNOTS = stats.norm.ppf(LEVELS)
BLOCK = 16
"""Series that are drawn at a time, so that what is worked on stays in the processor's cache."""
FARTHEST = 4.0
"""Scores are cut here: nothing is known of a distribution beyond its outer quantiles."""


@dataclass(frozen=True)
class Dependence:
    """How the series of a hierarchy err together.

    Attributes:
        scores: Standardised scores of the past, shape (series, steps); none where nothing is known.
        shrinkage: How far correlations are drawn to zero, 0 to 1.
        persistence: Correlation of a score with the next day's, 0 to below 1.
    """

    scores: Floats
    shrinkage: float
    persistence: float

    def draw(self, days: int, count: int, generator: np.random.Generator) -> Iterator[tuple[slice, Floats]]:
        """Scores with these correlations, each standard normal: some series at a time, shape (series, days, count)."""
        series, steps = self.scores.shape
        common = self._persistent(generator.standard_normal((steps, days, count)))
        shared = np.sqrt((1 - self.shrinkage) / max(steps, 1)) * self.scores
        own = np.sqrt(1 - (shared**2).sum(axis=1))
        for start in range(0, series, BLOCK):
            block = slice(start, min(start + BLOCK, series))
            shocks = self._persistent(generator.standard_normal((block.stop - start, days, count)))
            yield block, np.tensordot(shared[block], common, axes=1) + own[block, None, None] * shocks

    def _persistent(self, shocks: Floats) -> Floats:
        """Shocks made into first-order autoregressions over the days, still of variance one."""
        fresh = np.sqrt(1 - self.persistence**2)
        for day in range(1, shocks.shape[1]):
            shocks[:, day] = self.persistence * shocks[:, day - 1] + fresh * shocks[:, day]
        return shocks


def independent(series: int) -> Dependence:
    """Nothing known of how series err together: they do not."""
    return Dependence(np.zeros((series, 0)), shrinkage=1.0, persistence=0.0)


def dependence(scores: Floats) -> Dependence:
    """How series err together, from the scores of a backtest.

    Args:
        scores: Shape (origins, series, days); zero where nothing is known.
    """
    origins, series, days = scores.shape
    if origins * days < 3:
        return independent(series)
    stacked = scores.transpose(1, 0, 2).reshape(series, origins * days)
    centred = stacked - stacked.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    standard = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return Dependence(standard, _shrinkage(standard), _persistence(scores))


def normal_scores(quantiles: Floats, actual: Floats) -> Floats:
    """Where each actual value lies in its forecast distribution, as a standard normal score.

    Args:
        quantiles: Nine quantiles on the last axis, not crossing; a value between equal ones gets the middle of their
            scores.
        actual: The values, of the shape without that axis.
    """
    place = _segment((quantiles[..., 1:-1] <= actual[..., None]).sum(axis=-1))
    low = np.take_along_axis(quantiles, place[..., None], axis=-1)[..., 0]
    width = np.take_along_axis(quantiles, place[..., None] + 1, axis=-1)[..., 0] - low
    within = np.divide(actual - low, width, out=np.full_like(low, 0.5), where=width > 0)
    scores: Floats = np.clip(KNOTS[place] + within * (KNOTS[place + 1] - KNOTS[place]), -FARTHEST, FARTHEST)
    return scores


def sample_paths(quantiles: Floats, mean: Floats, scores: Floats) -> Floats:
    """The values at ``scores``, linear in the score between quantiles and below the lowest.

    Above the highest the slope is the one that gives the distribution its mean (flat where the mean is too low for
    any): the sum of many series that seldom sell is right only if each has its mean.

    Args:
        quantiles: Shape (series, days, 9), not crossing.
        mean: Shape (series, days).
        scores: Standard normal, shape (series, days, count).

    Returns:
        Shape (series, days, count).
    """
    found = np.clip(scores, -FARTHEST, FARTHEST)
    rises = np.diff(quantiles, axis=-1) / np.diff(KNOTS)
    slopes = np.concatenate([rises[..., :1], rises], axis=-1)
    ends = [(low, high) for low, high in pairwise((-FARTHEST, *KNOTS))]
    values = np.repeat(quantiles[..., :1] - slopes[..., :1] * (KNOTS[0] + FARTHEST), scores.shape[-1], axis=-1)
    expected = values[..., 0] + sum(slopes[..., i] * _expected_rise(*span) for i, span in enumerate(ends))
    tail = np.maximum(mean - expected, 0) / _expected_rise(KNOTS[-1], FARTHEST)
    for (low, high), slope in zip([*ends, (KNOTS[-1], FARTHEST)], [*np.moveaxis(slopes, -1, 0), tail], strict=True):
        values += (np.clip(found, low, high) - low) * slope[..., None]
    return values


def _expected_rise(low: float, high: float) -> float:
    """How far a standard normal gets from ``low`` towards ``high`` on average."""
    return _excess(low) - _excess(high)


def _excess(knot: float) -> float:
    return float(stats.norm.pdf(knot) - knot * stats.norm.sf(knot))


def _segment(place: Places) -> Places:
    """The pair of quantiles that a value lies between, the outer ones for values beyond; the first of the two."""
    return np.clip(place, 0, len(KNOTS) - 2)


def _shrinkage(standard: Floats) -> float:
    """The intensity that minimises the expected squared error of the correlations (Schaefer & Strimmer 2005)."""
    steps = standard.shape[1]
    correlations = standard @ standard.T / steps
    squares = standard**2
    variances = (squares @ squares.T / steps - correlations**2) / (steps - 1)
    np.fill_diagonal(correlations, 0)
    np.fill_diagonal(variances, 0)
    total = float((correlations**2).sum())
    return float(np.clip(variances.sum() / total, 0, 1)) if total > 0 else 1.0


def _persistence(scores: Floats) -> float:
    """The mean product of a score and the next day's, over that of a score with itself."""
    squares = float((scores[..., :-1] ** 2).sum())
    return float(np.clip((scores[..., 1:] * scores[..., :-1]).sum() / squares, 0, 0.99)) if squares > 0 else 0.0
