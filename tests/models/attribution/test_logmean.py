import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.logmean import log_mean, log_mean_effects, needs_shapley
from models.attribution.shapley import shapley_effects

positive = st.floats(1e-3, 1e3)


def by_loop(before, after):
    """The textbook formula, cell by cell and factor by factor, for positive factors."""
    effects = np.zeros(before.shape)
    for cell in range(before.shape[1]):
        start, end = math.prod(before[:, cell]), math.prod(after[:, cell])
        mean = start if start == end else (end - start) / (math.log(end) - math.log(start))
        for factor in range(before.shape[0]):
            effects[factor, cell] = mean * math.log(after[factor, cell] / before[factor, cell])
    return effects


@pytest.mark.parametrize(
    ("first", "second", "mean"),
    [(5, 5, 5), (1, math.e, math.e - 1), (0, 3, 0), (0, 0, 0), (4, 4, 4), (1e9, 1e9 + 1, 1e9 + 0.5)],
)
def test_log_mean_by_hand(first, second, mean):
    assert log_mean(np.array([float(first)]), np.array([float(second)])) == pytest.approx([mean], rel=1e-14)


def test_log_mean_loses_no_digits_where_both_are_close():
    near = 1 + np.array([1e-15, 1e-12, 1e-9, 1e-6])
    assert log_mean(near, np.ones(4)) == pytest.approx((1 + near) / 2, rel=1e-12)


@given(positive, positive)
def test_log_mean_lies_between_the_geometric_and_the_plain_mean(first, second):
    mean = log_mean(np.array([first]), np.array([second]))[0]
    assert math.sqrt(first * second) * (1 - 1e-9) <= mean <= (first + second) / 2 * (1 + 1e-9)


def test_effects_by_hand():
    effects = log_mean_effects(np.array([[1.0], [2.0]]), np.array([[2.0], [2.0]]))
    assert effects == pytest.approx(np.array([[2.0], [0.0]]))


def test_effects_equal_the_obvious_loop():
    before, after = np.exp(np.random.default_rng(0).normal(size=(2, 8, 50)))
    assert log_mean_effects(before, after) == pytest.approx(by_loop(before, after), rel=1e-10)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=8))
def test_effects_sum_to_the_change_and_reverse(pairs):
    before, after = np.array(pairs).T[:, :, None]
    effects = log_mean_effects(before, after)
    scale = max(before.prod(), after.prod())
    assert effects.sum() == pytest.approx(after.prod() - before.prod(), abs=1e-12 * scale)
    assert log_mean_effects(after, before) == pytest.approx(-effects, abs=1e-11 * scale)


@pytest.mark.parametrize("swap", [False, True])
def test_a_factor_that_vanishes_takes_what_the_numerical_limit_gives_it(swap):
    before, after = np.array([[2.0], [3.0], [5.0]]), np.array([[4.0], [0.0], [6.0]])
    tiny = np.where(after == 0, 1e-300, after)
    pair, near = ((after, before), (tiny, before)) if swap else ((before, after), (before, tiny))
    effects = log_mean_effects(*pair)
    assert effects[:, 0] == pytest.approx([0, 30 if swap else -30, 0])
    assert log_mean_effects(*near) == pytest.approx(effects, abs=30 * 3 / math.log(1e300))


def test_the_numerical_limit_comes_closer_as_the_factor_gets_smaller():
    before, exact = np.array([[2.0], [3.0], [5.0]]), np.array([0.0, -30.0, 0.0])
    gaps = [
        np.abs(log_mean_effects(before, np.array([[4.0], [tiny], [6.0]]))[:, 0] - exact).max()
        for tiny in (1e-3, 1e-12, 1e-100)
    ]
    assert gaps == sorted(gaps, reverse=True)


def test_factors_that_vanish_together_share_equally():
    effects = log_mean_effects(np.array([[2.0], [3.0], [5.0]]), np.array([[0.0], [0.0], [6.0]]))
    assert effects[:, 0] == pytest.approx([-15, -15, 0])


def test_an_empty_cell_gives_all_to_the_factor_that_emptied_it():
    before, after = np.array([[2.0], [0.5], [7.0]]), np.array([[3.0], [0.0], [np.nan]])
    assert log_mean_effects(before, after)[:, 0] == pytest.approx([0, -7, 0])


def test_nothing_in_either_period_is_nothing():
    nothing = np.array([[2.0], [0.0], [np.nan]])
    assert not log_mean_effects(nothing, nothing).any()


def test_a_change_of_sign_takes_the_shapley_value_and_leaves_other_cells_alone():
    before, after = np.array([[2.0, 2.0], [3.0, 3.0]]), np.array([[4.0, 4.0], [-1.0, 1.0]])
    effects = log_mean_effects(before, after)
    assert needs_shapley(before, after).tolist() == [True, False]
    assert effects[:, 0] == pytest.approx(shapley_effects(before[:, 0], after[:, 0]))
    assert effects[:, 1] == pytest.approx(by_loop(before, after.clip(1))[:, 1])


def test_no_factors_no_effects():
    assert log_mean_effects(np.ones((0, 3)), np.ones((0, 3))).shape == (0, 3)
