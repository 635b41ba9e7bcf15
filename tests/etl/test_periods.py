from datetime import date

import pytest

from etl.periods import Period, month_of


@pytest.mark.parametrize(
    ("first", "last", "label", "code"),
    [
        ("2025-09-01", "2025-09-30", "September 2025", "2025-09"),
        ("2025-07-01", "2025-09-30", "Q3 2025", "2025-Q3"),
        ("2025-01-01", "2025-12-31", "2025", "2025"),
        ("2025-09-05", "2025-09-05", "5 September 2025", "2025-09-05"),
        ("2025-09-03", "2025-09-17", "3 to 17 September 2025", "2025-09-03:2025-09-17"),
        ("2025-08-28", "2025-09-03", "28 August to 3 September 2025", "2025-08-28:2025-09-03"),
        ("2024-12-30", "2025-01-02", "30 December 2024 to 2 January 2025", "2024-12-30:2025-01-02"),
        ("2025-08-01", "2025-10-31", "1 August to 31 October 2025", "2025-08-01:2025-10-31"),
    ],
)
def test_periods_are_called_what_a_reader_calls_them(first, last, label, code):
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert (period.label, period.code) == (label, code)


@pytest.mark.parametrize(
    ("period", "following"),
    [
        (month_of(date(2025, 12, 5)), month_of(date(2026, 1, 1))),
        (Period(date(2024, 1, 1), date(2024, 12, 31)), Period(date(2025, 1, 1), date(2025, 12, 31))),
        (Period(date(2025, 10, 1), date(2025, 12, 31)), Period(date(2026, 1, 1), date(2026, 3, 31))),
        (Period(date(2025, 9, 3), date(2025, 9, 9)), Period(date(2025, 9, 10), date(2025, 9, 16))),
        (Period(date(2025, 9, 3), date(2025, 9, 3)), Period(date(2025, 9, 4), date(2025, 9, 4))),
    ],
)
def test_the_following_period_is_of_the_same_kind(period, following):
    assert period.following == following


def test_february_knows_leap_years():
    assert [month_of(date(year, 2, 9)).days for year in (2024, 2025)] == [29, 28]
