"""95% intervals from replicates, centred on what is published."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = (0.025, 0.975)


def interval(amount: float, replicates: Floats) -> tuple[float, float]:
    """The 95% interval around ``amount``, to 0.01: how far replicates fall from their own median.

    Replicates that are not finite (a draw without a single order) are left out.

    Args:
        amount: The published amount.
        replicates: Shape (replicates,).

    Returns:
        Low and high; NaN both where replicates do not differ (the amount is arithmetic) or most are not finite.
    """
    finite = replicates[np.isfinite(replicates)]
    if 2 * len(finite) <= len(replicates):
        return np.nan, np.nan
    low, high = np.round(amount + np.quantile(finite, LEVELS) - np.median(finite), 2)
    return (float(low), float(high)) if low < high else (np.nan, np.nan)


def leaves_zero_out(low: float, high: float) -> bool:
    """Whether an interval is there and does not hold zero."""
    return bool(low > 0 or high < 0)
