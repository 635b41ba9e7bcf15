"""The first stage: revenue as orders times order value, and orders as a product of the volume drivers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.attribution.logmean import log_mean

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prices:
    """What one more order, and one more unit of order value, is worth between two periods.

    With R = N x A (measure, orders, order value), ``R1 - R0 = per_order (N1 - N0) + orders (A1 - A0)``, exactly.

    Attributes:
        per_order: The mean order value that weighs the change of orders.
        orders: The mean number of orders that weighs the change of order value.
    """

    per_order: Floats
    orders: Floats


def price_stages(orders: Floats, order_value: Floats) -> Prices:
    """Split the change of orders times order value.

    With logarithmic means L this is LMDI-I at the total, ``per_order = L(R1, R0) / L(N1, N0)`` and ``orders =
    L(R1, R0) / L(A1, A0)``. Where the measure is zero or negative in a period its logarithm does not exist, and the
    Shapley value of two factors stands in: both are plain means.

    Args:
        orders: Shape (2, ...): baseline, then period; positive.
        order_value: The measure per order, same shape.
    """
    positive = np.all(order_value > 0, axis=0)
    value = np.where(positive, order_value, 1.0)
    total = log_mean(orders[1] * value[1], orders[0] * value[0])
    return Prices(
        np.where(positive, total / log_mean(orders[1], orders[0]), order_value.mean(axis=0)),
        np.where(positive, total / log_mean(value[1], value[0]), orders.mean(axis=0)),
    )


def mean_stages(orders: Floats, order_value: Floats) -> Prices:
    """The same split by the Shapley value throughout: plain means."""
    return Prices(order_value.mean(axis=0), orders.mean(axis=0))


def orders_effects(log_ratios: Floats, orders: Floats) -> Floats:
    """The change of the number of orders by volume driver, in orders: LMDI-I of a product.

    Args:
        log_ratios: The logarithm of each driver's ratio of period to baseline, shape (V, ...), summing over V to
            ln(N1 / N0).
        orders: Shape (2, ...), positive.

    Returns:
        Shape (V, ...), summing over V to N1 - N0.
    """
    return log_mean(orders[1], orders[0]) * log_ratios


def volume_by_cell(cells: Floats, orders: Floats, prices: Prices) -> Floats:
    """What one order more is worth in each cell, so that both margins of volume by driver and cell are exact.

    The second stage gives cell c the order value part ``prices.orders (a_c1 - a_c0)``; the rest of its change is
    volume, ``V_c = (R_c1 - R_c0) - prices.orders (a_c1 - a_c0)``. Writing ``prices.orders = (1 - t) N0 + t N1``,
    that is ``V_c = (N1 - N0) ((1 - t) a_c1 + t a_c0)``: the change of orders times a mean order value of the cell.
    The latter times each driver's effect on orders (``orders_effects``) therefore sums over drivers to V_c, and over
    cells to the driver's total, also where orders did not change and the drivers cancel out.

    Args:
        cells: The measure per order by cell, shape (2, C).
        orders: Shape (2,).
        prices: Of the total.

    Returns:
        Shape (C,), summing to ``prices.per_order``.
    """
    position = _position(orders, cells.sum(axis=1), prices)
    by_cell: Floats = (1 - position) * cells[1] + position * cells[0]
    return by_cell


def _position(orders: Floats, order_value: Floats, prices: Prices) -> float:
    """How far ``prices.orders`` lies from N0 to N1, equally ``prices.per_order`` from A1 to A0; 1/2 if none moved."""
    apart_orders = abs(orders[1] - orders[0]) / orders.sum()
    apart_value = abs(order_value[1] - order_value[0]) / max(np.abs(order_value).sum(), np.finfo(float).tiny)
    if max(apart_orders, apart_value) < 1e-7:  # t = 1/2 + O(apart)
        return 0.5
    if apart_orders >= apart_value:
        return float((prices.orders - orders[0]) / (orders[1] - orders[0]))
    return float((prices.per_order - order_value[1]) / (order_value[0] - order_value[1]))
