"""The exact bridge over order lines: the tables that ``decompose`` takes, made from lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from models.attribution.bridge import decompose
from models.attribution.lines import Lines, inside, revenue, sells
from models.attribution.measures import MEASURES
from models.attribution.periods import LABELS
from models.attribution.result import Bridge

MOST_CELLS = 400  # beyond, the bootstrap of the order value takes longer than the answer is worth


def bridge_of(
    lines: Lines,
    calendar: pd.DataFrame,
    seed: int,
    *,
    measure: str = "net_revenue",
    grain: Sequence[str] | None = None,
    earlier: pd.DataFrame | None = None,
) -> Bridge:
    """Decompose the change of a measure.

    Args:
        lines: Of both periods, and of days before.
        calendar: ``date`` and ``event`` of known events.
        seed: Of all random numbers.
        measure: What the lines' amounts are.
        grain: The dimensions of the cells; by default currency and as many dimensions as stay few enough.
            Prices of unlike currencies are never added, whatever the grain.
        earlier: ``date`` and ``orders`` of days before the lines', for what is normal.
    """
    table = lines.table[np.logical_or(*inside(lines.table, lines.comparison))]
    _, period = inside(table, lines.comparison)
    table = table.assign(period=np.where(period, LABELS[1], LABELS[0]), cluster=_clusters(table), amount=revenue(table))
    cells = _cell_dimensions(table, lines.dimensions) if grain is None else [*grain, "currency"]
    baseline, later = lines.comparison
    bridge = decompose(
        _sales(table, cells, measure),
        _orders(table),
        _daily(lines.table, earlier),
        calendar,
        baseline=(baseline.first, baseline.last),
        period=(later.first, later.last),
        measure=measure,
        dimensions=cells,
        seed=seed,
    )
    return bridge if grain is None else replace(bridge, cells=_by(grain, bridge.cells))


def _by(grain: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of all currencies together, drivers in their order."""
    summed: pd.DataFrame = cells.groupby(["driver", *grain], sort=False)[["amount"]].sum().reset_index()
    return summed


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


def _sales(table: pd.DataFrame, cells: Sequence[str], measure: str) -> pd.DataFrame:
    """Sums by period, customer and cell; a line that takes back sells nothing."""
    sold = table["weight"] * sells(table)
    listed = sold * table["quantity"] * table["list_price"]
    discounted = listed * (1 - table["discount_rate"])
    amounts = {
        "lines": sold,
        "quantity": sold * table["quantity"],
        "list_amount": listed,
        "discounted_amount": discounted,
        "converted_amount": discounted * table["fx_rate"],
        "taxed_amount": discounted * (1 + table["measure_tax"]),
        measure: table["weight"] * table["amount"],
    }
    keys = ["period", "cluster", *cells]
    columns = {name: amounts[name] for name in MEASURES[measure].columns}
    summed: pd.DataFrame = table[keys].assign(**columns).groupby(keys, observed=True).sum().reset_index()
    return summed


def _orders(table: pd.DataFrame) -> pd.DataFrame:
    first = _first_sold(table)
    known = first.assign(customer_known=first["customer"] >= 0, orders=first["weight"])
    counted: pd.DataFrame = known.groupby(["period", "cluster", "customer_known"])[["orders"]].sum().reset_index()
    return counted


def _daily(table: pd.DataFrame, earlier: pd.DataFrame | None) -> pd.DataFrame:
    counted = _first_sold(table).groupby("date")[["weight"]].sum().reset_index()
    daily = counted.rename(columns={"weight": "orders"})
    if earlier is None:
        return daily
    return pd.concat([earlier[earlier["date"] < table["date"].min()], daily], ignore_index=True)


def _first_sold(table: pd.DataFrame) -> pd.DataFrame:
    """The first line sold of every order; an order is one of its day."""
    return table[sells(table)].drop_duplicates(["order", "date"])
