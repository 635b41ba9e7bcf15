from dataclasses import replace
from datetime import date

import pytest

from etl.periods import Period
from reports.bridge import read_bridge
from reports.narrative.answer import answer, certain_drivers, findings, warnings
from tests.reports.atoz_data import bridge_rows


def told(data, bridge=None):
    return answer(data, bridge or read_bridge(data.bridge))


def bridge_of(volume, aov, *drivers, baseline=100e6):
    change = volume[0] + aov[0]
    rows = [("baseline", "total", baseline, None), ("volume", "total", *volume), ("aov", "total", *aov), *drivers]
    return read_bridge(bridge_rows([*rows, ("period", "total", baseline + change, None)]))


def test_the_first_sentence_states_both_totals_and_the_change(atoz):
    first, _ = told(atoz)
    amounts = atoz.bridge.set_index("driver")["amount"]
    change = amounts["period"] - amounts["baseline"]
    assert first.values["change"].number == abs(change)
    assert first.values["share.percent"].number == pytest.approx(-change / amounts["baseline"])
    assert first.values["total"].number == amounts["period"]
    assert first.text == "Revenue fell by INR 45.7M (7.5%) from August 2025 to September 2025, to INR 567.5M."


def test_the_second_sentence_states_volume_order_value_and_the_shorter_month(atoz):
    _, second = told(atoz)
    rows = atoz.bridge.set_index("driver")
    assert second.values["first.moved.size"].number == abs(rows.loc["volume", "amount"])
    assert second.values["first.moved.interval.low"].number == -rows.loc["volume", "high"]
    assert second.values["first.moved.interval.high"].number == -rows.loc["volume", "low"]
    assert second.values["length.moved.size"].number == abs(rows.loc["days", "amount"])
    assert second.values["second.moved.size"].number == abs(rows.loc["aov", "amount"])
    assert second.text.startswith("It came from volume, not from order value: volume took INR 47.8M (95% interval ")
    assert "of which the shorter month alone took INR 19.4M; order value added" in second.text


def test_a_month_like_the_one_before_is_said_to_be_one(quiet):
    first, second = told(quiet)
    assert first.text.startswith("Revenue hardly moved, up by INR 100K (less than 0.1%)")
    assert second.text.startswith("Neither volume nor order value can be told from normal variation: ")
    assert "took" not in second.text
    assert "added" not in second.text


def test_no_change_at_all_is_said_to_be_none(quiet):
    first, second = told(quiet, bridge_of((0.0, None), (0.0, None)))
    assert first.text == "Revenue did not change from July 2025 to August 2025: it stayed at INR 100.0M."
    assert "Neither volume nor order value" in second.text


@pytest.mark.parametrize(
    ("volume", "aov", "lead"),
    [
        ((-10e6, (-12e6, -8e6)), (-5e6, (-6e6, -4e6)), "It came from both volume and order value: volume took"),
        ((-10e6, (-12e6, -8e6)), (-1e6, (-2e6, -0.5e6)), "It came mainly from volume: volume took"),
        ((-10e6, (-12e6, -8e6)), (-1e6, (-2e6, 0.5e6)), "It came from volume: volume took"),
        ((-1e6, (-2e6, 0.5e6)), (-10e6, (-12e6, -8e6)), "It came from order value: order value took"),
        ((-10e6, (-12e6, -8e6)), (9e6, (8e6, 10e6)), "Two movements worked against each other: volume took"),
        ((-10e6, (-21e6, 1e6)), (3e6, (2e6, 4e6)), "The change has no single cause: volume cannot be told from"),
    ],
)  # fmt: skip
def test_the_lead_says_no_more_than_the_intervals(quiet, volume, aov, lead):
    assert told(quiet, bridge_of(volume, aov))[1].text.startswith(lead)


def test_an_uncertain_side_is_called_uncertain_with_its_interval(wholesaler):
    second = told(wholesaler)[1]
    row = wholesaler.bridge.set_index("driver").loc["aov"]
    assert (
        "order value cannot be told from normal variation (GBP +15.0K, 95% interval GBP \N{MINUS SIGN}20.0K to +55.0K)"
        in second.text
    )
    assert second.values["second.unsure.interval.low"].number == row["low"]


def test_a_shorter_month_against_a_rise_is_set_against_it(wholesaler):
    assert ", although the shorter month alone took GBP 21.0K" in told(wholesaler)[1].text


def test_orders_have_no_order_value(quiet):
    data = replace(quiet, measure="orders")
    rows = [
        ("baseline", "total", 5000.0, None),
        ("volume", "total", -400.0, (-500.0, -300.0)),
        ("aov", "total", 0.0, None),
    ]
    bridge = read_bridge(bridge_rows([*rows, ("period", "total", 4600.0, None)], unit="orders"))
    first, second = answer(data, bridge)
    assert first.text.startswith("Orders fell by 400 orders (8.0%)")
    assert second.text == "Volume took 400 orders (95% interval 300 to 500 orders)."


def test_without_a_bridge_the_totals_are_told_and_no_reason(bare):
    first, second = told(bare)
    assert first.text == "Revenue came to INR 567.5M in September 2025, and to INR 0 in August 2025."
    assert first.values["now"].number == pytest.approx(bare.orders["net_revenue"].sum())
    assert (
        second.text
        == "Gold holds no bridge from August 2025 to September 2025, so this report cannot say why revenue moved."
    )


def test_findings_are_the_certain_drivers_largest_first_then_the_uncertain_by_name(atoz):
    bridge = read_bridge(atoz.bridge)
    found = findings(bridge)
    assert [driver.name for driver in certain_drivers(bridge)] == ["customers", "events", "discount", "returns", "fx"]
    assert found[0].text == "Customers took INR 15.6M (95% interval INR 10.2M to 21.0M)."
    assert found[-1].text.endswith("units per line cannot be told from normal variation.")
    assert "list prices" not in found[-1].text


def test_suspected_faults_come_as_a_warning(quiet):
    bridge = bridge_of((-10e6, (-12e6, -8e6)), (0.0, None), ("data", "data", -4e6, None))
    assert warnings(quiet, bridge)[0].text == (
        "40% of the change, INR 4.00M, looks like a fault in the data, not like demand: check the files first."
    )


def test_an_unfinished_period_is_a_warning(atoz):
    data = replace(atoz, orders=atoz.orders[atoz.orders["date"] <= "2025-09-15"])
    assert (
        warnings(data, None)[0].text == "September 2025 is not complete: the newest business day is 15 September 2025."
    )


def test_a_bridge_that_the_daily_table_has_left_behind_is_a_warning(atoz):
    restated = replace(atoz, orders=atoz.orders.assign(net_revenue=atoz.orders["net_revenue"] * 1.1))
    found = warnings(restated, read_bridge(atoz.bridge))
    assert found[0].text.startswith(
        "The bridge says INR 567.5M for September 2025, the daily table now says INR 624.3M"
    )
    assert warnings(atoz, read_bridge(atoz.bridge)) == []


def test_periods_of_unlike_kind_are_called_periods(atoz):
    data = replace(atoz, baseline=Period(date(2025, 8, 1), date(2025, 8, 20)))
    assert "the longer period alone took" in told(data)[1].text
