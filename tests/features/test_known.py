import pandas as pd
import pytest

from etl.errors import InputError
from features.known import known_ahead
from features.promotions import as_announced

DAYS = pd.date_range("2025-10-01", periods=4)
CUTOFF = DAYS[1]


def calendar(country: str, promotions: list[int], announced: list[str | None], holiday: int = 0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": DAYS,
            "country": country,
            "is_holiday": [day == holiday for day in range(4)],
            "holiday": ["Feast" if day == holiday else None for day in range(4)],
            "is_festival": False,
            "festival": None,
            "promotions": promotions,
            "promotion_announced_on": pd.to_datetime(pd.Series(announced)),
        }
    )


INDIA = calendar("India", [1, 1, 2, 1], ["2025-09-01", "2025-10-09", "2025-10-02", "2025-10-03"])
UK = calendar("UK", [0, 0, 1, 1], [None, None, None, "2025-09-30"], holiday=3)
BELONGING = pd.DataFrame(
    {"series": ["total", "total", "country=UK"], "country": ["India", "UK", "UK"], "orders": [9, 1, 1]}
)


def test_promotions_announced_after_the_cutoff_or_never_are_not_known_ahead():
    assert as_announced(INDIA, CUTOFF)["promotions"].tolist() == [1, 1, 2, 0]
    assert as_announced(UK, CUTOFF)["promotions"].tolist() == [0, 0, 0, 1]


def test_a_series_has_its_main_country_s_days_and_the_mean_promotions_of_all():
    known = known_ahead(pd.concat([INDIA, UK], ignore_index=True), BELONGING, CUTOFF)
    total = known[known["series"] == "total"]
    assert total["is_holiday"].tolist() == [True, False, False, False]
    assert total["promotions"].tolist() == [0.5, 0.5, 1.0, 0.5]
    assert known.loc[known["series"] == "country=UK", "is_holiday"].tolist() == [False, False, False, True]


def test_a_country_without_a_calendar_is_named():
    with pytest.raises(InputError, match="gld_calendar has no days of UK"):
        known_ahead(INDIA, BELONGING, CUTOFF)
