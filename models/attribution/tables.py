"""From the tables that come in to arrays by cell, period and cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.measures import Measure
from models.attribution.periods import LABELS

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NOT_AVAILABLE = "Not Available"
CUSTOMERS_KNOWN_FROM = 0.95  # share of orders with a known customer, in both periods, to speak of customers


@dataclass(frozen=True)
class Sales:
    """Sold lines by row, and the cells they fall into.

    Attributes:
        labels: The values of the dimensions, one row for each of C cells.
        cell: Of each row, from 0 to C - 1.
        period: Of each row, 0 for the baseline and 1 for the period.
        cluster: Of each row, from 0 to the number of clusters less one; numbered together with the orders'.
        amounts: The measure's columns, shape (rows, J).
    """

    labels: pd.DataFrame
    cell: Codes
    period: Codes
    cluster: Codes
    amounts: Floats

    def sums(self) -> Floats:
        """The sums of the columns by period and cell, shape (J, 2, C)."""
        size = len(self.labels)
        flat = [np.bincount(self.period * size + self.cell, column, 2 * size) for column in self.amounts.T]
        return np.array(flat, dtype=float).reshape(len(flat), 2, size)


@dataclass(frozen=True)
class Orders:
    """Counts by cluster and period.

    Attributes:
        orders: Shape (2, clusters).
        known_orders: The orders of known customers, same shape.
        customers: 1 for a known customer with orders, else 0, same shape.
    """

    orders: Floats
    known_orders: Floats
    customers: Floats

    @property
    def total(self) -> Floats:
        """The number of orders, shape (2,)."""
        total: Floats = self.orders.sum(axis=1)
        return total

    @property
    def crowding(self) -> Floats:
        """How much of a shock to all orders goes into orders per customer, instead of into customers, shape (2,).

        Without one order in a hundred, drawn at random, those customers are missing who had placed no other: their
        share of the customers is what the number of customers moves by (Good 1953), and the rest moves the frequency.
        """
        single = (self.known_orders == 1).sum(axis=1)
        crowding: Floats = 1 - single / np.maximum(self.customers.sum(axis=1), 1)
        return crowding

    @property
    def known_share(self) -> float:
        """The share of orders with a known customer, in the period where it is lower."""
        return float(np.min(self.known_shares))

    @property
    def known_shares(self) -> Floats:
        """The share of orders with a known customer in both periods, shape (2,)."""
        shares: Floats = self.known_orders.sum(axis=1) / self.total
        return shares

    @property
    def customers_known(self) -> bool:
        """Whether the customers are known of enough orders to speak of them."""
        return self.known_share >= CUSTOMERS_KNOWN_FROM


def read_tables(
    sales: pd.DataFrame, orders: pd.DataFrame, measure: Measure, dimensions: Sequence[str]
) -> tuple[Sales, Orders]:
    """The arrays of both tables; a measure without columns has no cells, and its ``sales`` are not looked at."""
    rows = sales if measure.columns else sales.iloc[:0].reindex(columns=["period", "cluster", *dimensions])
    clusters, _ = pd.factorize(pd.concat([orders["cluster"], rows["cluster"]]).astype(object))
    size = int(clusters.max()) + 1
    cell, labels = _cells(rows, dimensions)
    amounts = rows[list(measure.columns)].to_numpy(dtype=float)
    read = Sales(labels, cell, _periods(rows), clusters[len(orders) :], amounts)
    return read, _orders(orders, clusters[: len(orders)], size)


def _cells(rows: pd.DataFrame, dimensions: Sequence[str]) -> tuple[Codes, pd.DataFrame]:
    """The cell of each row and the cells' labels; a missing value of a dimension is a value of its own."""
    keys = rows[list(dimensions)].astype(object)
    keys = keys.where(keys.notna(), NOT_AVAILABLE)
    if not dimensions:
        return np.zeros(len(rows), dtype=np.int64), pd.DataFrame(index=range(int(len(rows) > 0)))
    cell = np.asarray(keys.groupby(list(dimensions), sort=True).ngroup(), dtype=np.int64)
    _, first = np.unique(cell, return_index=True)
    return cell, keys.iloc[first].reset_index(drop=True)


def _periods(table: pd.DataFrame) -> Codes:
    return np.asarray(table["period"].astype(object) == LABELS[1], dtype=np.int64)


def _orders(orders: pd.DataFrame, cluster: Codes, size: int) -> Orders:
    place = _periods(orders) * size + cluster
    counts = orders["orders"].to_numpy(dtype=float)
    known = orders["customer_known"].to_numpy(dtype=bool)
    total, of_known = (
        np.bincount(place, weights, 2 * size).astype(float).reshape(2, size) for weights in (counts, counts * known)
    )
    return Orders(total, of_known, (of_known > 0).astype(float))
