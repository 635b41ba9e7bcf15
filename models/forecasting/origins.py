"""Past origins of a panel: what it was then, to learn from what was forecast and what then happened."""

from dataclasses import dataclass

import numpy as np

from models.forecasting.frequency import Kind
from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

MOST_SERIES = 1500
"""Series that are looked at, drawn at random from more."""
LEAST_LENGTH: dict[Kind, int] = {"h": 72, "D": 60, "W": 40, "M": 18, "Q": 10}
LEAST_BEFORE: dict[Kind, int] = {"h": 336, "D": 400, "W": 60, "M": 30, "Q": 14}
"""History that all origins but the newest must have: they are to be like the one that counts."""
MOST_ORIGINS = 3
FEW_VALUES = 300_000
"""Values of a panel beyond which two origins must do."""
LEAST_CASES = 50


@dataclass(frozen=True)
class Origin:
    """A panel as it was, and what then happened.

    Attributes:
        panel: Nothing in it came after its last date but what is known ahead.
        actual: NaN where unknown, shape (series, horizon).
        unit: Mean absolute seasonal difference of each series' history, NaN where there is none, shape (series,).
    """

    panel: Panel
    actual: Floats
    unit: Floats


def past_origins(panel: Panel, seed: int) -> list[Origin]:
    """Up to three past origins, the newest one horizon before the panel's end; none where it is too short."""
    kind, horizon = panel.frequency.kind, panel.horizon
    newest = panel.length - horizon
    if newest < max(LEAST_LENGTH[kind], 0.8 * horizon) or len(panel) * horizon < LEAST_CASES:
        return []
    most = MOST_ORIGINS if panel.values.size <= FEW_VALUES else MOST_ORIGINS - 1
    spacing = max(1, horizon // 2)
    lengths = [newest - spacing * back for back in range(most)]
    least = max(LEAST_BEFORE[kind], horizon)
    sample = panel.take(_drawn(len(panel), seed))
    return [origin_at(sample, length) for length in lengths if length == newest or length >= least]


def origin_at(panel: Panel, length: int) -> Origin:
    """The panel after ``length`` steps of history; only series that had begun by then are kept."""
    begun = np.flatnonzero(np.isfinite(panel.values[:, :length]).any(axis=1))
    known = panel.take(begun)
    past = known.until(length, panel.horizon)
    later = np.pad(known.values, ((0, 0), (0, panel.horizon)), constant_values=np.nan)
    return Origin(past, np.take_along_axis(later, past.steps, axis=1), _unit(past))


def _unit(panel: Panel) -> Floats:
    season = panel.frequency.season if panel.length > panel.frequency.season + 10 else 1
    differences = np.abs(panel.values[:, season:] - panel.values[:, :-season])
    count = np.isfinite(differences).sum(axis=1)
    mean = np.nansum(differences, axis=1) / np.maximum(count, 1)
    return np.where(mean > 0, mean, np.nan)


def _drawn(series: int, seed: int) -> np.ndarray:
    if series <= MOST_SERIES:
        return np.arange(series)
    return np.sort(np.random.default_rng(seed).choice(series, MOST_SERIES, replace=False))
