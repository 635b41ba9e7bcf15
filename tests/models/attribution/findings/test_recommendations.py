import numpy as np
import pandas as pd

from models.attribution.findings.recommendations import recommend

AS_OF = pd.Timestamp("2025-10-31")


def bridge(*rows):
    days = {"measure": "net_revenue", "period_first": pd.Timestamp("2025-10-01"), "period_last": AS_OF, "unit": "INR"}
    return pd.DataFrame([{**days, **dict(zip(("driver", "amount", "low", "high"), row, strict=True))} for row in rows])


def dip(last_day="2025-10-20", amount=-50.0, course="open"):
    day = pd.Timestamp(last_day)
    dip_id = f"orders:{last_day}:day:total"
    named = {"dip_id": dip_id, "measure": "orders", "series": "total", "unit": "orders", "course": course}
    return pd.DataFrame([{**named, "first_day": day, "last_day": day, "amount": amount, "low": -80.0, "high": -20.0}])


NOTHING = pd.DataFrame()


def test_losses_that_are_distinguishable_are_acted_on_the_largest_first():
    rows = bridge(
        ("discount", -20.0, -30.0, -10.0),
        ("price", -100.0, -150.0, -50.0),
        ("mix", -500.0, -900.0, 100.0),
        ("customers", 300.0, 200.0, 400.0),
        ("days", -900.0, np.nan, np.nan),
    )
    found = recommend(rows, NOTHING, dip(), NOTHING, AS_OF)
    assert found["finding"].str.split(":").str[-1].tolist() == ["price", "total", "discount"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["reason"][0] == "price took -100 INR (-150 to -50) in 2025-10-01 to 2025-10-31."
    assert found["owner"][0] == "Pricing"


def test_what_is_over_long_ago_or_a_rise_asks_for_nothing():
    for row in (dip("2025-08-01"), dip(amount=50.0), dip(course="temporary")):
        assert recommend(NOTHING, NOTHING, row, NOTHING, AS_OF).empty


def test_a_broken_claim_is_to_be_repeated_no_more():
    rows = pd.DataFrame(
        [
            {"claim_id": "a", "text": "All is well.", "result": "broken", "evidence": "It is not.", "unit": "share"},
            {"claim_id": "b", "text": "It rains.", "result": "unknown", "evidence": "No data.", "unit": "share"},
        ]
    )
    (row,) = recommend(NOTHING, NOTHING, NOTHING, rows, AS_OF).to_dict("records")
    assert (row["finding"], row["owner"]) == ("gld_claims: a", "Management")
    assert row["reason"] == "“All is well.” does not hold: It is not."


def cause(code, driver, amount, low, high, place='{"region": "South"}', days=("2025-10-24", "2025-10-27")):
    first, last = (pd.Timestamp(day) if day else pd.NaT for day in days)
    named = {"code": code, "driver": driver, "place": place, "amount": amount, "low": low, "high": high}
    compared = {"measure": "net_revenue", "period_first": pd.Timestamp("2025-10-01"), "period_last": AS_OF}
    return {**named, **compared, "first_day": first, "last_day": last, "unit": "INR"}


def test_causes_are_acted_on_in_their_place_and_faults_come_before_everything():
    segments = pd.DataFrame(
        [
            cause("outage", "orders_per_day", -50.0, -60.0, -40.0),
            cause("discount_change", "discount", -70.0, -80.0, -60.0, '{"category": "Toys"}', (None, None)),
            cause("double_load_suspected", "data", 30.0, 30.0, 30.0, "{}"),
            cause("price_change", "price", 90.0, 80.0, 100.0),
            cause("volume_change", "orders_per_day", -20.0, -45.0, 5.0),
            cause("normal_variation", None, np.nan, np.nan, np.nan, "{}", (None, None)),
        ]
    )
    found = recommend(bridge(("discount", -80.0, -90.0, -70.0)), segments, NOTHING, NOTHING, AS_OF)
    assert found["owner"].tolist() == ["Data engineering", "Pricing", "Engineering"]
    assert found["finding"].str.startswith("gld_segments").all()
    toys = "discount change Toys moved the measure by -70 INR (-80 to -60) in 2025-10-01 to 2025-10-31."
    assert found["reason"].tolist() == [
        "double load everywhere moved the measure by 30 INR (30 to 30) in 2025-10-24 to 2025-10-27.",
        toys,
        "outage South moved the measure by -50 INR (-60 to -40) in 2025-10-24 to 2025-10-27.",
    ]
    assert found["recommendation_id"].is_unique
