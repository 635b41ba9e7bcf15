"""From shifts to amounts of revenue: the segment less what it would have been."""

import numpy as np
from numpy.typing import NDArray

from models.attribution.named import Amount, around
from models.attribution.search.evidence import Cause
from models.attribution.search.scans import FREEDOM
from models.attribution.search.windows import Window

Floats = NDArray[np.float64]


def of_counts(cause: Cause, found: float, values: Floats, usual: float) -> Amount:
    """Orders or lines gained, at what they bring.

    Args:
        cause: With the logarithm of a ratio as its shift.
        found: How many there were in the period.
        values: The revenue of each of them, shape (found,); of the baseline where the period has too few.
        usual: How many there were before, where the period has too few to tell.
    """
    expected = found * np.exp(-cause.shift) if len(values) and found > 1 else usual
    return _valued(found - expected, expected * cause.error, values, cause.freedom)


def of_window(window: Window, values: Floats, sign: float) -> Amount:
    """Orders gained on some days, at what the segment's orders bring; ``sign`` is -1 in the baseline."""
    added = _valued(window.found - window.expected, window.expected * window.error, values, FREEDOM)
    ends = sorted((sign * added.low, sign * added.high))
    return Amount(sign * added.amount, *ends)


def _valued(gained: float, error: float, values: Floats, freedom: float) -> Amount:
    """So many orders or lines, known to ``error``, at the mean of ``values``, which is known from them only."""
    if not len(values):
        return Amount(0.0, 0.0, 0.0)
    mean, spread = float(values.mean()), float(values.var())
    drawn = np.sqrt(abs(gained) * spread * (1 + abs(gained) / len(values)))
    return around(gained * mean, float(np.hypot(error * mean, drawn)), freedom)


def of_ratio(cause: Cause, revenue: float) -> Amount:
    """What a factor of revenue added, its shift the logarithm of its ratio."""
    return around(revenue * -np.expm1(-cause.shift), revenue * cause.error * np.exp(-cause.shift), cause.freedom)


def of_relative(cause: Cause, revenue: float) -> Amount:
    """What a factor of revenue added, its shift relative to what is usual."""
    return around(revenue * cause.shift / (1 + cause.shift), revenue * cause.error, cause.freedom)


def of_share(cause: Cause, gross: Floats, spread: float) -> Amount:
    """What a share taken off revenue (a discount, returns) took more than before.

    Args:
        cause: With the difference of shares as its shift.
        gross: Each line before the share is taken off.
        spread: Variance of the shares among lines that the cause changed.
    """
    total = float(gross.sum())
    error = np.hypot(total * cause.error, np.sqrt(float((gross**2).sum()) * spread))
    return around(-total * cause.shift, float(error), cause.freedom)
