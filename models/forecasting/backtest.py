"""The rolling-origin backtest: every candidate forecasts from each cutoff with what was known then, and is judged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.errors import raise_problems
from models.forecasting.bounds import bounded, floors
from models.forecasting.candidates import Candidate
from models.forecasting.cutoffs import horizon_ranges
from models.forecasting.daily import daily_frame, daily_panel
from models.forecasting.metrics import measured, seasonal_error
from models.forecasting.panel import Panel
from models.forecasting.quantiles import NAMES

Known = Callable[[pd.Timestamp], pd.DataFrame]
FORECAST = ["series", "cutoff", "date", "horizon", "model", "mean", *NAMES, "floor", "floored", "note"]


@dataclass(frozen=True)
class Backtest:
    """What the candidates forecast from each cutoff, and how good it was.

    Attributes:
        forecasts: series, cutoff, date, horizon, model (the candidate, also where it fell back), mean, q10 to q90,
            floor, floored, note, actual, and scale (the seasonal error of the history at the cutoff).
        accuracy: series, model, horizon_first, horizon_last, cutoffs, sql, mase, wql, wape, coverage_80.
    """

    forecasts: pd.DataFrame
    accuracy: pd.DataFrame


def backtest(
    panel: pd.DataFrame,
    candidates: Sequence[Candidate],
    *,
    horizon: int,
    cutoffs: Sequence[pd.Timestamp],
    known: Known,
    seed: int = 0,
    jobs: int | None = None,
) -> Backtest:
    """Judge the candidates on the ``horizon`` days after each cutoff.

    At a cutoff, a candidate sees the values up to it and ``known(cutoff)``, nothing else. A series that had not begun
    by a cutoff is not forecast from it.

    Args:
        panel: series, date, value; one row per series and day without gaps.
        candidates: What to compare.
        horizon: Days forecast from each cutoff.
        cutoffs: Last days that are known; ``models.forecasting.cutoffs.choose_cutoffs`` chooses them.
        known: What could be known of the calendar at a cutoff: series, date, is_holiday, holiday, is_festival,
            festival, promotions.
        seed: Seed of everything random.
        jobs: Worker processes, the number of cores by default; the results do not depend on it.

    Raises:
        InputError: With the cutoffs that have no history, or whose test days the panel does not reach.
    """
    raise_problems(_problems(panel, horizon, cutoffs))
    pasts = [daily_panel(panel, known(cutoff), cutoff, horizon) for cutoff in cutoffs]
    parts = [forecast_from(candidate, past, seed, jobs) for candidate in candidates for past in pasts]
    forecasts = pd.concat(parts, ignore_index=True)
    judged = forecasts.merge(panel.rename(columns={"value": "actual"}), on=["series", "date"])
    return Backtest(judged, accuracy(judged, horizon))


def forecast_from(candidate: Candidate, past: Panel, seed: int, jobs: int | None) -> pd.DataFrame:
    """What a candidate forecasts from where a panel ends, with the scale and the floor of each series."""
    predicted = bounded(past, candidate.fit(past, seed=seed, jobs=jobs).predict(past))
    scales = [seasonal_error(values[np.isfinite(values)], past.frequency.season) for values in past.values]
    about = pd.DataFrame({"series": past.series, "scale": scales, "floor": floors(past)})
    rows = daily_frame(past, predicted).merge(about, on="series")
    return rows.assign(cutoff=past.dates[past.length - 1], model=candidate.name)[[*FORECAST, "scale"]]


def accuracy(judged: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The measures by series, model and range of horizons, over all cutoffs; ``judged`` as ``Backtest.forecasts``."""
    ranges = pd.DataFrame(horizon_ranges(horizon), columns=["horizon_first", "horizon_last"])
    place = np.searchsorted(ranges["horizon_last"], judged["horizon"])
    ranged = pd.concat([judged, ranges.iloc[place].set_index(judged.index)], axis=1)
    by = ["series", "model", *ranges.columns]
    origins = ranged.groupby(by)["cutoff"].nunique().rename("cutoffs").reset_index()
    return origins.merge(measured(ranged, by), on=by)


def _problems(panel: pd.DataFrame, horizon: int, cutoffs: Sequence[pd.Timestamp]) -> Iterator[str]:
    first, last = panel["date"].min(), panel["date"].max()
    if not cutoffs:
        yield "A backtest needs at least one cutoff."
    for cutoff in cutoffs:
        if cutoff < first:
            yield f"Cutoff {cutoff.date()} is before the first day, {first.date()}."
        if cutoff + pd.Timedelta(days=horizon) > last:
            yield f"Cutoff {cutoff.date()} has fewer than {horizon} days to be judged on: the data end {last.date()}."
