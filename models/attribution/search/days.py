"""Orders by leaf and day, and what a day of the week is worth in each segment."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.search.blocks import WEEK, Blocks
from models.attribution.search.segments import Segments

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

USUAL_ORDERS = 200.0  # orders that the whole business's week is worth against a segment's own


@dataclass(frozen=True)
class OrderDays:
    """Orders of K leaves on T days.

    Attributes:
        segments: The parts of the business over the leaves.
        blocks: Which block each day is in.
        counts: Shape (K, T); no whole numbers where something was imputed.
    """

    segments: Segments
    blocks: Blocks
    counts: Floats

    @cached_property
    def of_segments(self) -> Floats:
        """Orders by segment and day, shape (S, T); the first is the whole business."""
        summed: Floats = self.segments.members @ self.counts
        return summed

    @cached_property
    def weekday(self) -> Codes:
        """The day of the week of each day, shape (T,)."""
        return np.asarray(self.blocks.days.dayofweek, dtype=np.int64)

    @cached_property
    def weekday_index(self) -> Floats:
        """What each day's day of the week is worth in the whole business, shape (T,), about one."""
        total = pd.Series(self.of_segments[0])
        usual = total.rolling(5 * WEEK, center=True, min_periods=2 * WEEK).mean()
        ratio = (total / usual)[total > 0]
        index = ratio.groupby(self.weekday[ratio.index]).median().reindex(range(WEEK)).fillna(1.0)
        return index.to_numpy()[self.weekday]

    @cached_property
    def weekday_tilt(self) -> Floats:
        """How a segment's week differs from everyone's: its share on a day over its share, shape (S, T)."""
        on_weekday = np.eye(WEEK)[self.weekday]
        own = self.of_segments @ on_weekday
        total = own[:1]
        expected = total * own.sum(axis=1, keepdims=True) / max(total.sum(), 1.0)
        tilt: Floats = (own + USUAL_ORDERS) / (expected + USUAL_ORDERS)
        return tilt[:, self.weekday]

    def by_block(self) -> Floats:
        """Orders by leaf and block, shape (K, blocks)."""
        inside = self.blocks.of_day >= 0
        held = np.zeros((len(self.blocks.days), self.blocks.size))
        held[np.flatnonzero(inside), self.blocks.of_day[inside]] = 1.0
        summed: Floats = self.counts @ held
        return summed

    def with_counts(self, leaves: Codes, days: Codes, values: Floats) -> "OrderDays":
        """The same with other orders in some leaves on some days, shape (leaves, days)."""
        counts = self.counts.copy()
        counts[np.ix_(leaves, days)] = values
        return replace(self, counts=counts)

    def block_days(self, block: int) -> Codes:
        """The days of a block, as positions."""
        return np.flatnonzero(self.blocks.of_day == block)
