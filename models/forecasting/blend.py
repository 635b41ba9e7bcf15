"""Forecasts of several candidates on one scale, where they are averaged, and back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.forecasting.panel import Forecast, Panel
from models.forecasting.quantiles import Floats
from models.forecasting.scales import Scale, scale_of

OFFSET = 0.3
HIGHEST = 3.0
"""No quantile of a member is believed beyond this many times the largest value its series ever had."""


@dataclass(frozen=True)
class Blend:
    """The quantiles of several candidates for one panel.

    Attributes:
        scale: A logarithm of the values.
        members: By candidate, quantiles on the scale, shape (series, horizon, 9).
    """

    scale: Scale
    members: tuple[Floats, ...]

    @classmethod
    def of(cls, panel: Panel, forecasts: Sequence[Forecast]) -> "Blend":
        """Quantiles that are not numbers take the median of the other members."""
        scale = scale_of(panel, OFFSET)
        largest = np.nanmax(np.abs(np.where(np.isfinite(panel.values), panel.values, 0)), axis=1, initial=0)
        cap = HIGHEST * np.where(largest > 0, largest, scale.size)[:, None, None]
        scaled = np.stack([scale.forward(np.clip(each.quantiles, -cap, cap)) for each in forecasts])
        if not np.isfinite(scaled).all():
            scaled = np.where(np.isfinite(scaled), scaled, np.nanmedian(scaled, axis=0))
        return cls(scale, tuple(scaled))

    def quantiles(self, weights: Floats) -> Floats:
        """The weighted mean, in the unit of the values."""
        return self.scale.back(self.scaled(weights))

    def scaled(self, weights: Floats) -> Floats:
        """The weighted mean on the scale."""
        total = np.zeros_like(self.members[0])
        for weight, member in zip(weights, self.members, strict=True):
            total += weight * member
        return total
