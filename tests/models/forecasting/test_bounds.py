import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.forecasting.bounds import bounded, closed
from models.forecasting.panel import Forecast

VALUES = arrays(float, (2, 10), elements=st.floats(-100, 100))
QUANTILES = arrays(float, (2, 3, 9), elements=st.floats(-1e6, 1e6))


@settings(max_examples=50, deadline=None)
@given(values=VALUES, quantiles=QUANTILES)
def test_quantiles_never_cross_and_a_series_that_never_was_negative_stays_so(panel_of, values, quantiles):
    panel = panel_of(values, horizon=3)
    found = bounded(panel, Forecast.of(quantiles, quantiles.mean(axis=2)))
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    for row in range(2):
        if (values[row] >= 0).all():
            assert found.quantiles[row].min() >= 0
            assert found.mean[row].min() >= 0
            raised = (quantiles[row] < 0).sum(axis=1) + (quantiles[row].mean(axis=1) < 0)
            assert found.raised[row].tolist() == raised.tolist()
        else:
            assert found.raised[row].sum() == 0


@pytest.fixture
def shop(panel_of):
    """Shut on every seventh day, which is known ahead."""
    days = np.arange(100 + 14)
    is_open = np.tile((days % 7 != 6) * 1.0, (2, 1))
    sales = np.random.default_rng(0).uniform(5, 9, (2, 100)) * is_open[:, :100]
    weekend = np.tile((days % 7 >= 5) * 1.0, (2, 1))
    return panel_of(sales, known={"open": is_open, "weekend": weekend})


def test_a_covariate_under_which_nothing_is_sold_closes_the_days_ahead(shop):
    assert np.array_equal(closed(shop), shop.known["open"] == 0)
    found = bounded(shop, Forecast.of(np.ones((2, 14, 9)), np.ones((2, 14))))
    assert np.array_equal(found.mean, shop.ahead(shop.known["open"]))
    assert np.array_equal(found.quantiles[..., 8], found.mean)


def test_zeros_that_are_everywhere_close_nothing(panel_of, shop):
    assert not closed(panel_of(np.zeros((2, 100)), known=shop.known)).any()
