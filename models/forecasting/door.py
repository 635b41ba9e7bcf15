"""The door: a long frame in, its forecast out, with nothing to choose."""

from collections.abc import Callable, Sequence

import pandas as pd

from etl.errors import raise_problems
from models.forecasting.bounds import bounded
from models.forecasting.candidates import Candidate
from models.forecasting.frames import Names, forecast_frame, panel_of
from models.forecasting.mix import Mix
from models.forecasting.parallel import Jobs
from models.forecasting.quantiles import LEVELS


def forecast_panel(
    history: pd.DataFrame,
    horizon: int,
    *,
    freq: str,
    future: pd.DataFrame | None = None,
    static: pd.DataFrame | None = None,
    quantiles: Sequence[float] = LEVELS,
    country: str | None = None,
    season_length: int | None = None,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
    seed: int = 0,
    jobs: Jobs = None,
    candidate: Candidate | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Forecast every series of a panel.

    Args:
        history: One row per series and time: ``id_col``, ``time_col``, ``target_col`` and any covariates. A missing row
            or value is a gap, not zero.
        horizon: Steps ahead; each series continues after its own last row.
        freq: Pandas offset: h, D, W or W-MON to W-SUN, MS, QS.
        future: What is known ahead: ``id_col``, ``time_col`` and covariates that ``history`` has, too (others are not
            looked at). A series that is only here is new and is forecast from the others.
        static: Dimensions of each series: ``id_col`` and any columns. Without it the parts of the names are taken,
            such as store and product of ``s1_p2``.
        quantiles: Levels between 0 and 1.
        country: ISO code of the country whose public holidays matter.
        season_length: Steps of the shortest season, the frequency's own by default (24, 7, 52, 12, 4).
        id_col: Column of the series' names.
        time_col: Column of the times, without time zone.
        target_col: Column of the values.
        seed: Seed of everything random.
        jobs: Worker threads, the number of cores by default; the result does not depend on it.
        candidate: What to forecast with, the calibrated mix by default.
        progress: Called with a sentence at every step.

    Returns:
        ``id_col``, ``time_col``, mean, a column for each quantile such as ``q0.1``, and note: None, or what to know
        about a forecast that leans on little. Sorted by series and time. Quantiles never cross, and are never negative
        for a series that never was.

    Raises:
        InputError: With every problem of the input, sorted.
        UsageError: Where there is no such frequency.
    """
    say = progress or (lambda _: None)
    raise_problems(f"Quantile {level} is not between 0 and 1." for level in quantiles if not 0 < level < 1)
    names = Names(id_col, time_col, target_col)
    panel = panel_of(
        history, horizon, freq, future=future, static=static, country=country, season_length=season_length, names=names
    )
    chosen = Mix() if candidate is None else candidate
    say(f"Fitting {chosen.name} to {len(panel)} series of {panel.length} steps.")
    fitted = chosen.fit(panel, seed=seed, jobs=jobs)
    say(f"Forecasting {horizon} steps ahead.")
    return forecast_frame(panel, bounded(panel, fitted.predict(panel)), quantiles, names)
