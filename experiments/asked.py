"""What the options --period, --baseline and --measure ask for."""

from dataclasses import dataclass

import pandas as pd

from etl.errors import UsageError
from etl.periods import Period
from reports.question import LEGACY, MEASURES, Question, newest_comparison


@dataclass(frozen=True)
class Asked:
    """What is to be explained: the newest two whole months with orders where no period is given.

    Raises ``UsageError`` where only one period is given, or two with common days.
    """

    measure: str = "net_revenue"
    period: Period | None = None
    baseline: Period | None = None

    def __post_init__(self) -> None:
        if (self.period is None) != (self.baseline is None):
            raise UsageError("Give --period and --baseline together, or neither.")
        if self.period is None or self.baseline is None:
            return
        if self.baseline.first <= self.period.last and self.period.first <= self.baseline.last:
            raise UsageError(f"{self.baseline} and {self.period} have days in common: compare periods that have none.")

    def question(self, sold: pd.DatetimeIndex) -> Question:
        """The periods, found among the days with orders where they were left open."""
        if self.period is not None and self.baseline is not None:
            return Question(self.measure, self.baseline, self.period)
        return Question(self.measure, *newest_comparison(sold))


def require_measure(measure: str, source: str, *, legacy: bool) -> None:
    """Raise ``UsageError`` for a measure that the source lacks; ``legacy`` is whether it has the legacy measure."""
    known = [name for name in MEASURES if legacy or name != LEGACY]
    if measure not in known:
        raise UsageError(f"Source {source} has no measure {measure!r}: {', '.join(known)}.")
