"""The columns in which series differ: what is known ahead of each, its run-up and its aftermath."""

from collections.abc import Iterator

import numpy as np

from models.forecasting.bounds import Flags, closed
from models.forecasting.hierarchical_bayes.columns import Columns, columns, joined
from models.forecasting.panel import Panel
from models.forecasting.quantiles import Floats

FAR = 5.0
"""Standard deviations beyond which a covariate is taken to be this far from its mean."""
COMMON = 0.05
WEEK = 7


def own(panel: Panel) -> Columns | None:
    """The design's columns of each series, shape (series, dates, columns); None where nothing is known ahead."""
    shut = closed(panel)
    parts = [part for name, known in panel.known.items() for part in _covariate(panel, name, known, shut)]
    parts += _closures(panel, shut)
    return joined(parts) if parts else None


def _covariate(panel: Panel, name: str, known: Floats, shut: Flags) -> Iterator[Columns]:
    past = known[:, : panel.length]
    levels = np.unique(past[np.isfinite(past)])
    if len(levels) < 2 or _says_closed(known, levels, shut):
        return
    if len(levels) > 2:
        yield _own(_standardised(known, past), name, [name])
        return
    marked = np.where(np.isfinite(known), known == levels[1], 0.0)
    yield _own(marked, name, [name])
    if panel.frequency.kind == "D" and float(marked[:, : panel.length].mean()) > COMMON:
        days = panel.dates.dayofweek.to_numpy()
        by_day = [marked * (days == day) for day in range(WEEK)]
        yield _own(np.stack(by_day, axis=2), name, [f"{name} on weekday {day}" for day in range(WEEK)])


def _own(values: Floats, component: str, names: list[str]) -> Columns:
    matrix = values.reshape(*values.shape[:2], -1).astype(np.float32)  # as many numbers as a panel has, by column
    return columns(matrix, component, names, separate=True)


def _says_closed(known: Floats, levels: Floats, shut: Flags) -> bool:
    return len(levels) == 2 and any(bool(((known == level) == shut).all()) for level in levels)


def _standardised(known: Floats, past: Floats) -> Floats:
    """Departures from each series' mean in units of the panel's usual spread; zero where nothing is known."""
    count = np.isfinite(past).sum(axis=1, keepdims=True)
    mean = np.nansum(past, axis=1, keepdims=True) / np.maximum(count, 1)
    departures = np.where(np.isfinite(past), past - mean, 0.0)
    spread = float(np.sqrt((departures**2).sum() / max(int(count.sum()), 1)))
    return np.asarray(np.clip(np.nan_to_num((known - mean) / spread), -FAR, FAR))


def _closures(panel: Panel, shut: Flags) -> Iterator[Columns]:
    """The open day before and after one that is closed, unless it is closed every week on that weekday."""
    if panel.frequency.kind != "D" or not shut.any():
        return
    days = panel.dates.dayofweek.to_numpy()
    weekly = np.stack([shut[:, days == day].mean(axis=1) > 0.5 for day in range(WEEK)], axis=1)
    odd = shut & ~weekly[:, days]
    beside = np.zeros((2, *shut.shape))
    beside[0, :, :-1], beside[1, :, 1:] = odd[:, 1:], odd[:, :-1]
    names = ["day before a closure", "day after a closure"]
    yield _own(np.moveaxis(beside * ~shut, 0, 2), "closures", names)
