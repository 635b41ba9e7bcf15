import json
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from models.attribution import MEASURES

FEBRUARY, MARCH = (date(2025, 2, 1), date(2025, 2, 28)), (date(2025, 3, 1), date(2025, 3, 28))
ALL = [*MEASURES]


def amounts(bridge):
    return dict(zip(bridge.drivers["driver"], bridge.drivers["amount"], strict=True))


@pytest.fixture
def four_weeks(explain, build):
    """Decompose the revenue of two equal runs of four weeks, with as many orders a day in each as asked."""

    def call(rows, per_day=(1, 1), dimensions=("country",), known=False, measure="net_revenue"):
        orders = [
            (label, f"{label} {day}", known, count)
            for label, count in zip(("baseline", "period"), per_day, strict=True)
            for day in range(28)
        ]
        daily = build["daily"](np.repeat(per_day, 28), first="2025-02-01")
        return explain(
            build["sales"](rows, dimensions),
            build["orders"](orders),
            daily,
            baseline=FEBRUARY,
            period=MARCH,
            dimensions=list(dimensions),
            measure=measure,
        )

    return call


def only(bridge, driver, amount):
    """Assert that one driver has all of the change."""
    assert {name: value for name, value in amounts(bridge).items() if value} == {driver: Decimal(amount)}


def test_more_orders_and_nothing_else(four_weeks):
    bridge = four_weeks([("baseline", "a", "IN", 28, 28, 280), ("period", "a", "IN", 56, 56, 560)], per_day=(1, 2))
    only(bridge, "orders_per_day", "280.00")
    assert (bridge.volume.amount, bridge.aov.amount) == (Decimal("280.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("row", "driver"),
    [
        ((56, 56, 560, 560, 560, 560), "lines_per_order"),
        ((28, 56, 560, 560, 560, 560), "quantity"),
        ((28, 28, 560, 560, 560, 560), "price"),
        ((28, 28, 280, 560, 560, 560), "discount"),
        ((28, 28, 280, 280, 560, 560), "fx"),
        ((28, 28, 280, 280, 280, 560), "returns"),
    ],
)
def test_one_driver_at_a_time(four_weeks, row, driver):
    bridge = four_weeks([("baseline", "a", "IN", 28, 28, 280), ("period", "a", "IN", *row)])
    only(bridge, driver, "280.00")


def test_a_pure_shift_to_the_dearer_country_is_mix(four_weeks):
    rows = [
        ("baseline", "a", "IN", 14, 14, 140),
        ("baseline", "b", "US", 14, 14, 420),
        ("period", "a", "IN", 7, 7, 70),
        ("period", "b", "US", 21, 21, 630),
    ]
    bridge = four_weeks(rows)
    only(bridge, "mix", "140.00")
    mix = bridge.cells[bridge.cells["driver"] == "mix"]
    assert dict(zip(mix["country"], mix["amount"], strict=True)) == {"IN": Decimal("-70.00"), "US": Decimal("210.00")}


def test_mix_by_each_dimension_alone_is_that_of_a_bridge_of_it(explain, shop):
    tables = shop()
    by_grain = explain(*tables, dimensions=["country", "channel"]).method.mix_by_grain
    for name in ("country", "channel"):
        assert by_grain[name] == pytest.approx(float(amounts(explain(*tables, dimensions=[name]))["mix"]), abs=0.011)
    assert list(by_grain) == ["country", "channel"]
    assert explain(*tables, dimensions=["country"], measure="orders").method.mix_by_grain == {}


def test_tax_and_rounding_of_the_legacy_measure(four_weeks):
    rows = [
        ("baseline", "a", "IN", 28, 28, 280, 280, 280, 280, 280, 280),
        ("period", "a", "IN", 28, 28, 280, 280, 999, 999, 560, 560),
    ]
    bridge = four_weeks(rows, measure="net_amount_inr")
    only(bridge, "tax", "280.00")
    assert list(bridge.drivers["driver"][-4:]) == ["fx", "returns", "tax", "rounding"]


def test_days_by_hand(explain, build):
    orders = [("baseline", f"b{day}", False, 1) for day in range(31)] + [
        ("period", f"p{day}", False, 1) for day in range(30)
    ]
    rows = [("baseline", "a", "IN", 31, 31, 310), ("period", "a", "IN", 30, 30, 300)]
    bridge = explain(build["sales"](rows), build["orders"](orders), build["daily"](np.ones(92)))
    only(bridge, "days", "-10.00")
    days = bridge.drivers.set_index("driver").loc["days"]
    assert np.isnan(days["low"])
    assert days["distinguishable"]


def test_a_calendar_of_days_alone_is_arithmetic(explain, build):
    orders = [("baseline", f"b{day}", False, 1) for day in range(31)] + [
        ("period", f"p{day}", False, 1) for day in range(30)
    ]
    rows = [("baseline", "a", "IN", 31, 31, 310), ("period", "a", "IN", 30, 30, 300)]
    calendar = explain(build["sales"](rows), build["orders"](orders), build["daily"](np.ones(92))).calendar
    assert (calendar.amount, calendar.distinguishable) == (Decimal("-10.00"), True)
    assert np.isnan([calendar.low, calendar.high]).all()


def test_the_calendar_is_as_uncertain_as_weekdays_and_events_together(explain, shop):
    bridge = explain(*shop(history=400))
    rows = bridge.drivers.set_index("driver")
    widths = (rows["high"] - rows["low"]).loc[["weekday_mix", "events"]]
    width = bridge.calendar.high - bridge.calendar.low
    assert 0 < width <= widths.sum()
    assert bridge.calendar.low < bridge.calendar.amount < bridge.calendar.high


def test_customers_who_order_more_often(explain, build):
    orders = [("baseline", f"c{n}", True, 1) for n in range(28)] + [("period", f"c{n}", True, 2) for n in range(28)]
    rows = [("baseline", "c0", "IN", 28, 28, 280), ("period", "c0", "IN", 56, 56, 560)]
    daily = build["daily"](np.repeat([1, 2], 28), first="2025-02-01")
    bridge = explain(build["sales"](rows), build["orders"](orders), daily, baseline=FEBRUARY, period=MARCH)
    only(bridge, "orders_per_customer", "280.00")
    unknown = explain(
        build["sales"](rows),
        build["orders"]([*orders[:2], *[(label, c, False, n) for label, c, _, n in orders[2:]]]),
        daily,
        baseline=FEBRUARY,
        period=MARCH,
    )
    only(unknown, "orders_per_day", "280.00")


@pytest.fixture
def forgetful(explain, build):
    """Notes where a hundred customers order twice in both periods, and of some orders of the period none is known."""

    def call(unknown):
        orders = [(label, f"c{n}", True, 2) for label in ("baseline", "period") for n in range(100)]
        lost = [("period", f"c{n}", True, 1) for n in range(100 - unknown, 100)]
        lost += [("period", f"order {n}", False, 1) for n in range(unknown)]
        rows = [(label, "c99", "IN", 200, 200, 2000) for label in ("baseline", "period")]
        counted = build["orders"]([*orders[: 200 - unknown], *lost])
        daily = build["daily"](np.repeat([8, 6], [8, 48]), first="2025-02-01")
        bridge = explain(build["sales"](rows), counted, daily, baseline=FEBRUARY, period=MARCH)
        return bridge, " ".join(bridge.method.notes)

    return call


def test_a_moving_share_of_unknown_customers_is_told_with_how_far_customers_may_be_off(forgetful):
    bridge, notes = forgetful(8)
    assert "known of 100.0% of the orders of the baseline, of 96.0% of the period's" in notes
    off = 2000 * np.log(1 / 0.96)
    assert f"off by up to {off:,.2f}" in notes
    assert 0 < -float(amounts(bridge)["orders_per_customer"]) <= off + 0.01


def test_too_many_unknown_customers_in_one_period_are_told(forgetful):
    bridge, notes = forgetful(40)
    assert "of 80.0% of the period's: too few to tell customers from orders per customer" in notes
    assert "orders_per_day" in amounts(bridge)


@pytest.mark.parametrize("unknown", [0, 1])
def test_a_share_of_unknown_customers_that_stays_is_not_told(forgetful, unknown):
    assert "the customer is known" not in forgetful(unknown)[1]


@pytest.mark.parametrize("measure", ALL)
@pytest.mark.parametrize("known", [True, False])
def test_every_sum_holds_to_the_last_decimal(explain, shop, measure, known):
    bridge = explain(*shop(known=known), measure=measure, dimensions=["country", "channel"])
    drivers = amounts(bridge)
    assert bridge.change == bridge.period_total - bridge.baseline_total == sum(drivers.values())
    assert bridge.volume.amount + bridge.aov.amount == bridge.change
    parts = bridge.drivers.groupby("stage")["amount"].sum()
    assert bridge.volume.amount == parts["calendar"] + parts["orders"]
    assert bridge.calendar.amount == parts["calendar"]
    if MEASURES[measure].chain:
        assert bridge.cells.groupby("driver")["amount"].sum().to_dict() == drivers
        assert all(amount.as_tuple().exponent == -2 for amount in bridge.cells["amount"])
    else:
        assert bridge.cells.empty


def test_cells_sum_to_their_own_change(explain, shop):
    sales, *others = shop()
    bridge = explain(sales, *others, dimensions=["country", "channel"])
    filled = sales.fillna({"channel": "Not Available"})
    table = filled.pivot_table("net_revenue", ["country", "channel"], "period", "sum")
    found = bridge.cells.groupby(["country", "channel"])["amount"].sum().astype(float)
    assert found.to_numpy() == pytest.approx((table["period"] - table["baseline"])[found.index].to_numpy(), abs=0.1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("measure", ALL)
def test_seen_from_the_other_period_every_driver_changes_its_sign(explain, shop, seed, measure):
    sales, orders, daily, events = shop(seed=seed, history=300)
    swap = {"baseline": "period", "period": "baseline"}
    forward = explain(sales, orders, daily, events, measure=measure)
    backward = explain(
        sales.assign(period=sales["period"].map(swap)),
        orders.assign(period=orders["period"].map(swap)),
        daily,
        events,
        measure=measure,
        baseline=(date(2025, 9, 1), date(2025, 9, 30)),
        period=(date(2025, 8, 1), date(2025, 8, 31)),
    )
    pairs = zip(forward.drivers["amount"], backward.drivers["amount"], strict=True)
    assert max(abs(there + back) for there, back in pairs) <= Decimal("0.02")
    assert forward.change == -backward.change


def test_money_in_another_unit_scales_every_amount(explain, shop):
    sales, *others = shop()
    money = ["list_amount", "discounted_amount", "converted_amount", "net_revenue"]
    dear = sales.assign(**{column: sales[column] * 1000 for column in money})
    pairs = zip(amounts(explain(sales, *others)).values(), amounts(explain(dear, *others)).values(), strict=True)
    assert all(float(large) == pytest.approx(1000 * float(small), abs=20) for small, large in pairs)


def test_the_volume_drivers_do_not_depend_on_the_grain(explain, shop):
    tables = shop()
    fine, coarse = (amounts(explain(*tables, dimensions=dims)) for dims in (["country", "channel"], []))
    for driver in ("days", "weekday_mix", "events", "customers", "orders_per_customer"):
        assert abs(fine[driver] - coarse[driver]) <= Decimal("0.02")
    assert coarse["mix"] == 0


def test_a_missing_value_of_a_dimension_is_a_cell_of_its_own(explain, shop):
    bridge = explain(*shop(), dimensions=["channel"])
    assert sorted(bridge.cells["channel"].unique()) == ["Not Available", "app", "web"]


def test_dimensions_of_mixed_and_categorical_type(explain, shop):
    sales, *others = shop()
    mixed = sales.assign(
        country=sales["country"].map({"IN": 1, "US": "US", "UK": None}), channel=sales["channel"].astype("category")
    )
    bridge = explain(mixed, *others, dimensions=["country", "channel"])
    assert bridge.drivers["amount"].sum() == bridge.change
    assert set(bridge.cells["country"]) == {1, "US", "Not Available"}


def test_a_country_of_returns_only_and_a_total_below_zero(four_weeks):
    rows = [
        ("baseline", "a", "IN", 28, 28, 280),
        ("period", "a", "IN", 28, 28, 280),
        ("baseline", "b", "US", 0, 0, 0, 0, 0, -500),
    ]
    bridge = four_weeks(rows)
    assert bridge.baseline_total == Decimal("-220.00")
    only(bridge, "returns", "500.00")
    assert any("plain means" in note for note in bridge.method.notes)


def test_no_sales_at_all_in_one_period(four_weeks):
    bridge = four_weeks([("baseline", "a", "IN", 28, 28, 280)], per_day=(1, 2))
    assert bridge.change == Decimal("-280.00") == sum(amounts(bridge).values())
    assert bridge.period_total == 0


def test_method_spread_is_the_distance_to_shapley_and_small(explain, shop):
    drivers = explain(*shop()).drivers
    scale = float(drivers["amount"].abs().max())
    assert 0 < drivers["method_spread"].max() < 0.01 * scale


def test_intervals_hold_their_amounts_and_the_flag_follows_them(explain, shop):
    drivers = explain(*shop(history=300)).drivers
    drawn = drivers.dropna(subset=["low"])
    assert ((drawn["low"] <= drawn["amount"].astype(float)) & (drawn["amount"].astype(float) <= drawn["high"])).all()
    assert (drawn["distinguishable"] == ((drawn["low"] > 0) | (drawn["high"] < 0))).all()
    assert set(drivers["driver"]) - set(drawn["driver"]) == {"days"}


def test_the_same_seed_gives_the_same_bridge_and_another_other_intervals(explain, shop):
    tables = shop()
    first, again, other = (explain(*tables, seed=seed) for seed in (0, 0, 1))
    assert first.to_dict() == again.to_dict()
    assert first.drivers["amount"].equals(other.drivers["amount"])
    assert first.volume != other.volume


def test_inputs_are_left_as_they_were(explain, shop):
    tables = shop()
    copies = [table.copy() for table in tables]
    explain(*tables)
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_without_history_the_method_says_so(explain, shop):
    long, short = (explain(*shop(history=days)).method for days in (300, 61))
    assert "bootstrap" in long.volume_interval
    assert "Student t" in short.volume_interval
    assert (long.history_weeks, short.history_weeks) == (35, 0)


def test_periods_of_one_day_have_no_interval_of_volume(explain, build):
    orders = [("baseline", "a", True, 2), ("period", "a", True, 3)]
    rows = [("baseline", "a", "IN", 2, 2, 20), ("period", "a", "IN", 3, 3, 30)]
    days = [(date(2025, 7, day), date(2025, 7, day)) for day in (1, 2)]
    tables = build["sales"](rows), build["orders"](orders), build["daily"]([2, 3])
    bridge = explain(*tables, baseline=days[0], period=days[1])
    assert bridge.volume.amount == 10
    assert np.isnan(bridge.volume.low)
    assert not bridge.volume.distinguishable
    assert any("no interval of volume" in note for note in bridge.method.notes)


def test_daily_orders_that_disagree_are_said(explain, shop):
    sales, orders, daily, events = shop()
    bridge = explain(sales, orders, daily.assign(orders=daily["orders"] + 1), events)
    assert sum("daily orders of its days" in note for note in bridge.method.notes) == 2


def test_any_kind_of_date_bounds_a_period(explain, shop):
    tables = shop()
    other = {
        "baseline": (pd.Timestamp("2025-08-01"), np.datetime64("2025-08-31")),
        "period": ("2025-09-01", "2025-09-30"),
    }
    assert explain(*tables, **other).to_dict() == explain(*tables).to_dict()


def test_the_json_document(explain, shop):
    bridge = explain(*shop())
    document = json.loads(json.dumps(bridge.to_dict(), allow_nan=False))
    assert list(document) == [
        "period",
        "baseline",
        "measure",
        "total",
        "drivers",
        "calendar",
        "volume",
        "aov",
        "segments",
        "verdicts",
        "method",
    ]
    names = (
        "days weekday_mix events customers orders_per_customer lines_per_order mix quantity price discount fx returns"
    )
    assert [row["driver"] for row in document["drivers"]] == names.split()
    assert set(document["drivers"][0]) == {"driver", "amount", "low", "high", "distinguishable"}
    assert document["drivers"][0]["low"] is None
    assert document["period"] == "2025-09"
    exact = [Decimal(str(row["amount"])) for row in document["drivers"]]
    assert sum(exact) == Decimal(str(document["total"]["change"]))
    assert document["method"]["decomposition"] == "LMDI-I two-stage"
