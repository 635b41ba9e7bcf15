"""Both stages on any numbers: exact, reversible, additive over every grouping, and close to the Shapley value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attribution.measures import MEASURES
from models.attribution.stages import log_mean_amounts, shapley_amounts, volume_log_ratios

MEASURE = MEASURES["net_revenue"]
COLUMNS = len(MEASURE.columns)
near = st.floats(0.7, 1.4)


@st.composite
def movements(draw):
    """Sums by column, period and cell, and orders: every factor moves by less than a third."""
    cells = draw(st.integers(1, 5))
    before = np.array(draw(st.lists(st.floats(1.0, 500.0), min_size=cells, max_size=cells)))
    shape = (COLUMNS, 2, cells)
    ratios = np.array(draw(st.lists(near, min_size=2 * COLUMNS * cells, max_size=2 * COLUMNS * cells))).reshape(shape)
    sums = before * np.cumprod(ratios, axis=0)
    orders = np.array([draw(st.floats(10.0, 400.0)), draw(st.floats(10.0, 400.0))])
    return sums, orders


def volume(orders):
    log_orders = np.log(orders[1:] / orders[:1])
    return volume_log_ratios(np.log(30 / 31), np.array([0.01]), np.array([-0.02]), log_orders)[:, 0]


def change(sums):
    return sums[-1, 1].sum() - sums[-1, 0].sum()


@settings(deadline=None)
@given(movements())
def test_amounts_are_exact_by_driver_and_by_cell(moved):
    sums, orders = moved
    amounts = log_mean_amounts(MEASURE, sums, orders, volume(orders))
    assert amounts.drivers.sum() == pytest.approx(change(sums), abs=1e-8 * np.abs(sums).sum())
    assert amounts.cells.sum(axis=1) == pytest.approx(amounts.drivers, abs=1e-8 * np.abs(sums).sum())
    of_cells = sums[-1, 1] - sums[-1, 0]
    assert amounts.cells.sum(axis=0) == pytest.approx(of_cells, abs=1e-8 * np.abs(sums).sum())


@settings(deadline=None)
@given(movements(), st.integers(0, 4))
def test_effects_of_leaves_add_up_over_any_grouping(moved, cut):
    sums, orders = moved
    cells = log_mean_amounts(MEASURE, sums, orders, volume(orders)).cells
    groups = [slice(0, cut), slice(cut, None)]
    grouped = sum(cells[:, group].sum(axis=1) for group in groups)
    assert grouped == pytest.approx(cells.sum(axis=1), abs=1e-9 * np.abs(sums).sum())
    for group in groups:
        own = (sums[-1, 1] - sums[-1, 0])[group].sum()
        assert cells[:, group].sum() == pytest.approx(own, abs=1e-8 * np.abs(sums).sum())


@settings(deadline=None)
@given(movements())
def test_seen_from_the_other_period_every_effect_changes_its_sign(moved):
    sums, orders = moved
    there = log_mean_amounts(MEASURE, sums, orders, volume(orders))
    back = log_mean_amounts(MEASURE, sums[:, ::-1], orders[::-1], -volume(orders))
    assert back.drivers == pytest.approx(-there.drivers, abs=1e-7 * np.abs(sums).sum())
    assert back.cells == pytest.approx(-there.cells, abs=1e-7 * np.abs(sums).sum())


@settings(deadline=None)
@given(movements())
def test_the_shapley_value_sums_to_the_same_and_is_near_where_factors_move_little(moved):
    sums, orders = moved
    close = orders[0] * np.array([1.0, 1.1])
    by_log, by_shapley = (method(MEASURE, sums, close, volume(close)) for method in (log_mean_amounts, shapley_amounts))
    assert by_shapley.sum() == pytest.approx(by_log.drivers.sum(), abs=1e-8 * np.abs(sums).sum())
    assert np.abs(by_shapley - by_log.drivers).max() <= 0.05 * sums[-1].sum()
