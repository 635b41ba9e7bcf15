from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.periods import Period
from models.attribution import noise
from models.attribution.calendar import fit_calendar
from models.attribution.intervals import interval, leaves_zero_out
from models.attribution.noise import orders_noise
from models.attribution.periods import Comparison

COMPARISON = Comparison(
    Period(date(2025, 8, 1), date(2025, 8, 31)),
    Period(date(2025, 9, 1), date(2025, 9, 30)),
)
NO_EVENTS = pd.DataFrame({"date": pd.DatetimeIndex([]), "event": []})
FALL = -0.07


def simulated(generator, days):
    """Daily orders with weekdays, first-order autoregressive noise and a fall of 7% in September."""
    dates = pd.date_range(end="2025-09-30", periods=days)
    noise = np.zeros(days)
    for day, shock in enumerate(generator.normal(0, 0.08, days)):
        noise[day] = 0.3 * noise[day - 1] + shock
    level = 8 + 0.2 * (dates.dayofweek == 5) + FALL * (dates >= "2025-09-01")
    return pd.DataFrame({"date": dates, "orders": np.round(np.exp(level + noise))})


def covers(daily, seed):
    fit = fit_calendar(daily, NO_EVENTS, COMPARISON)
    noise = orders_noise(fit, COMPARISON, np.random.default_rng(seed), 200)
    counted = np.log(fit.orders_by_period[1] / fit.orders_by_period[0])
    weekday = noise.log_weekday.mean()
    low, high = interval(100 * (counted - weekday - np.log(30 / 31)), 100 * (noise.log_orders[1] - noise.log_orders[0]))
    return low <= 100 * FALL <= high


@pytest.mark.parametrize("days", [250, 61])
def test_the_interval_of_orders_covers_the_truth(days):
    generator = np.random.default_rng(days)
    covered = np.mean([covers(simulated(generator, days), run) for run in range(200)])
    assert 0.88 <= covered <= 0.99


def test_periods_of_a_day_show_no_noise_of_their_own():
    days = Comparison(Period(date(2025, 9, 29), date(2025, 9, 29)), Period(date(2025, 9, 30), date(2025, 9, 30)))
    fit = fit_calendar(simulated(np.random.default_rng(0), 61), NO_EVENTS, days)
    assert np.isnan(orders_noise(fit, days, np.random.default_rng(0), 10).log_orders).all()


def test_blocks_keep_consecutive_days_together():
    fit = fit_calendar(simulated(np.random.default_rng(0), 400), NO_EVENTS, COMPARISON)
    noise = orders_noise(fit, COMPARISON, np.random.default_rng(0), 2000)
    independent = fit.residuals.std() * np.sqrt(1 / 31 + 1 / 30)
    assert (noise.log_orders[1] - noise.log_orders[0]).std() > 1.1 * independent


def test_an_interval_is_centred_on_the_amount_and_leaves_out_what_is_not_finite():
    replicates = np.array([*np.arange(1001.0), np.nan, np.inf])
    assert interval(10.0, replicates) == (10 - 475, 10 + 475)


@pytest.mark.parametrize("replicates", [np.zeros(10), np.full(10, np.nan), np.full(10, 1e-9)])
def test_no_interval_without_a_spread(replicates):
    low, high = interval(5.0, replicates)
    assert np.isnan([low, high]).all()
    assert not leaves_zero_out(low, high)


@pytest.mark.parametrize(("memory", "low", "high"), [(0.0, 1.0, 1.06), (0.6, 1.08, 1.35)])
def test_what_blocks_miss_of_long_memory_is_made_good(memory, low, high):
    generator = np.random.default_rng(0)
    steps = generator.standard_normal(20_000)
    values = np.zeros(len(steps))
    for day in range(1, len(steps)):
        values[day] = memory * values[day - 1] + steps[day]
    factor = noise._beyond_blocks(values)
    assert low <= factor <= high
    truth = 1 / (1 - memory)  # long-run standard deviation
    assert np.sqrt(noise._block_variance(values, 7)) * factor == pytest.approx(truth, rel=0.06)


def test_residuals_that_are_all_zero_miss_nothing():
    assert noise._beyond_blocks(np.zeros(30)) == 1.0
