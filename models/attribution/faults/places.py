"""Where files can go wrong: the whole business, and every value of one dimension, by day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.dimensions import RARE, Dimension, code_dimensions
from models.attribution.lines import Lines, inside

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """The whole business, or one value of a dimension."""

    where: dict[str, object]
    dimension: Dimension | None = None
    code: int = RARE

    def holds(self) -> Flags | slice:
        """Which lines lie in it."""
        return slice(None) if self.dimension is None else self.dimension.codes == self.code


@dataclass(frozen=True)
class PlaceDays:
    """Lines by place and day.

    Attributes:
        lines: What is counted.
        dimensions: The dimensions of the lines.
    """

    lines: Lines
    dimensions: tuple[Dimension, ...] = field(repr=False)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The whole business first."""
        values = ((d, code) for d in self.dimensions for code in range(len(d.values)))
        return (Place({}), *(Place({d.name: d.values[code]}, d, code) for d, code in values))

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """Every day from the first line to the end of the later period."""
        return pd.date_range(self.lines.table["date"].min(), self.lines.comparison.last, freq="D")

    @cached_property
    def day(self) -> Codes:
        """The position of each line's day."""
        since = self.lines.table["date"].to_numpy() - self.dates[0].to_datetime64()
        return (since // np.timedelta64(1, "D")).astype(np.int64)

    @cached_property
    def compared(self) -> tuple[Flags, Flags]:
        """Which days lie in the baseline, and which in the period."""
        baseline, period = inside(pd.DataFrame({"date": self.dates}), self.lines.comparison)
        return baseline, period

    def sums(self, values: Floats | None = None) -> Floats:
        """Sums over the lines of each place and day, or their number; shape (places, days)."""
        size = len(self.dates)
        tables = [np.bincount(self.day, values, size)[None, :]]
        for d in self.dimensions:
            place = (d.codes + 1) * size + self.day  # rare values lie in the first row, which is dropped
            tables.append(np.bincount(place, values, (len(d.values) + 1) * size).reshape(-1, size)[1:])
        return np.concatenate(tables).astype(float)

    @cached_property
    def orders(self) -> Floats:
        """Orders with a line in each place and day, shape (places, days): lines of one order are no separate news."""
        order, size = self.lines.table["order"].to_numpy(), len(self.dates)
        tables = [np.bincount(self.day[_first_of(order)], minlength=size)[None, :]]
        for d in self.dimensions:
            first = _first_of(order * (len(d.values) + 1) + d.codes + 1)
            place = ((d.codes + 1) * size + self.day)[first]
            tables.append(np.bincount(place, minlength=(len(d.values) + 1) * size).reshape(-1, size)[1:])
        return np.concatenate(tables).astype(float)

    def stretch(self, days: Codes) -> tuple[date, date]:
        """The first and last of some days."""
        return self.dates[days[0]].date(), self.dates[days[-1]].date()

    def sign(self, days: Codes) -> float:
        """What a gain on these days adds to the change: 1 in the period, -1 in the baseline, 0 in neither."""
        baseline, period = self.compared
        return float(period[days[0]]) - float(baseline[days[0]])

    def runs(self, flags: Flags) -> Iterator[Codes]:
        """Consecutive flagged days that lie in one period (or in none)."""
        days = np.flatnonzero(flags)
        kind = self.compared[0] + 2 * self.compared[1]
        breaks = (np.diff(days) > 1) | (np.diff(kind[days]) != 0)
        return (run for run in np.split(days, np.flatnonzero(breaks) + 1) if len(run))


def _first_of(key: Codes) -> Flags:
    first: Flags = ~pd.Series(key).duplicated().to_numpy()
    return first


def place_days(lines: Lines) -> PlaceDays:
    """The places of these lines."""
    return PlaceDays(lines, code_dimensions(lines, np.logical_or(*inside(lines.table, lines.comparison))))
