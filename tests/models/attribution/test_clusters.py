import numpy as np
import pytest

from models.attribution import clusters
from models.attribution.chain import order_value_effects
from models.attribution.clusters import resample_clusters
from models.attribution.intervals import interval
from models.attribution.logmean import log_mean, log_mean_effects
from models.attribution.measures import MEASURES
from models.attribution.tables import read_tables

UNITS, REVENUE = MEASURES["units"], MEASURES["net_revenue"]


def weights_of(size, replicates, seed):
    return np.concatenate(list(clusters._poisson_weights(size, replicates, seed)), axis=1)


def by_loop(sales, orders, measure, weights):
    """Weigh every row by its cluster, sum row by row, split, for one replicate after the other."""
    replicates = []
    for weight in weights.T:
        sums = np.zeros((len(measure.columns), 2, len(sales.labels)))
        for cell, period, cluster, amounts in zip(sales.cell, sales.period, sales.cluster, sales.amounts, strict=True):
            sums[:, period, cell] += weight[cluster] * amounts
        count = (orders.orders * weight).sum(axis=1)
        value = sums[-1].sum(axis=1) / count
        effects = order_value_effects(measure, sums, count, log_mean_effects).sum(axis=1)
        total = log_mean(orders.total[1:] * value[1:], orders.total[:1] * value[:1])
        replicates.append(total / log_mean(value[1:], value[:1]) * effects)
    return np.transpose(replicates)


def test_replicates_equal_the_obvious_loop(shop):
    sales, counts, _, _ = shop(customers=60)
    sold, orders = read_tables(sales.iloc[::5], counts, REVENUE, ["country", "channel"])
    drawn = resample_clusters(sold, orders, REVENUE, replicates=25, seed=3)
    weights = weights_of(orders.orders.shape[1], 25, 3)
    assert drawn.drivers == pytest.approx(by_loop(sold, orders, REVENUE, weights), rel=1e-9, abs=1e-6)
    frequency = (orders.known_orders @ weights) / (orders.customers @ weights)
    assert drawn.log_frequency == pytest.approx(np.log(frequency[1] / frequency[0]))


def test_weights_are_poisson_with_mean_one():
    weights = weights_of(50_000, 40, 0)
    assert weights.mean() == pytest.approx(1, abs=0.003)
    assert weights.var() == pytest.approx(1, abs=0.01)
    assert (weights == 0).mean() == pytest.approx(np.exp(-1), abs=0.002)


def test_fewer_replicates_are_the_first_of_more():
    assert np.array_equal(weights_of(11, 30, 5), weights_of(11, 100, 5)[:, :30])


def test_seeds_differ():
    assert not np.array_equal(weights_of(50, 20, 0), weights_of(50, 20, 1))


def two_periods(generator, build, customers=150):
    """Customers with a taste of their own, one to four orders of one line each, quantities up 10% in the period."""
    rows, orders = [], []
    for label, mean in (("baseline", 4.0), ("period", 4.4)):
        for customer in range(customers):
            count = generator.integers(1, 5)
            taste = mean * (0.5 + customer % 3 / 2)
            rows.append((label, customer, "IN", count, generator.poisson(taste * count)))
            orders.append((label, customer, True, count))
    return build["sales"](rows), build["orders"](orders)


def test_the_interval_of_the_order_value_covers_the_truth(build):
    generator = np.random.default_rng(0)
    covered = []
    for run in range(200):
        sold, orders = read_tables(*two_periods(generator, build), UNITS, ["country"])
        drawn = resample_clusters(sold, orders, UNITS, replicates=200, seed=run)
        value = sold.sums()[-1, :, 0] / orders.total
        total = value * orders.total
        scale = log_mean(total[1:], total[:1])[0]
        low, high = interval(scale * np.log(value[1] / value[0]), drawn.drivers.sum(axis=0))
        covered.append(low <= scale * np.log(1.1) <= high)
    assert 0.88 <= np.mean(covered) <= 0.99
