"""The two periods that are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

LABELS = ("baseline", "period")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Every day of the period."""
        return pd.date_range(self.first, self.last, freq="D")

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    def holds(self, dates: pd.DatetimeIndex) -> pd.Series:
        """Which of ``dates`` lie inside the period, a boolean series indexed by date."""
        inside = (dates >= pd.Timestamp(self.first)) & (dates <= pd.Timestamp(self.last))
        return pd.Series(inside, index=dates)

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"


@dataclass(frozen=True)
class Comparison:
    """A baseline and the period that is compared with it, in either order of time, without a common day."""

    baseline: Period
    period: Period

    def __iter__(self) -> Iterator[Period]:
        return iter((self.baseline, self.period))

    @property
    def first(self) -> date:
        """The first day of the earlier period."""
        return min(self.baseline.first, self.period.first)

    @property
    def last(self) -> date:
        """The last day of the later period."""
        return max(self.baseline.last, self.period.last)
