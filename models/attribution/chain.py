"""From a measure's additive columns to its factors by cell, and to what each driver adds to the order value."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.attribution.measures import LINES_PER_ORDER, MIX, Measure

Floats = NDArray[np.float64]
Split = Callable[[Floats, Floats], Floats]


def factors(measure: Measure, sums: Floats, orders: Floats) -> Floats:
    """The factors of a measure's value per order, by cell, in one period.

    Args:
        measure: The measure, with K drivers over J columns.
        sums: The sums of the measure's columns by cell, shape (J, C, ...), for C cells; further axes are replicates.
        orders: The number of orders, shape (...).

    Returns:
        Shape (K, C, ...): NaN where a factor has a zero below it. Where all are defined, their product over K is
        the cell's measure over orders.
    """
    return np.stack([_factor(measure, position, sums, orders) for position in range(len(measure.chain))])


def starts(measure: Measure, sums: Floats, orders: Floats) -> Floats:
    """The value per order that appears where the chain has nothing to multiply, by driver and cell.

    A product of ratios cannot pass through zero: a cell that sold no line and took returns of earlier sales has a
    negative measure that no factor reaches. Such an amount is the driver's whose column starts anew (the last one,
    if several do), here ``returns``; shapes as in ``factors``.
    """
    chain = [sums[measure.columns.index(column)] for _, column in measure.chain]
    anew = np.zeros((len(chain), *sums.shape[1:]), dtype=bool)
    for position in range(1, len(chain)):
        anew[position] = (chain[position - 1] == 0) & (chain[position] != 0)
        anew[:position] &= ~anew[position]
    return np.where(anew, chain[-1] / orders, 0.0)


def order_value_effects(measure: Measure, sums: Floats, orders: Floats, split: Split) -> Floats:
    """What each driver of the chain adds to each cell's value per order, from baseline to period.

    Args:
        measure: The measure, with K drivers over J columns.
        sums: Shape (J, 2, C, ...): baseline, then period.
        orders: Shape (2, ...).
        split: How to split a product's change: ``log_mean_effects`` or ``shapley_effects``.

    Returns:
        Shape (K, C, ...), summing over K to the change of the cell's measure per order.
    """
    effects = split(factors(measure, sums[:, 0], orders[0]), factors(measure, sums[:, 1], orders[1]))
    return effects + starts(measure, sums[:, 1], orders[1]) - starts(measure, sums[:, 0], orders[0])


def _factor(measure: Measure, position: int, sums: Floats, orders: Floats) -> Floats:
    driver, column = measure.chain[position]
    amount = sums[measure.columns.index(column)]
    if driver == LINES_PER_ORDER:
        return np.broadcast_to(_ratio(amount.sum(axis=0), orders), amount.shape)
    if driver == MIX:
        return _ratio(amount, np.broadcast_to(amount.sum(axis=0), amount.shape))
    previous = measure.chain[position - 1][1]
    if previous == column:
        return np.ones_like(amount)
    return _ratio(amount, sums[measure.columns.index(previous)])


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)
