import numpy as np
import pytest

from models.attribution.tables import Orders


def test_crowding_is_what_thinning_the_orders_shows():
    """Dropping a hundredth of the orders at random, a slow oracle, moves orders per customer by the same share."""
    generator = np.random.default_rng(0)
    counts = generator.poisson(generator.lognormal(0.5, 1, 4000)).astype(float)
    orders = Orders(np.stack([counts, counts]), np.stack([counts, counts]), np.stack([counts > 0] * 2).astype(float))
    dropped = 0.01
    customers = (1 - dropped**counts)[counts > 0].sum()
    before = np.log(counts.sum() / (counts > 0).sum())
    after = np.log(counts.sum() * (1 - dropped) / customers)
    assert orders.crowding.tolist() == pytest.approx([(after - before) / np.log(1 - dropped)] * 2, rel=0.02)


def test_without_a_known_customer_it_is_defined():
    nobody = np.zeros((2, 3))
    assert Orders(np.ones((2, 3)), nobody, nobody).crowding.tolist() == [1.0, 1.0]
