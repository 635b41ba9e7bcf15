from dataclasses import replace
from datetime import date

import pytest

from etl.simulator import SimulationOptions
from etl.simulator.promotions import build_promotions
from etl.simulator.simulation import build_shop, plant_month
from etl.simulator.truth import BASELINE, PERIOD, truth_rows

DRIVERS = ["days", "events", "orders_per_day", "discount", "orders_per_day", "mix", None]


@pytest.fixture(scope="module")
def months():
    options = SimulationOptions(scale=0.2, start=date(2025, 8, 1))
    shop = build_shop(options, build_promotions(options.seed, options.start, options.end))
    baseline = plant_month(shop, BASELINE, date(2025, 8, 31), options.scale)
    return baseline.total(baseline.causes, deepened=True), plant_month(shop, PERIOD, date(2025, 9, 30), options.scale)


def test_rows_sum_to_the_change_and_the_months(small):
    truth = small.truth
    change = truth["months"]["2025-09"] - truth["months"]["2025-08"]
    assert sum(row["amount"] for row in truth["rows"]) == truth["change"] == change
    assert [row["driver"] for row in truth["rows"]] == DRIVERS
    assert (truth["period"], truth["baseline"], truth["measure"]) == ("2025-09", "2025-08", "net_amount_inr")
    assert (truth["seed"], truth["scale"]) == (7, 0.02)


def test_rows_say_where_and_when(small):
    _, fortnight, outage, discount, *rest = small.truth["rows"]
    assert (fortnight["where"], fortnight["dates"]) == ({"country": "India"}, ["2025-09-07", "2025-09-21"])
    assert outage["where"] == {"country": "India", "region": "South", "channel": "Mobile"}
    assert outage["dates"] == ["2025-09-24", "2025-09-27"]
    assert (discount["where"], discount["dates"]) == ({"category": "Toys"}, ["2025-09-01", "2025-09-30"])
    assert all(row["where"] == {} and row["dates"] is None for row in rest)


def test_each_cause_took_revenue(months):
    rows = truth_rows(*months)
    assert all(row.amount < 0 for row in rows[:4])


def test_shorter_month_is_one_average_day_without_causes(months):
    baseline, period = months
    untouched = period.total((), deepened=False)
    assert truth_rows(baseline, period)[0].amount == -round(untouched.revenue / 30)


def test_an_effect_is_what_the_same_draws_bring_without_the_cause(months):
    baseline, period = months
    fortnight, _ = period.causes
    without_outage = period.total((fortnight,), deepened=True).revenue
    actual = period.total(period.causes, deepened=True).revenue
    assert truth_rows(baseline, period)[2].amount == actual - without_outage


def test_a_month_without_causes_has_no_effects_and_no_interaction(months):
    baseline, period = months
    candidates = replace(period.candidates, money=period.candidates.usual_money)
    rows = truth_rows(baseline, replace(period, candidates=candidates, causes=()))
    assert {row.cause: row.amount for row in rows if "ordinary" not in row.cause and row.driver != "days"} == {
        "discount deepened": 0,
        "interaction of the causes": 0,
    }


def test_causes_that_leave_everything_take_nothing(months):
    baseline, period = months
    harmless = replace(period, causes=tuple(replace(cause, retained=1.0) for cause in period.causes))
    assert [row.amount for row in truth_rows(baseline, harmless)[1:3]] == [0, 0]


def test_the_outage_leaves_hardly_a_mobile_order_in_the_south(months):
    _, period = months
    _, outage = period.causes
    orders = period.candidates
    hit = outage.hits(orders.dates, orders.country, orders.state, orders.mobile)
    placed = period.placed()
    assert hit.sum() > 30
    assert placed[hit].mean() < 0.25 * placed[~hit].mean()


def test_orders_without_a_cause_are_placed_alike_with_and_without_it(months):
    _, period = months
    fortnight, outage = period.causes
    orders = period.candidates
    hit = outage.hits(orders.dates, orders.country, orders.state, orders.mobile)
    without = replace(period, causes=(fortnight,)).placed()
    assert (period.placed()[~hit] == without[~hit]).all()
    assert (period.placed() <= without).all()


@pytest.mark.parametrize("window", [(date(2025, 9, 1), date(2025, 10, 31)), (date(2025, 8, 2), date(2025, 9, 30))])
def test_without_both_months_whole_there_are_months_but_no_rows(simulated, window):
    truth = simulated(scale=0.002, start=window[0], end=window[1]).truth
    assert len(truth["months"]) == 2
    assert (truth["rows"], truth["change"]) == ([], 0)
