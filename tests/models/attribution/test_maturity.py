"""Returns by the age of their order: what the newest orders still lack."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from etl.periods import Period
from models.attribution.maturity import pending, with_pending

AS_OF = pd.Timestamp("2025-04-30")
MARCH, APRIL = Period(date(2025, 3, 1), date(2025, 3, 31)), Period(date(2025, 4, 1), date(2025, 4, 30))
DAYS = pd.date_range("2025-01-01", AS_OF)


def come_back(first_age, second_age):
    """Of 100 sold every day 4 come back at one age and 6 at another, as far as the data reach."""
    rows = [(day, age, amount) for day in DAYS for age, amount in ((first_age, 4.0), (second_age, 6.0))]
    returned = pd.DataFrame(rows, columns=["date", "age", "amount"])
    return returned[returned["date"] + pd.to_timedelta(returned["age"], unit="D") <= AS_OF]


@pytest.mark.parametrize(
    ("ages", "april", "march"), [((0, 0), 0, 0), ((5, 10), 4 * 5 + 6 * 10, 0), ((5, 40), 20 + 180, 60)]
)
def test_what_is_still_to_come_is_what_older_orders_had_back_by_then(ages, april, march):
    sold = pd.Series(100.0, index=DAYS)
    returned = come_back(*ages)
    assert pending(sold, returned, APRIL, AS_OF) == pytest.approx(april)
    assert pending(sold, returned, MARCH, AS_OF) == pytest.approx(march)


def test_without_orders_old_enough_nothing_is_known():
    assert pending(pd.Series(100.0, index=DAYS[-20:]), come_back(5, 10), APRIL, AS_OF) == 0.0


def test_returns_that_only_seem_lower_are_not_distinguishable(explain, shop):
    sales, orders, daily, events = shop()
    plain = explain(sales, orders, daily, events)
    returns = plain.drivers.set_index("driver").loc["returns"]
    same = with_pending(plain, 100.0, 100.0)
    assert same is plain
    missing = float(returns["high"]) + float(plain.period_total) * 0.01
    wider = with_pending(plain, 0.0, missing)
    told = wider.drivers.set_index("driver").loc["returns"]
    assert (told["amount"], told["high"]) == (returns["amount"], returns["high"])
    assert told["low"] == pytest.approx(returns["low"] - missing, abs=0.01)
    assert wider.aov.low == pytest.approx(plain.aov.low - missing, abs=0.01)
    assert not told["distinguishable"] or told["high"] < 0
    assert isinstance(told["amount"], Decimal)
    assert "still to come back" in wider.method.notes[-1]
