import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyspark.sql import functions as F

from etl.exchange import daily_rates, fixed_rate

pytestmark = pytest.mark.embedded

FIXED = {"INR": "1", "USD": "88.29", "AED": "24.18"}
DAYS = (date(2025, 9, 1), date(2025, 9, 14))
LANDED = "date date, currency string, rate decimal(12,6)"


def rates(session, landed, days=DAYS):
    frame = None if landed is None else session.createDataFrame(landed, LANDED)
    rows = daily_rates(session, frame, FIXED, days).collect()
    found = {(row["currency"], row["date"]): (row["fx_rate"], row["fx_rate_origin"]) for row in rows}
    assert len(found) == len(rows)
    return found


def by_a_loop(landed, days=DAYS):
    found = {}
    for currency, own in FIXED.items():
        known = {day: rate for day, code, rate in landed if code == currency}
        day = days[0]
        while day <= days[1]:
            earlier = [other for other in known if other <= day]
            if day in known:
                found[currency, day] = (known[day], "landed")
            elif earlier:
                found[currency, day] = (known[max(earlier)], "carried")
            else:
                found[currency, day] = (Decimal(own), "fixed")
            day += timedelta(days=1)
    return found


def test_the_fixed_rate_is_the_declared_one_exactly(session):
    frame = session.createDataFrame([("USD",), ("EUR",)], "currency string")
    found = [row[0] for row in frame.select(fixed_rate(F.col("currency"), FIXED)).collect()]
    assert found == [Decimal("88.290000"), None]


def test_without_a_feed_every_day_has_the_fixed_rate_and_says_so(session):
    found = rates(session, None)
    assert found == by_a_loop([])
    assert {origin for _, origin in found.values()} == {"fixed"}


def test_a_gap_is_filled_with_the_last_landed_rate_and_never_with_a_later_one(session):
    landed = [
        (date(2025, 9, 3), "USD", Decimal("88.000000")),
        (date(2025, 9, 5), "USD", Decimal("87.500001")),
        (date(2025, 8, 20), "AED", Decimal("24.100000")),
        (date(2025, 8, 25), "AED", Decimal("24.200000")),
        (date(2025, 9, 20), "AED", Decimal("99.000000")),
        (date(2025, 9, 3), "XXX", Decimal("1.000000")),
    ]
    found = rates(session, landed)
    assert found == by_a_loop(landed)
    assert found["USD", date(2025, 9, 2)] == (Decimal("88.29"), "fixed")
    assert found["USD", date(2025, 9, 4)] == (Decimal("88.000000"), "carried")
    assert found["AED", date(2025, 9, 1)] == (Decimal("24.200000"), "carried")


def test_a_rate_of_the_first_day_is_its_own(session):
    landed = [(date(2025, 8, 31), "USD", Decimal("1.000000")), (DAYS[0], "USD", Decimal("2.000000"))]
    assert rates(session, landed) == by_a_loop(landed)


@pytest.mark.parametrize("seed", range(4))
def test_carrying_agrees_with_a_loop(session, seed):
    chance = random.Random(seed)
    span = [DAYS[0] + timedelta(days=n) for n in range(-10, 20)]
    landed = [
        (day, currency, Decimal(chance.randrange(1, 10**9)).scaleb(-6))
        for day in span
        for currency in (*FIXED, "EUR")
        if chance.random() < 0.3
    ]
    assert rates(session, landed) == by_a_loop(landed)
