"""Prophet: trend, seasonality, holidays, festivals and promotions of one series (Taylor & Letham 2018)."""

import json
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.forecasting.candidates import Fitted, History
from models.forecasting.quantiles import LEVELS, floor_of, forecast_frame
from models.forecasting.seasonal_naive import fallback

FIRST_DAYS = 28
YEARLY_DAYS = 548
SAMPLES = 1000
LOGGERS = ("cmdstanpy", "prophet", "prophet.plot")


@dataclass(frozen=True)
class FittedProphet:
    """Prophet fitted to one series.

    Attributes:
        fitted: The model as Prophet's own JSON, its holidays ahead included.
        cutoff: Last day of the history, ISO.
        promotions: Promotions known ahead, by ISO day; a day that is not there has none.
        floor: The least value of the series.
        seed: Seed of the sample paths.
    """

    fitted: str
    cutoff: str
    promotions: dict[str, float]
    floor: float
    seed: int
    note: str | None = None
    model: str = "Prophet"

    def predict(self, horizon: int) -> pd.DataFrame:
        """Mean and quantiles of the sample paths over the ``horizon`` days after the cutoff."""
        from prophet.serialize import model_from_json

        dates = pd.date_range(pd.Timestamp(self.cutoff) + pd.Timedelta(days=1), periods=horizon)
        promotions = [self.promotions.get(day.date().isoformat(), 0.0) for day in dates]
        with _quiet(), _seeded(self.seed):
            model = model_from_json(self.fitted)
            paths = model.predictive_samples(pd.DataFrame({"ds": dates, "promotions": promotions}))["yhat"]
        return forecast_frame(dates, paths.mean(axis=1), np.quantile(paths, LEVELS, axis=1).T, self.floor)

    def to_json(self) -> str:
        """All fields as JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Prophet:
    """Weekly and, from one and a half years on, yearly seasonality; holidays, festivals and promotions.

    Seasonality multiplies the trend where at least half of the days are above zero, else it adds to it. A series that
    Prophet cannot fit becomes SeasonalNaive, with the reason in its note. Its sample paths come from NumPy's global
    generator, which is seeded around every prediction and then put back.
    """

    name: str = "Prophet"

    def fit(self, history: History, seed: int = 0) -> Fitted:
        """Fit one series of any length from one day."""
        if reason := _unfit(history.values):
            return fallback(history, reason)
        try:
            fitted = _fit(history, seed)
        except Exception as error:  # Stan, pandas and Prophet each raise their own
            return fallback(history, f"Prophet failed: {error or type(error).__name__}")
        return FittedProphet(
            fitted=fitted,
            cutoff=history.cutoff.date().isoformat(),
            promotions=_promotions_ahead(history),
            floor=floor_of(history.numbers),
            seed=zlib.crc32(f"{seed} {history.series}".encode()),
        )

    def restore(self, state: str) -> Fitted:
        """What ``to_json`` stored."""
        return FittedProphet(**json.loads(state))


def _unfit(values: "pd.Series[float]") -> str | None:
    if len(values) < FIRST_DAYS:
        return f"{len(values)} days of history, Prophet needs {FIRST_DAYS}"
    return "the history is constant" if values.nunique() == 1 else None


def _fit(history: History, seed: int) -> str:
    from prophet.serialize import model_to_json

    with _quiet():
        model = _specified(history)
        model.fit(_training(history), seed=seed)
        return str(model_to_json(model))


def _specified(history: History) -> Any:  # noqa: ANN401 - Prophet has no types
    from prophet import Prophet as Model

    events = event_days(history)
    model = Model(
        weekly_seasonality=True,
        yearly_seasonality=len(history.values) >= YEARLY_DAYS,
        daily_seasonality=False,
        seasonality_mode="multiplicative" if history.values.median() > 0 else "additive",
        holidays=None if events.empty else events,
        uncertainty_samples=SAMPLES,
    )
    if _training(history)["promotions"].nunique() > 1:
        model.add_regressor("promotions")
    return model


def _training(history: History) -> pd.DataFrame:
    promotions = history.known.set_index("date")["promotions"].reindex(history.values.index, fill_value=0.0)
    return pd.DataFrame(
        {"ds": history.values.index, "y": history.values.to_numpy(), "promotions": promotions.to_numpy()}
    )


def _promotions_ahead(history: History) -> dict[str, float]:
    ahead = history.known[(history.known["date"] > history.cutoff) & (history.known["promotions"] > 0)]
    return {day.date().isoformat(): float(count) for day, count in zip(ahead["date"], ahead["promotions"], strict=True)}


def event_days(history: History) -> pd.DataFrame:
    """Holidays and festivals in Prophet's form, without those the history has never seen.

    A holiday has an effect of its own on the day before it, on itself and on the day after; the days of a festival,
    whose window holds its run-up already, share one.

    Returns:
        holiday (name), ds, lower_window, upper_window (days).
    """
    known = history.known
    holidays = known[known["is_holiday"]].assign(name=lambda days: "holiday " + days["holiday"].fillna("unnamed"))
    festive = known[known["is_festival"]].assign(
        name=lambda days: days["festival"].fillna("unnamed").str.split(" + ", regex=False)
    )
    festivals = festive.explode("name").assign(name=lambda days: "festival " + days["name"].astype(str))
    events = pd.concat([_windowed(holidays, 1), _windowed(festivals, 0)], ignore_index=True)
    past = events["ds"].between(history.values.index[0], history.cutoff)
    return events[events["holiday"].isin(events.loc[past, "holiday"])].reset_index(drop=True)


def _windowed(days: pd.DataFrame, around: int) -> pd.DataFrame:
    frame = days[["name", "date"]].set_axis(["holiday", "ds"], axis=1)
    return frame.assign(lower_window=-around, upper_window=around)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """NumPy's global generator seeded, and afterwards as it was: Prophet draws from it."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Prophet and Stan report through exceptions only; their loggers set themselves up again at import."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
