import numpy as np
import pandas as pd
import pytest

from reports.unusual import FEWEST_DAYS, expectations, unusual_days

NO_FESTIVALS = pd.Series(dtype=object, index=pd.DatetimeIndex([]))
WEEK = np.array([1000, 950, 960, 990, 1050, 1300, 1200])


def days_of(count=120, noise=0.02, seed=1, level=1.0):
    dates = pd.date_range("2025-06-02", periods=count)
    usual = WEEK[dates.dayofweek] * level
    return pd.DataFrame(
        {"date": dates, "orders": (usual * np.random.default_rng(seed).normal(1, noise, count)).round()}
    )


def changed(days, first, last, factor):
    inside = days["date"].between(first, last)
    return days.assign(orders=days["orders"].where(~inside, (days["orders"] * factor).round()))


def festival(first, last, name="Diwali"):
    return pd.Series(name, index=pd.date_range(first, last))


def found_dates(days, festivals=NO_FESTIVALS):
    return [str(day.date()) for day in unusual_days(days, festivals)["date"]]


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_days_are_not_unusual(seed):
    assert found_dates(days_of(seed=seed)) == []


def test_an_outage_is_found_by_its_days():
    assert found_dates(changed(days_of(), "2025-08-12", "2025-08-13", 0.6)) == ["2025-08-12", "2025-08-13"]


def test_a_weekday_is_compared_with_its_own_kind():
    quiet_saturday = changed(days_of(), "2025-08-16", "2025-08-16", 0.78)
    assert found_dates(quiet_saturday) == ["2025-08-16"]
    monday_level = quiet_saturday.set_index("date")["orders"]["2025-08-16"]
    assert monday_level > 950


def test_the_expectation_is_what_the_day_would_have_been():
    days = changed(days_of(noise=0.0), "2025-08-12", "2025-08-12", 0.5)
    row = unusual_days(days, NO_FESTIVALS).iloc[0]
    assert row["expected"] == pytest.approx(950, rel=0.01)


def test_a_long_festival_is_expected_and_an_outage_within_it_is_still_found():
    days = changed(days_of(), "2025-08-01", "2025-08-15", 1.4)
    lifted = festival("2025-08-01", "2025-08-15")
    assert found_dates(days, lifted) == []
    outage = changed(days, "2025-08-08", "2025-08-08", 0.5)
    assert found_dates(outage, lifted) == ["2025-08-08"]


def test_a_festival_of_a_day_is_left_to_the_calendar():
    days = changed(days_of(), "2025-08-12", "2025-08-12", 1.8)
    assert found_dates(days, festival("2025-08-12", "2025-08-12")) == []
    assert found_dates(days) == ["2025-08-12"]


def test_a_slow_rise_is_the_level_and_not_unusual():
    rise = days_of(noise=0.01)
    rise["orders"] = (rise["orders"] * np.linspace(1, 2, len(rise))).round()
    assert found_dates(rise) == []


def test_weekdays_on_which_the_shop_is_closed_are_not_judged():
    closed = days_of()
    closed.loc[closed["date"].dt.dayofweek == 5, "orders"] = 0
    assert found_dates(closed) == []


def test_handfuls_of_orders_vary_by_counting_alone():
    few = days_of(level=0.005)
    few["orders"] = np.random.default_rng(2).poisson(WEEK[few["date"].dt.dayofweek] * 0.005)
    assert len(found_dates(few)) <= 1


def test_a_small_distance_does_not_matter_however_regular_the_days():
    assert found_dates(changed(days_of(noise=0.001), "2025-08-12", "2025-08-12", 0.93)) == []


def test_less_than_four_weeks_judge_nothing():
    short = changed(days_of(count=FEWEST_DAYS - 1), "2025-06-12", "2025-06-12", 0.1)
    assert expectations(short, NO_FESTIVALS).empty
