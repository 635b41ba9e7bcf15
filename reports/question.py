"""What a reader asks: a measure, two periods, and the part of the business that is meant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pandas as pd

from etl.errors import InputError, UsageError, raise_problems
from etl.periods import Period, month_of

MEASURES = {
    "net_revenue": "Revenue",
    "net_amount_inr": "Revenue (legacy measure)",
    "orders": "Orders",
    "units": "Units",
}
LEGACY = "net_amount_inr"
LONGEST_DAYS = 1_100


@dataclass(frozen=True)
class Question:
    """Why did ``measure`` move from ``baseline`` to ``period``, of the sales with the values of ``where``?

    ``where`` holds a dimension and its value each, sorted; without any, everything is meant.
    """

    measure: str
    baseline: Period
    period: Period
    where: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """Such as: Revenue of India, Mobile."""
        return f"{MEASURES[self.measure]}{self.selection}"

    @property
    def asked(self) -> dict[str, str]:
        """Measure, baseline and period as text, as records keep them."""
        return {"measure": self.measure, "baseline": str(self.baseline), "period": str(self.period)}

    def query(self, **changes: str) -> str:
        """The question as the query of an address, with some of its parts changed, or left out by an empty text."""
        parts = {"measure": self.measure, "period": self.period.code, "baseline": self.baseline.code}
        return "?" + urlencode({name: text for name, text in {**parts, **dict(self.where), **changes}.items() if text})

    @property
    def selection(self) -> str:
        """Such as: `` of India, Mobile``; nothing where everything is meant."""
        return f" of {', '.join(value for _, value in self.where)}" if self.where else ""


def newest_comparison(sold: pd.DatetimeIndex) -> tuple[Period, Period]:
    """The newest two whole months, the baseline first, or else weeks or days, of those that have days in ``sold``.

    ``sold`` are the days with orders; a month without any cannot be compared. Raises ``InputError`` for less
    than two days.
    """
    if sold.empty:
        raise InputError("There are no orders yet: run assay refresh first.")
    held = Period(sold.min().date(), sold.max().date())
    for periods in (_whole_months(held), _newest(7, held), _newest(1, held)):
        comparable = [period for period in periods if period.holds(sold).any()]
        if len(comparable) >= 2:
            return comparable[-2], comparable[-1]
    raise InputError(f"The data hold one day, {held.first}: there is nothing to compare it with yet.")


def _whole_months(held: Period) -> list[Period]:
    month, whole = month_of(held.first), []
    while month.last <= held.last:
        if month.first >= held.first:
            whole.append(month)
        month = month.following
    return whole


def _newest(days: int, held: Period) -> list[Period]:
    """Periods of so many days, side by side up to the last day held."""
    lasts = [held.last - timedelta(days=start) for start in range(0, held.days - days + 1, days)]
    return [Period(last - timedelta(days=days - 1), last) for last in reversed(lasts)]


def check_question(question: Question, *, legacy: bool, held: Period) -> None:
    """Hold a question against what a warehouse can answer.

    Raises ``UsageError`` with every problem of the question itself, and ``InputError`` for periods outside the days
    that the warehouse holds.
    """
    raise_problems(_problems(question, legacy), UsageError)
    outside = [
        each for each in (question.baseline, question.period) if each.last < held.first or each.first > held.last
    ]
    if outside:
        names = " and ".join(str(each) for each in outside)
        raise InputError(f"There are no data for {names}: the warehouse holds {held.first} to {held.last}.")


def _problems(question: Question, legacy: bool) -> Iterator[str]:
    known = [name for name in MEASURES if legacy or name != LEGACY]
    if question.measure not in known:
        yield f"There is no measure {question.measure!r}: give one of {', '.join(known)}."
    baseline, period = question.baseline, question.period
    if baseline.first <= period.last and period.first <= baseline.last:
        yield f"{baseline} and {period} have days in common: compare periods that have none."
    for each in (baseline, period):
        if each.days > LONGEST_DAYS:
            yield f"{each} has {each.days:,} days: ask for at most {LONGEST_DAYS:,}."
