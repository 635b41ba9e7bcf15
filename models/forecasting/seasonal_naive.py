"""SeasonalNaive and Drift: the forecasts everything else has to beat, and what a series falls back to."""

from dataclasses import dataclass

import numpy as np

from models.forecasting.candidates import Settled, State
from models.forecasting.panel import Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import LEVELS, Floats


@dataclass(frozen=True)
class SeasonalNaive:
    """Each step is as it was a season before.

    The value k seasons ahead is that of the last season; a gap in it takes the series' last value of that place in the
    season. Its error is that of k seasonal differences in a row, so the quantiles are those of the history's seasonal
    differences times the square root of k (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
    5.5, with empirical instead of normal quantiles). A history shorter than two seasons falls back to its mean and the
    quantiles around it; a series without history to zero.
    """

    name: str = "SeasonalNaive"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Settled:  # noqa: ARG002 - nothing random
        """Fit every series of any length."""
        season, horizon = panel.frequency.season, panel.horizon
        parts = [_forecast(values, season, horizon) for values in histories(panel)]
        means = np.array([mean for mean, _, _ in parts])
        return Settled(np.array([levels for _, levels, _ in parts]), means, tuple(note for _, _, note in parts))

    def restore(self, state: State) -> Settled:
        """What ``state`` gave."""
        return Settled.restore(state)


@dataclass(frozen=True)
class Drift:
    """The line from the first value to the last, drawn on; its error is a random walk's with an estimated slope.

    Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.2 and 5.5, with the empirical
    quantiles of one-step differences.
    """

    name: str = "Drift"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Settled:  # noqa: ARG002 - nothing random
        """Fit every series of any length."""
        parts = [_drawn_on(values, panel.horizon) for values in histories(panel)]
        means = np.array([mean for mean, _ in parts])
        return Settled(np.array([levels for _, levels in parts]), means, ("",) * len(panel))

    def restore(self, state: State) -> Settled:
        """What ``state`` gave."""
        return Settled.restore(state)


def histories(panel: Panel) -> list[Floats]:
    """The values of each series from its first known one to its origin, gaps as NaN."""
    known = np.isfinite(panel.values)
    firsts = np.where(known.any(axis=1), known.argmax(axis=1), panel.starts)
    return [values[first:end] for values, first, end in zip(panel.values, firsts, panel.starts, strict=True)]


def _forecast(values: Floats, season: int, horizon: int) -> tuple[Floats, Floats, str]:
    seasons = 1 + np.arange(horizon) // season
    last = _last_season(values, season)
    differences = values[season:] - values[:-season]
    errors = differences[np.isfinite(differences)]
    if len(values) < 2 * season or not errors.size or not np.isfinite(last).all():
        return _level(values[np.isfinite(values)], season, horizon)
    mean = last[np.arange(horizon) % season]
    return mean, mean[:, None] + np.sqrt(seasons)[:, None] * np.quantile(errors, LEVELS), ""


def _last_season(values: Floats, season: int) -> Floats:
    """The last known value of each place in the season, the place after the origin first."""
    padded = np.full(-(-len(values) // season) * season, np.nan)
    padded[len(padded) - len(values) :] = values
    table = padded.reshape(-1, season)[::-1]
    place = np.isfinite(table).argmax(axis=0) if len(table) else np.zeros(season, np.intp)
    return table[place, np.arange(season)] if len(table) else np.full(season, np.nan)


def _level(known: Floats, season: int, horizon: int) -> tuple[Floats, Floats, str]:
    if not known.size:
        return np.zeros(horizon), np.zeros((horizon, len(LEVELS))), "no history: zero"
    note = f"the mean of {known.size} values: fewer than two seasons of {season} are known"
    return np.full(horizon, known.mean()), np.tile(np.quantile(known, LEVELS), (horizon, 1)), note


def _drawn_on(values: Floats, horizon: int) -> tuple[Floats, Floats]:
    known = np.flatnonzero(np.isfinite(values))
    ahead = np.arange(1, horizon + 1)
    if known.size < 2:
        level = values[known].sum()
        return np.full(horizon, level), np.full((horizon, len(LEVELS)), level)
    span = known[-1] - known[0]
    slope = (values[known[-1]] - values[known[0]]) / span
    mean = values[known[-1]] + slope * (ahead + len(values) - 1 - known[-1])
    errors = np.diff(values[known]) / np.sqrt(np.diff(known)) - slope * np.sqrt(np.diff(known))
    widths = np.sqrt(ahead * (1 + ahead / span))
    return mean, mean[:, None] + widths[:, None] * np.quantile(errors, LEVELS)
