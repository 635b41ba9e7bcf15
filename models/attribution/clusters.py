"""Sampling noise of the order value: a Poisson bootstrap of customers over the cells' sums."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from models.attribution.chain import order_value_effects
from models.attribution.logmean import log_mean_effects
from models.attribution.measures import Measure
from models.attribution.tables import Orders, Sales
from models.attribution.totals import price_stages

Floats = NDArray[np.float64]

BATCH = 20  # replicates at a time: bounds the memory, and each batch has its own stream of random numbers
COUNTS = 6  # rows of the counts below: orders, orders of known customers and known customers, in two periods


@dataclass(frozen=True)
class ClusterReplicates:
    """Replicates in which every customer counts a Poisson(1) number of times.

    Attributes:
        drivers: What each of K drivers of the order value adds to the measure, shape (K, replicates).
        log_frequency: The logarithm of the ratio of orders per known customer, period to baseline, shape
            (replicates,); NaN where no customer is known.
    """

    drivers: Floats
    log_frequency: Floats


def resample_clusters(
    sales: Sales, orders: Orders, measure: Measure, *, replicates: int, seed: int
) -> ClusterReplicates:
    """Resample whole customers (or orders, where the customer is unknown), with all they bought in both periods.

    Poisson(1) weights stand for resampling with replacement (Chamandy, Muralidharan, Najmi & Naidu 2012, Estimating
    uncertainty for massive data streams), and drawing whole clusters keeps what a customer's orders have in common
    (Field & Welsh 2007). Only sums of weights times amounts by cell are needed: one sparse product for each batch.
    The published number of orders stays as it is: noise of orders is the volume drivers'.

    Args:
        sales: Rows by cell, period and cluster.
        orders: Counts by period and cluster.
        measure: With K drivers.
        replicates: How many.
        seed: Of the random numbers.
    """
    matrix = _matrix(sales, orders)
    shape = (len(measure.columns), 2, len(sales.labels))
    batches = [
        _replicate(matrix @ weights, shape, orders.total, measure)
        for weights in _poisson_weights(matrix.shape[1], replicates, seed)
    ]
    return ClusterReplicates(*(np.concatenate(parts, axis=-1) for parts in zip(*batches, strict=True)))


def _matrix(sales: Sales, orders: Orders) -> sparse.csc_array | sparse.csr_array:
    """Everything that is summed, one column for each cluster: the counts, then the amounts of each cell.

    A product goes in order through the longer of sums and clusters and jumps about in the shorter, which stays in the
    processor's cache: twice the speed with 26 cells one way, with 10,000 the other.
    """
    columns = sales.amounts.shape[1]
    rows = (sales.period * len(sales.labels) + sales.cell)[:, None] * columns + np.arange(columns) + COUNTS
    counts = sparse.csc_array(np.concatenate([orders.orders, orders.known_orders, orders.customers]))
    shape = (COUNTS + 2 * len(sales.labels) * columns, counts.shape[1])
    clusters = np.repeat(sales.cluster, columns)
    amounts = sparse.csc_array((sales.amounts.ravel(), (rows.ravel(), clusters)), shape=shape)
    counts.resize(shape)
    summed = sparse.csc_array(amounts + counts)
    summed.eliminate_zeros()
    return summed if shape[0] < shape[1] else sparse.csr_array(summed)


def _poisson_weights(clusters: int, replicates: int, seed: int) -> Iterator[Floats]:
    """Weights of shape (clusters, BATCH) at a time, the last batch cut to what is left.

    A Poisson(1) number is looked up by 16 random bits: five times the speed of drawing it, its distribution function
    within 1/131072.
    """
    table = np.searchsorted(stats.poisson.cdf(np.arange(12), 1.0), (np.arange(65536) + 0.5) / 65536).astype(float)
    for start in range(0, replicates, BATCH):
        generator = np.random.default_rng([seed, start])
        bits = generator.integers(0, 2**64, size=(clusters, BATCH // 4), dtype=np.uint64).view(np.uint16)
        yield table[bits[:, : replicates - start]]


def _replicate(summed: Floats, shape: tuple[int, int, int], orders: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """The drivers' effects and the log ratio of frequency in one batch, from its sums."""
    count, known, customers = summed[:COUNTS].reshape(3, 2, -1)
    columns, periods, cells = shape
    sums = np.moveaxis(summed[COUNTS:].reshape(periods, cells, columns, summed.shape[1]), 2, 0)
    return _effects(measure, sums, count, orders), _log_frequency(known, customers)


def _effects(measure: Measure, sums: Floats, count: Floats, orders: Floats) -> Floats:
    if not measure.chain:
        return np.zeros((0, count.shape[1]))
    drawn = np.all(count > 0, axis=0)  # a period without a single order in the draw has no order value
    count = np.where(drawn, count, 1.0)
    effects = order_value_effects(measure, sums, count, log_mean_effects).sum(axis=1)
    order_value = sums[-1].sum(axis=1) / count
    prices = price_stages(np.broadcast_to(orders[:, None], order_value.shape), order_value)
    return np.where(drawn, prices.orders * effects, np.nan)


def _log_frequency(known: Floats, customers: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        frequency = np.log(known / customers)
    log_frequency: Floats = frequency[1] - frequency[0]
    return log_frequency
