"""The scale on which series of unlike size are alike: a logarithm, or its like where values can be negative."""

from dataclasses import dataclass

import numpy as np

from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

NEGATIVE = 0.02
"""A panel with a larger share of negative values is put on the scale of the inverse hyperbolic sine."""
HIGHEST = 8.0
LEAST = 0.02


@dataclass(frozen=True)
class Scale:
    """``log(max(y, 0) / size + offset)``, or ``asinh(y / size / (2 offset))`` where values can be negative.

    Attributes:
        size: What each series usually is, shape (series,).
        offset: Share of the size below which values count as equal; the larger, the less zeros matter.
        signed: Whether values can be negative.
    """

    size: Floats
    offset: float
    signed: bool

    def forward(self, values: Floats) -> Floats:
        """To the scale; shape (series, ...)."""
        ratio = values / self._size(values)
        return np.arcsinh(ratio / (2 * self.offset)) if self.signed else np.log(np.maximum(ratio, 0) + self.offset)

    def back(self, scaled: Floats) -> Floats:
        """From the scale, at most about 3,000 times the size."""
        limited = np.minimum(scaled, HIGHEST - (np.log(2 * self.offset) if self.signed else 0.0))
        ratio = np.sinh(limited) * 2 * self.offset if self.signed else np.maximum(np.exp(limited) - self.offset, 0)
        found: Floats = ratio * self._size(scaled)
        return found

    def _size(self, values: Floats) -> Floats:
        return self.size.reshape(-1, *(1,) * (values.ndim - 1))


def scale_of(panel: Panel, offset: float) -> Scale:
    """The scale of a panel, sizes being mean absolute values of each series' last known year."""
    known = np.isfinite(panel.values)
    signed = float((panel.values[known] < 0).mean()) > NEGATIVE if known.any() else False
    return Scale(sizes(panel), offset, signed)


def sizes(panel: Panel) -> Floats:
    """The mean absolute value of each series' last year, of all years where the last was nearly nothing.

    A series without any other value than zero has the median size of the others, 1 where there are none.
    """
    last = _mean_absolute(panel.values[:, -panel.frequency.year :])
    whole = _mean_absolute(panel.values)
    found = np.where(last > LEAST * whole, last, whole)
    known = found[found > 0]
    return np.where(found > 0, found, np.median(known) if known.size else 1.0)


def _mean_absolute(values: Floats) -> Floats:
    count = np.isfinite(values).sum(axis=1)
    return np.asarray(np.nansum(np.abs(values), axis=1) / np.maximum(count, 1))
