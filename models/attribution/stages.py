"""Both stages put together: what every driver adds, in total and by cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.attribution.chain import factors, order_value_effects
from models.attribution.logmean import log_mean_effects, needs_shapley
from models.attribution.measures import Measure
from models.attribution.shapley import shapley_effects
from models.attribution.tables import Orders
from models.attribution.totals import mean_stages, orders_effects, price_stages, volume_by_cell

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Amounts:
    """What the drivers add from baseline to period, volume drivers first.

    Attributes:
        drivers: Shape (V + K,).
        cells: Shape (V + K, C), summing over C to ``drivers``; without a chain there are no cells.
    """

    drivers: Floats
    cells: Floats


def volume_log_ratios(log_days: float, log_weekday: Floats, log_event: Floats, log_orders: Floats) -> Floats:
    """The logarithms of the volume drivers' ratios without customers: days, weekdays, events, orders per day.

    Args:
        log_days: Of the number of days.
        log_weekday: Of the weekday index, shape (...).
        log_event: Of the event index, same shape.
        log_orders: Of the number of orders, same shape; the drivers sum to it.

    Returns:
        Shape (4, ...).
    """
    known = [np.full_like(log_orders, log_days), log_weekday, log_event]
    return np.stack([*known, log_orders - sum(known)])


def with_customers(log_ratios: Floats, log_frequency: Floats) -> Floats:
    """Split the last driver, orders per adjusted day, into customers and orders per customer.

    Orders per customer is measured where the customer is known; customers are all orders over that frequency, so
    that a changing share of unknown ones does not look like loyalty.

    Args:
        log_ratios: Shape (4, ...).
        log_frequency: The logarithm of the ratio of orders per known customer, shape (...).

    Returns:
        Shape (5, ...), with the same sum.
    """
    return np.concatenate([log_ratios[:-1], [log_ratios[-1] - log_frequency, log_frequency]])


def log_frequency_ratio(orders: Orders) -> float:
    """The logarithm of the ratio of orders per known customer, period to baseline."""
    frequency = orders.known_orders.sum(axis=1) / orders.customers.sum(axis=1)
    return float(np.log(frequency[1] / frequency[0]))


def order_value(measure: Measure, sums: Floats, orders: Floats) -> Floats:
    """The measure per order in both periods, shape (2,); one where orders are the measure."""
    if not measure.chain:
        return np.ones(2)
    value: Floats = sums[-1].sum(axis=1) / orders
    return value


def signed_cells(measure: Measure, sums: Floats, orders: Floats) -> int:
    """How many cells the Shapley value stands in for, because a factor is negative."""
    if not measure.chain:
        return 0
    before, after = (factors(measure, sums[:, period], orders[period]) for period in (0, 1))
    return int(needs_shapley(before, after).sum())


def log_mean_amounts(measure: Measure, sums: Floats, orders: Floats, log_ratios: Floats) -> Amounts:
    """The published amounts: LMDI-I in both stages, its Shapley fall-back at the total and in cells.

    Args:
        measure: The measure, with K drivers over J columns.
        sums: Shape (J, 2, C).
        orders: Shape (2,), positive.
        log_ratios: Of the V volume drivers.
    """
    value = order_value(measure, sums, orders)
    prices = price_stages(orders, value)
    effects = orders_effects(log_ratios, orders)
    if not measure.chain:
        return Amounts(prices.per_order * effects, np.zeros((len(effects), 0)))
    volume = effects[:, None] * volume_by_cell(sums[-1] / orders[:, None], orders, prices)
    aov = prices.orders * order_value_effects(measure, sums, orders, log_mean_effects)
    return Amounts(np.concatenate([prices.per_order * effects, aov.sum(axis=1)]), np.concatenate([volume, aov]))


def shapley_amounts(measure: Measure, sums: Floats, orders: Floats, log_ratios: Floats) -> Floats:
    """The same drivers by nested Shapley values (Owen 1977): of orders times order value, then inside each.

    Returns:
        Shape (V + K,), summing to the change.
    """
    value = order_value(measure, sums, orders)
    prices = mean_stages(orders, value)
    factors = np.exp(log_ratios)
    volume: Floats = prices.per_order * orders[0] * shapley_effects(np.ones_like(factors), factors)
    if not measure.chain:
        return volume
    aov = prices.orders * order_value_effects(measure, sums, orders, shapley_effects).sum(axis=1)
    return np.concatenate([volume, aov])
