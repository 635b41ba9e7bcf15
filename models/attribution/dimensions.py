"""The dimensions of order lines as codes, and which of them belong to the whole order."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.lines import Lines

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

RARE = -1
LEAST_SHARE = 0.002  # of the lines of both periods: what is rarer is too small to be told from noise
LEAST_LINES = 60
VARIES_FROM = 0.02  # share of lines that differ from the line before them in their order


@dataclass(frozen=True)
class Dimension:
    """One dimension of every line.

    Attributes:
        name: Its name.
        values: Its frequent values.
        codes: The place of each line's value in ``values``, ``RARE`` for the others; shape (lines,).
        of_orders: Whether it is the same for all lines of an order.
        rare: How many values are too rare to be looked at.
    """

    name: str
    values: tuple[object, ...]
    codes: Codes
    of_orders: bool
    rare: int


def code_dimensions(lines: Lines, counted: Flags) -> tuple[Dimension, ...]:
    """Every dimension with the values that occur often enough among the ``counted`` lines."""
    orders = lines.table["order"].to_numpy()
    return tuple(_coded(lines.table[name], orders, counted) for name in lines.dimensions)


def _coded(values: pd.Series, orders: Codes, counted: Flags) -> Dimension:
    codes = values.cat.codes.to_numpy().astype(np.int64)
    categories = values.cat.categories
    counts = np.bincount(codes[counted], minlength=len(categories))
    often = counts >= max(LEAST_LINES, LEAST_SHARE * counted.sum())
    place = np.where(often, np.cumsum(often) - 1, RARE)
    kept = tuple(categories[often].tolist())
    return Dimension(
        str(values.name), kept, place[codes], not _varies(codes, orders), int((counts > 0).sum()) - len(kept)
    )


def _varies(codes: Codes, orders: Codes) -> bool:
    """Whether lines of one order often differ."""
    by_order = np.argsort(orders, kind="stable")
    together = orders[by_order][1:] == orders[by_order][:-1]
    differ = (codes[by_order][1:] != codes[by_order][:-1])[together]
    return bool(differ.size) and bool(differ.mean() > VARIES_FROM)
