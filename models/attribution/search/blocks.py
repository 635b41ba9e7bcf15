"""Stretches of days as long as the period: what is normal is how they differ from each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.periods import Period
from models.attribution.periods import Comparison

Codes = NDArray[np.int64]

WEEK = 7
WHOLE_MONTH = 28  # from here on the days of the week weigh alike in every stretch


@dataclass(frozen=True)
class Blocks:
    """Stretches of days in order of time, then the baseline, then the period.

    Attributes:
        of_day: The block of each day of ``days``, -1 for a day of none.
        days: Every day from the first of history to the end of the later period.
        size: How many blocks there are; the last is the period, the one before it the baseline.
    """

    of_day: Codes
    days: pd.DatetimeIndex
    size: int

    @property
    def period(self) -> int:
        """The block of the period."""
        return self.size - 1

    @property
    def baseline(self) -> int:
        """The block of the baseline."""
        return self.size - 2


def lay_blocks(comparison: Comparison, first: date) -> Blocks:
    """Blocks as long as the period in every day from ``first`` on that belongs to neither period.

    A period of less than four weeks is compared with the same days of the week.
    """
    earlier, later = sorted(comparison, key=lambda period: period.first)
    gaps = [(min(first, earlier.first), earlier.first), (earlier.last + timedelta(days=1), later.first)]
    past = [block for start, end in gaps for block in reversed([*_tiles(start, end, comparison.period)])]
    days = pd.date_range(min(first, earlier.first), later.last, freq="D")
    of_day = np.full(len(days), -1, dtype=np.int64)
    for place, block in enumerate([*past, *comparison]):
        of_day[block.holds(days).to_numpy()] = place
    return Blocks(of_day, days, len(past) + 2)


def _tiles(start: date, end: date, like: Period) -> Iterator[Period]:
    """Blocks from ``end`` (exclusive) back to ``start``, latest first."""
    last = end - timedelta(days=1)
    while True:
        if like.days < WHOLE_MONTH:
            last -= timedelta(days=(last.weekday() - like.last.weekday()) % WEEK)
        first = last - timedelta(days=like.days - 1)
        if first < start:
            return
        yield Period(first, last)
        last = first - timedelta(days=1)
