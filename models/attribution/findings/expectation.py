"""What a stretch of days was expected to bring, by what was known on the evening before it began.

The expectation is the level of the last four weeks, times what weekdays, events and the time of the year used to be
worth. Everything is taken from days before the stretch, so that it can be judged without hindsight, and its error is
judged by how wrong the same recipe was about earlier stretches of the same length.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Names = NDArray[np.object_]

WEEK = 7
LEVEL_DAYS = 28
YEAR_DAYS = 364  # whole weeks
FEWEST_DAYS = 56
EVENT_PRIOR_DAYS = 5  # an event seen for so many days is believed by half
SEASON_SHARE = 0.5  # how much of last year's movement is expected to come again


@dataclass(frozen=True)
class History:
    """A daily series without gaps.

    Attributes:
        first: Its first day.
        values: Shape (days,).
        events: The event of each day, an empty text on other days; may reach further than the values.
    """

    first: pd.Timestamp
    values: Floats
    events: Names

    def place(self, day: pd.Timestamp) -> int:
        """How many days after the first."""
        return int((day - self.first).days)


def expected(history: History, origin: int, begin: int, end: int) -> Floats:
    """What is expected of each day from ``begin`` to before ``end``, knowing the days before ``origin``.

    Args:
        history: Of which the days before ``origin`` are looked at, and the events of all days.
        origin: Days known.
        begin: First day to expect, not before ``origin``.
        end: One after the last.

    Returns:
        Shape (end - begin,); NaN where fewer than eight weeks are known or they have no level.
    """
    if origin < FEWEST_DAYS:
        return np.full(end - begin, np.nan)
    factors = _weekday_factors(history, origin)
    plain = history.values[:origin] / factors[_weekdays(history, 0, origin)]
    ordinary = history.events[:origin] == ""
    level = _level(plain, ordinary, origin)
    shape = factors[_weekdays(history, begin, end)] * _event_factors(history, plain, ordinary, begin, end)
    days: Floats = level * _season(plain, ordinary, origin, begin, end) * shape
    return days if level > 0 else np.full(end - begin, np.nan)


def _weekdays(history: History, begin: int, end: int) -> NDArray[np.int64]:
    return (history.first.dayofweek + np.arange(begin, end)) % WEEK


def _weekday_factors(history: History, origin: int) -> Floats:
    """Each weekday's mean over the mean of all, in the last year's ordinary days; never below a hundredth."""
    begin = max(0, origin - YEAR_DAYS)
    ordinary = history.events[begin:origin] == ""
    weekday, values = _weekdays(history, begin, origin)[ordinary], history.values[begin:origin][ordinary]
    counts = np.bincount(weekday, minlength=WEEK)
    means = np.bincount(weekday, values, WEEK) / np.maximum(counts, 1)
    usual = means[counts > 0].mean() if (counts > 0).any() else 0.0
    if usual <= 0:
        return np.ones(WEEK)
    factors: Floats = np.where(counts > 0, np.maximum(means / usual, 0.01), 1.0)
    return factors


def _level(plain: Floats, ordinary: NDArray[np.bool_], origin: int) -> float:
    """The mean of the last four weeks, event days left out where a week of others is there."""
    window = slice(max(0, origin - LEVEL_DAYS), origin)
    values, kept = plain[window], ordinary[window]
    return float(values[kept].mean() if kept.sum() >= WEEK else values.mean())


def _event_factors(history: History, plain: Floats, ordinary: NDArray[np.bool_], begin: int, end: int) -> Floats:
    """What each day's event was worth before, shrunk to one by how few days of it were seen."""
    names = history.events[begin:end]
    worth = {name: _event(history, plain, ordinary, name) for name in set(names) - {""}}
    return np.array([worth.get(name, 1.0) for name in names])


def _event(history: History, plain: Floats, ordinary: NDArray[np.bool_], name: str) -> float:
    seen = np.flatnonzero(history.events[: len(plain)] == name)
    around = [_around(plain, ordinary, int(day)) for day in seen]
    ratios = np.array([plain[day] / near for day, near in zip(seen, around, strict=True) if near > 0])
    return float((ratios.sum() + EVENT_PRIOR_DAYS) / (len(ratios) + EVENT_PRIOR_DAYS))


def _around(plain: Floats, ordinary: NDArray[np.bool_], day: int) -> float:
    """The mean of the ordinary days within four weeks of ``day``; zero where there is none."""
    window = slice(max(0, day - LEVEL_DAYS), day + LEVEL_DAYS)
    near = plain[window][ordinary[window]]
    return float(near.mean()) if len(near) else 0.0


def _season(plain: Floats, ordinary: NDArray[np.bool_], origin: int, begin: int, end: int) -> float:
    """Last year's movement from the same level to the same days, in part; one without a year of history."""
    then = slice(begin - YEAR_DAYS, end - YEAR_DAYS)
    if origin - YEAR_DAYS < LEVEL_DAYS or not ordinary[then].any():
        return 1.0
    level = _level(plain, ordinary, origin - YEAR_DAYS)
    ratio = plain[then][ordinary[then]].mean() / level if level > 0 else 1.0
    return float(max(ratio, 0.1) ** SEASON_SHARE)
