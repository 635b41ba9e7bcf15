"""Statistical models of single series, as statsforecast has them (Garza et al. 2022)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from models.forecasting.candidates import Settled, State
from models.forecasting.panel import Panel
from models.forecasting.parallel import Jobs, run
from models.forecasting.quantiles import Floats
from models.forecasting.seasonal_naive import SeasonalNaive, histories

COVERED = (20, 40, 60, 80)
"""Percent that the intervals cover whose ends are the nine quantiles but the median."""
LONGEST_SEASON = 24
LEAST_SEASONS = 2
LEAST = 8
LONGEST = 2000
"""Values of a history that are looked at, the newest."""


@dataclass(frozen=True)
class Statistical:
    """A model of statsforecast for each series on its own; a gap takes the value before it.

    Seasons of more than 24 steps are left to MSTL: the others take such series as without season. A series that is
    too short, constant or breaks the model becomes SeasonalNaive, with the reason in its note.

    Attributes:
        name: AutoETS (exponential smoothing), DynamicOptimizedTheta, MSTL (several seasons by Loess) or CrostonSBA
            (intermittent demand).
    """

    name: str = "AutoETS"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> Settled:  # noqa: ARG002 - nothing random
        """Fit every series, in ``jobs`` processes."""
        naive = SeasonalNaive().fit(panel)
        task = partial(_forecast, self.name, panel.frequency.season, panel.horizon)
        found = run(task, [_filled(values)[-LONGEST:] for values in histories(panel)], jobs=jobs)
        quantiles, mean = naive.quantiles.copy(), naive.mean.copy()
        for row, (levels, means, _) in enumerate(found):
            if levels is not None:
                quantiles[row], mean[row] = levels, means
        notes = (f"SeasonalNaive instead: {reason}" if reason else "" for _, _, reason in found)
        return Settled(quantiles, mean, tuple(notes))

    def restore(self, state: State) -> Settled:
        """What ``state`` gave."""
        return Settled.restore(state)


def _filled(values: Floats) -> Floats:
    """Each gap with the value before it."""
    last = np.where(np.isfinite(values), np.arange(len(values)), 0)
    return values[np.maximum.accumulate(last)]


def _forecast(name: str, season: int, horizon: int, values: Floats) -> tuple[Floats | None, Floats | None, str]:
    """Quantiles, shape (horizon, 9), and means; or neither and the reason."""
    least = max(LEAST_SEASONS * (season if name == "MSTL" else _short(season)) + 1, LEAST)
    if len(values) < least or np.ptp(values) == 0:
        return None, None, f"{name} needs {least} values that are not all the same"
    try:
        found = _model(name, season, horizon).forecast(y=values, h=horizon, level=list(COVERED))
    except Exception as error:  # each model raises its own
        return None, None, f"{name} failed: {error or type(error).__name__}"
    low = [found[f"lo-{level}"] for level in reversed(COVERED)]
    high = [found[f"hi-{level}"] for level in COVERED]
    quantiles = np.stack([*low, found["mean"], *high], axis=1)
    if not np.isfinite(quantiles).all():
        return None, None, f"{name} found no numbers"
    return quantiles, np.asarray(found["mean"]), ""


def _short(season: int) -> int:
    return season if season <= LONGEST_SEASON else 1


def _model(name: str, season: int, horizon: int) -> Any:  # noqa: ANN401 - imported late, for it compiles
    from statsforecast import models
    from statsforecast.utils import ConformalIntervals

    if name == "MSTL":
        seasons = [season, 7 * season] if season == LONGEST_SEASON else season
        return models.MSTL(season_length=seasons, trend_forecaster=models.AutoETS(model="ZZN"))
    if name == "CrostonSBA":
        return models.CrostonSBA(prediction_intervals=ConformalIntervals(n_windows=2, h=horizon))
    return getattr(models, name)(season_length=_short(season))
