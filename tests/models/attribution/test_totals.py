import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.totals import mean_stages, orders_effects, price_stages, volume_by_cell

count = st.integers(1, 10**7)
value = st.floats(0.01, 1e6)
# money as it comes: to the hundredth of a cent
amount = st.floats(-100, 1e4).map(lambda raw: round(raw, 4))
cell = st.lists(st.tuples(amount, amount), min_size=1, max_size=6)


@given(count, count, value, value)
def test_both_stages_sum_to_the_change(before, after, low, high):
    orders, order_value = np.array([before, after], float), np.array([low, high])
    for prices in (price_stages(orders, order_value), mean_stages(orders, order_value)):
        change = prices.per_order * (after - before) + prices.orders * (high - low)
        assert change == pytest.approx(after * high - before * low, abs=1e-9 * (after * high + before * low))


def test_orders_alone_by_hand():
    prices = price_stages(np.array([10.0, 20.0]), np.array([3.0, 3.0]))
    assert prices.per_order == pytest.approx(3)
    assert orders_effects(np.log([4.0, 0.5]), np.array([10.0, 20.0])) == pytest.approx([20, -10])


@pytest.mark.parametrize("order_value", [[0.0, 4.0], [-1.0, 4.0]])
def test_a_total_that_is_not_positive_is_weighed_by_plain_means(order_value):
    prices = price_stages(np.array([10.0, 20.0]), np.array(order_value))
    assert prices == mean_stages(np.array([10.0, 20.0]), np.array(order_value))


@given(count, count, cell)
def test_volume_by_cell_closes_both_margins(before, after, cells):
    by_cell = np.array(cells).T
    orders, total = np.array([before, after], float), by_cell.sum(axis=1)
    prices = price_stages(orders, total)
    worth = volume_by_cell(by_cell, orders, prices)
    scale = np.abs(by_cell).sum() + 1
    assert worth.sum() == pytest.approx(prices.per_order, abs=1e-6 * scale)
    change = after * by_cell[1] - before * by_cell[0]
    left = change - prices.orders * (by_cell[1] - by_cell[0])
    assert worth * (after - before) == pytest.approx(left, abs=1e-6 * scale * (before + after))


def test_volume_by_cell_is_the_same_seen_from_the_other_period():
    by_cell, orders = np.array([[3.0, 5.0, 0.0], [4.0, 0.0, 2.0]]), np.array([100.0, 130.0])
    forward = volume_by_cell(by_cell, orders, price_stages(orders, by_cell.sum(axis=1)))
    backward = volume_by_cell(by_cell[::-1], orders[::-1], price_stages(orders[::-1], by_cell[::-1].sum(axis=1)))
    assert forward == pytest.approx(backward)


def test_volume_by_cell_without_any_change_of_orders_is_the_limit_of_a_small_one():
    by_cell = np.array([[3.0, 5.0], [4.0, 9.0]])
    same, near = np.array([1e6, 1e6]), np.array([1e6, 1e6 + 1])
    worth = [volume_by_cell(by_cell, orders, price_stages(orders, by_cell.sum(axis=1))) for orders in (same, near)]
    assert worth[0] == pytest.approx(worth[1], rel=1e-6)
