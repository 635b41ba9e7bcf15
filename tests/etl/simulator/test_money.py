import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from etl.simulator.money import amounts


def work_out(*values):
    return amounts(*(np.array([value]) for value in values))


def test_three_hundred_at_seven_percent_is_twenty_one():
    assert work_out(1, 300_00, 7, 0, 100).discount[0] == 21
    assert math.ceil(300 * 0.07) == 22  # what doubles make of it


@given(st.integers(1, 9), st.integers(1, 10_000_000), st.integers(0, 40), st.integers(0, 18), st.integers(100, 12_000))
def test_amounts_agree_with_decimals(quantity, price, percent, tax_percent, rate):
    found = work_out(quantity, price, percent, tax_percent, rate)
    gross = Decimal(quantity * price) / 100
    discount = math.ceil(gross * percent / 100)
    tax = ((gross - discount) * tax_percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if gross >= discount:  # a discount rounded up to a whole unit can exceed the price of the cheapest goods
        assert found.tax[0] == tax * 100
    net = gross - discount + Decimal(int(found.tax[0])) / 100
    assert (found.gross[0], found.discount[0], found.net[0]) == (gross * 100, discount, net * 100)
    assert found.legacy[0] == math.ceil(net * rate / 100)
