"""A dimension of a source's own, from the files to the bridge."""

from datetime import date, timedelta

import pytest

from etl.own_dimensions import stored_dimensions
from etl.periods import Period
from etl.schemas.gold import GLD_DIM_STORES, GLD_FACT_ORDER_ITEMS
from etl.schemas.results import GLD_REVENUE_BRIDGE
from etl.source import Feed, Refinement, load_source
from experiments.attribution import Question, explain, published_bridge
from experiments.showing import show_table
from tests.etl.refining import refine, write_landing

pytestmark = pytest.mark.embedded

FIRST = date(2025, 8, 4)


def line(day, number, customer, quantity):
    when = FIRST + timedelta(days=day)
    return f"{when},{when} 10:00:00,{customer},O{day}-{number},1,P1,{quantity},INR,100.00,0,0,Website,"


def test_explain_divides_the_change_over_it_and_gold_shows_it(lakehouse, tmp_path):
    source = load_source("atoz").model_copy(update={"dimensions": {"store": "concat('S', substr(customer_id, 2))"}})
    # in the second week store S1 sells five times as much, S2 as before
    lines = [line(day, c, f"C{c}", 5 if c == 1 and day >= 7 else 1) for day in range(14) for c in (1, 2)]
    refine(lakehouse, source, write_landing(tmp_path / "landing", order_items=lines))
    weeks = [Period(FIRST + timedelta(days=n), FIRST + timedelta(days=n + 6)) for n in (0, 7)]
    question = Question("net_revenue", *weeks)
    explain(lakehouse, question, tags={})
    cells = lakehouse.read(GLD_REVENUE_BRIDGE).where("scope = 'cell'").toPandas()
    assert cells.groupby("store")["amount"].sum().astype(float).to_dict() == {"S1": 2800.0, "S2": 0.0}
    assert published_bridge(lakehouse, question)["amount"].iloc[0] == 1400
    shown = show_table(lakehouse, "gld_daily_cells", 3).document
    assert shown["key"][-1] == "store"
    assert {row["store"] for row in shown["rows"]} <= {"S1", "S2"}


def with_stores():
    """AtoZ with a file of stores: which one a line was sold in is in its coupon."""
    shipped = load_source("atoz")
    path, columns = "stores/*.csv", ("id", "format", "district")
    stores = {"store_id": "trim(id)", "store_format": "trim(format)", "district": "trim(district)"}
    lines = shipped.tables["order_items"]
    lines = lines.model_copy(
        update={"columns": lines.columns | {"store_id": "upper(coupon_code)", "coupon_code": "''"}}
    )
    return shipped.model_copy(
        update={
            "feeds": shipped.feeds | {"stores": Feed(path=path, columns=columns)},
            "tables": shipped.tables | {"stores": Refinement(feed="stores", columns=stores), "order_items": lines},
        }
    )


def write_stores(landing, day, *lines):
    path = landing / "stores" / f"stores_{day}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["id,format,district", *lines]) + "\n", encoding="utf-8")


def test_what_a_file_of_stores_says_of_them_divides_sales_up_to_the_bridge(lakehouse, tmp_path):
    source = with_stores()
    lines = [line(day, n, "C1", 5 if n == 1 and day >= 7 else 1) + store
             for day in range(14) for n, store in enumerate(("S1", "S2", "S9"), start=1)]  # fmt: skip
    landing = write_landing(tmp_path / "landing", order_items=lines)
    write_stores(landing, "2025-08-01", "S1,Outlet,North", "S2,Flagship,North")
    refine(lakehouse, source, landing)
    assert stored_dimensions(lakehouse) == ("store_format", "district")
    found = lakehouse.read(GLD_FACT_ORDER_ITEMS).groupBy("store_id", "store_format", "district").count().collect()
    unknown = "Not Available"
    assert sorted(tuple(row) for row in found) == [
        ("S1", "Outlet", "North", 14), ("S2", "Flagship", "North", 14), ("S9", unknown, unknown, 14),
    ]  # fmt: skip
    weeks = [Period(FIRST + timedelta(days=n), FIRST + timedelta(days=n + 6)) for n in (0, 7)]
    explain(lakehouse, Question("net_revenue", *weeks), tags={})
    cells = lakehouse.read(GLD_REVENUE_BRIDGE).where("scope = 'cell'").toPandas()
    changes = cells.groupby(["store_format", "district"])["amount"].sum().astype(float).to_dict()
    assert changes == {("Outlet", "North"): 2800.0, ("Flagship", "North"): 0.0, (unknown, unknown): 0.0}
    shown = show_table(lakehouse, "gld_dim_stores", 3).document
    assert [(row["store_id"], row["store_format"]) for row in shown["rows"]] == [("S1", "Outlet"), ("S2", "Flagship")]
    assert [column["name"] for column in shown["columns"]][-2:] == ["store_format", "district"]


def test_a_store_that_changes_its_format_counts_as_the_old_one_up_to_that_day(lakehouse, tmp_path):
    source = with_stores()
    lines = [line(day, 1, "C1", 1) + "S1" for day in range(4)]
    landing = write_landing(tmp_path / "landing", order_items=lines)
    write_stores(landing, "2025-08-01", "S1,Outlet,North")
    refine(lakehouse, source, landing)
    write_stores(landing, "2025-08-06", "S1,Flagship,North")
    refine(lakehouse, source, landing)
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS).orderBy("transaction_date").collect()
    assert [row["store_format"] for row in fact] == ["Outlet", "Outlet", "Flagship", "Flagship"]
    assert [row["store_format"] for row in lakehouse.read(GLD_DIM_STORES).collect()] == ["Flagship"]
