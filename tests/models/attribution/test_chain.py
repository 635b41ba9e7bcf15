import numpy as np
import pytest

from models.attribution.chain import factors, order_value_effects, starts
from models.attribution.logmean import log_mean_effects
from models.attribution.measures import MEASURES, stage
from models.attribution.shapley import shapley_effects

UNITS, REVENUE, LEGACY = MEASURES["units"], MEASURES["net_revenue"], MEASURES["net_amount_inr"]


def test_factors_by_hand():
    sums = np.array([[6.0, 2.0], [12.0, 5.0]])
    found = factors(UNITS, sums, np.array(4.0))
    assert found == pytest.approx(np.array([[2.0, 2.0], [0.75, 0.25], [2.0, 2.5]]))


@pytest.mark.parametrize("measure", [UNITS, REVENUE, LEGACY])
def test_factors_multiply_to_the_measure_per_order(measure):
    sums = np.random.default_rng(0).gamma(2, 1, (len(measure.columns), 5, 3))
    orders = np.array([3.0, 4.0, 5.0])
    assert factors(measure, sums, orders).prod(axis=0) == pytest.approx(sums[-1] / orders)


def test_an_identity_is_one_also_where_nothing_is_sold():
    found = factors(LEGACY, np.zeros((len(LEGACY.columns), 2)), np.array(1.0))
    names = LEGACY.drivers
    assert found[names.index("fx")].tolist() == found[names.index("returns")].tolist() == [1.0, 1.0]
    assert np.isnan(found[names.index("tax")]).all()


def test_a_pure_shift_between_cells_is_mix():
    sums = np.array([[[5.0, 5.0], [2.0, 8.0]], [[5.0, 15.0], [2.0, 24.0]]])
    effects = order_value_effects(UNITS, sums, np.array([10.0, 10.0]), log_mean_effects).sum(axis=1)
    assert effects == pytest.approx([0.0, 0.6, 0.0])


def test_a_cell_empty_in_one_period_is_mix():
    sums = np.array([[[5.0, 0.0], [5.0, 5.0]], [[5.0, 0.0], [5.0, 10.0]]])
    effects = order_value_effects(UNITS, sums, np.array([5.0, 5.0]), log_mean_effects)
    assert effects[:, 1] == pytest.approx([0.0, 2.0, 0.0])


@pytest.mark.parametrize("split", [log_mean_effects, shapley_effects])
def test_returns_without_sales_are_returns(split):
    baseline = [3.0, 3.0, 30.0, 30.0, 30.0, 30.0]
    period = [0.0, 0.0, 0.0, 0.0, 0.0, -10.0]
    other = [3.0] * 6
    sums = np.array([[baseline, other], [period, other]]).transpose(2, 0, 1)
    effects = order_value_effects(REVENUE, sums, np.ones(2), split)
    assert effects[:, 0].sum() == pytest.approx(-40)
    assert effects[REVENUE.drivers.index("returns"), 0] == pytest.approx(-10)


def test_a_chain_that_starts_twice_belongs_to_the_last_start():
    sums = np.array([0.0, 2.0, 0.0, 0.0, 0.0, -6.0])[:, None]
    found = starts(REVENUE, sums, np.array(2.0))
    assert found[REVENUE.drivers.index("returns"), 0] == -3
    assert found.sum() == -3


def test_everything_returned_is_returns():
    sold = [2.0, 2.0, 20.0, 18.0, 18.0, 18.0]
    sums = np.array([[sold], [[*sold[:-1], 0.0]]]).transpose(2, 0, 1)
    effects = order_value_effects(REVENUE, sums, np.ones(2), log_mean_effects)[:, 0]
    assert effects == pytest.approx([0, 0, 0, 0, 0, 0, -18])


@pytest.mark.parametrize("split", [log_mean_effects, shapley_effects])
def test_effects_sum_to_the_change_of_each_cell_whatever_is_zero_or_negative(split):
    generator = np.random.default_rng(3)
    sums = generator.gamma(2, 1, (6, 2, 400)) * (generator.random((6, 2, 400)) > 0.2)
    sums[-1] -= 2 * (generator.random((2, 400)) > 0.7)
    orders = np.array([70.0, 90.0])
    effects = order_value_effects(REVENUE, sums, orders, split)
    assert effects.sum(axis=0) == pytest.approx(sums[-1, 1] / 90 - sums[-1, 0] / 70)


def test_effects_of_cells_add_up_over_a_coarser_grain_that_loses_nothing():
    generator = np.random.default_rng(4)
    cell = generator.gamma(2, 1, (6, 2, 1))
    parts = np.array([0.2, 0.3, 0.5])
    orders = np.array([7.0, 9.0])
    fine = order_value_effects(REVENUE, cell * parts, orders, log_mean_effects).sum(axis=1)
    assert fine == pytest.approx(order_value_effects(REVENUE, cell, orders, log_mean_effects)[:, 0])


def test_stages():
    assert [stage(driver) for driver in ("days", "customers", "orders_per_day", "mix", "rounding")] == [
        "calendar",
        "orders",
        "orders",
        "aov",
        "aov",
    ]
