"""How far amounts lie from their expectation, by how wrong earlier expectations were."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

FEWEST_ERRORS = 8
MOST_FREEDOM = 10  # errors have heavier tails than their number alone would say
LEVEL = 0.95


def error_scale(errors: pd.Series) -> pd.Series:
    """The standard deviation of relative errors up to each, by their median distance from zero; NaN for under eight.

    The median keeps earlier dips from hiding later ones.
    """
    scale: pd.Series = errors.abs().expanding(FEWEST_ERRORS).median() / stats.norm.ppf(0.75)
    return scale


def judge(actual: Floats, mean: Floats, scale: Floats, errors: Counts) -> pd.DataFrame:
    """Amounts beside their expectation, with their 95% interval and two-sided probability, by Student's t.

    Args:
        actual: What they were, shape (n,).
        mean: What was expected, same shape.
        scale: Standard deviation of the relative error, same shape.
        errors: How many errors it was learned from, same shape.

    Returns:
        ``actual, expected, amount, low, high, probability``; amount is actual less expected.
    """
    spread = mean * np.maximum(scale, np.finfo(float).eps)
    freedom = np.clip(errors - 1, 1, MOST_FREEDOM)
    amount = actual - mean
    reach = stats.t.ppf((1 + LEVEL) / 2, freedom) * spread
    probability = 2 * stats.t.sf(np.abs(amount) / spread, freedom)
    columns = {"actual": actual, "expected": mean, "amount": amount, "low": amount - reach, "high": amount + reach}
    return pd.DataFrame({**columns, "probability": probability})


def false_discovery_rates(probabilities: Floats) -> Floats:
    """The q-values of Benjamini & Hochberg (1995), of the shape given."""
    rates: Floats = stats.false_discovery_control(probabilities) if len(probabilities) else probabilities
    return rates
