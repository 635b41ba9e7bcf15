from datetime import date, timedelta

import pytest

from etl.festivals import festivals

COUNTRIES = {"IN", "US", "GB", "AE", "SG", "CA", "AU"}


def windows(name, first, last):
    return [(item.first, item.last) for item in festivals(first, last) if item.name == name]


@pytest.mark.parametrize(
    ("year", "diwali"), [(2023, date(2023, 11, 12)), (2024, date(2024, 10, 31)), (2025, date(2025, 10, 20))]
)
def test_diwali_moves_between_years(year, diwali):
    assert windows("Diwali", date(year, 1, 1), date(year, 12, 31)) == [(diwali - timedelta(days=19), diwali)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 9, 30), date(2023, 10, 14)),
        (date(2024, 9, 18), date(2024, 10, 2)),
        (date(2025, 9, 7), date(2025, 9, 21)),
    ],
)
def test_pitru_paksha_is_the_fortnight_a_month_before_diwali(first, last):
    assert windows("Pitru Paksha", first, last) == [(first, last)]


def test_nothing_but_pitru_paksha_touches_august_or_september_2025():
    assert [item.name for item in festivals(date(2025, 8, 1), date(2025, 9, 30))] == ["Pitru Paksha"]


def test_moving_dates_outside_india():
    assert windows("Chinese New Year", date(2025, 1, 1), date(2025, 12, 31)) == [(date(2025, 1, 16), date(2025, 1, 30))]
    assert windows("Eid al-Fitr", date(2025, 1, 1), date(2025, 12, 31)) == [(date(2025, 3, 17), date(2025, 4, 1))]
    assert windows("Black Friday", date(2024, 6, 1), date(2024, 12, 31)) == [(date(2024, 11, 28), date(2024, 12, 2))]


def test_a_window_that_reaches_into_the_days_asked_for_is_found():
    assert windows("Diwali", date(2025, 10, 20), date(2025, 10, 20)) == [(date(2025, 10, 1), date(2025, 10, 20))]
    assert windows("New Year", date(2024, 12, 31), date(2024, 12, 31)) == [(date(2024, 12, 28), date(2025, 1, 1))]
    assert festivals(date(2025, 10, 21), date(2025, 10, 31)) == []


def test_sorted_by_day_each_once_with_known_countries():
    found = festivals(date(2022, 1, 1), date(2026, 12, 31))
    assert [item.first for item in found] == sorted(item.first for item in found)
    assert len(found) == len(set(found))
    assert {country for item in found for country in item.countries} == COUNTRIES


def test_years_the_library_lacks_have_no_moving_festival_and_do_not_fail():
    assert windows("Diwali", date(2045, 1, 1), date(2045, 12, 31)) == []
    assert windows("Christmas", date(2045, 1, 1), date(2045, 12, 31)) == [(date(2045, 12, 5), date(2045, 12, 25))]
