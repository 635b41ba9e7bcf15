"""The logarithmic mean, and the exact split of a product's change that it gives (LMDI-I)."""

import numpy as np
from numpy.typing import NDArray

from models.attribution.shapley import shapley_effects

Floats = NDArray[np.float64]


def log_mean(first: Floats, second: Floats) -> Floats:
    """The logarithmic mean ``(a - b) / (ln a - ln b)`` of values that are not negative, element by element.

    It is ``a`` where both are equal, zero where either is zero and NaN where either is NaN. Written as
    ``b (e^x - 1) / x`` with ``x = ln(a / b)``, it loses no digits where the two are close.
    """
    positive = (first > 0) & (second > 0)
    a, b = np.where(positive, first, 1.0), np.where(positive, second, 1.0)
    return np.where(positive, b * _mean_growth(np.log(a / b)), 0.0 * np.minimum(first, second))  # NaN stays NaN


def log_mean_effects(before: Floats, after: Floats) -> Floats:
    """Split the change of a product over its factors with logarithmic mean weights.

    ``effect_k = L(v1, v0) ln(f_k1 / f_k0)`` for products v and factors f (LMDI-I: Ang & Liu 2001, A new energy
    decomposition method: perfect in decomposition and consistent in aggregation; Ang 2015, LMDI decomposition
    approach: a guide for implementation). Elsewhere:

    - A product that is zero in one period takes the limit of a factor that goes to zero (Ang & Liu 2007): the factor
      that vanished takes the whole change; several share it equally.
    - An undefined factor (NaN: zero over zero) takes nothing; its product counts as zero.
    - Where a factor is negative in either period, the Shapley value stands in (``shapley_effects``).

    Args:
        before: The factors before, shape (K, ...).
        after: The factors after, same shape.

    Returns:
        What each factor adds to the product, same shape, summing over K to the product's change.
    """
    if not len(before):
        return np.zeros_like(before)
    positive = np.all((before > 0) & (after > 0), axis=0)
    effects = _regular(before, after, positive)
    if not positive.all():
        signed = needs_shapley(before, after)
        effects[:, signed] = shapley_effects(before[:, signed], after[:, signed])
        gone = ~positive & ~signed
        effects[:, gone] = _limit(before[:, gone], after[:, gone])
    return effects


def needs_shapley(before: Floats, after: Floats) -> NDArray[np.bool_]:
    """Where, of shape (...), ``log_mean_effects`` takes the Shapley value: all factors defined, one negative."""
    defined = np.all(~np.isnan(before) & ~np.isnan(after), axis=0)
    negative = np.any((before < 0) | (after < 0), axis=0)
    signed: NDArray[np.bool_] = defined & negative
    return signed


def _regular(before: Floats, after: Floats, positive: NDArray[np.bool_]) -> Floats:
    """The plain formula where ``positive``, zero elsewhere."""
    ratios = np.divide(after, before, out=np.ones_like(before), where=positive)
    logs = np.log(ratios, out=ratios)
    weights = np.prod(before, axis=0) * _mean_growth(logs.sum(axis=0))
    regular: Floats = np.multiply(logs, weights, out=np.zeros_like(logs), where=positive)
    return regular


def _mean_growth(log_ratio: Floats) -> Floats:
    """``(e^x - 1) / x``, one at zero."""
    grown: Floats = np.divide(np.expm1(log_ratio), log_ratio, out=np.ones_like(log_ratio), where=log_ratio != 0)
    return grown


def _limit(before: Floats, after: Floats) -> Floats:
    vanished = (before == 0) | (after == 0)
    share = vanished / np.maximum(vanished.sum(axis=0), 1)
    limit: Floats = share * (_product(after) - _product(before))
    return limit


def _product(factors: Floats) -> Floats:
    product: Floats = np.nan_to_num(np.prod(factors, axis=0), nan=0.0)
    return product
