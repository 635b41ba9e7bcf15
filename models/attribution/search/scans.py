"""Every run of days in a block against the block's other days, and how far such runs stray when nothing happens."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.attribution.search.contrasts import HALF
from models.attribution.search.days import OrderDays
from models.attribution.search.noise import MEDIAN_SQUARE, MOST_SQUARE, Noise

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LONGEST = 16
LEAST_EXPECTED = 10.0
LEAST_ORDERS = 15.0  # missing or too many
LEAST_SHIFT = 0.1
LEAST_BETWEEN = 0.0004
OWN_PRIOR = 10.0  # windows that the noise of segments alike is worth against a segment's own
FREEDOM = 30.0


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

    @property
    def told(self) -> Flags:
        """Where enough orders were expected to learn from."""
        told: Flags = self.expected >= LEAST_EXPECTED
        return told

    def clear(self, dispersion: float, between: Floats, own: Floats) -> Floats:
        """Standard errors of each window by its Poisson deviance, which also holds where few orders were expected.

        Args:
            dispersion: Variance of counts over that of independent orders.
            between: Variance that counting does not explain, shape (S, 1).
            own: How much more each segment varies, shape (S, 1).
        """
        found, expected = self.found, np.maximum(self.expected, HALF)
        surprise = np.where(found > 0, found * np.log(np.maximum(found, HALF) / expected), 0) - (found - expected)
        clear: Floats = np.sqrt(np.maximum(2 * surprise, 0) / ((dispersion + between * expected) * own))
        return clear


@dataclass(frozen=True)
class WindowNoise:
    """What windows of history show.

    Attributes:
        between: Variance that counting does not explain, by length and segment, shape (LONGEST, S).
        dispersion: Variance of counts over that of independent orders.
        own: By length and segment, how much more it varied than its kind, same shape as ``between``.
        clearest: The clearest window of all, in standard errors; infinite without history.
    """

    between: Floats
    dispersion: float
    own: Floats
    clearest: float

    def of_length(self, length: int) -> Noise:
        """The noise of a window of this many days as a contrast of two blocks."""
        own = self.own[length - 1]
        return Noise(0.0, self.between[length - 1], self.dispersion, own, np.full(len(own), FREEDOM))

    def clear(self, one: Scan) -> Floats:
        """Standard errors of each window by its Poisson deviance, none where too little is at stake."""
        between, own = self.between[one.length - 1][:, None], self.own[one.length - 1][:, None]
        clear = one.clear(self.dispersion, between, own)
        small = (np.abs(one.found - one.expected) < LEAST_ORDERS) | (np.abs(one.shift) < LEAST_SHIFT)
        small[0] = True  # the whole business has nothing to be held against
        return np.where(small, 0.0, clear)


def scan(days: OrderDays, block: int) -> Iterator[Scan]:
    """Windows of one day up to half the block."""
    inside = days.block_days(block)
    own = running(days.of_segments[:, inside])
    rest = running((days.of_segments[:1] - days.of_segments)[:, inside] * days.weekday_tilt[:, inside])
    for length in range(1, min(LONGEST, len(inside) // 2) + 1):
        found, base = (sums[:, length:] - sums[:, :-length] for sums in (own, rest))
        share = (own[:, -1:] - found) / np.maximum(rest[:, -1:] - base, HALF)
        yield Scan(int(inside[0]), length, found, share * base)


def learn_windows(days: OrderDays) -> WindowNoise:
    """The noise of windows, from every block of history."""
    past = [one for block in range(days.blocks.size - 2) for one in scan(days, block)]
    shape = (LONGEST, days.segments.size)
    if not past:
        return WindowNoise(np.full(shape, LEAST_BETWEEN), 1.0, np.ones(shape), np.inf)
    dispersion = _dispersion(days, [one for one in past if one.length == 1])
    by_length = [[one for one in past if one.length == length] for length in range(1, LONGEST + 1)]
    between = np.array([between_windows(days, scans, dispersion) for scans in by_length])
    own = np.array([own_noise(scans, between[i], dispersion) for i, scans in enumerate(by_length)])
    noise = WindowNoise(between, dispersion, own, np.inf)
    return WindowNoise(between, dispersion, own, max(float(noise.clear(one).max()) for one in past))


def _dispersion(days: OrderDays, single: list[Scan]) -> float:
    """By the median square of single days of the deepest segments."""
    deepest = (days.segments.depth == days.segments.depth.max())[:, None]
    squares = [(one.shift**2 * one.expected)[one.told & deepest] for one in single]
    found = np.concatenate(squares)
    return max(1.0, float(np.median(found)) / MEDIAN_SQUARE) if len(found) else 1.0


def between_windows(days: OrderDays, scans: list[Scan], dispersion: float) -> Floats:
    """The variance between windows of one length that counting does not explain, by segment's kind."""
    between = np.full(days.segments.size, LEAST_BETWEEN)
    for kind in range(len(days.segments.sets)):
        chosen = days.segments.kind == kind
        told = [one.told & chosen[:, None] for one in scans]
        square = np.concatenate([one.shift[held] ** 2 for one, held in zip(scans, told, strict=True)] or [np.empty(0)])
        if len(square):
            sampling = dispersion / np.concatenate([one.expected[held] for one, held in zip(scans, told, strict=True)])
            weights = 1 / (LEAST_BETWEEN + sampling)
            between[chosen] = max(float((weights * (square - sampling)).sum() / weights.sum()), LEAST_BETWEEN)
    return between


def own_noise(scans: list[Scan], between: Floats, dispersion: float) -> Floats:
    """By segment, its mean square over its kind's; overlapping windows count as those that do not overlap."""
    squares, counts = np.zeros(len(between)), np.zeros(len(between))
    for one in scans:
        variance = between[:, None] + dispersion / np.maximum(one.expected, HALF)
        squares += np.where(one.told, np.minimum(one.shift**2 / variance, MOST_SQUARE), 0.0).sum(axis=1) / one.length
        counts += one.told.sum(axis=1) / one.length
    own: Floats = (OWN_PRIOR + squares) / (OWN_PRIOR + counts)
    return own


def running(values: Floats) -> Floats:
    """Sums of all columns before each, and of all, shape (rows, columns + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
