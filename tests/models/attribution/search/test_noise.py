import numpy as np
import pytest

from models.attribution.search.noise import MOST_PRIOR, _own_prior

MOVEMENTS = 7


def squares_of(variances, seed):
    normal = np.random.default_rng(seed).normal(size=(len(variances), MOVEMENTS))
    return (normal**2).sum(axis=1) * variances


def test_segments_that_vary_alike_are_taken_for_one():
    own = squares_of(np.ones(5000), 0)
    assert _own_prior(own, np.full(5000, MOVEMENTS)) > MOST_PRIOR / 2


def test_segments_that_vary_unlike_count_by_themselves():
    unlike = np.random.default_rng(1).gamma(6, 1 / 6, 50_000)  # 1 / variance: an inverse gamma worth 12 movements
    variances = 1 / unlike / np.mean(1 / unlike)
    assert _own_prior(squares_of(variances, 2), np.full(50_000, MOVEMENTS)) == pytest.approx(12, rel=0.15)


def test_without_a_movement_all_are_alike():
    assert _own_prior(np.zeros(3), np.zeros(3, dtype=np.int64)) == MOST_PRIOR
