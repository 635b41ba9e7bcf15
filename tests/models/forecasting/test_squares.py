import numpy as np

from models.forecasting.hierarchical_bayes.squares import Squares


def columns():
    """A constant, two nested steps, and two hats that are nowhere both above zero."""
    place = np.arange(12)
    steps = [(place < 4) * 1.0, (place < 8) * 1.0]
    hats = [np.maximum(0, 1 - np.abs(place - centre) / 2) for centre in (3, 9)]
    return np.stack([np.ones(12), *steps, *hats], axis=1).astype(np.float32)


def test_weighted_squares_are_those_of_each_series_alone():
    weights = np.random.default_rng(0).random((3, 12)).astype(np.float32)
    found = Squares.of(columns()).weighted(weights)
    alone = [columns().T @ np.diag(each) @ columns() for each in weights]
    np.testing.assert_allclose(found, alone, rtol=1e-5)


def test_a_product_that_several_pairs_share_is_made_once_and_zero_ones_too():
    found = Squares.of(columns())
    # zero; the constant; the steps; each hat alone, squared, and cut off by a step (the second step leaves the first
    # hat whole and touches the second, whose square it cuts alike)
    products = {(columns()[:, a] * columns()[:, b]).tobytes() for a in range(5) for b in range(5)}
    assert found.products.shape == (12, len(products))
    assert len(products) < 15
