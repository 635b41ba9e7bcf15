"""A panel: many series on one regular grid of dates, with what is known beside them, and a forecast of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.forecasting.frequency import Frequency
from models.forecasting.quantiles import Floats

Integers = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Panel:
    """Series on one grid, each known up to its own origin and to be forecast for ``horizon`` steps after it.

    Attributes:
        series: Names, sorted.
        dates: The grid: all of the history, then ``horizon`` steps after its last date.
        values: Shape (series, history); NaN where nothing is known, which is not zero.
        origins: Position of each series' last row, -1 for a series without any, shape (series,).
        horizon: Steps to forecast.
        frequency: What a step is.
        known: Covariates known ahead, by name, shape (series, dates); NaN where they are not.
        past: Covariates known up to the origin, by name, shape (series, history).
        static: Group of each series by the name of a dimension, codes from 0, shape (series,).
        country: ISO code of the country whose public holidays matter.
    """

    series: tuple[str, ...]
    dates: pd.DatetimeIndex
    values: Floats
    origins: Integers
    horizon: int
    frequency: Frequency
    known: Mapping[str, Floats] = field(default_factory=dict)
    past: Mapping[str, Floats] = field(default_factory=dict)
    static: Mapping[str, Integers] = field(default_factory=dict)
    country: str | None = None

    def __len__(self) -> int:
        return len(self.series)

    @property
    def length(self) -> int:
        """Steps of history."""
        return len(self.dates) - self.horizon

    @property
    def steps(self) -> Integers:
        """Positions on the grid that are forecast, shape (series, horizon)."""
        return self.starts[:, None] + np.arange(self.horizon)

    @property
    def starts(self) -> Integers:
        """Position of each series' first step ahead; a series without history starts where the panel ends."""
        return np.where(self.origins >= 0, self.origins + 1, self.length)

    @cached_property
    def fingerprint(self) -> str:
        """The same for two panels with the same series, horizon, values and covariates known ahead."""
        found = hashlib.sha256("\n".join([str(self.horizon), *self.series, *sorted(self.known)]).encode())
        for values in (self.values, *(self.known[name] for name in sorted(self.known))):
            found.update(np.ascontiguousarray(values).data)
        return found.hexdigest()

    def has_series_of(self, other: "Panel") -> bool:
        """Whether the series and their groups are those of another panel."""
        same_groups = self.static.keys() == other.static.keys() and all(
            np.array_equal(codes, other.static[name]) for name, codes in self.static.items()
        )
        return self.series == other.series and same_groups

    def ahead(self, values: Floats) -> Floats:
        """What ``values``, shape (series, dates), are on the steps ahead; shape (series, horizon)."""
        return np.take_along_axis(values, self.steps, axis=1)

    def until(self, length: int, horizon: int) -> "Panel":
        """The panel as it was after ``length`` steps of history, to be forecast for ``horizon`` steps.

        Nothing of a later value is left; what was known ahead then is taken to be what is known of those dates now.
        """
        end = length + horizon
        return replace(
            self,
            dates=self.dates[:end],
            values=self.values[:, :length],
            origins=np.minimum(self.origins, length - 1),
            horizon=horizon,
            known={name: values[:, :end] for name, values in self.known.items()},
            past={name: values[:, :length] for name, values in self.past.items()},
        )

    def since(self, first: int) -> "Panel":
        """The panel without its first ``first`` steps."""
        return replace(
            self,
            dates=self.dates[first:],
            values=self.values[:, first:],
            origins=np.where(self.origins >= first, self.origins - first, -1),
            known={name: values[:, first:] for name, values in self.known.items()},
            past={name: values[:, first:] for name, values in self.past.items()},
        )

    def take(self, rows: Integers) -> "Panel":
        """Some of the series."""
        return replace(
            self,
            series=tuple(self.series[row] for row in rows),
            values=self.values[rows],
            origins=self.origins[rows],
            known={name: values[rows] for name, values in self.known.items()},
            past={name: values[rows] for name, values in self.past.items()},
            static={name: codes[rows] for name, codes in self.static.items()},
        )


@dataclass(frozen=True)
class Forecast:
    """A forecast of every series of a panel.

    Attributes:
        quantiles: Levels .1 to .9, shape (series, horizon, 9), in the unit of the values.
        mean: Expected values, shape (series, horizon).
        notes: What to know about each series' forecast, empty where there is nothing.
        raised: How many of a step's ten values were raised to the least the series can be, shape (series, horizon).
    """

    quantiles: Floats
    mean: Floats
    notes: tuple[str, ...]
    raised: Integers

    @classmethod
    def of(cls, quantiles: Floats, mean: Floats, notes: Sequence[str] = ()) -> "Forecast":
        """A forecast of which nothing was raised."""
        shape = quantiles.shape[:2]
        return cls(quantiles, mean, tuple(notes) or ("",) * shape[0], np.zeros(shape, np.intp))
