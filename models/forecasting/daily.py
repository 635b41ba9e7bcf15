"""Daily series with their calendar as a panel, cut at a day: nothing of what came after it is left."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.forecasting.frequency import Frequency
from models.forecasting.panel import Forecast, Panel
from models.forecasting.quantiles import NAMES, Floats

DAILY = Frequency("D", 7)


def daily_panel(rows: pd.DataFrame, known: pd.DataFrame, cutoff: pd.Timestamp, horizon: int) -> Panel:
    """The series that had begun by ``cutoff``, in order of their names.

    Args:
        rows: series, date, value; one row per series and day without gaps.
        known: series, date, is_holiday, holiday, is_festival, festival, promotions, as known at ``cutoff``. Each
            holiday and festival becomes a covariate of its own, beside the promotions; a day it lacks has none.
        cutoff: The last day that is known.
        horizon: Days to forecast.
    """
    past = rows[rows["date"] <= cutoff]
    table = past.pivot(index="series", columns="date", values="value").sort_index()
    dates = DAILY.dates(past["date"].min(), cutoff, horizon)
    values = table.reindex(columns=dates[:-horizon]).to_numpy(np.float64)
    return Panel(
        series=tuple(str(name) for name in table.index),
        dates=dates,
        values=values,
        origins=np.full(len(values), values.shape[1] - 1),
        horizon=horizon,
        frequency=DAILY,
        known={name: _laid_out(days, table.index, dates) for name, days in _covariates(known)},
    )


def daily_frame(panel: Panel, forecast: Forecast) -> pd.DataFrame:
    """A forecast as rows: series, date, horizon (days from 1), mean, q10 to q90, floored, note."""
    count, horizon, levels = forecast.quantiles.shape
    columns = {
        "series": np.repeat(np.array(panel.series, dtype=object), horizon),
        "date": panel.dates[panel.steps.ravel()],
        "horizon": np.tile(np.arange(1, horizon + 1), count),
        "mean": forecast.mean.ravel(),
    }
    values = pd.DataFrame(forecast.quantiles.reshape(-1, levels), columns=NAMES)
    notes = np.repeat(np.array([note or None for note in forecast.notes], dtype=object), horizon)
    return pd.DataFrame(columns).join(values).assign(floored=forecast.raised.ravel(), note=notes)


def _covariates(known: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each covariate, with its value."""
    yield "promotions", known[["series", "date"]].assign(value=known["promotions"].astype(float))
    for kind in ("holiday", "festival"):
        marked = known[known[f"is_{kind}"].astype(bool)]
        names = marked[kind].fillna("unnamed").astype(str).str.split(" + ", regex=False)
        for name, days in marked.assign(name=names).explode("name").groupby("name", sort=True):
            yield f"{kind} {name}", days[["series", "date"]].assign(value=1.0)


def _laid_out(days: pd.DataFrame, series: pd.Index, dates: pd.DatetimeIndex) -> Floats:
    table = days.drop_duplicates(["series", "date"]).pivot(index="series", columns="date", values="value")
    return table.reindex(index=series, columns=dates).fillna(0.0).to_numpy(np.float64)
