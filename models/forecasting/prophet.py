"""Prophet: trend, seasonality, holidays and covariates of each series on its own (Taylor & Letham 2018)."""

import json
import logging
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from models.forecasting.candidates import Settled, State
from models.forecasting.panel import Forecast, Panel
from models.forecasting.parallel import Jobs, run
from models.forecasting.quantiles import LEVELS, Floats
from models.forecasting.seasonal_naive import SeasonalNaive

FIRST_SEASONS = 4
YEARLY = 1.5
SAMPLES = 1000
RARE = 0.1
LOGGERS = ("cmdstanpy", "prophet", "prophet.plot")
GENERATOR = threading.Lock()
"""Held by the thread that draws from NumPy's global generator; an engine may run tasks on threads of one process."""


@dataclass(frozen=True)
class Series:
    """One series of a panel: its name, its history and its covariates, the dates ahead included."""

    name: str
    history: pd.DataFrame
    covariates: pd.DataFrame
    year: int
    country: str | None


@dataclass(frozen=True)
class FittedProphet:
    """Prophet fitted to each series of a panel.

    Attributes:
        models: By series, Prophet's own JSON; empty where the fallback stands in.
        fallback: SeasonalNaive for all series, with the reason in the notes of those that need it.
        seed: Seed of the sample paths.
        jobs: Worker processes.
    """

    models: tuple[str, ...]
    fallback: Settled
    seed: int
    jobs: Jobs = None

    def predict(self, panel: Panel) -> Forecast:
        """Mean and quantiles of the sample paths."""
        fitted = [row for row, model in enumerate(self.models) if model]
        tasks = [(self.models[row], _series(panel, row)) for row in fitted]
        paths = run(partial(_paths, self.seed), tasks, jobs=self.jobs)
        quantiles, mean = self.fallback.quantiles.copy(), self.fallback.mean.copy()
        for row, sampled in zip(fitted, paths, strict=True):
            mean[row], quantiles[row] = sampled.mean(axis=1), np.quantile(sampled, LEVELS, axis=1).T
        return Forecast.of(quantiles, mean, self.fallback.notes)

    def state(self) -> State:
        """Prophet's JSON by series, and the fallback."""
        text = np.frombuffer(json.dumps([self.seed, self.models]).encode(), dtype=np.uint8)
        return {"models": text, **self.fallback.state()}


@dataclass(frozen=True)
class Prophet:
    """Seasonality, yearly from one and a half years on, public holidays, covariates.

    Seasonality multiplies the trend where at least half of the values are above zero, else it adds to it. A covariate
    that is zero or one and seldom one is an event, with an effect of its own on the step before and after it; any
    other covariate is a regressor. A series that Prophet cannot fit becomes SeasonalNaive, with the reason in its
    note. Its sample paths come from NumPy's global generator, which is seeded around every prediction and put back;
    one thread of a process predicts at a time.
    """

    name: str = "Prophet"

    def fit(self, panel: Panel, *, seed: int = 0, jobs: Jobs = None) -> FittedProphet:
        """Fit every series of any length."""
        naive = SeasonalNaive().fit(panel)
        series = [_series(panel, row) for row in range(len(panel))]
        found = run(partial(_fit, seed, FIRST_SEASONS * panel.frequency.season), series, jobs=jobs)
        notes = [_explained(reason, note) for (_, reason), note in zip(found, naive.notes, strict=True)]
        fallback = replace(naive, notes=tuple(notes))
        return FittedProphet(tuple(model for model, _ in found), fallback, seed, jobs)

    def restore(self, state: State) -> FittedProphet:
        """What ``state`` gave."""
        seed, models = json.loads(state["models"].tobytes())
        return FittedProphet(tuple(models), Settled.restore(state), seed)


def _explained(reason: str, note: str) -> str:
    return "; ".join(filter(None, [f"SeasonalNaive instead: {reason}", note])) if reason else ""


def _series(panel: Panel, row: int) -> Series:
    end = int(panel.starts[row])
    values = panel.values[row, :end]
    first = int(np.isfinite(values).argmax()) if np.isfinite(values).any() else end
    reach = slice(first, end + panel.horizon)
    covariates = {name: np.nan_to_num(known[row, reach]) for name, known in panel.known.items()}
    return Series(
        name=panel.series[row],
        history=pd.DataFrame({"ds": panel.dates[first:end], "y": values[first:]}),
        covariates=pd.DataFrame(covariates, index=panel.dates[reach]),
        year=panel.frequency.year,
        country=panel.country if panel.frequency.kind == "D" else None,
    )


def _fit(seed: int, least: int, series: Series) -> tuple[str, str]:
    """Prophet's JSON, or an empty text and why there is none."""
    from prophet.serialize import model_to_json

    known = series.history["y"].dropna()
    if len(known) < least:
        return "", f"{len(known)} values of history, Prophet needs {least}"
    if known.nunique() == 1:
        return "", "the history is constant"
    try:
        with _quiet():
            model = _specified(series, known)
            model.fit(_frame(series).iloc[: len(series.history)].assign(y=series.history["y"].to_numpy()), seed=seed)
            return str(model_to_json(model)), ""
    except Exception as error:  # Stan, pandas and Prophet each raise their own
        return "", f"Prophet failed: {error or type(error).__name__}"


def _paths(seed: int, task: tuple[str, Series]) -> Floats:
    """Sample paths, shape (horizon, samples)."""
    from prophet.serialize import model_from_json

    stored, series = task
    ahead = _frame(series).iloc[len(series.history) :]
    with _quiet(), _seeded(zlib.crc32(f"{seed} {series.name}".encode())):
        paths: Floats = model_from_json(stored).predictive_samples(ahead)["yhat"]
    return paths


def _specified(series: Series, known: "pd.Series[float]") -> Any:  # noqa: ANN401 - Prophet has no types
    from prophet import Prophet as Model

    events = event_days(series)
    model = Model(
        weekly_seasonality="auto",
        yearly_seasonality=len(known) >= YEARLY * series.year,
        seasonality_mode="multiplicative" if known.median() > 0 else "additive",
        holidays=None if events.empty else events,
        uncertainty_samples=SAMPLES,
    )
    if series.country:
        model.add_country_holidays(series.country)
    for name in _regressors(series):
        model.add_regressor(name)
    return model


def _frame(series: Series) -> pd.DataFrame:
    return series.covariates.rename_axis("ds").reset_index()


def _rare(covariates: pd.DataFrame) -> list[str]:
    marks = covariates.isin((0, 1)).all() & (covariates.mean() <= RARE)
    return [str(name) for name in covariates.columns[marks]]


def _regressors(series: Series) -> list[str]:
    past = series.covariates.iloc[: len(series.history)]
    varied = past.columns[past.nunique() > 1]
    return [str(name) for name in varied if name not in _rare(series.covariates)]


def event_days(series: Series) -> pd.DataFrame:
    """Events in Prophet's form, without those the history has never seen.

    Returns:
        holiday (the covariate's name), ds, lower_window, upper_window (steps).
    """
    marked = series.covariates[_rare(series.covariates)] == 1
    seen = marked.columns[marked.iloc[: len(series.history)].any()]
    days = marked[seen].melt(ignore_index=False, var_name="holiday", value_name="marked").rename_axis("ds")
    frame = days[days["marked"].astype(bool)].reset_index()[["holiday", "ds"]]
    return frame.assign(lower_window=-1, upper_window=1)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """NumPy's global generator seeded, and afterwards as it was: Prophet draws from it."""
    with GENERATOR:
        before = np.random.get_state()
        np.random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Prophet and Stan report through exceptions only.

    Each thread brings a filter of its own, so that none puts back what another had changed.
    """

    def silenced(record: logging.LogRecord) -> bool:  # noqa: ARG001 - whatever it says
        return False

    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addFilter(silenced)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(silenced)
