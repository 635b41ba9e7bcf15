"""Empirical: what a series was lately is what it will be; the zero-inflated forecast of intermittent demand."""

from dataclasses import dataclass

import numpy as np

from models.forecasting.candidates import Settled, State
from models.forecasting.frequency import Kind
from models.forecasting.panel import Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import LEVELS
from models.forecasting.seasonal_naive import histories

RECENT: dict[Kind, int] = {"h": 336, "D": 84, "W": 26, "M": 12, "Q": 8}


@dataclass(frozen=True)
class Empirical:
    """Mean and quantiles of the last 12 weeks of days, 26 weeks, 12 months or 8 quarters of each series.

    The whole distribution is taken as it was, its zeros with it, which few methods beat where demand is intermittent
    (Kolassa 2016 on why a point forecast says little there). A series without history has zero.
    """

    name: str = "Empirical"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Settled:  # noqa: ARG002 - nothing random
        """Fit every series of any length."""
        recent = RECENT[panel.frequency.kind]
        known = [values[np.isfinite(values)][-recent:] for values in histories(panel)]
        levels = np.array([np.quantile(values, LEVELS) if values.size else np.zeros(len(LEVELS)) for values in known])
        means = np.array([values.mean() if values.size else 0.0 for values in known])
        ahead = np.ones(panel.horizon)
        notes = tuple("" if values.size else "no history: zero" for values in known)
        return Settled(levels[:, None] * ahead[:, None], means[:, None] * ahead, notes)

    def restore(self, state: State) -> Settled:
        """What ``state`` gave."""
        return Settled.restore(state)
