"""Returns: two to twenty days after the order, mostly the whole line."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa

from etl.simulator.arrays import Flags, Ints, draw
from etl.simulator.dirt import DirtRates
from etl.simulator.order_files import PlacedLines, order_identifiers
from etl.simulator.text import choose, chosen, clock_times, day_texts, join, whole

RETURN_RATE = 0.025  # share of the lines
PARTIAL_RATE = 0.3  # share of the returned lines of several units of which only some come back
FIRST_LAG, LAST_LAG = 2, 20  # days after the order
MOST_EXCESS = 3  # units more than were sold
REASONS = (("Damaged", 0.22), ("Wrong item", 0.16), ("Not as described", 0.27), ("Changed mind", 0.35))
UNKNOWN_ORDERS = 900_000_000  # numbers from here up belong to no order


@dataclass(frozen=True)
class Returns:
    """Returned lines, one element per return.

    Attributes:
        order: Number of the order.
        sequence: Number of the line in the order.
        day: Day of the return in the window, from 0.
        second: Second of that day.
        quantity: Units returned.
        sold: Units sold.
        reason: Position in ``REASONS``.
    """

    order: Ints
    sequence: Ints
    day: Ints
    second: Ints
    quantity: Ints
    sold: Ints
    reason: Ints

    def take(self, index: Ints | Flags) -> "Returns":
        """The returns at the given places."""
        return Returns(*(column[index] for column in self._columns()))

    def followed_by(self, other: "Returns") -> "Returns":
        """These returns, then the others."""
        pairs = zip(self._columns(), other._columns(), strict=True)
        return Returns(*(np.concatenate(pair) for pair in pairs))

    def _columns(self) -> tuple[Ints, ...]:
        return self.order, self.sequence, self.day, self.second, self.quantity, self.sold, self.reason


def draw_returns(generator: np.random.Generator, lines: PlacedLines, last_day: int) -> Returns:
    """The returns of a month's lines that arrive by the last day of the window."""
    line = np.flatnonzero(chosen(generator, lines.size, RETURN_RATE))
    size = len(line)
    found = Returns(
        order=lines.order[line],
        sequence=lines.sequence[line],
        day=lines.day[line] + generator.integers(FIRST_LAG, LAST_LAG + 1, size),
        second=generator.integers(9 * 3600, 20 * 3600, size),
        quantity=_units(generator, lines.quantity[line]),
        sold=lines.quantity[line],
        reason=draw(generator, [share for _, share in REASONS], size),
    )
    return found.take(found.day <= last_day)


def with_odd_ones(generator: np.random.Generator, returns: Returns, rates: DirtRates) -> Returns:
    """The returns with a few of more than was sold, and a few more of orders that nobody placed."""
    excess = _places(generator, returns, rates.excess_return)
    quantity = returns.quantity.copy()
    quantity[excess] = returns.sold[excess] + generator.integers(1, MOST_EXCESS + 1, len(excess))
    unknown = returns.take(_places(generator, returns, rates.unknown_return))
    orders = UNKNOWN_ORDERS + np.arange(len(unknown.order))
    return replace(returns, quantity=quantity).followed_by(replace(unknown, order=orders))


def _places(generator: np.random.Generator, returns: Returns, rate: float) -> Ints:
    """Places of a share of the returns, one at least unless there are none or the rate is zero."""
    size = len(returns.order)
    count = min(size, max(1, round(rate * size))) if rate else 0
    return generator.choice(size, count, replace=False)


def return_tables(returns: Returns, start: date, days: int) -> dict[str, pa.Table]:
    """The returns as text, by the month (``2025-09``) of the return; a month without any has an empty table."""
    calendar = [start + timedelta(days=day) for day in range(days)]
    ordered = returns.take(np.lexsort((returns.sequence, returns.order, returns.second, returns.day)))
    text = _text(ordered, calendar)
    months, first_days = np.unique(day_texts(calendar, "%Y-%m"), return_index=True)
    bounds = np.searchsorted(ordered.day, [*first_days, days]).tolist()
    return {
        str(month): text.slice(begin, end - begin) for month, (begin, end) in zip(months, pairwise(bounds), strict=True)
    }


def _units(generator: np.random.Generator, sold: Ints) -> Ints:
    """Units that come back: all, or some of several."""
    partial = (sold > 1) & chosen(generator, len(sold), PARTIAL_RATE)
    return np.where(partial, 1 + (generator.random(len(sold)) * (sold - 1)).astype(np.int64), sold)


def _text(returns: Returns, calendar: list[date]) -> pa.Table:
    stamps = join([choose(day_texts(calendar, "%Y-%m-%d "), returns.day), clock_times(returns.second)])
    return pa.table(
        {
            "return_ts": stamps,
            "order_id": order_identifiers(returns.order),
            "item_seq": whole(returns.sequence),
            "quantity": whole(returns.quantity),
            "reason": choose([reason for reason, _ in REASONS], returns.reason),
        }
    )
