"""Amounts to the paisa that still add up, to the last decimal."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

CENT = Decimal("0.01")


def to_cents(amount: float) -> Decimal:
    """``amount`` to two decimals, halves to even."""
    return Decimal(float(amount)).quantize(CENT, rounding=ROUND_HALF_EVEN)


def round_to_total(amounts: NDArray[np.float64], total: Decimal) -> list[Decimal]:
    """Round each amount to two decimals and put what is then missing from ``total`` on the largest.

    Args:
        amounts: Shape (K,), at least one.
        total: What they must sum to, two decimals.
    """
    rounded = [to_cents(amount) for amount in amounts]
    rounded[int(np.argmax(np.abs(amounts)))] += total - sum(rounded, Decimal(0))
    return rounded


def largest_remainder(amounts: NDArray[np.float64], total: Decimal) -> list[Decimal]:
    """Round amounts to two decimals that sum to ``total``: down, then up by one cent where most was cut off.

    The largest remainder method (Hamilton). Ties go to the earlier amount. Where ``total`` is further away than
    one cent for each amount, all move by the same number of cents first.

    Args:
        amounts: Shape (C,), at least one.
        total: What they must sum to, two decimals.
    """
    cents = np.floor(amounts * 100)
    missing = int(total.scaleb(2)) - int(cents.sum())
    each, extra = divmod(missing, len(cents))
    first = np.argsort(-(amounts * 100 - cents), kind="stable")[:extra]
    whole = cents.astype(np.int64) + each
    whole[first] += 1
    return [Decimal(int(value)).scaleb(-2) for value in whole]
