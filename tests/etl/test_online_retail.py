"""The real invoices to Gold, held against pandas and decimals over the same files."""

from collections import defaultdict
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE
from etl.silver import silver_table
from etl.source import load_source
from tests.etl.refining import refine

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


@pytest.fixture(scope="module")
def invoices(online_retail):
    """Every line of every file as text, an empty field as an empty text."""
    files = sorted(online_retail.glob("*.csv"))
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False).assign(file_name=path.name) for path in files]
    lines = pd.concat(frames, ignore_index=True)
    cancelled, quantity = lines["InvoiceNo"].str.strip().str.startswith("C"), lines["Quantity"].astype(int)
    return lines.assign(
        quantity=quantity,
        amount=[int(q) * Decimal(price) for q, price in zip(quantity, lines["UnitPrice"], strict=True)],
        is_product=lines["StockCode"].str.strip().str.match(r"\d{5}"),
        is_return_line=cancelled | (quantity < 0),
        month=lines["InvoiceDate"].str[:7],
        order_id=lines["InvoiceNo"].str.strip(),
    )


@pytest.fixture(scope="module")
def world(online_retail, tmp_path_factory):
    with open_session(Engine()) as session:
        lakehouse = Lakehouse(session, tmp_path_factory.mktemp("online_retail"))
        rows = refine(lakehouse, load_source("online_retail"), online_retail)
        yield SimpleNamespace(lakehouse=lakehouse, rows=rows)


def by_month(world, sql):
    world.lakehouse.read(GLD_FACT_ORDER_ITEMS).createOrReplaceTempView("fact")
    select = f"select date_format(transaction_date, 'yyyy-MM') as month, {sql} as value from fact group by 1"
    return {row["month"]: row["value"] for row in world.lakehouse.session.sql(select).collect()}


def test_revenue_of_every_month_is_exact(world, invoices):
    expected = defaultdict(Decimal)
    products = invoices[invoices["is_product"] & (invoices["quantity"] != 0)]
    for month, amount in zip(products["month"], products["amount"], strict=True):
        expected[month] += amount
    assert len(expected) == 25
    assert by_month(world, "sum(net_revenue)") == dict(expected)


def test_orders_of_every_month_are_those_that_sold_something(world, invoices):
    sold = invoices[invoices["is_product"] & ~invoices["is_return_line"] & (invoices["quantity"] > 0)]
    expected = sold.groupby("month")["order_id"].nunique().to_dict()
    assert by_month(world, "count(distinct case when not is_return_line then transaction_id end)") == expected
    daily = world.lakehouse.read(GLD_DAILY_ORDERS).groupBy().sum("orders").collect()[0][0]
    first_days = sold.sort_values(["InvoiceDate"]).groupby("order_id")["InvoiceDate"].first()
    assert daily == len(first_days)


def test_cancellations_and_negative_quantities_count_against_revenue_and_sell_nothing(world, invoices):
    returned = invoices[invoices["is_product"] & invoices["is_return_line"]]
    expected = returned.groupby("month")["amount"].sum().to_dict()
    got = by_month(world, "sum(case when is_return_line then net_revenue end)")
    assert {month: value for month, value in got.items() if value is not None} == expected
    assert set(by_month(world, "sum(case when is_return_line then list_amount else 0 end)").values()) == {0}


def test_lines_without_a_price_or_a_customer_are_kept(world, invoices):
    fact = world.lakehouse.read(GLD_FACT_ORDER_ITEMS)
    products = invoices[invoices["is_product"] & (invoices["quantity"] != 0)]
    assert fact.count() == world.rows == len(products)
    free = sum(Decimal(price) == 0 for price in products["UnitPrice"])
    assert fact.where("unit_price = 0").count() == free > 0
    unknown = int((products["CustomerID"].str.strip() == "").sum())
    assert fact.where("customer_id is null").count() == unknown > 0


def test_every_line_of_every_file_is_accounted_for(world, invoices):
    files = {row["file_name"]: row for row in world.lakehouse.read(OPS_FILES).collect()}
    landed = invoices.groupby("file_name").size().to_dict()
    assert (len(files), len(invoices)) == (604, 1_044_847)
    assert {name: row["rows_landed"] for name, row in files.items()} == landed
    assert {row["rows_superseded"] for row in files.values()} == {0}
    kept = sum(row["rows_kept"] for row in files.values())
    quarantined = world.lakehouse.read(OPS_QUARANTINE).collect()
    assert kept + len(quarantined) == len(invoices)
    zero = invoices[invoices["quantity"] == 0]
    assert sorted(row["file_name"] for row in quarantined) == sorted(zero["file_name"])
    assert {row["rule"] for row in quarantined} <= {"quantity_not_zero"}
    silver = world.lakehouse.read(silver_table("order_items"))
    assert silver.count() == kept
    assert silver.where("not is_product").count() == int((~invoices["is_product"] & (invoices["quantity"] != 0)).sum())
