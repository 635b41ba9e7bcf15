"""Whatever the order in which files land, the tables end as one run over all of them would have made them."""

import random
import re
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

import etl.bronze
import etl.gold
import etl.order_lines
from etl.bronze import feed_table
from etl.lakehouse import Lakehouse
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_QUARANTINE, OPS_RESTATEMENTS
from etl.schemas.silver import SLV_ORDER_ITEMS
from etl.source import load_source
from etl.stored import LAYERS
from etl.work import find_work, refined_tables
from tests.etl.equality import equal_tables
from tests.etl.refining import READ_AT, refine, write_landing

pytestmark = [pytest.mark.embedded]

ATOZ = load_source("atoz")
DAYS = [date(2025, month, day) for month in (7, 8, 9) for day in (3, 17, 30)]
ORDERS = [(f"O{n}", line) for n in range(6) for line in (1, 2)]
STATES = {"IN,India": ("MH", "KA", "UP"), "US,US": ("CA", "NY")}


def order_line(draw: random.Random) -> str:
    """A line of one of a few orders, so that files contest them; now and then it breaks a rule or is torn."""
    order, line = draw.choice(ORDERS)
    if draw.random() < 0.05:
        return "torn,line"
    day, currency = draw.choice(DAYS), draw.choice(("INR", "INR", "USD", "XXX"))
    who, what = f"C{draw.choice('1234')},{order},{line}", f"P{draw.choice('123')},{draw.randint(1, 3)}"
    return f"{day},{day} 10:20:30,{who},{what},{currency},{draw.randint(1, 99)}.00,7,18.00,Website,"


def content(draw: random.Random, feed: str) -> list[str]:
    """The lines of a file of ``feed``, sometimes none."""
    if feed == "order_items":
        return [order_line(draw) for _ in range(draw.randint(0, 8))]
    if feed == "customers":
        places = [(place, draw.choice(states)) for place, states in STATES.items()]
        return [f"C{n},+{n},{','.join(draw.choice(places))}" for n in draw.sample("1234", 2)]
    if feed == "products":
        return [
            f"P{n},S,{draw.choice(('TOY', 'BKS'))},BR1,Red,S,Cotton,100,1.5,2.5,3.5,7" for n in draw.sample("123", 2)
        ]
    if feed == "fx_rates":
        return [f"{draw.choice(DAYS)},USD,{draw.randint(80, 90)}.5"]
    return [f"2025-09-30 10:00:00,{order},{line},1,Damaged" for order, line in draw.sample(ORDERS, 3)]


def next_files(draw: random.Random, landing: Path) -> None:
    """A file that is new, or late, or sent again, or a copy of another one."""
    feed = draw.choice(("order_items",) * 4 + ("customers", "products", "fx_rates", "returns"))
    there = sorted(landing.glob(ATOZ.feeds[feed].path))
    if there and draw.random() < 0.2:
        copied = draw.choice(there)
        copied.with_name(f"{feed}_{draw.choice(DAYS)}_copy.csv").write_bytes(copied.read_bytes())
    else:
        write_file(landing, feed, str(draw.choice(DAYS)), content(draw, feed))


def write_file(landing: Path, feed: str, day: str, lines: list[str]) -> None:
    """One file of a feed, as write_landing names it."""
    path = landing / ATOZ.feeds[feed].path.replace("*", f"{feed}_{day}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(ATOZ.feeds[feed].columns), *lines]) + "\n", encoding="utf-8")


def differences(left: Lakehouse, right: Lakehouse) -> list[str]:
    """What sets the two warehouses' refined tables apart; restatements tell how they came about, not what they are."""
    tables = [table for table in refined_tables(ATOZ) if table is not OPS_RESTATEMENTS]
    return [text for table in tables for text in equal_tables(left.read(table), right.read(table), table)]


def forget(session: SparkSession) -> None:
    """Take a warehouse's names out of the session's catalog, where the next warehouse has the same ones."""
    for layer in LAYERS:
        session.sql(f"drop database {layer} cascade")


def check_sequence(session: SparkSession, folder: Path, seed: int, runs: int) -> None:
    """Refine a landing folder as it grows, then all of it at once, and compare."""
    draw = random.Random(seed)
    landing = write_landing(folder / "landing", order_items={"2025-08-17": [order_line(draw) for _ in range(9)]})
    grown = Lakehouse(session, folder / "grown")
    refine(grown, ATOZ, landing)
    for _ in range(runs):
        for _ in range(draw.randint(1, 3)):
            next_files(draw, landing)
        refine(grown, ATOZ, landing)
    assert find_work(ATOZ, grown.warehouse, landing, READ_AT.date()).is_nothing
    forget(session)
    at_once = Lakehouse(session, folder / "at_once")
    refine(at_once, ATOZ, landing)
    assert differences(grown, at_once) == []
    forget(session)


def test_a_late_file_restates_its_day_and_says_so(lakehouse, tmp_path):
    line = "{0},{0} 10:20:30,C1,{1},1,P1,2,INR,100.00,0,18.00,Website,".format
    first = {"2025-09-03": [line("2025-09-03", "O1")], "2025-09-05": [line("2025-09-05", "O2")]}
    landing = write_landing(tmp_path / "landing", order_items=first)
    refine(lakehouse, ATOZ, landing)
    assert lakehouse.read(OPS_RESTATEMENTS).count() == 0
    write_file(landing, "order_items", "2025-09-06", [line("2025-09-03", "O3"), line("2025-09-06", "O4")])
    refine(lakehouse, ATOZ, landing)
    (restated,) = (row.asDict() for row in lakehouse.read(OPS_RESTATEMENTS).collect())
    assert (restated["date"], restated["rows_before"], restated["rows_after"]) == (date(2025, 9, 3), 1, 2)
    assert (restated["net_revenue_before"], restated["net_revenue_after"]) == (200, 400)
    assert restated["cells_changed"] == 1
    assert restated["causes"] == "order_items/landing/order_items_2025-09-06.csv"


def test_a_day_whose_sales_only_move_to_another_region_is_restated_too(lakehouse, tmp_path):
    lines = [
        f"{day},{day} 10:20:30,C1,O{day},1,P1,2,INR,100.00,0,18.00,Website," for day in ("2025-09-03", "2025-09-20")
    ]
    home = "C1,+911,IN,India,{}".format
    landing = write_landing(tmp_path / "landing", order_items=lines, customers={"2025-08-01": [home("MH")]})
    refine(lakehouse, ATOZ, landing)
    write_file(landing, "customers", "2025-09-10", [home("KA")])
    refine(lakehouse, ATOZ, landing)
    (restated,) = (row.asDict() for row in lakehouse.read(OPS_RESTATEMENTS).collect())
    assert (restated["date"], restated["rows_before"], restated["rows_after"]) == (date(2025, 9, 20), 1, 1)
    assert restated["net_revenue_before"] == restated["net_revenue_after"] == 200
    assert restated["cells_changed"] == 2  # West sells no more, South does
    assert restated["causes"] == "customers/customers_2025-09-10.csv"


def test_a_batch_leaves_the_files_of_other_months_alone(lakehouse, tmp_path):
    line = "{0},{0} 10:20:30,C1,{1},1,P1,2,INR,100.00,0,18.00,Website,".format
    landing = write_landing(tmp_path / "landing", order_items={"2025-08-31": [line("2025-08-31", "O1")]})
    refine(lakehouse, ATOZ, landing)
    tables = [lakehouse.path(table) for table in (SLV_ORDER_ITEMS, GLD_FACT_ORDER_ITEMS)]
    before = [set(DeltaTable(path).file_uris()) for path in tables]
    write_file(landing, "order_items", "2025-09-01", [line("2025-09-01", "O2")])
    refine(lakehouse, ATOZ, landing)
    after = [set(DeltaTable(path).file_uris()) for path in tables]
    assert all(old < new and len(new - old) == 1 for old, new in zip(before, after, strict=True))


def test_a_day_of_orders_leaves_tables_alone_that_it_does_not_concern(lakehouse, tmp_path):
    returned = ["2025-09-09 10:00:00,O1,1,1,Damaged", "2025-09-09 10:00:00,O9,1,1,Damaged"]
    landing = write_landing(tmp_path / "landing", returns=returned)
    refine(lakehouse, ATOZ, landing)
    refused = lakehouse.read(OPS_QUARANTINE).where("feed = 'returns'")
    assert [row["rule"] for row in refused.collect()] == ["order_line_known"]
    unconcerned = [f"gold.gld_dim_{name}" for name in ("customers", "date", "products")] + ["silver.slv_returns"]
    before = lakehouse.versions()
    line = "{0},{0} 10:20:30,C1,{1},1,P1,2,INR,100.00,0,18.00,Website,".format
    write_file(landing, "order_items", "2025-09-05", [line("2025-09-05", "O8")])
    refine(lakehouse, ATOZ, landing)
    assert [lakehouse.versions()[name] for name in unconcerned] == [before[name] for name in unconcerned]
    # an order that a return named before it came is another matter
    write_file(landing, "order_items", "2025-09-06", [line("2025-09-06", "O9")])
    refine(lakehouse, ATOZ, landing)
    assert refused.count() == 0
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS).where("returned_quantity > 0").collect()
    assert sorted(row["transaction_id"] for row in fact) == ["O1", "O9"]


def regions_by_day(lakehouse):
    """By day and order line, the region the fact gives it."""
    fact = lakehouse.read(GLD_FACT_ORDER_ITEMS).orderBy("transaction_date").collect()
    return {str(row["transaction_date"]): row["region"] for row in fact}


def months_rewritten(lakehouse, run):
    """The months of the fact whose files ``run`` replaces."""
    files = set(DeltaTable(lakehouse.path(GLD_FACT_ORDER_ITEMS)).file_uris())
    run()
    rewritten = set(DeltaTable(lakehouse.path(GLD_FACT_ORDER_ITEMS)).file_uris()) - files
    return {re.search(r"transaction_month=(\d{4}-\d{2})", uri)[1] for uri in rewritten}


def test_a_customer_who_moves_does_not_rewrite_last_year_and_a_late_file_rewrites_what_it_dates(lakehouse, tmp_path):
    days = ("2024-09-20", "2025-08-05", "2025-08-20", "2025-09-20")
    orders = [f"{day},{day} 10:20:30,C1,O{day},1,P1,2,INR,100.00,0,18.00,Website," for day in days]
    home = "C1,+911,IN,India,{}".format
    landing = write_landing(tmp_path / "landing", order_items=orders, customers={"2025-08-01": [home("MH")]})
    refine(lakehouse, ATOZ, landing)
    assert regions_by_day(lakehouse) == dict.fromkeys(days, "West")
    write_file(landing, "customers", "2025-09-10", [home("KA")])
    assert months_rewritten(lakehouse, lambda: refine(lakehouse, ATOZ, landing)) == {"2025-09"}
    assert list(regions_by_day(lakehouse).values()) == ["West", "West", "West", "South"]
    write_file(landing, "customers", "2025-08-10", [home("UP")])
    assert months_rewritten(lakehouse, lambda: refine(lakehouse, ATOZ, landing)) == {"2025-08"}
    assert list(regions_by_day(lakehouse).values()) == ["West", "West", "North", "South"]
    write_file(landing, "customers", "2025-10-01", [home("KA")])
    assert months_rewritten(lakehouse, lambda: refine(lakehouse, ATOZ, landing)) == set()
    assert [row["region"] for row in lakehouse.read(GLD_DIM_CUSTOMERS).collect()] == ["South"]


def test_tables_written_a_file_and_a_month_at_a_time_are_the_same(session, tmp_path, monkeypatch):
    draw = random.Random(11)
    lines = {str(day): [order_line(draw) for _ in range(6)] for day in DAYS}
    landing = write_landing(tmp_path / "landing", order_items=lines)
    at_once = Lakehouse(session, tmp_path / "at_once")
    refine(at_once, ATOZ, landing)
    forget(session)
    for module in (etl.gold, etl.order_lines):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 1)
    for module in (etl.bronze, etl.order_lines):
        monkeypatch.setattr(module, "BYTES_AT_ONCE", 1)
    by_slice = Lakehouse(session, tmp_path / "by_slice")
    refine(by_slice, ATOZ, landing)
    for table in (GLD_FACT_ORDER_ITEMS, feed_table(ATOZ, "order_items")):
        assert by_slice.version(table) > at_once.version(table)
    assert differences(by_slice, at_once) == []
    forget(session)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_growing_landing_folder_ends_as_one_run_over_it(session, tmp_path, seed):
    check_sequence(session, tmp_path, seed, runs=3)
