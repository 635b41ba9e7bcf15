"""The frequencies a panel can have: their steps, their seasons, and how much history a season takes."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from etl.errors import UsageError

Kind = Literal["h", "D", "W", "M", "Q"]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
SEASONS: dict[Kind, int] = {"h": 24, "D": 7, "W": 52, "M": 12, "Q": 4}
YEARS: dict[Kind, int] = {"h": 8766, "D": 365, "W": 52, "M": 12, "Q": 4}


@dataclass(frozen=True)
class Frequency:
    """How far apart the dates of a panel are.

    Attributes:
        alias: Pandas offset: ``h``, ``D``, ``W-MON`` to ``W-SUN``, ``MS``, ``QS-JAN`` and their like.
        season: Steps of the shortest season, which scales errors and is repeated by the seasonal naive forecast.
    """

    alias: str
    season: int

    @property
    def kind(self) -> Kind:
        """Hours, days, weeks, months or quarters."""
        found: Kind = "h" if self.alias == "h" else self.alias[0]  # type: ignore[assignment]
        return found

    @property
    def year(self) -> int:
        """Steps of a year."""
        return YEARS[self.kind]

    def dates(self, first: pd.Timestamp, last: pd.Timestamp, ahead: int = 0) -> pd.DatetimeIndex:
        """The grid from ``first`` to ``last`` and ``ahead`` steps on; ``first`` lies on the grid."""
        past = pd.date_range(first, last, freq=self.alias)
        return pd.date_range(first, periods=len(past) + ahead, freq=self.alias)


def frequency(freq: str, dates: pd.Series, season_length: int | None = None) -> Frequency:
    """The frequency called ``freq``; a bare ``W`` or ``QS`` takes its weekday or month from the newest date.

    Raises:
        UsageError: Where there is no such frequency, or the season has no step.
    """
    alias = _anchored(freq.strip(), pd.DatetimeIndex(dates.dropna()))
    if season_length is not None and season_length < 1:
        raise UsageError(f"A season of {season_length} steps has no length: give at least 1.")
    found = Frequency(alias, 1)
    return Frequency(alias, season_length or SEASONS[found.kind])


def _anchored(freq: str, dates: pd.DatetimeIndex) -> str:
    newest = dates.max() if len(dates) else pd.Timestamp("2000-01-03")
    named = {"H": "h", "h": "h", "D": "D", "d": "D", "MS": "MS", "M": "MS"}
    if freq in named:
        return named[freq]
    if freq == "W":
        return f"W-{WEEKDAYS[newest.weekday()]}"
    if freq in ("QS", "Q"):
        return f"QS-{newest.strftime('%b').upper()}"
    if freq in {f"W-{day}" for day in WEEKDAYS} | {f"QS-{month.upper()}" for month in _months()}:
        return freq
    raise UsageError(f"There is no frequency {freq!r}: choose h, D, W, W-MON to W-SUN, MS or QS.")


def _months() -> list[str]:
    return [month.strftime("%b") for month in pd.date_range("2000-01-01", periods=12, freq="MS")]
