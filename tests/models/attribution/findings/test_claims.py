import numpy as np
import pandas as pd
import pytest

from models.attribution.findings import claims
from models.attribution.findings.claims import BROKEN, HOLDS, UNKNOWN, Facts
from models.attribution.findings.expectation import History

FIRST = pd.Timestamp("2024-01-01")
MOBILE = {"dimension": "channel", "value": "Mobile", "than": "Website", "months": 2}


def spending(rows):
    """Rows of (month, country, region, channel, amounts by customer)."""
    counted = [
        (pd.Timestamp(month), *place, len(spent), float(np.sum(spent)), float(np.square(spent).sum()))
        for month, *place, spent in rows
    ]
    return pd.DataFrame(counted, columns=["month", "country", "region", "channel", "customers", "total", "squares"])


def facts(rows=(), orders=(1.0,), revenue=(1.0,), daily=(0.0,)):
    months = pd.DataFrame({"month": pd.date_range(FIRST, periods=len(orders), freq="MS")})
    daily = np.asarray(daily, dtype=float)
    history = History(FIRST, daily, np.full(len(daily), "", dtype=object))
    return Facts(months.assign(orders=orders, revenue=revenue), spending(rows), history, "net_revenue", "INR")


def around(mean, count=200, seed=0):
    return np.random.default_rng(seed).normal(mean, 10, count)


@pytest.mark.parametrize(
    ("orders", "value", "result"),
    [
        ([100, 90, 99, 90, 98, 88, 97, 86], [10] * 8, HOLDS),
        ([100] * 8, [10, 9, 9.9, 9, 9.8, 8.8, 9.7, 8.6], BROKEN),
        ([100, 90, 95], [10, 10, 10], UNKNOWN),
    ],
)
def test_declines_are_of_orders_or_of_their_value(orders, value, result):
    verdict = claims.volume_share(facts(orders=orders, revenue=np.multiply(orders, value)))
    assert verdict.result == result
    if result != UNKNOWN:
        assert verdict.estimate == pytest.approx(1.0 if result == HOLDS else 0.0)


@pytest.mark.parametrize(
    ("mobile", "result"), [((120, 120), HOLDS), ((120, 100.2), UNKNOWN), ((120, 80), BROKEN), ((80, 120), BROKEN)]
)
def test_better_in_every_month_or_not(mobile, result):
    months = ("2024-01-01", "2024-02-01")
    rows = [
        (month, "India", "South", channel, around(mean, seed=seed))
        for seed, (month, mean) in enumerate(zip(months, mobile, strict=True))
        for channel, mean in (("Mobile", mean), ("Website", 100))
    ]
    verdict = claims.higher_spending(facts(rows), **MOBILE)
    assert (verdict.result, verdict.periods) == (result, "2024-01 2024-02")
    assert verdict.low <= verdict.estimate <= verdict.high
    assert "February 2024: Mobile" in verdict.evidence


def test_a_source_without_the_value_cannot_tell():
    rows = [("2024-01-01", "India", "South", "Shop", around(100))]
    assert claims.higher_spending(facts(rows), **MOBILE).result == UNKNOWN
    assert claims.concentration(facts(rows), dimension="country", value="Peru").result == UNKNOWN
    assert claims.heterogeneity(facts(rows), dimension="region").result == UNKNOWN
    assert claims.temporary(facts(rows), period="2024-02").result == UNKNOWN


def test_the_interval_of_a_mean_is_that_of_the_customers_themselves():
    spent = around(100, 50)
    means = claims._means(spending([("2024-01-01", "India", "South", "Mobile", spent)]), ["channel"])
    assert means["mean"][0] == pytest.approx(spent.mean())
    assert means["error"][0] == pytest.approx(spent.std(ddof=1) / np.sqrt(50))


@pytest.mark.parametrize(("india", "result"), [(900, HOLDS), (200, BROKEN), (510, UNKNOWN)])
def test_concentration_is_a_majority_beyond_chance(india, result):
    others = (1000 - india) // 5
    rows = [("2024-01-01", "India", "South", "Mobile", np.ones(india))]
    rows += [("2024-01-01", f"C{i}", "South", "Mobile", np.ones(others)) for i in range(5)]
    verdict = claims.concentration(facts(rows), dimension="country", value="India")
    assert verdict.result == result
    assert verdict.estimate == pytest.approx(india / (india + 5 * others))


@pytest.mark.parametrize(("spread", "result"), [(30, HOLDS), (0, BROKEN)])
def test_places_vary_beyond_chance_and_are_named_with_their_country(spread, result):
    rows = [("2024-01-01", f"C{i}", "West", "Mobile", around(100 + spread * i, seed=i)) for i in range(6)]
    verdict = claims.heterogeneity(facts(rows), dimension="region")
    assert verdict.result == result
    assert verdict.low <= verdict.estimate <= verdict.high
    if spread:
        assert "from C0 West 100 to C5 West 249 INR" in verdict.evidence


@pytest.mark.parametrize(("after", "result"), [(1.0, HOLDS), (0.6, BROKEN)])
def test_a_dip_is_temporary_where_a_week_is_back(after, result):
    daily = 1000 * np.exp(0.02 * np.random.default_rng(0).standard_normal(600))
    first, last = ((pd.Timestamp(day) - FIRST).days for day in ("2025-02-01", "2025-02-28"))
    daily[first : last + 1] *= 0.6
    daily[last + 1 :] *= after
    verdict = claims.temporary(facts(daily=daily), period="2025-02")
    assert verdict.result == result
    assert verdict.high < 0
    assert verdict.evidence.startswith("February 2025 was -4")
    assert ("a week was back from 2025-03-01" in verdict.evidence) == (result == HOLDS)
