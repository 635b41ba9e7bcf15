"""Whole landing zones to Gold, held against the truth and against a slow reading of the files."""

import csv
import json
import math
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from etl.accounts import COUNTS
from etl.bronze import feed_table
from etl.engine import Engine, open_session
from etl.errors import ChangedError, InputError, QualityError
from etl.lakehouse import Lakehouse
from etl.landing import landed_files
from etl.medallion import Medallion
from etl.release import newest_release
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_FILES, OPS_QUARANTINE, OPS_SOURCE
from etl.silver import silver_table
from etl.source import load_source
from etl.work import find_work
from tests.etl.refining import ATOZ_LINES, READ_AT, refine, simulated, write_landing

pytestmark = pytest.mark.embedded

ATOZ = load_source("atoz")
LATER = READ_AT + timedelta(days=53)
ORDER_COLUMNS = ATOZ.feeds["order_items"].columns
RATES = {"INR": "1", "AED": "24.18", "AUD": "57.55", "CAD": "62.93", "GBP": "117.98", "SGD": "68.18", "USD": "88.29"}


def refined(folder, **options):
    """A simulated landing zone and its warehouse."""
    simulation = simulated(folder / "simulated", **options)
    truth = json.loads(simulation.truth.read_text(encoding="utf-8"))
    return SimpleNamespace(
        simulation=simulation, landing=simulation.landing, truth=truth, warehouse=folder / "warehouse"
    )


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """Without faults, refined."""
    world = refined(tmp_path_factory.mktemp("clean"), start=date(2025, 8, 1))
    with open_session(Engine()) as session:
        world.lakehouse = Lakehouse(session, world.warehouse)
        world.rows = refine(world.lakehouse, ATOZ, world.landing)
        yield world


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """With every fault, refined."""
    world = refined(tmp_path_factory.mktemp("faulty"), faults=("all",))
    with open_session(Engine()) as session:
        world.lakehouse = Lakehouse(session, world.warehouse)
        world.rows = refine(world.lakehouse, ATOZ, world.landing)
        yield world


def rows(world, table):
    return [row.asDict() for row in world.lakehouse.read(table).collect()]


def read_slowly(path):
    """A file's order lines: by number the fields, or None where the line or its whole file is torn."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    texts = content.decode("utf-8", errors="replace").split("\n")
    numbered = {number: text.rstrip("\r") for number, text in enumerate(texts, start=1) if text.strip()}
    first = min(numbered, default=0)
    try:
        content.decode("utf-8")
        header = next(csv.reader([numbered.pop(first, "")]), [])
    except UnicodeDecodeError:
        return dict.fromkeys(set(numbered) - {first})
    if not set(ORDER_COLUMNS) <= set(header):
        return dict.fromkeys(numbered)
    return {number: _fields(header, text) for number, text in numbered.items()}


def _fields(header, text):
    (fields,) = csv.reader([text])
    torn = text.count('"') % 2 == 1 or len(fields) != len(header)
    return None if torn else dict(zip(header, fields, strict=True))


def settled_slowly(landing):
    """Order lines by key, the latest file's last line winning, and by file how many landed, were kept, or were torn.

    Of files of the same content the first one counts.
    """
    latest, counts, contents = {}, {}, set()
    for path in sorted((landing / "order_items" / "landing").glob("*"), key=lambda path: (path.name[12:22], path.name)):
        lines = {} if path.read_bytes() in contents else read_slowly(path)
        contents.add(path.read_bytes())
        counts[path.name] = Counter(
            rows_landed=len(lines), rows_quarantined=sum(line is None for line in lines.values())
        )
        for line in filter(None, (lines[number] for number in sorted(lines))):
            latest[line["order_id"], int(line["item_seq"])] = (path.name, line)
    for name, _ in latest.values():
        counts[name]["rows_kept"] += 1
    return {key: line for key, (_, line) in latest.items()}, counts


def legacy_by_month(lines):
    months = Counter()
    for line in lines.values():
        quantity = 2 if line["quantity"] == "Two" else int(line["quantity"])
        gross = quantity * Decimal(line["unit_price"].replace("$", ""))
        discount = math.ceil(gross * Decimal(line["discount_pct"].replace("%", "")) / 100)
        net = gross - discount + Decimal(re.sub(r"[^0-9.\-]", "", line["tax_amount"]))
        months[line["dt"][:7]] += math.ceil(net * Decimal(RATES[line["unit_price_currency"].strip().upper()]))
    return dict(months)


def months_of(world, table=GLD_FACT_ORDER_ITEMS, day="transaction_date"):
    months = Counter()
    for row in rows(world, table):
        months[f"{row[day]:%Y-%m}"] += row["net_amount_inr"]
    return dict(months)


def test_months_by_the_legacy_measure_are_the_truth_to_the_rupee(clean):
    assert months_of(clean) == clean.truth["months"]
    assert clean.rows == clean.simulation.lines
    assert len({row["transaction_id"] for row in rows(clean, GLD_FACT_ORDER_ITEMS)}) == clean.simulation.orders


@pytest.mark.parametrize(
    "table", [GLD_DAILY_ORDERS, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS], ids=lambda table: table.name
)
def test_daily_tables_add_up_to_the_fact(clean, table):
    fact, daily = rows(clean, GLD_FACT_ORDER_ITEMS), rows(clean, table)
    assert months_of(clean, table, "date") == clean.truth["months"]
    assert sum(row["net_revenue"] for row in daily) == sum(row["net_revenue"] for row in fact)
    units = "units" if table is GLD_DAILY_ORDERS else "quantity"
    assert sum(row[units] for row in daily) == sum(row["quantity"] for row in fact)
    if table is not GLD_DAILY_CELLS:
        assert sum(row["orders"] for row in daily) == clean.simulation.orders


def test_months_under_every_fault_agree_with_a_slow_reading_of_the_files(faulty):
    lines, _ = settled_slowly(faulty.landing)
    assert months_of(faulty) == legacy_by_month(lines)
    assert {(row["transaction_id"], row["seq_no"]) for row in rows(faulty, GLD_FACT_ORDER_ITEMS)} == set(lines)
    assert faulty.rows == len(lines)


def test_every_landed_line_is_accounted_for_by_file(faulty):
    _, counts = settled_slowly(faulty.landing)
    files = {row["file_name"]: row for row in rows(faulty, OPS_FILES)}
    landed = {file.name: file for file in landed_files(ATOZ, faulty.landing)}
    assert files.keys() == landed.keys()
    for name, row in files.items():
        assert row["rows_landed"] == row["rows_kept"] + row["rows_quarantined"] + row["rows_superseded"]
        assert (row["feed"], row["size_bytes"], row["content_hash"]) == (
            landed[name].feed,
            landed[name].size_bytes,
            landed[name].content_hash,
        )
        if row["feed"] == "order_items":
            expected = counts[name.rpartition("/")[2]]
            kinds = ("rows_landed", "rows_kept", "rows_quarantined")
            assert {kind: row[kind] for kind in kinds} == {kind: expected[kind] for kind in kinds}
    assert sum(row["rows_landed"] for row in files.values()) == sum(
        faulty.lakehouse.read(feed_table(ATOZ, feed)).count() for feed in ATOZ.feeds
    )


def test_every_file_of_a_fault_is_told_apart_in_quarantine_and_accounts(faulty):
    spoiled = {
        fault["fault"]: [f"order_items/landing/{name}" for name in fault["files"]] for fault in faulty.truth["faults"]
    }
    files = {row["file_name"]: row for row in rows(faulty, OPS_FILES)}
    reasons = {}
    for row in rows(faulty, OPS_QUARANTINE):
        reasons.setdefault(row["file_name"], set()).add(row["reason"])
    whole = {
        "wrong_encoding": "the file is not UTF-8 text: declare its encoding",
        "column_missing": "the file lacks the column discount_pct",
        "column_renamed": "the file lacks the column unit_price (renamed to price?)",
    }
    for fault, reason in whole.items():
        (name,) = spoiled[fault]
        assert (reasons[name], files[name]["state"], files[name]["rows_kept"]) == ({reason}, "quarantined", 0)
    for fault in ("empty_file", "header_only"):
        (name,) = spoiled[fault]
        assert (files[name]["state"], [files[name][count] for count in COUNTS]) == ("empty", [0, 0, 0, 0])
    assert reasons[spoiled["ragged_lines"][0]] <= {"has 11 fields instead of 13", "has 14 fields instead of 13"}
    assert reasons[spoiled["unclosed_quote"][0]] == {"a quote is not closed"}
    for fault in ("bom", "windows_line_ends", "column_added", "column_reordered", "late_file", "resent_file"):
        assert not reasons.keys() & set(spoiled[fault])
        assert files[spoiled[fault][-1]]["state"] == "loaded"
    copied, copy = spoiled["copied_content"]
    assert (files[copied]["state"], files[copy]["state"], files[copy]["same_as"]) == ("loaded", "duplicate", copied)
    assert files[copied]["rows_landed"] > 0 == files[copy]["rows_landed"]
    (missing,) = spoiled["missing_day"]
    assert missing not in files


def test_dimensions_hold_what_landed_mended(clean):
    products, customers, days = (rows(clean, table) for table in (GLD_DIM_PRODUCTS, GLD_DIM_CUSTOMERS, GLD_DIM_DATE))
    assert len({row["category_name"] for row in products}) == 8
    assert not {"Not Available"} & {row["category_name"] for row in products}
    assert not {"Not Available"} & {row["brand_name"] for row in products}
    assert not {"Coton", "Alumium", "Ruber"} & {row["material"] for row in products}
    assert {row["country"] for row in customers} == set(ATOZ.countries)
    assert len(days) == 92
    assert {row["day_name"] for row in days} == {
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    }
    assert all(row["is_weekend"] == (row["day_name"] in {"Saturday", "Sunday"}) for row in days)
    assert all(row["day_name"] == f"{row['date']:%A}" for row in days)
    fact = rows(clean, GLD_FACT_ORDER_ITEMS)
    assert not {"Not Available"} & {row[name] for row in fact for name in ("country", "region", "category", "channel")}


def test_returns_take_from_net_revenue_and_leave_the_legacy_measure_alone(clean):
    returns = rows(clean, silver_table("returns"))
    fact = {(row["transaction_id"], row["seq_no"]): row for row in rows(clean, GLD_FACT_ORDER_ITEMS)}
    back = Counter()
    for row in returns:
        back[row["order_id"], row["seq_no"]] += row["quantity"]
    assert back
    assert {key: row["returned_quantity"] for key, row in fact.items() if row["returned_quantity"]} == dict(back)
    for key, row in fact.items():
        assert row["net_revenue"] * row["quantity"] == row["converted_amount"] * (row["quantity"] - back[key])


def test_the_calendar_reaches_a_year_ahead_of_the_newest_order(clean):
    newest = max(row["transaction_date"] for row in rows(clean, GLD_FACT_ORDER_ITEMS))
    calendar = rows(clean, GLD_CALENDAR)
    assert (max(row["date"] for row in calendar) - newest).days == 366
    assert {row["country"] for row in calendar} == {row["country"] for row in rows(clean, GLD_DAILY_ORDERS)}
    (signed,) = rows(clean, OPS_SOURCE)
    del signed["declared"], signed["dimensions"]
    assert [signed] == [
        {
            "name": "atoz",
            "time_zone": "Asia/Kolkata",
            "reporting_currency": "INR",
            "due": "06:00",
            "has_legacy_measure": True,
            "first_day": min(row["transaction_date"] for row in rows(clean, GLD_FACT_ORDER_ITEMS)),
            "last_day": newest,
        }
    ]


def test_refining_again_writes_nothing(faulty):
    before = faulty.lakehouse.versions()
    assert refine(faulty.lakehouse, ATOZ, faulty.landing, LATER) == faulty.rows
    assert faulty.lakehouse.versions() == before


def test_the_rows_of_a_file_that_vanished_stay_until_the_file_comes_again(lakehouse, tmp_path):
    early, late = ATOZ_LINES["order_items"][:2], ATOZ_LINES["order_items"][2:]
    landing = write_landing(tmp_path / "landing", order_items={"2025-09-03": early, "2025-09-04": late})
    assert refine(lakehouse, ATOZ, landing) == 3
    (archived,) = landing.glob("order_items/landing/*2025-09-03.csv")
    text = archived.read_text(encoding="utf-8")
    archived.unlink()
    assert refine(lakehouse, ATOZ, landing) == 3
    archived.write_text("\n".join(text.splitlines()[:2]), encoding="utf-8")
    assert refine(lakehouse, ATOZ, landing) == 2


def test_a_declaration_that_changed_judges_the_lines_of_a_file_that_vanished_anew(lakehouse, tmp_path):
    early, late = ATOZ_LINES["order_items"][:2], ATOZ_LINES["order_items"][2:]
    landing = write_landing(tmp_path / "landing", order_items={"2025-09-03": early, "2025-09-04": late})
    refine(lakehouse, ATOZ, landing)
    (archived,) = landing.glob("order_items/landing/*2025-09-03.csv")
    archived.unlink()
    lines = ATOZ.tables["order_items"]
    coupons = lines.model_copy(update={"columns": lines.columns | {"coupon_code": "'none'"}})
    source = ATOZ.model_copy(update={"tables": ATOZ.tables | {"order_items": coupons}})
    assert refine(lakehouse, source, landing) == 3
    assert [row["coupon_code"] for row in lakehouse.read(GLD_FACT_ORDER_ITEMS).collect()] == ["none"] * 3
    assert lakehouse.read(OPS_FILES).where("feed = 'order_items'").count() == 2


def test_a_dimension_file_that_is_overwritten_in_place_adds_versions_from_the_day_it_is_seen(lakehouse, tmp_path):
    days = ("2025-09-03", "2025-09-20", "2025-10-20", "2025-10-31")
    orders = [f"{day},{day} 10:20:30,C1,O{day},1,P1,2,INR,100.00,0,18.00,Website," for day in days]
    landing = write_landing(tmp_path / "landing", order_items=orders)
    (dated,) = landing.glob("customers/*.csv")
    file = dated.rename(dated.with_name("customers.csv"))
    header = file.read_text().splitlines()[0]

    def regions(state, seen_on, source=ATOZ):
        file.write_text(f"{header}\nC1,+911,IN,India,{state}\n")
        refine(lakehouse, source, landing, READ_AT.replace(month=seen_on.month, day=seen_on.day))
        found = lakehouse.read(GLD_FACT_ORDER_ITEMS).orderBy("transaction_date").collect()
        return [row["region"] for row in found]

    assert regions("MH", date(2025, 9, 5)) == ["West"] * 4
    assert regions("KA", date(2025, 9, 10)) == ["West", "South", "South", "South"]
    assert regions("KA", date(2025, 10, 1)) == ["West", "South", "South", "South"]  # nothing new
    assert regions("UP", date(2025, 10, 10)) == ["West", "South", "North", "North"]
    assert regions("TN", date(2025, 10, 10)) == ["West", "South", "South", "South"]  # the last of a day counts
    back = ["West", "South", "South", "West"]
    assert regions("MH", date(2025, 10, 30)) == back
    # and all of them stay where everything is refined anew
    assert regions("MH", date(2025, 10, 31), ATOZ.model_copy(update={"description": "declared anew"})) == back
    names = lakehouse.read(OPS_FILES).where("feed = 'customers'").orderBy("file_name").collect()
    assert [row["file_name"].partition("customers/customers.csv")[2] for row in names] == [
        "", "@2025-09-10", "@2025-10-10", "@2025-10-30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda file: file.unlink(), "went while it was read: put it back, or run again without it"),
        (lambda file: file.write_text("product_id\n"), "changed while it was read: run again when it is whole"),
    ],
    ids=["went", "changed"],
)
def test_a_file_that_goes_or_changes_while_it_is_read_is_named_and_nothing_is_released(
    lakehouse, tmp_path, happens, said
):
    landing = write_landing(tmp_path / "landing")
    work = find_work(ATOZ, lakehouse.warehouse, landing, READ_AT.date())
    (file,) = landing.glob("products/*.csv")
    content = file.read_text()
    happens(file)
    with pytest.raises(ChangedError, match=f"{file.relative_to(landing)} {said}"):
        Medallion(lakehouse, ATOZ, work, READ_AT, lambda _: None).run()
    assert newest_release(lakehouse.warehouse) is None
    file.write_text(content)
    assert refine(lakehouse, ATOZ, landing) == 3


def test_nothing_left_after_the_rules_stops_the_run_and_says_where_to_look(lakehouse, tmp_path):
    landing = write_landing(tmp_path / "landing", order_items=["not,an,order"])
    with pytest.raises(QualityError, match="No order line is left after the rules: assay quarantine shows why"):
        refine(lakehouse, ATOZ, landing)


def test_one_bad_line_of_a_dimension_does_not_stop_the_run(lakehouse, tmp_path):
    landing = write_landing(
        tmp_path / "landing",
        calendar=[*ATOZ_LINES["calendar"], "04-08-2025,,Monday,3,32"],
        promotions=["PR1,Forever,,,2025-09-01,9999-12-31,10,2025-08-01", *ATOZ_LINES["promotions"]],
        order_items=[
            *ATOZ_LINES["order_items"],
            ATOZ_LINES["order_items"][0].replace("2025", "3025", 1).replace("O1", "O9"),
        ],
    )
    assert refine(lakehouse, ATOZ, landing) == 3
    found = {(row["feed"], row["rule"]) for row in lakehouse.read(OPS_QUARANTINE).collect()}
    assert found == {
        ("calendar", "year_unreadable"),
        ("promotions", "end_date_unreadable"),
        ("order_items", "order_date_unreadable"),
    }


def test_a_warehouse_belongs_to_one_source(lakehouse, tmp_path):
    refine(lakehouse, ATOZ, write_landing(tmp_path / "landing"))
    other = ATOZ.model_copy(update={"name": "other"})
    with pytest.raises(InputError, match="was built from source atoz: give other one of its own with --warehouse"):
        refine(lakehouse, other, tmp_path / "landing")


def test_a_declaration_that_gains_a_column_is_taken_in(lakehouse, tmp_path):
    landing = write_landing(tmp_path / "landing")
    refine(lakehouse, ATOZ, landing)
    brands = ATOZ.feeds["brands"]
    wider = brands.model_copy(update={"columns": (*brands.columns, "founded")})
    source = ATOZ.model_copy(update={"feeds": ATOZ.feeds | {"brands": wider}})
    (path,) = landing.glob("brands/*.csv")
    path.write_text("brand_code,brand_name,category_code,founded\nBR1,Brand,TOY,1900\n", encoding="utf-8")
    assert refine(lakehouse, source, landing) == 3
    assert [row["founded"] for row in lakehouse.read(feed_table(source, "brands")).collect()] == ["1900"]


def test_optional_feeds_may_be_absent(lakehouse, tmp_path):
    assert refine(lakehouse, ATOZ, write_landing(tmp_path / "landing")) == 3
    found = {row["transaction_id"]: row for row in lakehouse.read(GLD_FACT_ORDER_ITEMS).collect()}
    assert (found["O2"]["fx_rate"], found["O2"]["fx_rate_origin"]) == (Decimal("88.290000"), "fixed")
    assert {row["promotions"] for row in lakehouse.read(GLD_CALENDAR).collect()} == {0}


def test_the_digest_follows_content_names_and_declaration_and_nothing_else(tmp_path):
    landing = write_landing(tmp_path / "landing")

    def digest(source=ATOZ):
        return find_work(source, tmp_path / "warehouse", landing, READ_AT.date()).digest

    first = digest()
    assert digest() == first
    assert digest(ATOZ.model_copy(update={"time_zone": "UTC"})) != first
    (path,) = landing.glob("brands/*.csv")
    path.rename(path.with_name("renamed.csv"))
    renamed = digest()
    assert renamed != first
    path.with_name("renamed.csv").write_text("brand_code,brand_name,category_code\n", encoding="utf-8")
    assert digest() not in {first, renamed}
