import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.forecasting.candidates import Settled
from models.forecasting.quantiles import LEVELS
from models.forecasting.seasonal_naive import Drift, SeasonalNaive

VALUES = arrays(float, st.integers(1, 60), elements=st.floats(-1e6, 1e6) | st.just(np.nan))


def test_the_last_week_is_repeated(panel_of):
    found = SeasonalNaive().fit(panel_of(range(21), horizon=9))
    assert found.mean[0].tolist() == [14, 15, 16, 17, 18, 19, 20, 14, 15]


def test_quantiles_are_those_of_seasonal_differences_growing_with_the_root_of_the_seasons(panel_of, weekly):
    found = SeasonalNaive().fit(panel_of(weekly, horizon=21))
    differences = [weekly[day] - weekly[day - 7] for day in range(7, len(weekly))]
    for horizon in (1, 7, 8, 14, 15, 21):
        last = weekly[-7:][(horizon - 1) % 7]
        expected = last + np.sqrt((horizon + 6) // 7) * np.quantile(differences, LEVELS)
        np.testing.assert_allclose(found.quantiles[0, horizon - 1], expected)


def test_a_gap_takes_the_last_known_value_of_its_place_in_the_season(panel_of):
    values = [*range(19), np.nan, 20]
    assert SeasonalNaive().fit(panel_of(values, horizon=7)).mean[0].tolist() == [14, 15, 16, 17, 18, 12, 20]


@pytest.mark.parametrize("days", [1, 2, 13])
def test_a_short_series_falls_back_to_its_mean_and_says_so(panel_of, days):
    found = SeasonalNaive().fit(panel_of(range(days)))
    assert found.notes == (f"the mean of {days} values: fewer than two seasons of 7 are known",)
    assert set(found.mean[0]) == {(days - 1) / 2}
    assert (found.quantiles[0] == found.quantiles[0, 0]).all()


@settings(max_examples=50, deadline=None)
@given(values=VALUES)
@pytest.mark.parametrize("model", [SeasonalNaive(), Drift()])
def test_every_series_gets_finite_quantiles_in_order_and_can_be_stored(panel_of, model, values):
    panel = panel_of(values)
    fitted = model.fit(panel)
    assert np.isfinite(fitted.quantiles).all()
    assert np.isfinite(fitted.mean).all()
    assert (np.diff(fitted.quantiles, axis=2) >= -1e-6).all()
    again = Settled.restore(fitted.state()).predict(panel)
    assert np.array_equal(again.quantiles, fitted.quantiles)
    assert again.notes == fitted.notes


def test_drift_draws_the_line_from_the_first_value_to_the_last_on(panel_of):
    rising = Drift().fit(panel_of([np.nan, 3, 5, 4, 9], horizon=3))
    np.testing.assert_allclose(rising.mean[0], [11, 13, 15])
    straight = Drift().fit(panel_of([1, 2, np.nan, 4], horizon=2))
    np.testing.assert_allclose(straight.quantiles[0], np.repeat([[5.0], [6.0]], 9, axis=1))
