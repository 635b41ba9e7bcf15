from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.rounding import largest_remainder, round_to_total, to_cents

amounts = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("amount", "cents"), [(0.125, "0.12"), (0.375, "0.38"), (-0.125, "-0.12"), (1e9 / 3, "333333333.33")]
)
def test_halves_go_to_even(amount, cents):
    assert to_cents(amount) == Decimal(cents)


def test_the_largest_driver_takes_the_residue():
    rounded = round_to_total(np.array([0.334, -5.004, 0.334]), Decimal("-4.34"))
    assert rounded == [Decimal("0.33"), Decimal("-5.00"), Decimal("0.33")]


def test_thirds_of_a_coin_go_to_the_first():
    rounded = largest_remainder(np.full(3, 1 / 3), Decimal("1.00"))
    assert rounded == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]


def test_a_total_far_off_moves_all():
    assert largest_remainder(np.zeros(2), Decimal("-0.05")) == [Decimal("-0.02"), Decimal("-0.03")]


@given(amounts)
def test_rounded_amounts_sum_to_the_total_and_move_by_less_than_a_cent(values):
    total = to_cents(sum(values))
    rounded = largest_remainder(np.array(values), total)
    assert sum(rounded) == total
    assert max(abs(float(cell) - value) for cell, value in zip(rounded, values, strict=True)) < 0.0101


@given(amounts)
def test_drivers_sum_to_the_total(values):
    total = to_cents(sum(values))
    assert sum(round_to_total(np.array(values), total)) == total
