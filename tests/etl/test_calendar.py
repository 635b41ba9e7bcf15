import calendar as months
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from etl.calendar import calendar
from etl.festivals import festivals
from etl.frames import arrow_table
from etl.schemas.daily import GLD_CALENDAR

NO_PROMOTIONS = pd.DataFrame(columns=["country", "start_date", "end_date", "discount_pct", "announced_on"])


def promotions(*rows):
    frame = pd.DataFrame(rows, columns=NO_PROMOTIONS.columns)
    return frame.astype(dict.fromkeys(("start_date", "end_date", "announced_on"), "datetime64[ns]"))


def days(countries, first, last, running=NO_PROMOTIONS):
    """Rows by country and day, as they land in the table."""
    rows = calendar(countries, running, date.fromisoformat(first), date.fromisoformat(last))
    return {(row["country"], str(row["date"])): row for row in arrow_table(GLD_CALENDAR, rows).to_pylist()}


def test_every_day_of_every_country_is_there_once():
    found = days({"India": "IN", "Atlantis": None}, "2024-02-01", "2025-03-31")
    span = [str(date(2024, 2, 1) + timedelta(days=n)) for n in range(425)]
    assert list(found) == [(country, day) for country in ("Atlantis", "India") for day in span]


def test_the_shape_of_a_month_is_what_the_calendar_says():
    for (_, day), row in days({"India": "IN"}, "2023-12-25", "2025-03-03").items():
        on = date.fromisoformat(day)
        weeks = months.monthcalendar(on.year, on.month)
        assert row["weekday"] == on.isoweekday()
        assert row["days_in_month"] == max(max(week) for week in weeks)
        assert row["weekdays_in_month"] == sum(week[on.weekday()] > 0 for week in weeks)


def test_holidays_are_the_countrys_own_and_unknown_countries_have_none():
    found = days({"India": "IN", "US": "US", "Atlantis": None}, "2025-07-01", "2025-08-31")
    named = {(country, day): row["holiday"] for (country, day), row in found.items() if row["is_holiday"]}
    assert named["India", "2025-08-15"] == "Independence Day"
    assert named["US", "2025-07-04"] == "Independence Day"
    assert ("US", "2025-08-15") not in named
    assert {country for country, _ in named} == {"India", "US"}
    assert {row["country_code"] for (country, _), row in found.items() if country == "Atlantis"} == {None}
    assert all((row["holiday"] is not None) == row["is_holiday"] for row in found.values())


def test_a_holiday_has_one_name_whether_or_not_its_date_is_estimated():
    found = days({"UAE": "AE"}, "2020-01-01", "2030-12-31")
    assert {row["holiday"] for row in found.values() if row["holiday"] and "estimated" in row["holiday"]} == set()


def test_festivals_last_their_days_in_the_countries_that_keep_them():
    found = days({"India": "IN", "US": "US"}, "2025-01-01", "2025-12-31")
    codes = {"India": "IN", "US": "US"}
    for (country, day), row in found.items():
        on = date.fromisoformat(day)
        kept = sorted(
            festival.name
            for festival in festivals(on, on)
            if codes[country] in festival.countries and festival.first <= on <= festival.last
        )
        assert row["festival"] == (" + ".join(kept) or None)
        assert row["is_festival"] == bool(kept)
    assert any(row["is_festival"] for row in found.values())


def test_promotions_count_where_and_while_they_run():
    running = promotions(
        (None, "2025-09-02", "2025-09-04", 10, "2025-08-01"),
        ("India", "2025-09-04", "2025-09-05", 25, "2025-08-20"),
        ("US", "2025-09-03", "2025-09-03", 15, None),
    )
    found = days({"India": "IN", "US": "US"}, "2025-09-01", "2025-09-05", running)
    counts = {key: row["promotions"] for key, row in found.items()}
    assert [counts["India", f"2025-09-0{n}"] for n in range(1, 6)] == [0, 1, 1, 2, 1]
    assert [counts["US", f"2025-09-0{n}"] for n in range(1, 6)] == [0, 1, 2, 1, 0]
    both = found["India", "2025-09-04"]
    assert (both["promotion_discount_pct"], both["promotion_announced_on"]) == (Decimal("25.00"), date(2025, 8, 20))
    none = found["US", "2025-09-05"]
    assert (none["promotion_discount_pct"], none["promotion_announced_on"]) == (None, None)


@pytest.mark.parametrize(("start", "end"), [("2020-01-01", "2199-12-31"), ("1900-01-01", "2025-09-01")])
def test_a_promotion_longer_than_the_calendar_runs_on_its_days(start, end):
    found = days({"India": "IN"}, "2025-09-01", "2025-09-02", promotions((None, start, end, 5, None)))
    expected = 2 if end > "2025-09-02" else 1
    assert sum(row["promotions"] for row in found.values()) == expected
