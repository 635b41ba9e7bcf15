"""The two periods that are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from etl.periods import Period

LABELS = ("baseline", "period")


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
