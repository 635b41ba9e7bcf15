import pandas as pd

from features.calendar import days_to_festival, is_weekend, weekday


def test_weekdays_and_weekends():
    week = pd.Series(pd.date_range("2025-09-01", periods=7))  # a Monday
    assert weekday(week).tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert is_weekend(week).tolist() == [False] * 5 + [True] * 2


def test_days_to_the_next_festival_of_the_same_country():
    days = pd.date_range("2025-10-01", periods=5)
    calendar = pd.concat(
        [
            pd.DataFrame({"date": days, "country": "India", "is_festival": [False, False, True, True, False]}),
            pd.DataFrame({"date": days, "country": "UK", "is_festival": [False, False, False, False, True]}),
        ],
        ignore_index=True,
    ).sample(frac=1, random_state=3)
    found = calendar.assign(ahead=days_to_festival(calendar)).sort_values(["country", "date"])["ahead"]
    assert found.astype(object).where(found.notna(), None).tolist() == [2, 1, 0, 0, None, 4, 3, 2, 1, 0]
