import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.forecasting.prophet import LOGGERS, Prophet, _series, event_days

DAYS = np.arange(200)


@pytest.fixture
def marked(panel_of, weekly):
    """Twenty weeks lifted by an event, a promotion and an event that comes only later."""
    known = {
        "tenth": (DAYS % 30 == 9) * 1.0,
        "promotion": (DAYS % 30 > 23) * 1.0,
        "late": (DAYS == 150) * 1.0,
    }
    lift = 40 * known["tenth"] + 50 * known["promotion"]
    return panel_of(weekly + lift[:140], horizon=40, known={name: part[None, :180] for name, part in known.items()})


def predicted(panel, seed=0):
    return Prophet().fit(panel, seed=seed, jobs=1).predict(panel)


def test_the_same_seed_gives_the_same_forecast_whatever_ran_before(panel_of, weekly):
    panel = panel_of(weekly)
    first = predicted(panel, seed=3)
    np.random.random(5)
    again = Prophet().restore(Prophet().fit(panel, seed=3).state()).predict(panel)
    assert np.array_equal(first.quantiles, again.quantiles)
    assert not np.array_equal(first.quantiles, predicted(panel, seed=4).quantiles)


def test_threads_of_one_process_do_not_draw_from_each_other_s_generator(panel_of, weekly):
    panel = panel_of(weekly)
    fitted = [Prophet().fit(panel, seed=seed, jobs=1) for seed in range(4)]
    alone = [each.predict(panel).quantiles for each in fitted]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda each: each.predict(panel).quantiles, fitted))
    np.testing.assert_array_equal(beside, alone)
    assert not any(logging.getLogger(name).filters for name in LOGGERS)


def test_a_prediction_leaves_numpy_s_generator_and_the_loggers_as_they_were(
    panel_of, weekly, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    panel = panel_of(weekly)
    fitted = Prophet().fit(panel, jobs=1)
    np.random.seed(0)
    fitted.predict(panel)
    after = np.random.random()
    np.random.seed(0)
    assert after == np.random.random()
    assert not any(logging.getLogger(name).disabled for name in LOGGERS)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_weekdays_and_slope_are_found_and_quantiles_are_in_order(panel_of, weekly):
    found = predicted(panel_of(weekly))
    days = np.arange(140, 154)
    np.testing.assert_allclose(found.mean[0], 100 + days * 0.2 + 10 * (days % 7), rtol=0.05)
    assert (np.diff(found.quantiles[0], axis=1) > 0).all()


def test_events_and_covariates_known_ahead_lift_their_days(panel_of, weekly, marked):
    extra = (predicted(marked).mean - predicted(panel_of(weekly, horizon=40)).mean)[0]
    ahead = DAYS[140:180]
    assert extra[ahead % 30 == 9].mean() == pytest.approx(40, abs=15)
    assert extra[ahead % 30 > 23].mean() == pytest.approx(50, abs=15)


def test_a_scenario_moves_the_forecast_without_another_fit(marked):
    from dataclasses import replace

    fitted = Prophet().fit(marked, jobs=1)
    promoted = replace(marked, known={**marked.known, "promotion": np.ones((1, 180))})
    lift = (fitted.predict(promoted).mean - fitted.predict(marked).mean)[0]
    quiet = DAYS[140:180] % 30 <= 23
    assert lift[quiet].mean() == pytest.approx(50, abs=15)
    assert np.abs(lift[~quiet]).max() < 5


def test_events_are_rare_covariates_that_were_seen_before(marked):
    events = event_days(_series(marked, 0))
    assert set(events["holiday"]) == {"tenth"}
    assert set(events["lower_window"]) == {-1}


@pytest.mark.parametrize(
    ("values", "reason"),
    [(range(20), "20 values of history, Prophet needs 28"), ([5] * 60, "the history is constant")],
)
def test_a_series_prophet_cannot_fit_becomes_seasonal_naive_and_says_why(panel_of, values, reason):
    assert predicted(panel_of(values)).notes[0].startswith(f"SeasonalNaive instead: {reason}")
