from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.shapley import shapley_effects


def by_permutations(before, after):
    """The obvious definition: the mean over all orders of switching one factor after the other."""
    count = len(before)
    effects = np.zeros(count)
    orders = list(permutations(range(count)))
    for order in orders:
        current = np.array(before, dtype=float)
        for factor in order:
            old = current.prod()
            current[factor] = after[factor]
            effects[factor] += (current.prod() - old) / len(orders)
    return effects


def test_two_factors_share_the_interaction():
    assert shapley_effects(np.array([2.0, 3.0]), np.array([4.0, 5.0])) == pytest.approx([8.0, 6.0])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7])
def test_equals_the_mean_over_all_orders(count):
    before, after = np.random.default_rng(count).normal(size=(2, count))
    assert shapley_effects(before, after) == pytest.approx(by_permutations(before, after), abs=1e-12)


def test_cells_are_split_one_by_one():
    before, after = np.random.default_rng(1).normal(size=(2, 8, 5))
    together = shapley_effects(before, after)
    alone = [shapley_effects(before[:, cell], after[:, cell]) for cell in range(5)]
    assert together == pytest.approx(np.transpose(alone))


def test_an_undefined_factor_takes_nothing():
    effects = shapley_effects(np.array([0.0, np.nan]), np.array([3.0, 2.0]))
    assert effects == pytest.approx([6.0, 0.0])


def test_no_factors_no_effects():
    assert shapley_effects(np.ones((0, 3)), np.ones((0, 3))).shape == (0, 3)


factor = st.floats(-10, 10)


@given(st.lists(st.tuples(factor, factor), min_size=1, max_size=9))
def test_effects_sum_to_the_change_and_reverse(pairs):
    before, after = np.array(pairs).T
    effects = shapley_effects(before, after)
    scale = 1e-9 * 10.0 ** len(pairs)
    assert effects.sum() == pytest.approx(after.prod() - before.prod(), abs=scale)
    assert shapley_effects(after, before) == pytest.approx(-effects, abs=scale)
