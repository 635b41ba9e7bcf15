"""Causes with their names, days and amounts."""

from dataclasses import dataclass
from datetime import date

from scipy import stats

LEVEL = 0.975


@dataclass(frozen=True)
class Amount:
    """What a cause added from baseline to period, and its 95% interval, in the measure's unit."""

    amount: float
    low: float
    high: float


def around(amount: float, error: float, freedom: float) -> Amount:
    """The amount with an interval by Student's t."""
    reach = float(stats.t.ppf(LEVEL, freedom)) * error
    return Amount(amount, amount - reach, amount + reach)


@dataclass(frozen=True)
class Finding:
    """One cause of the change.

    Attributes:
        code: Of the verdict.
        where: The part of the business, by dimension; empty for all of it.
        dates: First and last day where it did not last all of the period.
        driver: The driver of the bridge it belongs to.
        amount: What it added, with its interval.
        q_value: Expected share of false names among those at least as clear.
        evidence: What it rests on, in words.
    """

    code: str
    where: dict[str, object]
    dates: tuple[date, date] | None
    driver: str
    amount: Amount
    q_value: float
    evidence: str
