import numpy as np
import pytest

from models.forecasting.statistical import Statistical


@pytest.fixture(scope="module")
def panel(panel_of):
    days = np.arange(70)
    draws = np.random.default_rng(0)
    weekly = 100 + 10 * (days % 7) + draws.normal(0, 2, 70)
    gaps = np.where(draws.random(70) < 0.2, np.nan, weekly)
    return panel_of(np.stack([weekly, gaps, np.full(70, 4.0), draws.poisson(0.3, 70)]))


@pytest.mark.parametrize("name", ["AutoETS", "DynamicOptimizedTheta", "MSTL", "CrostonSBA"])
def test_each_model_answers_every_series_and_says_where_it_fell_back(panel, name):
    found = Statistical(name).fit(panel, jobs=1)
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(np.sort(found.quantiles, axis=2), axis=2) >= 0).all()
    assert found.notes[2].startswith(f"SeasonalNaive instead: {name} needs")
    assert found.notes[0] == ""


@pytest.mark.parametrize("name", ["AutoETS", "MSTL"])
def test_the_week_is_found(panel, name):
    found = Statistical(name).fit(panel, jobs=1)
    np.testing.assert_allclose(found.mean[0], 100 + 10 * (np.arange(70, 84) % 7), atol=6)
    assert (np.diff(found.quantiles[0], axis=1) > 0).all()
