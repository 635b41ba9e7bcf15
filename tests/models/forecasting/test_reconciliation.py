import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.hierarchy import Hierarchy, crossings, hierarchy
from models.forecasting.reconciliation import METHODS, choose, reconciliation

CELLS = pd.DataFrame(
    {
        "country": ["India", "India", "India", "UK"],
        "region": ["West", "North", "North", "Wales"],
        "channel": ["Mobile", "Mobile", "Website", "Website"],
    }
)
TREE = hierarchy(CELLS, crossings(list(CELLS)))


def errors_of(tree: Hierarchy, steps: int = 90, seed: int = 0):
    """Errors of the bottom series added up, and of every coarser series' own model on top."""
    generator = np.random.default_rng(seed)
    bottom = generator.normal(size=(len(tree.bottom), steps)) * np.arange(1, len(tree.bottom) + 1)[:, None]
    return tree.sums(bottom) + generator.normal(size=(len(tree.nodes), steps))


def by_formula(tree: Hierarchy, covariance):
    """(S' W^-1 S)^-1 S' W^-1, inverted without a thought."""
    summing, inverse = tree.summing.toarray(), np.linalg.inv(covariance)
    return np.linalg.inv(summing.T @ inverse @ summing) @ summing.T @ inverse


@pytest.mark.parametrize("method", METHODS)
def test_what_adds_up_stays_as_it_is_and_what_does_not_is_made_to(method):
    found = reconciliation(method, TREE, errors_of(TREE))
    whole = TREE.sums(np.random.default_rng(1).normal(size=(4, 5, 2)))
    np.testing.assert_allclose(found.coherent(TREE, whole), whole, atol=1e-9)
    torn = whole + np.random.default_rng(2).normal(size=whole.shape)
    mended = found.coherent(TREE, torn)
    np.testing.assert_allclose(mended, TREE.sums(mended[TREE.bottom]), atol=1e-12)
    np.testing.assert_allclose(mended.mean(axis=2), found.coherent(TREE, torn.mean(axis=2)), atol=1e-9)


def test_the_weights_are_those_of_the_formulas():
    errors = errors_of(TREE)
    count = len(TREE.nodes)
    covariances = {
        "ols": np.eye(count),
        "wls_struct": np.diag(TREE.summing.toarray().sum(axis=1)),
        "wls_var": np.diag((errors**2).mean(axis=1)),
    }
    for method, covariance in covariances.items():
        np.testing.assert_allclose(
            reconciliation(method, TREE, errors).weights, by_formula(TREE, covariance), atol=1e-8
        )


def test_minimum_trace_is_the_formula_with_a_covariance_between_the_sample_s_and_its_diagonal():
    errors = errors_of(TREE)
    sample = np.cov(errors)
    found = reconciliation("mint_shrink", TREE, errors).weights
    shrunk = [
        by_formula(TREE, (1 - share) * sample + share * np.diag(np.diag(sample))) for share in np.arange(0.0, 1, 0.01)
    ]
    assert min(np.abs(each - found).max() for each in shrunk) < 0.01


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_a_series_that_never_erred_breaks_nothing(seed):
    errors = errors_of(TREE, steps=20, seed=seed)
    errors[[0, -1]] = 0
    for method in METHODS:
        assert np.isfinite(reconciliation(method, TREE, errors).weights).all()


def folds(bottom_noise: float, top_noise: float):
    generator = np.random.default_rng(0)
    made = []
    for _ in range(3):
        actual = TREE.sums(generator.normal(100, 10, (4, 40)))
        noise = generator.normal(size=actual.shape) * top_noise
        noise[TREE.bottom] = generator.normal(size=(4, 40)) * bottom_noise
        made.append((actual + noise, actual))
    return made


def test_the_choice_is_the_simplest_that_forecasts_well():
    scale = np.ones(len(TREE.nodes))
    assert choose(TREE, folds(bottom_noise=0.0, top_noise=5), scale) == "bottom_up"
    assert choose(TREE, folds(bottom_noise=9.0, top_noise=0.1), scale) in {"wls_var", "mint_shrink"}
    assert choose(TREE, folds(9.0, 0.1)[:1], scale) == "bottom_up"
    assert choose(TREE, folds(9.0, 0.1), np.zeros(len(TREE.nodes))) == "bottom_up"
