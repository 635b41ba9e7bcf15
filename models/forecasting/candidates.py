"""What a forecasting candidate is: it fits the history of one series, and what it fitted predicts and can be stored."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from models.forecasting.quantiles import Floats


@dataclass(frozen=True)
class History:
    """What is known of one series on the evening of its last day.

    Attributes:
        series: Its name.
        values: One value per day without gaps, on a daily ``DatetimeIndex``; the last one is the cutoff.
        known: What is known of each day, past and ahead, as ``features.known.known_ahead`` gives it: date,
            is_holiday, holiday, is_festival, festival, promotions. A day that it lacks has none of them.
    """

    series: str
    values: "pd.Series[float]"
    known: pd.DataFrame

    @property
    def numbers(self) -> Floats:
        """The values, shape (days,)."""
        return np.asarray(self.values, dtype=np.float64)

    @property
    def cutoff(self) -> pd.Timestamp:
        """The last day that is known."""
        return pd.Timestamp(self.values.index[-1])


class Fitted(Protocol):
    """A candidate fitted to one series."""

    @property
    def model(self) -> str:
        """Name of the candidate that was fitted, the fallback's where one was needed."""

    @property
    def note(self) -> str | None:
        """Why a fallback was used, None where none was."""

    def predict(self, horizon: int) -> pd.DataFrame:
        """The ``horizon`` days after the cutoff, as ``models.forecasting.quantiles.forecast_frame`` gives them."""

    def to_json(self) -> str:
        """Everything ``predict`` needs, for the candidate's ``restore``."""


class Candidate(Protocol):
    """An algorithm that can be fitted to any series, however short."""

    @property
    def name(self) -> str:
        """Name of the algorithm."""

    def fit(self, history: History, seed: int) -> Fitted:
        """Fit one series; the same history and seed give the same forecast in any process."""

    def restore(self, state: str) -> Fitted:
        """What ``to_json`` stored."""
