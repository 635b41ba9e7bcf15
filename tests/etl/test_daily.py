import random
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from etl.daily import daily_cells, daily_customers, daily_orders, orders
from etl.schemas.daily import GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

AMOUNTS = ["list_amount", "discounted_amount", "converted_amount", "net_revenue", "taxed_amount", "net_amount_inr"]
PLACE = ["date", "month", "country", "region", "channel"]


def line(order, seq, day=1, country="India", region="West", channel="Website", customer="C1", **others):
    return {
        "transaction_id": order,
        "seq_no": seq,
        "transaction_date": date(2025, 9, day),
        "transaction_month": date(2025, 9, 1),
        "country": country,
        "region": region,
        "channel": channel,
        "customer_id": customer,
        "category": "Toys",
        "quantity": 1,
        "is_return_line": False,
        **dict.fromkeys(AMOUNTS, Decimal(10)),
        **others,
    }


def random_lines(seed):
    """Orders whose lines are partly returns, partly in other places and categories, partly without a customer."""
    chance = random.Random(seed)
    lines = []
    for number in range(60):
        day, customer = chance.randint(1, 4), chance.choice(["C1", "C2", "C3", None])
        for seq in chance.sample(range(1, 9), chance.randint(1, 4)):
            place = chance.choice([("India", "West"), ("India", "North"), ("US", "West")])
            back = chance.random() < 0.25
            amounts = {name: Decimal(0 if back else chance.randrange(10**6)).scaleb(-4) for name in AMOUNTS}
            amounts["net_amount_inr"] = Decimal(chance.randrange(-(10**6), 10**6))
            amounts["net_revenue"] = Decimal(chance.randrange(-(10**6), 10**6)).scaleb(-4)
            others = {"category": chance.choice("AB"), "quantity": chance.randint(1, 5) * (-1 if back else 1)}
            lines.append(
                line(
                    f"O{number}", seq, day, *place, chance.choice(["Website", "Mobile"]), customer, is_return_line=back
                )
                | others
                | amounts
            )
    return lines


def as_pandas(lines):
    frame = pd.DataFrame(lines).rename(columns={"transaction_date": "date", "transaction_month": "month"})
    sold = ~frame["is_return_line"]
    return frame.assign(units=frame["quantity"].where(sold, 0), sold_lines=sold.astype(int))


def first_sold(frame):
    sold = frame[~frame["is_return_line"]]
    return sold.sort_values("seq_no").groupby("transaction_id").head(1)


def records(rows, key):
    return sorted(rows, key=lambda row: tuple(str(row[name]) for name in key))


@pytest.mark.parametrize("seed", range(3))
def test_orders_agree_with_pandas(session, seed):
    lines = random_lines(seed)
    frame = as_pandas(lines)
    amounts = frame.groupby(PLACE).agg(
        units=("units", "sum"), net_revenue=("net_revenue", "sum"), net_amount_inr=("net_amount_inr", "sum")
    )
    counts = (
        first_sold(frame).groupby(PLACE).agg(orders=("transaction_id", "nunique"), customers=("customer_id", "nunique"))
    )
    expected = amounts.join(counts).fillna({"orders": 0, "customers": 0}).reset_index()
    rows = daily_orders(literal(session, GLD_FACT_ORDER_ITEMS, lines))
    assert rows.columns == list(GLD_DAILY_ORDERS.column_names)
    found = [row.asDict() for row in rows.collect()]
    assert records(found, PLACE) == records(expected.to_dict("records"), PLACE)
    assert sum(row["orders"] for row in found) == frame.loc[~frame["is_return_line"], "transaction_id"].nunique()


@pytest.mark.parametrize("seed", range(3))
def test_cells_agree_with_pandas(session, seed):
    lines = random_lines(seed)
    key = [*PLACE, "category"]
    sums = {"lines": ("sold_lines", "sum"), "quantity": ("units", "sum"), **{name: (name, "sum") for name in AMOUNTS}}
    expected = as_pandas(lines).groupby(key).agg(**sums).reset_index()
    rows = daily_cells(literal(session, GLD_FACT_ORDER_ITEMS, lines))
    assert rows.columns == list(GLD_DAILY_CELLS.column_names)
    assert records([row.asDict() for row in rows.collect()], key) == records(expected.to_dict("records"), key)


@pytest.mark.parametrize("seed", range(3))
def test_customers_agree_with_pandas(session, seed):
    lines = random_lines(seed)
    key = ["date", "month", "country", "channel", "cluster"]
    frame = as_pandas(lines)
    unknown = frame["customer_id"].isna()
    frame["cluster"] = frame["customer_id"].where(~unknown, "order:" + frame["transaction_id"])
    frame["is_known"] = ~unknown
    sums = {"lines": ("sold_lines", "sum"), "quantity": ("units", "sum"), **{name: (name, "sum") for name in AMOUNTS}}
    counts = first_sold(frame).groupby(key).agg(orders=("transaction_id", "nunique"))
    expected = frame.groupby(key).agg(is_known=("is_known", "first"), **sums).join(counts).fillna({"orders": 0})
    rows = daily_customers(literal(session, GLD_FACT_ORDER_ITEMS, lines))
    assert rows.columns == list(GLD_DAILY_CUSTOMERS.column_names)
    found = [row.asDict() for row in rows.collect()]
    assert records(found, key) == records(expected.reset_index().to_dict("records"), key)


def test_an_order_counts_once_in_the_place_of_its_first_line_sold(session):
    lines = [
        line("O1", 1, region="North", is_return_line=True, quantity=-1),
        line("O1", 2, region="West", channel="Mobile"),
        line("O1", 3, region="North"),
    ]
    (found,) = orders(literal(session, GLD_FACT_ORDER_ITEMS, lines)).collect()
    assert (found["transaction_id"], found["region"], found["channel"]) == ("O1", "West", "Mobile")
    rows = daily_orders(literal(session, GLD_FACT_ORDER_ITEMS, lines)).collect()
    assert {(row["region"], row["channel"]): (row["orders"], row["customers"], row["units"]) for row in rows} == {
        ("North", "Website"): (0, 0, 1),
        ("West", "Mobile"): (1, 1, 1),
    }


def test_customers_are_counted_once_a_place_and_unknown_ones_not_at_all(session):
    lines = [line("O1", 1), line("O2", 1), line("O3", 1, customer=None), line("O4", 1, customer="C2", channel="Mobile")]
    rows = daily_orders(literal(session, GLD_FACT_ORDER_ITEMS, lines)).collect()
    assert {row["channel"]: (row["orders"], row["customers"]) for row in rows} == {"Website": (3, 1), "Mobile": (1, 1)}


def test_orders_without_a_customer_stand_each_for_itself(session):
    lines = [line("O1", 1, customer=None), line("O1", 2, customer=None), line("O2", 1, customer=None), line("O3", 1)]
    rows = daily_customers(literal(session, GLD_FACT_ORDER_ITEMS, lines)).collect()
    assert {row["cluster"]: (row["is_known"], row["orders"], row["lines"]) for row in rows} == {
        "order:O1": (False, 1, 2),
        "order:O2": (False, 1, 1),
        "C1": (True, 1, 1),
    }


def test_without_the_legacy_measure_its_sums_are_unknown_and_not_zero(session):
    lines = [line("O1", 1, net_amount_inr=None, taxed_amount=None)]
    (row,) = daily_cells(literal(session, GLD_FACT_ORDER_ITEMS, lines)).collect()
    assert (row["net_amount_inr"], row["taxed_amount"], row["net_revenue"]) == (None, None, 10)
