from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.periods import Period
from models.attribution.calendar import fit_calendar
from models.attribution.noise import log_index_ratios
from models.attribution.periods import Comparison

COMPARISON = Comparison(
    Period(date(2025, 8, 1), date(2025, 8, 31)),
    Period(date(2025, 9, 1), date(2025, 9, 30)),
)
WEEKDAYS = np.array([1.0, 0.9, 0.9, 1.0, 1.1, 1.5, 1.3])


def history(days, events=(), noise=0.0, weekdays=WEEKDAYS, seed=0):
    dates = pd.date_range(end="2025-09-30", periods=days)
    orders = 1e6 * weekdays[dates.dayofweek] * np.exp(noise * np.random.default_rng(seed).normal(size=days))
    for day, factor in events:
        orders = np.where(dates == pd.Timestamp(day), orders * factor, orders)
    return pd.DataFrame({"date": dates, "orders": np.round(orders)})


def named(days):
    return pd.DataFrame({"date": pd.DatetimeIndex(days), "event": "Diwali"})


def ratios(fit):
    return [float(np.exp(ratio[0])) for ratio in log_index_ratios(fit, fit.coefficients[:, None], COMPARISON)]


@pytest.mark.parametrize("days", [61, 300, 900])
def test_weekday_mix_is_the_ratio_of_mean_weekdays(days):
    fit = fit_calendar(history(days), named([]), COMPARISON)
    expected = [WEEKDAYS[period.dates.dayofweek].mean() for period in COMPARISON]
    assert ratios(fit) == pytest.approx([expected[1] / expected[0], 1.0], rel=1e-5)


def test_a_weekday_that_never_sells_counts_nothing():
    closed = np.where(np.arange(7) == 5, 0.0, WEEKDAYS)
    fit = fit_calendar(history(300, weekdays=closed), named([]), COMPARISON)
    expected = [closed[period.dates.dayofweek].mean() for period in COMPARISON]
    assert ratios(fit)[0] == pytest.approx(expected[1] / expected[0], rel=1e-5)


def test_an_event_seen_before_is_told_from_orders():
    days = ["2025-03-03", "2025-03-04", "2025-03-05", "2025-09-10"]
    daily = history(400, [(day, 2.0) for day in days], noise=0.02)
    fit = fit_calendar(daily, named(days), COMPARISON)
    index = WEEKDAYS[COMPARISON.period.dates.dayofweek]
    at = int(np.flatnonzero(COMPARISON.period.dates == "2025-09-10")[0])
    expected = 1 + index[at] / index.sum()
    assert ratios(fit)[1] == pytest.approx(expected, rel=2e-3)
    assert fit.notes == ()


def test_one_past_day_is_not_taken_at_its_word():
    days = ["2025-03-03", "2025-09-10"]
    fit = fit_calendar(history(400, [(days[0], 2.0)], noise=0.5), named(days), COMPARISON)
    plain = np.linalg.lstsq(fit.design.to_numpy(), fit.log_orders, rcond=None)[0]
    event = fit.design.columns.get_loc("event Diwali")
    assert 0 < fit.coefficients[event] < 0.6 * plain[event]


@pytest.mark.parametrize("days", [400, 120])
def test_an_event_never_seen_or_without_history_is_left_in_orders_and_said(days):
    seen = ["2025-09-10"] if days == 400 else ["2025-07-10", "2025-09-10"]
    fit = fit_calendar(history(days, [(day, 2.0) for day in seen]), named(seen), COMPARISON)
    assert ratios(fit)[1] == 1
    assert fit.notes == ("event Diwali is left in orders: history is too short or did not see it",)


def test_a_fall_of_the_whole_period_does_not_bend_weekdays_or_events():
    days = ["2025-03-03", "2025-03-04", "2025-09-10"]
    daily = history(400, [(day, 1.5) for day in days])
    fallen = daily.assign(orders=np.where(daily["date"] >= "2025-09-01", daily["orders"] * 0.6, daily["orders"]))
    fits = [fit_calendar(table, named(days), COMPARISON) for table in (daily, fallen)]
    assert ratios(fits[0]) == pytest.approx(ratios(fits[1]), rel=1e-5)


def test_the_fit_is_the_same_whichever_period_is_the_baseline():
    daily = history(300, noise=0.1)
    swapped = Comparison(COMPARISON.period, COMPARISON.baseline)
    fits = [fit_calendar(daily, named([]), comparison) for comparison in (COMPARISON, swapped)]
    ratio = [log_index_ratios(fit, fit.coefficients[:, None], COMPARISON)[0] for fit in fits]
    assert ratio[0] == pytest.approx(ratio[1])


def test_weeks_of_history_and_what_comes_after_the_periods():
    daily = history(31 + 30 + 26 * 7)
    later = pd.DataFrame({"date": pd.date_range("2025-10-01", periods=20), "orders": 5.0})
    fits = [fit_calendar(table, named([]), COMPARISON) for table in (daily, pd.concat([daily, later]))]
    assert [fit.history_weeks for fit in fits] == [26, 26]
    assert ratios(fits[0]) == ratios(fits[1])
    assert fits[0].full_history
    assert not fit_calendar(daily[7:], named([]), COMPARISON).full_history


def test_too_few_days_for_weekdays():
    fit = fit_calendar(history(55), named([]), COMPARISON)
    assert ratios(fit) == [1, 1]


def test_missing_days_are_counted():
    daily = history(61).drop([3, 40])
    assert fit_calendar(daily, named([]), COMPARISON).notes == (
        "daily has no row for 2 days between 2025-08-01 and 2025-09-30",
        "daily has no row for 1 of the 31 days of the baseline",
        "daily has no row for 1 of the 30 days of the period",
    )
