import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.forecasting.quantiles import LEVELS, NAMES
from models.forecasting.seasonal_naive import SeasonalNaive, fallback

VALUES = arrays(float, st.integers(1, 60), elements=st.floats(-1e6, 1e6))


def test_the_last_week_is_repeated(history):
    rows = SeasonalNaive().fit(history(range(21))).predict(9)
    assert rows["mean"].tolist() == [14, 15, 16, 17, 18, 19, 20, 14, 15]
    assert rows["date"].iloc[0] == history(range(21)).cutoff + np.timedelta64(1, "D")


def test_quantiles_are_those_of_seasonal_differences_growing_with_the_root_of_the_seasons(history, weekly):
    rows = SeasonalNaive().fit(history(weekly)).predict(21)
    differences = [weekly[day] - weekly[day - 7] for day in range(7, len(weekly))]
    for horizon in (1, 7, 8, 14, 15, 21):
        last = weekly[-7:][(horizon - 1) % 7]
        expected = last + np.sqrt((horizon + 6) // 7) * np.quantile(differences, LEVELS)
        np.testing.assert_allclose(rows.loc[horizon - 1, NAMES].astype(float), expected)


@pytest.mark.parametrize("days", [1, 2, 13])
def test_a_short_series_falls_back_to_its_mean_and_says_so(history, days):
    fitted = SeasonalNaive().fit(history(range(days)))
    assert fitted.note == f"the mean of {days} days: fewer than two weeks of history"
    assert set(fitted.predict(61)["mean"]) == {(days - 1) / 2}
    assert fitted.predict(61)[NAMES].nunique().eq(1).all()


@settings(max_examples=50, deadline=None)
@given(values=VALUES)
def test_quantiles_never_cross_and_stay_above_the_floor(history_of, values):
    fitted = SeasonalNaive().fit(history_of(values))
    quantiles = fitted.predict(20)[NAMES].to_numpy()
    assert (np.diff(quantiles, axis=1) >= -1e-6).all()
    assert quantiles.min() >= (0 if values.min() >= 0 else -np.inf)
    assert SeasonalNaive().restore(fitted.to_json()) == fitted


@pytest.fixture(scope="module")
def history_of():
    import pandas as pd

    from models.forecasting.candidates import History

    def build(values):
        return History("total", pd.Series(values, pd.date_range("2025-01-01", periods=len(values))), pd.DataFrame())

    return build


def test_a_fallback_gives_its_reason(history):
    assert fallback(history(range(20)), "it broke").note == "SeasonalNaive instead: it broke"
    assert fallback(history([1]), "it broke").note.endswith(
        "it broke; the mean of 1 days: fewer than two weeks of history"
    )
