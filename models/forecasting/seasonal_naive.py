"""SeasonalNaive: each day is as the same weekday last was, with bands from how wrong that used to be."""

import json
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from models.forecasting.candidates import History
from models.forecasting.quantiles import LEVELS, Floats, floor_of, forecast_frame

SEASON = 7


@dataclass(frozen=True)
class FittedSeasonalNaive:
    """The last season of one series and the quantiles of its seasonal differences.

    Attributes:
        cutoff: Last day of the history, ISO.
        season: Values repeated ahead, the first one on the day after the cutoff.
        offsets: Nine quantiles of a forecast's error one season ahead, in the series' unit.
        growing: Whether the bands widen with every season ahead.
        floor: The least value of the series.
        note: Why a fallback was used.
    """

    cutoff: str
    season: tuple[float, ...]
    offsets: tuple[float, ...]
    growing: bool
    floor: float
    note: str | None = None
    model: str = "SeasonalNaive"

    def predict(self, horizon: int) -> pd.DataFrame:
        """The ``horizon`` days after the cutoff."""
        steps = np.arange(horizon)
        mean = np.array(self.season)[steps % len(self.season)]
        seasons = 1 + steps // len(self.season) if self.growing else np.ones(horizon)
        quantiles = mean[:, None] + np.sqrt(seasons)[:, None] * np.array(self.offsets)
        dates = pd.date_range(pd.Timestamp(self.cutoff) + pd.Timedelta(days=1), periods=horizon)
        return forecast_frame(dates, mean, quantiles, self.floor)

    def to_json(self) -> str:
        """All fields as JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class SeasonalNaive:
    """The benchmark every forecast is measured against, and what a series falls back to.

    The value k seasons ahead is that of the last season. Its error is that of k seasonal differences in a row, so the
    quantiles are those of the history's seasonal differences times the square root of k (Hyndman & Athanasopoulos,
    Forecasting: Principles and Practice, 3rd ed., 5.5, with empirical instead of normal quantiles). A history shorter
    than two seasons falls back to its mean and the quantiles around it.
    """

    name: str = "SeasonalNaive"

    def fit(self, history: History, seed: int = 0) -> FittedSeasonalNaive:  # noqa: ARG002 - nothing here is random
        """Fit one series of any length from one day."""
        values = history.numbers
        season, errors, note = _seasonal(values) if len(values) >= 2 * SEASON else _level(values)
        return FittedSeasonalNaive(
            cutoff=history.cutoff.date().isoformat(),
            season=tuple(season.tolist()),
            offsets=tuple(np.quantile(errors, LEVELS).tolist()),
            growing=note is None,
            floor=floor_of(values),
            note=note,
        )

    def restore(self, state: str) -> FittedSeasonalNaive:
        """What ``to_json`` stored."""
        fields = json.loads(state)
        return FittedSeasonalNaive(**fields | {"season": tuple(fields["season"]), "offsets": tuple(fields["offsets"])})


def fallback(history: History, reason: str) -> FittedSeasonalNaive:
    """SeasonalNaive in place of a candidate that cannot be fitted, with the reason in its note."""
    fitted = SeasonalNaive().fit(history)
    return replace(fitted, note="; ".join(filter(None, [f"SeasonalNaive instead: {reason}", fitted.note])))


def _seasonal(values: Floats) -> tuple[Floats, Floats, str | None]:
    return values[-SEASON:], values[SEASON:] - values[:-SEASON], None


def _level(values: Floats) -> tuple[Floats, Floats, str | None]:
    mean = values.mean(keepdims=True)
    return mean, values - mean, f"the mean of {len(values)} days: fewer than two weeks of history"
