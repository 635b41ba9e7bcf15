"""Some days of a segment that are unlike the others of their period: outages, local events."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.attribution.search.contrasts import HALF, Counts
from models.attribution.search.days import OrderDays
from models.attribution.search.evidence import Question, weigh
from models.attribution.search.noise import Noise
from models.attribution.search.relatives import settle

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LONGEST = 16
LEAST_DAYS = 14  # of a block, to look for days unlike the others
LEAST_EXPECTED = 10.0
LEAST_ORDERS = 15.0  # missing or too many
LEAST_SHIFT = 0.1
CLEAR = 5.5  # standard errors
RECORD = 1.1  # times the clearest window of history
FREEDOM = 30.0
MOST_WINDOWS = 8
LEAST_BETWEEN = 0.0004


@dataclass(frozen=True)
class Window:
    """Days on which a segment's orders were unlike those of the rest.

    Attributes:
        segment: Its place among the segments.
        days: Positions of its days, in order.
        shift: Logarithm of orders over those expected.
        error: Standard error of the shift.
        expected: Orders expected.
        found: Orders there were.
        q_value: Probability of one as clear anywhere, were there none.
    """

    segment: int
    days: Codes
    shift: float
    error: float
    expected: float
    found: float
    q_value: float


@dataclass(frozen=True)
class Scan:
    """All windows of one length in one block, by segment and first day.

    Attributes:
        start: The position of the block's first day.
        length: Days of a window.
        found: Orders, shape (S, starts).
        expected: Orders if the segment had kept its share of its block's other days, same shape.
    """

    start: int
    length: int
    found: Floats
    expected: Floats

    @property
    def shift(self) -> Floats:
        """The logarithm of found over expected."""
        shift: Floats = np.log((self.found + HALF) / (self.expected + HALF))
        return shift


def scan(days: OrderDays, block: int) -> Iterator[Scan]:
    """Windows of one day up to half the block."""
    inside = days.block_days(block)
    own = _running(days.of_segments[:, inside])
    rest = _running((days.of_segments[:1] - days.of_segments)[:, inside] * days.weekday_tilt[:, inside])
    for length in range(1, min(LONGEST, len(inside) // 2) + 1):
        found, base = (sums[:, length:] - sums[:, :-length] for sums in (own, rest))
        share = (own[:, -1:] - found) / np.maximum(rest[:, -1:] - base, HALF)
        yield Scan(int(inside[0]), length, found, share * base)


def window_noise(days: OrderDays) -> tuple[Floats, float, float]:
    """What windows of history show.

    Returns:
        The variance between windows by length and segment (lengths, S), the dispersion of counts, and the clearest
        window of all, in standard errors; infinite where there is no history.
    """
    past = [s for block in range(days.blocks.size - 2) for s in scan(days, block)]
    if not past:
        return np.zeros((LONGEST, days.segments.size)), 1.0, np.inf
    dispersion = _dispersion(days, [s for s in past if s.length == 1])
    between = np.array([_between(days, past, length, dispersion) for length in range(1, LONGEST + 1)])
    clearest = max(float(_clear(days, s, between, dispersion).max()) for s in past)
    return between, dispersion, clearest


def find_windows(days: OrderDays, whole_error: Floats) -> tuple[list[Window], OrderDays]:
    """Windows in the baseline and the period, the clearest first, and the days as they would have been without.

    Args:
        days: The orders.
        whole_error: Standard error of the whole business's orders in a window of 1, 2, ... days.
    """
    between, dispersion, clearest = window_noise(days)
    threshold = max(CLEAR, RECORD * clearest)
    windows: list[Window] = []
    while len(windows) < MOST_WINDOWS and np.isfinite(threshold):
        best = _clearest(days, between, dispersion)
        if best is None or best[0] < threshold:
            break
        window, days = _settled(days, best, between, dispersion, whole_error)
        windows.append(window)
    return windows, days


def _clearest(days: OrderDays, between: Floats, dispersion: float) -> tuple[float, int, Codes] | None:
    best = None
    for block in (days.blocks.baseline, days.blocks.period):
        if len(days.block_days(block)) < LEAST_DAYS:
            continue
        for one in scan(days, block):
            clear = _clear(days, one, between, dispersion)
            segment, start = np.unravel_index(np.argmax(clear), clear.shape)
            if best is None or clear[segment, start] > best[0]:
                best = (float(clear[segment, start]), int(segment), one.start + start + np.arange(one.length))
    return best


def _clear(days: OrderDays, one: Scan, between: Floats, dispersion: float) -> Floats:
    """Standard errors by the Poisson deviance, none where too little is at stake."""
    found, expected = one.found, np.maximum(one.expected, HALF)
    deviance = 2 * (np.where(found > 0, found * np.log(np.maximum(found, HALF) / expected), 0) - (found - expected))
    clear = np.sqrt(np.maximum(deviance, 0) / (dispersion + between[one.length - 1][:, None] * expected))
    small = (np.abs(found - one.expected) < LEAST_ORDERS) | (np.abs(one.shift) < LEAST_SHIFT)
    small |= (days.segments.depth == 0)[:, None]
    return np.where(small, 0.0, clear)


def _settled(
    days: OrderDays, best: tuple[float, int, Codes], between: Floats, dispersion: float, whole_error: Floats
) -> tuple[Window, OrderDays]:
    """The window of the segment that is its cause, and the days without it."""
    clear, segment, window = best
    others = np.setdiff1d(days.block_days(int(days.blocks.of_day[window[0]])), window)
    index = days.weekday_index
    scaled = index[window].sum() / index[others].sum()
    counts = np.column_stack([days.counts[:, others].sum(axis=1) * scaled, days.counts[:, window].sum(axis=1)])
    contrast = Counts(days.segments, days.segments.depth > 0, counts, np.zeros(days.segments.size, dtype=np.int64))
    noise = _as_noise(days, between[len(window) - 1], dispersion)
    question = Question(contrast, noise, 1, days.of_segments.sum(axis=1), float(whole_error[len(window) - 1]))
    seen = weigh(question, [])
    mirrored = np.flatnonzero((seen.clear > 0.8 * seen.clear[segment]) & contrast.tested)
    segment = int(mirrored[np.argmax(seen.score[mirrored])]) if len(mirrored) else segment
    segment = settle(question, seen, segment)
    return _imputed(days, segment, window, others, float(seen.error[segment]), clear)


def _imputed(
    days: OrderDays, segment: int, window: Codes, others: Codes, error: float, clear: float
) -> tuple[Window, OrderDays]:
    own = days.of_segments[segment]
    base = (days.of_segments[0] - own) * days.weekday_tilt[segment]
    profile = base[window] / max(base[others].sum(), HALF)
    found, expected = own[window].sum(), own[others].sum() * profile.sum()
    leaves = days.segments.leaves(segment)
    usual = days.counts[np.ix_(leaves, others)].sum(axis=1)
    shift = float(np.log((found + HALF) / (expected + HALF)))
    q_value = float(min(1.0, 2 * stats.norm.sf(clear) * days.segments.size * len(days.blocks.days)))
    named = Window(segment, window, shift, error, float(expected), float(found), q_value)
    return named, days.with_counts(leaves, window, usual[:, None] * profile)


def _as_noise(days: OrderDays, between: Floats, dispersion: float) -> Noise:
    size = days.segments.size
    return Noise(0.0, between, dispersion, np.ones(size), np.full(size, FREEDOM))


def _dispersion(days: OrderDays, single: list[Scan]) -> float:
    deepest = days.segments.depth == days.segments.depth.max()
    squares = [_squares(s, deepest) for s in single]
    found = np.concatenate([(square * expected) for square, expected in squares])
    return max(1.0, float(np.median(found)) / 0.4549) if len(found) else 1.0


def _squares(one: Scan, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    told = (one.expected >= LEAST_EXPECTED) & chosen[:, None]
    return one.shift[told] ** 2, one.expected[told]


def _between(days: OrderDays, past: list[Scan], length: int, dispersion: float) -> Floats:
    """The variance between windows of one length that counting does not explain, by segment's kind."""
    between = np.full(days.segments.size, LEAST_BETWEEN)
    for kind in range(len(days.segments.sets)):
        chosen = days.segments.kind == kind
        squares = [_squares(s, chosen) for s in past if s.length == length]
        square = np.concatenate([s for s, _ in squares]) if squares else np.empty(0)
        if len(square):
            expected = np.concatenate([e for _, e in squares])
            weights = (LEAST_BETWEEN + dispersion / expected) ** -1.0
            found = float((weights * (square - dispersion / expected)).sum() / weights.sum())
            between[chosen] = max(found, LEAST_BETWEEN)
    return between


def _running(values: Floats) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
