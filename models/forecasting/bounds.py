"""What holds for every forecast: quantiles in order, nothing below what can be, nothing while closed."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.forecasting.panel import Forecast, Panel
from models.forecasting.quantiles import Floats

Flags = npt.NDArray[np.bool_]
LEAST_SEEN = 8
"""Known values on either side before a covariate is believed to close a series."""
ALWAYS = 0.98
SELDOM = 0.5


def closed(panel: Panel) -> Flags:
    """Where a known covariate says that nothing can be sold, shape (series, dates).

    That is learned: a covariate of two values under one of which over 98% of the known values are zero, and under the
    other less than half.
    """
    found = np.zeros((len(panel), len(panel.dates)), dtype=bool)
    for covariate in panel.known.values():
        for value in _closing(covariate[:, : panel.length], panel.values):
            found |= covariate == value
    return found


def _closing(covariate: Floats, values: Floats) -> list[float]:
    levels = np.unique(covariate[np.isfinite(covariate)])
    return [float(level) for level in levels if _closes(covariate, float(level), values)] if len(levels) == 2 else []


def _closes(covariate: Floats, level: float, values: Floats) -> bool:
    under = values[(covariate == level) & np.isfinite(values)]
    other = values[(covariate != level) & np.isfinite(covariate) & np.isfinite(values)]
    if min(under.size, other.size) < LEAST_SEEN:
        return False
    return bool((under == 0).mean() > ALWAYS and (other == 0).mean() < SELDOM)


def floors(panel: Panel) -> Floats:
    """Zero for a series that was never negative, else minus infinity; shape (series,)."""
    return np.where((panel.values < 0).any(axis=1), -np.inf, 0.0)


def bounded(panel: Panel, forecast: Forecast) -> Forecast:
    """The forecast with its quantiles sorted, at least at the series' floor, and zero where a series is closed.

    How many of a step's values had to be raised to the floor is counted in ``raised``.
    """
    least = floors(panel)
    shut = np.take_along_axis(closed(panel), panel.steps, axis=1)
    raised = (forecast.quantiles < least[:, None, None]).sum(axis=2) + (forecast.mean < least[:, None])
    quantiles = np.maximum(np.sort(forecast.quantiles, axis=2), least[:, None, None])
    mean = np.maximum(forecast.mean, least[:, None])
    return replace(
        forecast,
        quantiles=np.where(shut[:, :, None], 0.0, quantiles),
        mean=np.where(shut, 0.0, mean),
        raised=forecast.raised + np.where(shut, 0, raised),
    )
