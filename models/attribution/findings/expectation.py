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
    """A daily series without gaps, or several with the same days and events.

    Attributes:
        first: Its first day.
        values: Shape (days,), or (series, days).
        events: The event of each day, an empty text on other days; may reach further than the values.
    """

    first: pd.Timestamp
    values: Floats
    events: Names

    @property
    def days(self) -> int:
        """How many there are."""
        return int(self.values.shape[-1])

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
        Shape (end - begin,), or (series, end - begin); NaN where fewer than eight weeks are known or they have no
        level.
    """
    if origin < FEWEST_DAYS:
        return np.full((*history.values.shape[:-1], end - begin), np.nan)
    factors = _weekday_factors(history, origin)
    plain = history.values[..., :origin] / factors[..., _weekdays(history, 0, origin)]
    ordinary = history.events[:origin] == ""
    level = _level(plain, ordinary, origin)
    scale = np.where(level > 0, level * _season(plain, ordinary, origin, begin, end), np.nan)
    shape = factors[..., _weekdays(history, begin, end)] * _event_factors(history, plain, ordinary, begin, end)
    days: Floats = scale[..., None] * shape
    return days


def _weekdays(history: History, begin: int, end: int) -> NDArray[np.int64]:
    return (history.first.dayofweek + np.arange(begin, end)) % WEEK


def _weekday_factors(history: History, origin: int) -> Floats:
    """Each weekday's mean over the mean of all, in the last year's ordinary days; never below a hundredth."""
    begin = max(0, origin - YEAR_DAYS)
    ordinary = history.events[begin:origin] == ""
    weekday, values = _weekdays(history, begin, origin)[ordinary], history.values[..., begin:origin][..., ordinary]
    seen = np.bincount(weekday, minlength=WEEK) > 0
    means = np.stack([_mean(values[..., weekday == day]) for day in range(WEEK)], axis=-1)
    usual = _mean(means[..., seen])[..., None]
    factors: Floats = np.where(seen & (usual > 0), np.maximum(means / np.where(usual > 0, usual, 1.0), 0.01), 1.0)
    return factors


def _mean(values: Floats) -> Floats:
    """Over the last axis; zero of nothing."""
    return np.asarray(values.sum(axis=-1) / max(values.shape[-1], 1))


def _level(plain: Floats, ordinary: NDArray[np.bool_], origin: int) -> Floats:
    """The mean of the last four weeks, event days left out where a week of others is there."""
    window = slice(max(0, origin - LEVEL_DAYS), origin)
    values, kept = plain[..., window], ordinary[window]
    return _mean(values[..., kept] if kept.sum() >= WEEK else values)


def _event_factors(history: History, plain: Floats, ordinary: NDArray[np.bool_], begin: int, end: int) -> Floats:
    """What each day's event was worth before, shrunk to one by how few days of it were seen."""
    names = history.events[begin:end]
    factors = np.ones((*plain.shape[:-1], end - begin))
    for name in sorted(set(names) - {""}):
        factors[..., names == name] = _event(history, plain, ordinary, name)[..., None]
    return factors


def _event(history: History, plain: Floats, ordinary: NDArray[np.bool_], name: str) -> Floats:
    worth, seen = np.full(plain.shape[:-1], float(EVENT_PRIOR_DAYS)), np.full(plain.shape[:-1], EVENT_PRIOR_DAYS)
    for day in np.flatnonzero(history.events[: plain.shape[-1]] == name):
        near = _around(plain, ordinary, int(day))
        worth += np.where(near > 0, plain[..., day] / np.where(near > 0, near, 1.0), 0.0)
        seen += near > 0
    return np.asarray(worth / seen)


def _around(plain: Floats, ordinary: NDArray[np.bool_], day: int) -> Floats:
    """The mean of the ordinary days within four weeks of ``day``; zero where there is none."""
    window = slice(max(0, day - LEVEL_DAYS), day + LEVEL_DAYS)
    return _mean(plain[..., window][..., ordinary[window]])


def _season(plain: Floats, ordinary: NDArray[np.bool_], origin: int, begin: int, end: int) -> Floats:
    """Last year's movement from the same level to the same days, in part; one without a year of history."""
    then = slice(begin - YEAR_DAYS, end - YEAR_DAYS)
    if origin - YEAR_DAYS < LEVEL_DAYS or not ordinary[then].any():
        return np.ones(plain.shape[:-1])
    level = _level(plain, ordinary, origin - YEAR_DAYS)
    ratio = np.where(level > 0, _mean(plain[..., then][..., ordinary[then]]) / np.where(level > 0, level, 1.0), 1.0)
    return np.asarray(np.maximum(ratio, 0.1) ** SEASON_SHARE)
