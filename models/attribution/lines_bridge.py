"""The exact bridge over order lines: the tables that ``decompose`` takes, made from lines."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.attribution.bridge import decompose
from models.attribution.lines import Lines, inside, revenue
from models.attribution.periods import LABELS
from models.attribution.result import Bridge

MOST_CELLS = 400  # beyond, the bootstrap of the order value takes longer than the answer is worth


def bridge_of(lines: Lines, calendar: pd.DataFrame, seed: int) -> Bridge:
    """Decompose the change of revenue; cells are by currency and as many dimensions as stay few enough."""
    table = lines.table[np.logical_or(*inside(lines.table, lines.comparison))]
    _, period = inside(table, lines.comparison)
    table = table.assign(period=np.where(period, LABELS[1], LABELS[0]), cluster=_clusters(table), amount=revenue(table))
    cells = _cell_dimensions(table, lines.dimensions)
    baseline, later = lines.comparison
    return decompose(
        _sales(table, cells),
        _orders(table),
        _daily(lines.table),
        calendar,
        baseline=(baseline.first, baseline.last),
        period=(later.first, later.last),
        measure="net_revenue",
        dimensions=cells,
        seed=seed,
    )


def _clusters(table: pd.DataFrame) -> "pd.Series[int]":
    """The customer, or the order itself where none is known."""
    return table["customer"].where(table["customer"] >= 0, -1 - table["order"])


def _cell_dimensions(table: pd.DataFrame, dimensions: Sequence[str]) -> list[str]:
    """Currency where there are several, then the dimensions with the fewest values, as long as cells are few."""
    chosen = ["currency"] if table["currency"].nunique() > 1 else []
    for name in sorted(set(dimensions) - {"currency"}, key=lambda name: (table[name].nunique(), name)):
        if len(table[[*chosen, name]].drop_duplicates()) <= MOST_CELLS:
            chosen.append(name)
    return chosen


def _sales(table: pd.DataFrame, cells: Sequence[str]) -> pd.DataFrame:
    """Sums by period, customer and cell; a line of negative quantity takes back and sells nothing."""
    sold = table["weight"] * (table["quantity"] > 0)
    listed = sold * table["quantity"] * table["list_price"]
    discounted = listed * (1 - table["discount_rate"])
    amounts = {
        "lines": sold,
        "quantity": sold * table["quantity"].clip(lower=0),
        "list_amount": listed,
        "discounted_amount": discounted,
        "converted_amount": discounted * table["fx_rate"],
        "net_revenue": table["weight"] * table["amount"],
    }
    keys = ["period", "cluster", *cells]
    summed: pd.DataFrame = table[keys].assign(**amounts).groupby(keys, observed=True).sum().reset_index()
    return summed


def _orders(table: pd.DataFrame) -> pd.DataFrame:
    first = _first_sold(table)
    known = first.assign(customer_known=first["customer"] >= 0, orders=first["weight"])
    counted: pd.DataFrame = known.groupby(["period", "cluster", "customer_known"])[["orders"]].sum().reset_index()
    return counted


def _daily(table: pd.DataFrame) -> pd.DataFrame:
    daily: pd.DataFrame = _first_sold(table).groupby("date")[["weight"]].sum().reset_index()
    return daily.rename(columns={"weight": "orders"})


def _first_sold(table: pd.DataFrame) -> pd.DataFrame:
    """The first line sold of every order."""
    return table[table["quantity"] > 0].drop_duplicates("order")
