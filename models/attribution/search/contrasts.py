"""How a segment moved against the rest: counts by their odds, measures of a line by their mean.

Everything that can be tested is one of these two, so that noise, tests and refitting are written once.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.attribution.search.segments import Segments

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

LEAST_COUNT = 20
HALF = 0.5  # added to counts, so that none is zero


@dataclass(frozen=True)
class Movement:
    """How S segments moved from a reference to a block, against what they are part of.

    Attributes:
        shift: The logarithm of a ratio, or a difference of means; zero where too few lines tell; shape (S,).
        sampling: The variance of ``shift`` if every line were drawn on its own, infinite where too few tell.
        third: The third central moment likewise; none of logarithms of counts.
        rest: How everything else moved by itself, shape (S,).
    """

    shift: Floats
    sampling: Floats
    third: Floats
    rest: Floats


@dataclass(frozen=True)
class Counts:
    """Orders or lines by leaf and block; a segment moves by its odds within its parent.

    Attributes:
        segments: S of them over K leaves.
        tested: Which segments are looked at.
        counts: Shape (K, blocks).
        parent: The segment that each is a part of, shape (S,).
    """

    moves_itself_from: ClassVar[float] = 0.5  # share of the business: orders may stay behind a season of all others

    segments: Segments
    tested: Flags
    counts: Floats
    parent: Codes

    def movement(self, block: int, weights: Floats, removed: Floats | None = None) -> Movement:
        """The movement into ``block`` from the blocks before it, as ``weights`` count them.

        Args:
            block: A block after the first.
            weights: Of the blocks before it, shape (block,), summing to one.
            removed: The logarithm of what causes multiplied each leaf of the block by, shape (K,).
        """
        now, then = self._sums(block, weights, removed)
        own_now, own_then = self.segments.members @ now, self.segments.members @ then
        shift, sampling = _odds(own_now, own_then, own_now[self.parent], own_then[self.parent], weights)
        rest = _log_ratio(own_now[0] - own_now, own_then[0] - own_then)
        return Movement(shift, sampling, np.zeros_like(shift), rest)

    def part(self, inside: Codes, block: int, weights: Floats, removed: Floats) -> tuple[float, float]:
        """The shift of any set of leaves against all others, and its sampling variance."""
        now, then = self._sums(block, weights, removed)
        own_now, own_then = (np.atleast_1d(values[inside].sum()) for values in (now, then))
        shift, sampling = _odds(own_now, own_then, now.sum(), then.sum(), weights)
        return float(shift[0]), float(sampling[0])

    def _sums(self, block: int, weights: Floats, removed: Floats | None) -> tuple[Floats, Floats]:
        now = self.counts[:, block]
        return now if removed is None else now * np.exp(-removed), self.counts[:, :block] @ weights


@dataclass(frozen=True)
class Means:
    """The mean of a measure of lines (or orders) by leaf and block; a segment moves against everything else.

    Attributes:
        segments: S of them over K leaves.
        tested: Which segments are looked at.
        sums: Sums of the measure, shape (K, blocks).
        counts: How many values each sum has, or how often something was to be expected, shape (K, blocks).
        variance: Of the measure, by one of those counts.
        third: Its third central moment, likewise.
    """

    moves_itself_from: ClassVar[float] = 0.0  # a price that stood still while others rose did not change

    segments: Segments
    tested: Flags
    sums: Floats
    counts: Floats
    variance: float
    third: float

    def movement(self, block: int, weights: Floats, removed: Floats | None = None) -> Movement:
        """As of ``Counts``; what is removed is a difference of means."""
        sums, counts = self._sums(block, weights, removed)
        own_sums, own_counts = self.segments.members @ sums, self.segments.members @ counts
        moved = self._differences(own_sums, own_counts, own_sums[0], own_counts[0], weights)
        return moved if removed is None else self._noisier(moved, own_counts[:, 0], counts[:, 0], removed)

    def part(self, inside: Codes, block: int, weights: Floats, removed: Floats) -> tuple[float, float]:
        """As of ``Counts``."""
        sums, counts = self._sums(block, weights, removed)
        own_sums, own_counts = (values[inside].sum(axis=0, keepdims=True) for values in (sums, counts))
        moved = self._differences(own_sums, own_counts, sums.sum(axis=0), counts.sum(axis=0), weights)
        return float(moved.shift[0]), float(moved.sampling[0])

    def _sums(self, block: int, weights: Floats, removed: Floats | None) -> tuple[Floats, Floats]:
        """Sums and counts by leaf, now and then, shape (K, 2) each."""
        now = self.sums[:, block] - (0 if removed is None else removed * self.counts[:, block])
        then = self.sums[:, :block] @ weights
        return np.column_stack([now, then]), np.column_stack([self.counts[:, block], self.counts[:, :block] @ weights])

    def _noisier(self, moved: Movement, own_counts: Floats, counts: Floats, removed: Floats) -> Movement:
        """A share that rose varies more: twice the returns have twice the variance."""
        raised = self.segments.members @ (counts * np.maximum(removed, 0)) / np.maximum(own_counts, 1)
        return replace(moved, sampling=moved.sampling * (1 + raised))

    def _differences(
        self, sums: Floats, counts: Floats, all_sums: Floats, all_counts: Floats, weights: Floats
    ) -> Movement:
        rest_counts = np.maximum(all_counts - counts, 1)
        own, rest = sums / np.maximum(counts, 1), (all_sums - sums) / rest_counts
        rest_moved = rest[:, 0] - rest[:, 1]
        told = (counts >= LEAST_COUNT).all(axis=1)
        spread = np.array([1.0, float(weights @ weights)])
        sampling = self.variance * (spread / np.maximum(counts, 1) + spread / rest_counts).sum(axis=1)
        shift = np.where(told, own[:, 0] - own[:, 1] - rest_moved, 0.0)
        third = self.third / np.maximum(counts[:, 0], 1) ** 2  # what the period's own lines add: the others are many
        return Movement(shift, np.where(told, sampling, np.inf), third, rest_moved)


Contrast = Counts | Means


def _odds(now: Floats, then: Floats, all_now: Floats, all_then: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The shift of the logarithm of the odds, and its variance at the counts that were to be expected."""
    rest_now, rest_then = all_now - now, all_then - then
    shift = _log_ratio(now, then) - _log_ratio(rest_now, rest_then)
    expected = then * (rest_now + HALF) / (rest_then + HALF)
    effective = then / (weights @ weights)
    counted = np.maximum((now + expected) / 2, expected)  # what was lost was drawn, too
    sampling = 1 / (counted + HALF) + 1 / (effective + HALF) + 1 / (rest_now + HALF)
    told = (effective >= LEAST_COUNT) | (now >= LEAST_COUNT)
    alone = rest_now + rest_then < LEAST_COUNT  # all of its parent: nothing to be told from
    return np.where(told & ~alone, shift, 0.0), np.where(told & ~alone, sampling, np.inf)


def _log_ratio(now: Floats, then: Floats) -> Floats:
    ratio: Floats = np.log((np.maximum(now, 0) + HALF) / (np.maximum(then, 0) + HALF))
    return ratio
