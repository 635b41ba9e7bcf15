"""How the whole business moved, and some of its days: against its own past, by day of the week."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.attribution.search.blocks import WEEK
from models.attribution.search.days import OrderDays
from models.attribution.search.noise import DECAYS, LEAST_BLOCKS, decayed
from models.attribution.search.scans import LONGEST

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

PRIOR_FREEDOM = (
    8.0  # of the noise of weeks, half of what 30 weeks tell: what differs from month to month only they miss
)
WEEKS_APART = 1.5  # variance of a mean of weeks over that of independent ones
SHORTEST_EVENT = 3
LEAST_EVENT = 0.13
CLEAR_EVENT = 5.0
EVENT_RECORD = 1.25
EVENT_FREEDOM = 12.0
LEAST_ERROR = 0.012


@dataclass(frozen=True)
class WholeMovement:
    """The movement of orders a day into the period.

    Attributes:
        shift: Logarithm of the ratio to what was to be expected.
        error: Its standard error.
        freedom: Degrees of freedom of the error.
    """

    shift: float
    error: float
    freedom: float

    @property
    def p_value(self) -> float:
        """Of no movement."""
        return float(2 * stats.t.sf(abs(self.shift) / self.error, self.freedom))


@dataclass(frozen=True)
class Event:
    """Days on which everything moved together."""

    days: Codes
    shift: float
    error: float

    @property
    def clear(self) -> float:
        """How far the shift is from zero, in standard errors."""
        return abs(self.shift) / self.error

    @property
    def q_value(self) -> float:
        """The p-value of a shift as clear."""
        return float(2 * stats.t.sf(self.clear, EVENT_FREEDOM))


def whole_movement(days: OrderDays) -> WholeMovement:
    """The movement of the total, weekdays taken out."""
    daily = days.of_segments[0] / days.weekday_index
    levels = _levels(days, daily)
    errors = {decay: _misses(levels, decay) for decay in DECAYS}
    decay = min(errors, key=lambda decay: float(np.square(errors[decay]).sum()))
    shift = levels[-1] - levels[:-1] @ decayed(decay, len(levels) - 1)
    prior, missed = _weekly_variance(days, daily), errors[decay]
    variance = (PRIOR_FREEDOM * prior + np.square(missed).sum()) / (PRIOR_FREEDOM + len(missed))
    error = max(float(np.sqrt(variance)), LEAST_ERROR)
    return WholeMovement(float(shift), error, PRIOR_FREEDOM + len(missed))


def window_errors(days: OrderDays) -> Floats:
    """Standard errors of the total in a window of 1, 2, ... days, from the windows of history; shape (LONGEST,)."""
    logs = _log_daily(days)
    past = [days.block_days(block) for block in range(days.blocks.size - 2)]
    errors = [_spread([_beside(logs[inside], length) for inside in past]) for length in range(1, LONGEST + 1)]
    return np.array(errors)


def find_event(days: OrderDays) -> Event | None:
    """The run of days, in the baseline or the period, on which the total was clearly unlike its other days.

    Over unlike lengths, what a run explains counts: its squared shift on every day of it.
    """
    logs, errors = _log_daily(days), window_errors(days)
    past = [days.block_days(block) for block in range(days.blocks.size - 2)]
    record = max((event.clear for inside in past for event in _runs(logs, inside, errors)), default=np.inf)
    compared = [days.block_days(block) for block in (days.blocks.baseline, days.blocks.period)]
    threshold = max(CLEAR_EVENT, EVENT_RECORD * record)
    events = [event for inside in compared for event in _runs(logs, inside, errors)]
    told = [event for event in events if event.clear > threshold and abs(event.shift) > LEAST_EVENT]
    return max(told, key=lambda event: len(event.days) * event.shift**2, default=None)


def _runs(logs: Floats, inside: Codes, errors: Floats) -> Iterator[Event]:
    """The run of each length that is most unlike the other days."""
    for length in range(SHORTEST_EVENT, LONGEST + 1):
        shifts = _beside(logs[inside], length)
        if len(shifts):
            first = int(np.argmax(np.abs(shifts)))
            yield Event(inside[first : first + length], float(shifts[first]), float(errors[length - 1]))


def without_event(days: OrderDays, event: Event) -> OrderDays:
    """The orders as they would have been."""
    everywhere = np.arange(len(days.counts))
    return days.with_counts(everywhere, event.days, days.counts[:, event.days] / np.exp(event.shift))


def _levels(days: OrderDays, daily: Floats) -> Floats:
    """The logarithm of orders a day of each block, the period last; a block without any is left out: it was closed."""
    means = np.array([daily[days.block_days(block)].mean() for block in range(days.blocks.size)])
    levels: Floats = np.log(means[means > 0])
    return levels


def _misses(levels: Floats, decay: float) -> Floats:
    period = len(levels) - 1
    start = 1 if period <= LEAST_BLOCKS else 2
    return np.array([levels[b] - levels[:b] @ decayed(decay, b) for b in range(start, period)])


def _weekly_variance(days: OrderDays, daily: Floats) -> float:
    """The variance of the difference of two blocks, from weeks beside the weeks around them."""
    weeks = len(daily) // WEEK
    means = np.log(np.maximum(daily[-weeks * WEEK :].reshape(weeks, WEEK).mean(axis=1), 0.5))
    apart = np.diff(means, 2) / np.sqrt(6)  # second differences: trend taken out
    length = len(days.block_days(days.blocks.period)) / WEEK
    return float(np.mean(apart**2)) * WEEKS_APART * 2 / max(length, 1.0) if len(apart) else LEAST_ERROR**2


def _log_daily(days: OrderDays) -> Floats:
    logs: Floats = np.log(np.maximum(days.of_segments[0] / days.weekday_index, 0.5))
    return logs


def _beside(logs: Floats, length: int) -> Floats:
    """Mean of each window less the trimmed mean of the block's other days, shape (starts,)."""
    starts = len(logs) - length + 1
    if length > len(logs) // 2:
        return np.empty(0)
    return np.array([_window_shift(logs, start, length) for start in range(starts)])


def _window_shift(logs: Floats, start: int, length: int) -> float:
    others = np.sort(np.concatenate([logs[:start], logs[start + length :]]))
    cut = min(2, (len(others) - 1) // 2)
    return float(logs[start : start + length].mean() - others[cut : len(others) - cut].mean())


def _spread(shifts: list[Floats]) -> float:
    found = np.concatenate([*shifts, np.empty(0)])
    return max(float(np.sqrt(np.mean(found**2))), 0.02) if len(found) else np.inf
