"""The order lines coded and tallied once, for everything that is looked for in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.attribution.calendar_days import event_days
from models.attribution.dimensions import Dimension, code_dimensions
from models.attribution.faults.absence import Hole
from models.attribution.lines import Lines, inside, revenue, sells
from models.attribution.search.blocks import Blocks, lay_blocks
from models.attribution.search.days import OrderDays
from models.attribution.search.drivers import Tally, tally

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """What all searches stand on.

    Attributes:
        lines: Without suspected faults.
        dimensions: Coded.
        blocks: The stretches of days that are compared.
        holes: Days that are missing.
        calendar: ``date`` and ``event`` of known events.
        sold: Which lines sell something that was there in both periods, shape (lines,).
    """

    lines: Lines
    dimensions: tuple[Dimension, ...]
    blocks: Blocks
    holes: tuple[Hole, ...]
    calendar: pd.DataFrame
    sold: Flags

    @cached_property
    def revenue(self) -> Floats:
        """Of each line."""
        return revenue(self.lines.table)

    @cached_property
    def day(self) -> Codes:
        """The position of each line's day."""
        since = self.lines.table["date"].to_numpy() - self.blocks.days[0].to_datetime64()
        return (since // np.timedelta64(1, "D")).astype(np.int64)

    @cached_property
    def of_lines(self) -> Tally:
        """All lines, by every dimension."""
        return self._tally(self.dimensions, np.arange(len(self.day)))

    @cached_property
    def first(self) -> Codes:
        """The first sold line of every order, by position."""
        sold = np.flatnonzero(self.sold)
        _, first = np.unique(self._order[sold], return_index=True)
        return sold[first]

    @cached_property
    def of_orders(self) -> Tally:
        """Orders, by the dimensions that belong to whole orders."""
        return self._tally([dimension for dimension in self.dimensions if dimension.of_orders], self.first)

    @cached_property
    def order_value(self) -> Floats:
        """The revenue of each order, in the order of ``first``."""
        return np.bincount(self._order, self.revenue).astype(float)[self._order[self.first]]

    @cached_property
    def order_lines(self) -> Floats:
        """The lines sold of each order, in the order of ``first``."""
        return np.bincount(self._order, self.sold).astype(float)[self._order[self.first]]

    @cached_property
    def order_days(self) -> OrderDays:
        """Orders by day, with what missing days would have had."""
        tallied, size = self.of_orders, len(self.blocks.days)
        place = tallied.leaf * size + self.day[self.first]
        counts = np.bincount(place, minlength=tallied.leaves * size).reshape(tallied.leaves, size)
        days = OrderDays(tallied.segments, self.blocks, counts.astype(float))
        for hole in self.holes:
            if hole.where in tallied.segments.wheres:
                days = _with_hole(days, hole)
        return days

    def events(self) -> Iterator[Codes]:
        """The days of each known event in the baseline and the period, by position."""
        for block in (self.blocks.baseline, self.blocks.period):
            inside = self.blocks.days[self.blocks.of_day == block]
            yield from (self.blocks.days.get_indexer(dates) for dates in event_days(self.calendar, inside))

    def named_days(self) -> Flags:
        """Whether the calendar names each day."""
        return np.asarray(self.blocks.days.isin(self.calendar["date"]))

    def stretch(self, days: Codes) -> tuple[date, date]:
        """The first and last of some days."""
        return self.blocks.days[days[0]].date(), self.blocks.days[days[-1]].date()

    def without(self, gone: Flags) -> "Ground":
        """The same, but for lines of what was not there in both periods."""
        return replace(self, sold=self.sold & ~gone)

    @cached_property
    def _order(self) -> Codes:
        return self.lines.table["order"].to_numpy()

    def _tally(self, dimensions: Sequence[Dimension], rows: Codes) -> Tally:
        block = self.blocks.of_day[self.day[rows]]
        return tally(dimensions, rows, block, self.lines.table["weight"].to_numpy()[rows], self.blocks.size)


def ground_of(lines: Lines, holes: tuple[Hole, ...], calendar: pd.DataFrame) -> Ground:
    """The ground of these lines; a line of negative quantity sells nothing."""
    dimensions = code_dimensions(lines, np.logical_or(*inside(lines.table, lines.comparison)))
    blocks = lay_blocks(lines.comparison, lines.table["date"].min().date())
    return Ground(lines, dimensions, blocks, holes, calendar, sells(lines.table))


def _with_hole(days: OrderDays, hole: Hole) -> OrderDays:
    leaves = days.segments.leaves(days.segments.wheres.index(hole.where))
    missing, others = (days.blocks.days.get_indexer(dates) for dates in (hole.dates, hole.others))
    usual = days.counts[np.ix_(leaves, others)].sum(axis=1)
    return days.with_counts(leaves, missing, usual[:, None] * hole.profile)
