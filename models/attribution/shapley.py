"""Shapley values of a product of factors, exact, for any signs."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shapley_effects(before: Floats, after: Floats) -> Floats:
    """Split the change of a product over its factors by the Shapley value.

    The Shapley value is the integral, along the diagonal from ``before`` to ``after``, of the gradient of the
    game's multilinear extension (Owen 1972, Multilinear extensions of games). A product is its own multilinear
    extension, so that the integrand is a polynomial of degree K - 1, which Gauss-Legendre quadrature with K / 2
    nodes integrates exactly: no loop over subsets or orders is needed.

    An undefined factor (NaN) takes its value of the other period, and so takes no part in the change; undefined in
    both, it is one.

    Args:
        before: The factors before, shape (K, ...).
        after: The factors after, same shape.

    Returns:
        What each factor adds to the product, same shape, summing over K to the product's change.
    """
    start, end = _carry(before, after), _carry(after, before)
    nodes, weights = np.polynomial.legendre.leggauss(max(1, (len(before) + 1) // 2))
    mean = sum(
        (
            weight / 2 * _products_of_others(start + (node + 1) / 2 * (end - start))
            for node, weight in zip(nodes, weights, strict=True)
        ),
        np.zeros_like(start),
    )
    return (end - start) * mean


def _carry(factors: Floats, other: Floats) -> Floats:
    """The factors, undefined ones replaced by the other period's, else by one."""
    return np.nan_to_num(np.where(np.isnan(factors), other, factors), nan=1.0)


def _products_of_others(factors: Floats) -> Floats:
    """For each factor the product of all the others, without dividing; shape (K, ...) as given."""
    ones = np.ones_like(factors[:1])
    left = np.cumprod(np.concatenate([ones, factors[:-1]]), axis=0)
    right = np.cumprod(np.concatenate([ones, factors[:0:-1]]), axis=0)[::-1]
    products: Floats = left * right
    return products
