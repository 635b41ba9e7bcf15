"""How wide sums are: by how much the quantiles of what adds up are stretched, learned from what sums missed before.

Paths of a few origins know little of the shocks that all series share, and of those that last, so that sums over series
come out too narrow, and sums over days far more so. Where paths take a part of the variance that lasts over n days for
noise of single days, the true variance of their sum is theirs times a number that grows linearly with n: so do the
squares of factors here, from those of one day to those of a sum of about a month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecasting.calibration import NONE, by_level, factors
from models.forecasting.quantiles import Floats

MONTH = 30
"""Days of the sums that are learned from, where forecasts reach so far."""
Stretch = tuple[float, ...]


@dataclass(frozen=True)
class Width:
    """Calibration factors of the quantiles of sums, by level of the hierarchy.

    Attributes:
        day: Those of single days, which are sums over series.
        month: Those of sums over ``days`` days.
        days: About a month, or the horizon where that is shorter.
    """

    day: Mapping[str, Stretch]
    month: Mapping[str, Stretch]
    days: int

    def over(self, days: int, levels: Sequence[str]) -> Floats:
        """The factors of sums over so many days, shape (levels, 9); more days than were learned from are as many."""
        share = min((days - 1) / max(self.days - 1, 1), 1.0)
        one, many = (_by_level(each, levels) for each in (self.day, self.month))
        return np.sqrt(one**2 + share * (many**2 - one**2))


UNKNOWN = Width({}, {}, 1)
"""Nothing was learned: nothing is stretched."""


def widened(width: Width, judged: pd.DataFrame) -> Width:
    """The width times what published forecasts of days, which had it, should have been stretched further."""
    more = level_factors(judged)
    return Width(_times(width.day, more), _times(width.month, more), width.days)


def level_factors(judged: pd.DataFrame) -> dict[str, Stretch]:
    """By how much each level's quantiles should have been stretched.

    ``judged`` has level, cutoff, actual and q10 to q90 of forecasts that were made without knowing what happened.
    """
    return {str(level): factors(rows) for level, rows in judged.groupby("level", sort=True)}


def _times(stretch: Mapping[str, Stretch], more: Mapping[str, Stretch]) -> dict[str, Stretch]:
    return {
        level: tuple(a * b for a, b in zip(stretch.get(level, NONE), more.get(level, NONE), strict=True))
        for level in {**stretch, **more}
    }


def _by_level(stretch: Mapping[str, Stretch], levels: Sequence[str]) -> Floats:
    return np.stack([by_level(np.array(stretch.get(level, NONE))) for level in levels])
