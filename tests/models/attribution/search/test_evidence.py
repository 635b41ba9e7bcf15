import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.attribution.search.evidence import prior_odds, symmetric


@given(st.floats(0.05, 2.0), st.floats(2.0, 8.0))
def test_the_far_side_of_a_skewed_mean_has_the_tail_of_a_gamma_distribution(skewness, deviate):
    shape = 4 / skewness**2
    exact = stats.norm.isf(stats.gamma.sf(shape + deviate * np.sqrt(shape), shape))
    assert symmetric(np.array([deviate]), np.array([skewness]))[0] == pytest.approx(exact, rel=0.03)


@given(st.floats(-30, 30), st.floats(-1e6, 1e6))
def test_skewness_makes_nothing_clearer_and_turns_no_sign(deviate, skewness):
    told = symmetric(np.array([deviate]), np.array([skewness]))[0]
    assert abs(told) <= abs(deviate)
    assert told * deviate >= 0


def test_what_is_clearer_stays_clearer():
    deviates = np.linspace(0, 40, 200)
    assert np.all(np.diff(symmetric(deviates, np.full(200, 0.7))) > 0)


def test_every_depth_has_the_same_odds_and_its_tested_segments_share_them():
    depth, tested = np.array([0, 1, 1, 2, 2, 2, 2]), np.array([False, True, True, True, True, True, False])
    shares = np.exp(prior_odds(depth, tested))
    assert shares[[1, 3]] == pytest.approx([1 / 2, 1 / 3])
    assert shares[1:3].sum() == pytest.approx(shares[3:6].sum())
