import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError
from etl.schemas.daily import GLD_FEATURES_DAILY
from features.daily import daily_features, with_covariates

DAYS = pd.date_range("2025-08-01", periods=40)
ORDERS = pd.DataFrame(
    {
        "date": DAYS,
        "country": "India",
        "channel": "Mobile",
        "orders": np.arange(40),
        "net_revenue": np.arange(40) * 10.0,
    }
)
CELLS = ORDERS[["date", "country", "channel"]].assign(quantity=2, list_amount=20.0, discounted_amount=15.0)
CALENDAR = pd.DataFrame(
    {
        "date": pd.date_range("2025-07-01", periods=90),
        "country": "India",
        "is_holiday": False,
        "holiday": None,
        "is_festival": [day == 60 for day in range(90)],
        "festival": None,
        "promotions": 1,
        "promotion_announced_on": pd.NaT,
    }
)


def test_features_have_the_contract_s_columns_and_one_row_per_series_and_day():
    rows = with_covariates(ORDERS, CELLS, CALENDAR)
    features = pd.concat([daily_features(group) for _, group in rows.groupby("series")])
    assert tuple(features.columns) == GLD_FEATURES_DAILY.column_names
    assert not features.duplicated(["series", "date"]).any()
    required = [column.name for column in GLD_FEATURES_DAILY.columns if column.required]
    assert features[required].notna().all(axis=None)


def test_features_of_a_day():
    rows = with_covariates(ORDERS, CELLS, CALENDAR)
    day = daily_features(rows[rows["series"] == "total"].sample(frac=1, random_state=0)).iloc[29]
    assert (day["orders"], day["orders_lag_1"], day["orders_lag_28"]) == (29, 28, 1)
    assert (day["average_price"], day["discount_rate"], day["promotions"]) == (10, 0.25, 1)
    assert (day["days_to_festival"], day["weekday"], day["is_weekend"]) == (0, 6, True)


def test_days_that_the_calendar_lacks_are_named():
    with pytest.raises(InputError, match="lacks 9 days from 2025-08-01 to 2025-08-09"):
        with_covariates(ORDERS, CELLS, CALENDAR[CALENDAR["date"] >= "2025-08-10"])
