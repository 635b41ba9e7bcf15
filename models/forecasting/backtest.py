"""The rolling-origin backtest: every candidate forecasts from each origin with what was known then, and is judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecasting.candidates import Candidate, Fitted, lasts
from models.forecasting.cutoffs import horizon_ranges
from models.forecasting.metrics import measured, seasonal_error
from models.forecasting.panel import Panel
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import NAMES, Floats
from models.forecasting.rows import forecast_rows

FORECAST = ["series", "cutoff", "date", "horizon", "model", "mean", *NAMES, "floor", "floored", "note"]


@dataclass(frozen=True)
class Fold:
    """One origin of a backtest.

    Attributes:
        panel: What was known then; every series ends on the same day.
        actual: What happened on the days ahead, shape (series, horizon).
    """

    panel: Panel
    actual: Floats

    @property
    def cutoff(self) -> pd.Timestamp:
        """The last day that was known."""
        return pd.Timestamp(self.panel.dates[self.panel.length - 1])


def judge(candidate: Candidate, fold: Fold, *, seed: int = 0, jobs: Jobs = None) -> pd.DataFrame:
    """What a candidate forecast from one origin, and what happened.

    Returns:
        series, cutoff, date, horizon, model (the candidate, also where it fell back), mean, q10 to q90, floor, floored,
        note, actual, and scale (the seasonal error of the history at the cutoff).
    """
    return _judged(candidate.name, fold, candidate.fit(fold.panel, seed=seed, jobs=jobs))


def judge_onwards(candidate: Candidate, folds: Sequence[Fold], *, seed: int = 0, jobs: Jobs = None) -> pd.DataFrame:
    """The same from several origins in order of time, as a champion forecasts: what lasts is not learned again.

    Cheaper than to fit at each of them, and no later day is seen at an earlier one.
    """
    parts: list[pd.DataFrame] = []
    learned: tuple[Panel, Fitted] | None = None
    for fold in folds:
        if learned is None or not lasts(learned[1], learned[0], fold.panel):
            learned = fold.panel, candidate.fit(fold.panel, seed=seed, jobs=jobs)
        parts.append(_judged(candidate.name, fold, learned[1]))
    return pd.concat(parts, ignore_index=True)


def _judged(name: str, fold: Fold, fitted: Fitted) -> pd.DataFrame:
    past = fold.panel
    rows = forecast_rows(past, fitted.predict(past))
    scales = [seasonal_error(values[np.isfinite(values)], past.frequency.season) for values in past.values]
    judged = rows.assign(
        cutoff=fold.cutoff,
        model=name,
        actual=fold.actual.ravel(),
        scale=np.repeat(scales, past.horizon),
    )
    return judged[[*FORECAST, "actual", "scale"]]


def accuracy(judged: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The measures by series, model and range of horizons, over all cutoffs.

    Returns:
        series, model, horizon_first, horizon_last, cutoffs, sql, mase, wql, wape, coverage_80, bias.
    """
    ranges = pd.DataFrame(horizon_ranges(horizon), columns=["horizon_first", "horizon_last"])
    place = np.searchsorted(ranges["horizon_last"], judged["horizon"])
    ranged = pd.concat([judged, ranges.iloc[place].set_index(judged.index)], axis=1)
    by = ["series", "model", *ranges.columns]
    origins = ranged.groupby(by)["cutoff"].nunique().rename("cutoffs").reset_index()
    sums = ranged.groupby(by)[["mean", "actual"]].sum()
    bias = (sums["mean"] / sums["actual"].where(sums["actual"] != 0) - 1).rename("bias").reset_index()
    return origins.merge(measured(ranged, by), on=by).merge(bias, on=by)
