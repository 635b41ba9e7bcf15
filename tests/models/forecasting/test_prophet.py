import logging

import numpy as np
import pandas as pd
import pytest

from models.forecasting.prophet import Prophet, event_days
from models.forecasting.quantiles import NAMES


@pytest.fixture
def calendar() -> pd.DataFrame:
    days = pd.date_range("2025-01-01", periods=200)
    return pd.DataFrame(
        {
            "date": days,
            "is_holiday": days.day == 10,
            "holiday": ["Tenth" if day.day == 10 else None for day in days],
            "is_festival": (days.day > 20) & (days.day < 24),
            "festival": [
                "Fair + Market" if day.month == 2 else "Late Fair" if day.month == 7 else "Fair" for day in days
            ],
            "promotions": ((days.day > 14) & (days.day < 18)).astype(float),
        }
    )


def test_the_same_seed_gives_the_same_forecast_whatever_ran_before(history, weekly):
    first = Prophet().fit(history(weekly), seed=3).predict(20)
    np.random.random(5)
    again = Prophet().restore(Prophet().fit(history(weekly), seed=3).to_json()).predict(20)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(Prophet().fit(history(weekly), seed=4).predict(20))


def test_a_prediction_leaves_numpy_s_generator_and_the_loggers_as_they_were(
    history, weekly, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    fitted = Prophet().fit(history(weekly))
    np.random.seed(0)
    fitted.predict(5)
    after = np.random.random()
    np.random.seed(0)
    assert after == np.random.random()
    assert not logging.getLogger("cmdstanpy").disabled
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_weekdays_and_slope_are_found_and_quantiles_are_in_order(history, weekly):
    rows = Prophet().fit(history(weekly)).predict(14)
    days = np.arange(140, 154)
    np.testing.assert_allclose(rows["mean"], 100 + days * 0.2 + 10 * (days % 7), rtol=0.05)
    assert (np.diff(rows[NAMES].to_numpy(), axis=1) > 0).all()
    assert rows["date"].iloc[0] == pd.Timestamp("2025-05-21")


def test_holidays_festivals_and_promotions_known_ahead_lift_their_days(history, weekly, calendar):
    past = calendar.iloc[:140]
    lift = 40 * past["is_holiday"] + 30 * past["is_festival"] + 50 * past["promotions"]
    rows = Prophet().fit(history(weekly + lift.to_numpy(), calendar)).predict(40).set_index("date")["mean"]
    plain = Prophet().fit(history(weekly)).predict(40).set_index("date")["mean"]
    extra = rows - plain
    assert extra["2025-06-10"] == pytest.approx(40, abs=15)
    assert extra["2025-06-22"] == pytest.approx(30, abs=15)
    assert extra["2025-06-15":"2025-06-17"].mean() == pytest.approx(50, abs=15)
    assert extra["2025-06-01":"2025-06-08"].abs().mean() < 8


def test_event_days_are_named_windowed_and_only_those_seen_before(history, weekly, calendar):
    events = event_days(history(weekly, calendar))
    assert set(events["holiday"]) == {"holiday Tenth", "festival Fair", "festival Market"}
    assert (
        events.query("holiday == 'holiday Tenth'")[["lower_window", "upper_window"]].to_numpy().tolist()
        == [[-1, 1]] * 7
    )
    assert events.query("holiday == 'festival Fair'")["ds"].dt.month.unique().tolist() == [1, 2, 3, 4, 5, 6]


def test_demand_is_never_negative_and_what_was_raised_is_counted(history):
    fading = np.maximum(0, 30 - np.arange(120) * 0.3) + np.random.default_rng(0).uniform(0, 2, 120)
    rows = Prophet().fit(history(fading)).predict(61)
    assert rows[["mean", *NAMES]].min(axis=None) == 0
    assert rows["floored"].sum() > 0


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (range(20), "20 days of history, Prophet needs 28"),
        ([5] * 60, "the history is constant"),
        ([np.inf, *range(40)], "Prophet failed"),
    ],
)
def test_a_series_prophet_cannot_fit_becomes_seasonal_naive_and_says_why(history, values, reason):
    fitted = Prophet().fit(history(values))
    assert fitted.model == "SeasonalNaive"
    assert fitted.note.startswith(f"SeasonalNaive instead: {reason}")
