"""Shops whose expected movements are known, with noise of the kinds that make intervals lie.

Daily orders are Poisson around a level, weekdays, an event and a slow trend, with autocorrelated and daily shocks;
customers order with heavy-tailed rates and keep a price level of their own. From the baseline to the period the number
of orders and every factor of the order value change by a few percent.

The truth of a driver is its expected effect: the same decomposition of what both periods bring on average over shocks,
customers and lines, all else as drawn. An interval is true if it holds that in 95 of 100 repetitions.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIRST, BASELINE, PERIOD = date(2025, 1, 1), (date(2025, 8, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2025, 9, 30))
EVENT = "Fair"
EVENT_DAYS = ("2025-02-10", "2025-04-14", "2025-06-09", "2025-09-08")  # five days each
CELLS = 4
POPULATION = 1500
BIG = 200_000  # customers in the mean over customers


@dataclass(frozen=True)
class Scenario:
    """What ``decompose`` is given, and what is expected of every volume driver and factor by cell."""

    sales: pd.DataFrame
    orders: pd.DataFrame
    daily: pd.DataFrame
    events: pd.DataFrame
    log_ratios: Floats  # expected, of days, weekdays, events, customers, orders per customer
    expected_orders: Floats  # shape (2,)
    expected_sums: Floats  # the measure's columns by period and cell, shape (J, 2, C)


@dataclass(frozen=True)
class Lines:
    """The factors of one period's lines by cell."""

    per_order: float
    share: Floats
    quantity: Floats
    price: Floats
    discount: Floats
    fx: float
    returned: Floats

    def expected(self, orders: float) -> Floats:
        """Expected sums of the measure's columns by cell, shape (J, C)."""
        lines = orders * self.per_order * self.share
        quantity = lines * self.quantity
        listed = quantity * self.price
        discounted = listed * (1 - self.discount)
        converted = discounted * self.fx
        return np.stack([lines, quantity, listed, discounted, converted, converted * (1 - self.returned)])


def scenario(seed: int) -> Scenario:
    generator = np.random.default_rng(seed)
    days = pd.date_range(FIRST, PERIOD[1])
    level, weekday, event, inside = _calendar(generator, days)
    smooth = level * weekday * event
    shocks = _shocks(generator, len(days))
    orders = generator.poisson(smooth * shocks * generator.gamma(20, 1 / 20, len(days)))
    rates = _rates(generator, POPULATION)
    taste = generator.gamma(8, 1 / 8, POPULATION)
    periods = [_lines(generator), None]
    periods[1] = _moved(generator, periods[0])
    sold, counted = [], []
    for label, held, lines in zip(("baseline", "period"), inside, periods, strict=True):
        who = generator.choice(POPULATION, int(orders[held].sum()), p=rates / rates.sum())
        counted.append(pd.Series(who).value_counts().sort_index().rename_axis("cluster").reset_index(name="orders"))
        counted[-1] = counted[-1].assign(period=label, customer_known=True)
        sold.append(_sold(generator, who, taste, lines).assign(period=label))
    expected = np.array([smooth[held].sum() for held in inside])
    sums = np.stack([lines.expected(count) for lines, count in zip(periods, expected, strict=True)], axis=1)
    starts = pd.DatetimeIndex(EVENT_DAYS)
    fair = pd.DataFrame({"date": [day + pd.Timedelta(days=i) for day in starts for i in range(5)], "event": EVENT})
    return Scenario(
        pd.concat(sold), pd.concat(counted), pd.DataFrame({"date": days, "orders": orders}), fair,
        _log_ratios(weekday, event, inside, expected), expected, sums,
    )  # fmt: skip


def _calendar(generator: np.random.Generator, days: pd.DatetimeIndex):
    weekday = np.exp(generator.normal(0, 0.15, 7))[days.dayofweek]
    fair = np.zeros(len(days), dtype=bool)
    for start in EVENT_DAYS:
        fair |= (days >= start) & (days < pd.Timestamp(start) + pd.Timedelta(days=5))
    event = np.where(fair, np.exp(generator.normal(0, 0.2)), 1.0)
    inside = [(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last)) for first, last in (BASELINE, PERIOD)]
    level = generator.uniform(30, 80) * np.exp(generator.normal(0, 0.1) * np.linspace(-1, 0, len(days)))
    return np.where(inside[1], level * np.exp(generator.normal(0, 0.05)), level), weekday, event, inside


def _shocks(generator: np.random.Generator, days: int) -> Floats:
    """Autocorrelated shocks with mean one."""
    memory, scale = generator.uniform(0, 0.6), generator.uniform(0.02, 0.08)
    logs = np.zeros(days)
    steps = generator.normal(0, scale, days)
    logs[0] = steps[0] / np.sqrt(1 - memory**2)
    for day in range(1, days):
        logs[day] = memory * logs[day - 1] + steps[day]
    return np.exp(logs - scale**2 / (1 - memory**2) / 2)


def _rates(generator: np.random.Generator, size: int) -> Floats:
    return generator.lognormal(0, 1.2, size)


def _lines(generator: np.random.Generator) -> Lines:
    uniform = generator.uniform
    share = generator.dirichlet(np.full(CELLS, 5.0))
    spread = [uniform(1.2, 2.5, CELLS), uniform(100, 1000, CELLS), uniform(0.05, 0.2, CELLS), uniform(0.02, 0.1, CELLS)]
    return Lines(uniform(1.3, 2.5), share, spread[0], spread[1], spread[2], 1.0, spread[3])


def _moved(generator: np.random.Generator, before: Lines) -> Lines:
    def drift(values: Floats | float, scale: float = 0.05) -> Floats:
        return np.asarray(values) * np.exp(generator.normal(0, scale, np.shape(values)))

    share = drift(before.share, 0.1)
    return Lines(
        float(drift(before.per_order, 0.03)), share / share.sum(), drift(before.quantity), drift(before.price),
        drift(before.discount, 0.2), float(drift(1.0, 0.02)), drift(before.returned, 0.3),
    )  # fmt: skip


def _sold(generator: np.random.Generator, who: Floats, taste: Floats, lines: Lines) -> pd.DataFrame:
    count = 1 + generator.poisson(lines.per_order - 1, len(who))
    cluster = np.repeat(who, count)
    cell = generator.choice(CELLS, len(cluster), p=lines.share)
    quantity = 1 + generator.poisson(lines.quantity[cell] - 1)
    price = lines.price[cell] * taste[cluster] * generator.gamma(4, 1 / 4, len(cluster))
    listed = quantity * price
    cut = generator.beta(2, 2 / lines.discount[cell] - 2)
    converted = listed * (1 - cut) * lines.fx
    net = converted * (generator.random(len(cluster)) >= lines.returned[cell])
    columns = {"list_amount": listed, "discounted_amount": listed * (1 - cut), "converted_amount": converted}
    rows = pd.DataFrame({"cluster": cluster, "cell": cell, "lines": 1, "quantity": quantity, **columns})
    return rows.assign(net_revenue=net).groupby(["cluster", "cell"], as_index=False).sum()


def _log_ratios(weekday: Floats, event: Floats, inside: list[NDArray[np.bool_]], orders: Floats) -> Floats:
    means = [weekday[held].mean() for held in inside]
    both = [(weekday * event)[held].mean() for held in inside]
    rates = _rates(np.random.default_rng(0), BIG)
    known = [POPULATION * (1 - np.exp(-count * rates / (POPULATION * rates.mean()))).mean() for count in orders]
    days = np.log(inside[1].sum() / inside[0].sum())
    weekdays, events = np.log(means[1] / means[0]), np.log(both[1] / means[1] / (both[0] / means[0]))
    frequency = np.log(orders[1] / known[1] / (orders[0] / known[0]))
    rest = np.log(orders[1] / orders[0]) - days - weekdays - events - frequency
    return np.array([days, weekdays, events, rest, frequency])
