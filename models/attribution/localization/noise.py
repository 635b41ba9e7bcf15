"""How far a leaf cell lies from expectation when nothing is wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from models.attribution.localization.leaves import LARGEST_DEVIATION, Leaves

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

BINS = 10
FEWEST_IN_BIN = 20
LOW_QUANTILE = 0.25  # right as long as most cells are normal, however far the others lie
SATURATED = 1.0  # cells so small that their usual deviation is near its bounds say nothing of its size
SMALLEST = 0.01  # one percent is nothing to look for a cause of
NEAR = 3.0  # standard deviations

SCALES = np.array([1.0, 3.0, 9.0])  # of the standard deviation: noise has heavy tails
CLEAR = 0.5  # standard deviation up to which a cell can tell noise from chance
LEAST_WEIGHT = 0.005
NARROW = np.array([1 - 3 * LEAST_WEIGHT, *[LEAST_WEIGHT] * 3])
EM_STEPS = 20


@dataclass(frozen=True)
class Noise:
    """What cells deviate by that have no cause: a mixture of normals of several scales, and of chance.

    Attributes:
        variance: Of each cell's deviation, shape (N,).
        weights: Of the mixture: ``SCALES``, then a uniform between the bounds of a deviation, which limits what a
            single cell can say for or against a cause.
        relative: Standard deviation of the largest cells, tails included.
    """

    variance: Floats
    weights: Floats
    relative: float

    def log_density(self, distance: Floats, spread: Floats | float = 0.0) -> Floats:
        """The logarithm of the density of each cell's distance from its mean, shape (N,).

        Args:
            distance: Shape (N,).
            spread: A variance that is added to the noise, shape (N,).
        """
        density: Floats = np.log(self.weights @ _densities(distance, self.variance, spread))
        return density

    def near(self, deviation: Floats) -> Cells:
        """Which cells lie within the noise, shape (N,)."""
        near: Cells = deviation**2 < NEAR**2 * self.variance
        return near


def learn_noise(leaves: Leaves, normal: Cells) -> Noise:
    """The noise of all cells, learned from those that are ``normal`` as far as is known, shape (N,), at least one.

    The variance is ``a / size + b``, counting noise and relative noise, fitted to a low quantile of absolute
    deviations in bins of cells of like size; the mixture's weights are fitted by expectation-maximisation.
    """
    variance = _variance(leaves, normal)
    clear = normal & (variance < CLEAR**2)
    weights = _weights(_densities(leaves.deviation[clear], variance[clear])) if clear.any() else NARROW
    tails = (weights[:-1] * SCALES**2).sum() / weights[:-1].sum()
    return Noise(variance, weights, float(np.sqrt(variance.min() * tails)))


def _variance(leaves: Leaves, normal: Cells) -> Floats:
    order = np.argsort(leaves.size, kind="stable")
    order = order[normal[order]]
    bins = np.array_split(order, min(BINS, max(1, len(order) // FEWEST_IN_BIN)))
    deviation, inverse = np.abs(leaves.deviation - _centre(leaves)), 1 / leaves.size
    scale = np.array([np.quantile(deviation[cells], LOW_QUANTILE) for cells in bins])
    telling = (scale < SATURATED) | (scale == scale.min())
    seen = np.maximum((scale / stats.halfnorm.ppf(LOW_QUANTILE)) ** 2, SMALLEST**2)[telling]
    terms = np.array([[inverse[cells].mean(), 1.0] for cells in bins])[telling]
    (counting, relative), _ = optimize.nnls(terms / seen[:, None], np.ones(len(seen)))
    variance: Floats = np.maximum(counting * inverse + relative, SMALLEST**2)
    return variance


def _centre(leaves: Leaves) -> float:
    """Zero, or what all cells together deviate by where they moved as one: most lie far closer to that than to zero."""
    together = float(leaves.difference.sum() / leaves.size.sum())
    large = leaves.deviation[leaves.size >= np.median(leaves.size)]
    around, plain = (np.quantile(np.abs(large - centre), LOW_QUANTILE) for centre in (together, 0.0))
    return together if around < plain / 2 else 0.0


def _densities(distance: Floats, variance: Floats, spread: Floats | float = 0.0) -> Floats:
    """Of each part of the mixture, shape (scales + 1, N)."""
    wide = SCALES[:, None] ** 2 * variance + spread
    normal = np.exp(-(distance**2) / (2 * wide)) / np.sqrt(2 * np.pi * wide)
    return np.vstack([normal, np.full_like(distance, 1 / (2 * LARGEST_DEVIATION))])


def _weights(densities: Floats) -> Floats:
    weights: Floats = np.full(len(densities), 1 / len(densities))
    for _ in range(EM_STEPS):
        joint = weights[:, None] * densities
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    least: Floats = np.maximum(weights, LEAST_WEIGHT)
    shares: Floats = least / least.sum()
    return shares
