from datetime import date, timedelta

import numpy as np
import pytest

from etl.simulator.demand import festival_factors, order_intensity, season, trend, weekday_factors
from etl.simulator.exchange import daily_rates
from etl.simulator.geography import COUNTRIES, INDIA
from etl.simulator.promotions import build_promotions, percent_table

START, END = date(2023, 1, 1), date(2025, 10, 31)


def position(day, start=START):
    return (day - start).days


def test_a_week_s_factors_average_to_one():
    week = np.arange(np.datetime64("2025-09-01"), np.datetime64("2025-09-08"))
    assert weekday_factors(week).mean(axis=0) == pytest.approx(np.ones(7), abs=1e-9)


def test_india_shops_at_weekends():
    week = np.arange(np.datetime64("2025-09-01"), np.datetime64("2025-09-08"))
    assert weekday_factors(week)[:, INDIA].argmax() == 6


def test_trend_grows_and_the_season_averages_to_one():
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-01-01"))
    assert (np.diff(trend(days)) > 0).all()
    assert season(days).mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("diwali", [date(2023, 11, 12), date(2024, 10, 31), date(2025, 10, 20)])
def test_diwali_lifts_india_most_just_before_the_day_and_leaves_a_small_hangover(diwali):
    factors = festival_factors(diwali - timedelta(days=25), diwali + timedelta(days=6))
    day = 25
    assert factors[:, INDIA].argmax() == day - 1
    assert factors[: day - 19, INDIA] == pytest.approx(1)
    assert 0.8 < factors[day + 1, INDIA] < 1
    assert (factors[day - 19 : day, INDIA][:, None] >= factors[day - 19 : day]).all()


def test_no_festival_lifts_august_or_september_2025():
    assert (festival_factors(date(2025, 8, 1), date(2025, 9, 30)) == 1).all()


def test_factors_do_not_depend_on_where_the_window_starts():
    whole = festival_factors(START, END)
    assert (whole[position(date(2025, 10, 25)) :] == festival_factors(date(2025, 10, 25), END)).all()


def test_promotions_do_not_differ_between_august_and_september_2025_but_for_toys():
    table = percent_table(build_promotions(7, START, END), START, END, usual=False)
    august = table[position(date(2025, 8, 1)) : position(date(2025, 9, 1))].sum(axis=0)
    september = table[position(date(2025, 9, 1)) : position(date(2025, 10, 1))].sum(axis=0)
    same = np.delete(august - september, 2, axis=1)
    assert (same == 0).all()
    assert (september[:, 2] > august[:, 2]).all()


def test_without_the_deepening_only_september_s_toys_differ():
    promotions = build_promotions(7, START, END)
    difference = percent_table(promotions, START, END, usual=False) - percent_table(promotions, START, END, usual=True)
    days, _, categories = np.nonzero(difference)
    assert (days.min(), days.max()) == (position(date(2025, 9, 1)), position(date(2025, 9, 30)))
    assert set(categories) == {2}


def test_daily_noise_is_modest_and_remembers_the_day_before():
    empty = np.zeros((position(END) + 1, 7, 8), dtype=np.int64)
    noisy = order_intensity(7, 1.0, START, END, empty).sum(axis=1)
    other = order_intensity(8, 1.0, START, END, empty).sum(axis=1)
    noise = np.log(noisy / other)  # of two seeds: what they share is gone
    assert 0.02 < noise.std() < 0.04
    assert 0.25 < np.corrcoef(noise[1:], noise[:-1])[0, 1] < 0.55


def test_exchange_rates_pass_the_published_ones_and_hardly_move_afterwards():
    rates = daily_rates(7, START, date(2025, 12, 31))
    fixed = np.array([country.fixed_rate / 100 for country in COUNTRIES])
    published = position(date(2025, 10, 15))
    assert (rates[published] == fixed).all()
    assert rates[0] == pytest.approx([country.opening_rate for country in COUNTRIES])
    assert np.abs(rates[published:] / fixed - 1).max() < 0.01
    assert np.diff(np.log(rates[: published + 1, 1])).std() == pytest.approx(0.003, rel=0.15)


def test_exchange_rates_do_not_depend_on_the_window():
    whole = daily_rates(7, date(2022, 6, 1), END)
    part = daily_rates(7, date(2025, 6, 1), END)
    assert (whole[position(date(2025, 6, 1), date(2022, 6, 1)) :] == part).all()
