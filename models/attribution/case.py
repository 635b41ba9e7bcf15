"""One question to explain, and the replicates of its drivers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.attribution.calendar import CalendarFit
from models.attribution.clusters import resample_clusters
from models.attribution.logmean import log_mean
from models.attribution.measures import Measure, volume_drivers
from models.attribution.noise import OrdersNoise, log_index_ratios, orders_noise
from models.attribution.periods import Comparison
from models.attribution.stages import log_frequency_ratio, order_value, volume_log_ratios, with_customers
from models.attribution.tables import Orders, Sales
from models.attribution.totals import orders_effects, price_stages

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Everything that a bridge is computed from."""

    measure: Measure
    comparison: Comparison
    sales: Sales
    orders: Orders
    fit: CalendarFit
    seed: int
    replicates: int

    @cached_property
    def sums(self) -> Floats:
        """The measure's J columns by period and cell, shape (J, 2, C)."""
        return self.sales.sums()

    @property
    def drivers(self) -> tuple[str, ...]:
        """The names of the drivers, in order, V of volume and K of the order value."""
        return (*volume_drivers(self.orders.customers_known), *self.measure.drivers)

    @property
    def log_days(self) -> float:
        """The logarithm of the ratio of days."""
        return float(np.log(self.comparison.period.days / self.comparison.baseline.days))


def log_ratios(case: Case) -> Floats:
    """The logarithms of the volume drivers' ratios, period to baseline, shape (V,)."""
    weekday, event = log_index_ratios(case.fit, case.fit.coefficients[:, None], case.comparison)
    orders = case.orders.total
    ratios = volume_log_ratios(case.log_days, weekday, event, np.log(orders[1:] / orders[0]))
    if case.orders.customers_known:
        ratios = with_customers(ratios, np.array([log_frequency_ratio(case.orders)]))
    return ratios[:, 0]


def replicate(case: Case) -> Floats:
    """What the drivers would add in each replicate, shape (V + K, replicates)."""
    noise = orders_noise(case.fit, case.comparison, np.random.default_rng(case.seed), case.replicates)
    drawn = resample_clusters(case.sales, case.orders, case.measure, replicates=case.replicates, seed=case.seed)
    shocks = np.nan_to_num(noise.log_orders)
    frequency = drawn.log_frequency + np.diff(case.orders.crowding[:, None] * shocks, axis=0)[0]
    return np.concatenate([_volume(case, noise, frequency), drawn.drivers * _relative_scale(case, shocks)])


def _relative_scale(case: Case, shocks: Floats) -> Floats:
    """How the mean number of orders, which scales every effect on their value, varies with shocks; (replicates,)."""
    orders = case.orders.total
    shocked = orders[:, None] * np.exp(shocks)
    scale: Floats = log_mean(shocked[1], shocked[0]) / log_mean(orders[1:], orders[:1])
    return scale


def _volume(case: Case, noise: OrdersNoise, log_frequency: Floats) -> Floats:
    """Replicates of the volume drivers, shape (V, replicates).

    Orders vary by their day-to-day noise, their value stays as it is. Orders per customer vary with the customers
    drawn and with the orders they place (``Orders.crowding``), customers with what is left.
    """
    orders = case.orders.total[:, None] * np.exp(noise.log_orders)
    ratios = volume_log_ratios(case.log_days, noise.log_weekday, noise.log_event, np.log(orders[1] / orders[0]))
    if case.orders.customers_known:
        ratios = with_customers(ratios, log_frequency)
    value = order_value(case.measure, case.sums, case.orders.total)
    effects: Floats = price_stages(orders, value[:, None]).per_order * orders_effects(ratios, orders)
    return effects
