"""The nine quantiles of a forecast."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = tuple(level / 10 for level in range(1, 10))
NAMES = [f"q{level}" for level in range(10, 100, 10)]


def quantile_mean(quantiles: Floats) -> Floats:
    """The mean of a distribution by its quantiles .1, .5 and .9 (Keefer & Bodily 1983), shape (..., 9) to (...)."""
    mean: Floats = 0.3 * quantiles[..., 0] + 0.4 * quantiles[..., 4] + 0.3 * quantiles[..., 8]
    return mean
