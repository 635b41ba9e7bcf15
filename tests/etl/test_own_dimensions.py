from dataclasses import replace

import pandas as pd
import pytest

from etl.own_dimensions import carrying, name_problems, stored_dimensions
from etl.schemas.columns import column
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_FACT_ORDER_ITEMS
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.schemas.silver import SLV_ORDER_ITEMS
from etl.source import load_source
from tests.etl.refining import ATOZ_LINES, refine, write_landing

# the second character of a customer's key and, where there is one, the order's coupon
DECLARED = {"store": "substr(customer_id, 2, 1)", "order": "upper(coupon_code)"}


@pytest.fixture(scope="module")
def source():
    return load_source("atoz").model_copy(update={"dimensions": DECLARED})


def test_a_table_that_divides_sales_by_place_carries_them_in_its_key_and_others_stay_as_they_are():
    assert carrying(GLD_CALENDAR, DECLARED) is GLD_CALENDAR
    assert carrying(GLD_DAILY_CELLS, ()) == GLD_DAILY_CELLS
    cells = carrying(GLD_DAILY_CELLS, DECLARED)
    assert cells.key == ("date", "country", "region", "channel", "category", "store", "order")
    assert [c.name for c in cells.columns if c.required][-2:] == ["store", "order"]
    for table in (SLV_ORDER_ITEMS, GLD_REVENUE_BRIDGE):
        assert [c.required for c in carrying(table, DECLARED).columns[-2:]] == [False, False]
    assert carrying(GLD_FACT_ORDER_ITEMS, DECLARED).key == GLD_FACT_ORDER_ITEMS.key


@pytest.mark.parametrize("name", ["country", "quantity", "cluster", "driver", "file_name", "Store", "1st", "", "a b"])
def test_a_name_that_is_taken_or_no_name_is_refused_with_a_sentence(name):
    (problem,) = name_problems([name])
    assert repr(name) in problem
    assert name_problems(["store", "sales_rep2"]) == []


@pytest.mark.embedded
def test_they_flow_by_name_from_the_lines_to_gold(lakehouse, tmp_path, source):
    landing = write_landing(tmp_path / "landing", order_items=[*ATOZ_LINES["order_items"], line_without_customer()])
    assert refine(lakehouse, source, landing) == 4
    assert stored_dimensions(lakehouse) == ("store", "order")
    assert rows(lakehouse, SLV_ORDER_ITEMS, "order_id", "seq_no") == [
        ("O1", 1, "1", None), ("O1", 2, "1", None), ("O2", 1, "2", "SAVE"), ("O3", 1, None, None),
    ]  # fmt: skip
    unknown = "Not Available"
    assert rows(lakehouse, GLD_FACT_ORDER_ITEMS, "transaction_id", "seq_no") == [
        ("O1", 1, "1", unknown), ("O1", 2, "1", unknown), ("O2", 1, "2", "SAVE"), ("O3", 1, unknown, unknown),
    ]  # fmt: skip
    assert rows(lakehouse, GLD_DAILY_ORDERS, "orders", "units") == [
        (1, 1, unknown, unknown), (1, 3, "1", unknown), (1, 3, "2", "SAVE"),
    ]  # fmt: skip
    assert rows(lakehouse, GLD_DAILY_CELLS, "lines") == [
        (1, "2", "SAVE"), (1, unknown, unknown), (2, "1", unknown),
    ]  # fmt: skip


@pytest.mark.embedded
def test_a_kept_table_grows_with_its_contract_and_its_other_slices_stay(lakehouse):
    wider = replace(GLD_CALENDAR, columns=(*GLD_CALENDAR.columns, column("store", "string", "new")))
    day = {"country": "India", "is_holiday": False, "is_festival": False, "promotions": 0, "weekday": 1,
           "days_in_month": 30, "weekdays_in_month": 4}  # fmt: skip
    days = pd.DataFrame([day | {"date": pd.Timestamp(f"2025-09-0{n}")} for n in (1, 2)])
    lakehouse.write(GLD_CALENDAR, lakehouse.frame(GLD_CALENDAR, days))
    one = lakehouse.frame(wider, days.iloc[1:].assign(store="S1"))
    assert lakehouse.write(wider, one, replace_where="date = date'2025-09-02'") == 1
    found = lakehouse.read(wider).select("date", "store").orderBy("date").collect()
    assert [(row["date"].day, row["store"]) for row in found] == [(1, None), (2, "S1")]
    assert lakehouse.session.table(wider.full_name).columns == list(wider.column_names)


def line_without_customer():
    return "2025-09-04,2025-09-04 12:00:00,,O3,1,P1,1,INR,100.00,0,0,Website,"


def rows(lakehouse, table, *names):
    found = lakehouse.read(table).select(*names, *(f"`{name}`" for name in DECLARED)).collect()
    return sorted((tuple(row) for row in found), key=lambda row: [(value is None, value) for value in row])
