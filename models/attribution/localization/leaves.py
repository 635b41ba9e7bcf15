"""Leaf cells as arrays: how far each lies from expectation, on a scale on which too much and too little are alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.errors import raise_problems
from models.attribution.tables import NOT_AVAILABLE

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LARGEST_DEVIATION = 2.0


@dataclass(frozen=True)
class Leaves:
    """N leaf cells that hold something, of D dimensions.

    Attributes:
        dimensions: Names of the dimensions.
        values: The values of each dimension, in order.
        codes: Of each cell and dimension the value's place in ``values``, shape (D, N).
        difference: Actual less expected, shape (N,).
        size: Mean of the absolute actual and expected values, positive, shape (N,).
    """

    dimensions: tuple[str, ...]
    values: tuple[tuple[object, ...], ...]
    codes: Codes
    difference: Floats
    size: Floats

    @property
    def deviation(self) -> Floats:
        """Difference over size, between -2 (all is gone) and 2 (all is new), shape (N,).

        It is Squeeze's deviation score (Li et al. 2019): cells of one cause that are moved in proportion deviate
        alike, and a cell that was expected to be zero has one, too.
        """
        deviation: Floats = self.difference / self.size
        return deviation


def read_leaves(cells: pd.DataFrame, dimensions: Sequence[str], actual: str, expected: str) -> Leaves:
    """The leaves of a table of cells; rows of the same combination are summed, cells without anything left out.

    Raises:
        InputError: With every problem found in the arguments.
    """
    raise_problems(_problems(cells, dimensions, actual, expected))
    keys = cells[list(dimensions)].astype(object)
    keys = keys.where(keys.notna(), NOT_AVAILABLE)
    sums = cells[[actual, expected]].astype(float).groupby([keys[name] for name in dimensions], sort=False).sum()
    size = sums.abs().mean(axis=1).to_numpy()
    held = size > 0
    coded = [pd.factorize(sums.index.get_level_values(name)) for name in dimensions]
    return Leaves(
        tuple(dimensions),
        tuple(tuple(values) for _, values in coded),
        np.stack([codes[held] for codes, _ in coded]).astype(np.int64),
        (sums[actual] - sums[expected]).to_numpy()[held],
        size[held],
    )


def _problems(cells: pd.DataFrame, dimensions: Sequence[str], actual: str, expected: str) -> Iterator[str]:
    named = [*dimensions, actual, expected]
    if not dimensions:
        yield "no dimension is named: name at least one column to look for the cause in"
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield f"column {name!r} is named twice among the dimensions, actual and expected"
        if name not in cells.columns:
            yield f"the cells have no column {name!r}; they have {', '.join(map(str, cells.columns))}"
    for name in {actual, expected} & set(cells.columns):
        yield from _of_numbers(cells[name])


def _of_numbers(column: pd.Series) -> Iterator[str]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    strange = int((~np.isfinite(numbers)).sum())
    if strange:
        yield f"{column.name} has {strange} values that are not finite numbers: correct those cells or leave them out"
