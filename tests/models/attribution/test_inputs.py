from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError


def message(explain, *tables, **options):
    with pytest.raises(InputError) as raised:
        explain(*tables, **options)
    return str(raised.value)


def test_every_problem_of_the_question_at_once_and_sorted(explain, shop):
    found = message(
        explain,
        *shop(),
        measure="profit",
        dimensions=["country", "lines", "country"],
        baseline=(date(2025, 8, 10), date(2025, 8, 1)),
        period=(date(2025, 9, 1), date(2025, 9, 30)),
    )
    assert found.splitlines() == [
        "4 problems:",
        "  - baseline 2025-08-10:2025-08-01 has no day: its last day is before its first",
        "  - dimension 'country' is named twice",
        "  - dimension 'lines' is the name of another column: rename it",
        "  - unknown measure 'profit': one of net_revenue, net_amount_inr, units, orders",
    ]


def test_overlapping_periods(explain, shop):
    found = message(explain, *shop(), period=(date(2025, 8, 31), date(2025, 9, 30)))
    assert found == "baseline 2025-08 and period 2025-08-31:2025-09-30 have days in common"


def test_missing_columns_and_dimensions_of_every_table(explain, shop):
    sales, orders, daily, events = shop()
    found = message(
        explain,
        sales.drop(columns=["quantity", "cluster"]),
        orders.drop(columns="customer_known"),
        daily.rename(columns={"date": "day"}),
        events.drop(columns="event"),
        dimensions=["region"],
    )
    assert [line.split(";")[0] for line in found.splitlines()] == [
        "4 problems:",
        "  - daily lacks date",
        "  - events lacks event",
        "  - orders lacks customer_known",
        "  - sales lacks cluster, region, quantity",
    ]


def test_a_column_that_the_measure_does_not_need_may_be_absent(explain, shop):
    sales, *others = shop()
    assert explain(sales.drop(columns=["list_amount", "net_revenue"]), *others, measure="units").change
    assert explain(pd.DataFrame(), *others, measure="orders", dimensions=[]).change


def test_values_that_cannot_be(explain, shop):
    sales, orders, daily, events = shop()
    sales.loc[0, "net_revenue"] = np.nan
    sales.loc[1, "converted_amount"] = np.inf
    sales["quantity"] = sales["quantity"].mask(sales.index == 2, -1)
    sales["period"] = sales["period"].mask(sales.index == 3, "august")
    orders["cluster"] = orders["cluster"].astype(object).mask(orders.index == 0)
    orders["customer_known"] = orders["customer_known"].astype(object).mask(orders.index == 1)
    daily = pd.concat([daily, daily[:1]])
    found = message(explain, sales, orders, daily, events.assign(event=None))
    assert found.splitlines()[1:] == [
        "  - daily has 1 repeated dates: one row for each day",
        "  - events.event has missing values",
        "  - orders.cluster has 1 missing values: use the order where no customer is known",
        "  - orders.customer_known has missing values",
        "  - sales.converted_amount has 1 values that are not finite numbers",
        "  - sales.net_revenue has 1 values that are not finite numbers",
        "  - sales.period has august: only baseline and period are known",
        "  - sales.quantity has 1 negative values",
    ]


def test_a_period_without_orders(explain, shop):
    sales, orders, daily, events = shop()
    found = message(
        explain,
        sales,
        orders[orders["period"] == "baseline"],
        daily.assign(orders=daily["orders"].where(daily["date"] < "2025-09-01", 0)),
        events,
    )
    assert found.splitlines()[1:] == [
        "  - daily has no orders in the period 2025-09: it must cover both periods",
        "  - period 2025-09 has no orders: choose days that have some",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda dates: dates.astype(str), "daily.date is object: convert it to datetime64 without a time zone"),
        (lambda dates: dates + pd.Timedelta(hours=1), "daily.date has times of day: dates only"),
        (lambda dates: dates.mask(dates == dates.iloc[0]), "daily.date has missing values"),
    ],
)
def test_dates_that_are_not_days(explain, shop, change, problem):
    sales, orders, daily, events = shop()
    found = message(explain, sales, orders, daily.assign(date=change(daily["date"])), events)
    assert problem in found
