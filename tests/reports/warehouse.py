"""A small warehouse of Delta files, written without an engine: a shop of two countries, two channels, three months."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from deltalake import write_deltalake

from etl.contracts import Table
from etl.frames import arrow_table
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_CUSTOMERS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_FACT_ORDER_ITEMS
from etl.schemas.ops import OPS_COSTS, OPS_FILES, OPS_QUARANTINE, OPS_RUNS, OPS_SOURCE, OPS_STORAGE
from etl.schemas.results import (
    GLD_CLAIMS,
    GLD_DIPS,
    GLD_FORECAST,
    GLD_FORECAST_CHANGE,
    GLD_FORECAST_DRIFT,
    GLD_FORECAST_MONTHS,
    GLD_FORECAST_SCENARIOS,
    GLD_RECOMMENDATIONS,
    GLD_SEGMENTS,
)
from etl.schemas.silver import SLV_CATEGORY, SLV_PROMOTIONS

FIRST, LAST = date(2025, 6, 1), date(2025, 9, 30)
FILLERS = {
    "string": "x", "int": 1, "bigint": 1, "double": 1.0, "boolean": False,
    "timestamp": datetime(2025, 10, 1, tzinfo=UTC), "date": date(2025, 9, 5), "decimal": Decimal(0),
}  # fmt: skip
PLACES = {"India": ("INR", ("West", "South")), "UK": ("GBP", ("England", "West"))}
CHANNELS, CATEGORIES = ("Mobile", "Website"), ("Books", "Toys", "Grocery")
PLACE = ["country", "region", "channel"]
AMOUNTS = ["list_amount", "discounted_amount", "converted_amount", "net_revenue", "taxed_amount", "net_amount_inr"]


def filled(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with something in every required column that they leave out."""
    kinds = {column.name: column.type.partition("(")[0] for column in table.columns if column.required}
    return rows.assign(**{name: FILLERS[kind] for name, kind in kinds.items() if name not in rows})


def store(warehouse: Path, table: Table, rows: pd.DataFrame) -> None:
    """Write the table whole, as its next version."""
    path = warehouse / table.layer / table.name
    write_deltalake(str(path), arrow_table(table, filled(table, rows)), mode="overwrite")


def make_fact(seed: int = 1, orders_per_day: int = 12, fewer_from: date = date(2025, 9, 1)) -> pd.DataFrame:
    """Order lines of four months, with fewer orders from a day on; some customers are unknown, some lines come back."""
    random = np.random.default_rng(seed)
    days = pd.date_range(FIRST, LAST)
    level = orders_per_day * np.where(days >= pd.Timestamp(fewer_from), 0.7, 1.0)
    orders = pd.DataFrame({"transaction_date": np.repeat(days, random.poisson(level))})
    size = len(orders)
    orders["transaction_id"] = [f"T{number:05}" for number in range(size)]
    orders["country"] = random.choice(list(PLACES), size, p=[0.7, 0.3])
    orders["region"] = [
        PLACES[country][1][pick] for country, pick in zip(orders["country"], random.integers(0, 2, size), strict=True)
    ]
    orders["unit_price_currency"] = orders["country"].map(lambda country: PLACES[country][0])
    orders["channel"] = random.choice(CHANNELS, size, p=[0.6, 0.4])
    customers = np.where(orders["country"] == "UK", "U", "I")
    orders["customer_id"] = [
        f"{mark}{number}" for mark, number in zip(customers, random.integers(0, 90, size), strict=True)
    ]
    orders["customer_id"] = orders["customer_id"].where(random.random(size) > 0.02)
    lines = orders.loc[orders.index.repeat(random.integers(1, 4, size))].reset_index(drop=True)
    lines["seq_no"] = lines.groupby("transaction_id").cumcount() + 1
    return _priced(lines, random)


def _priced(lines: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    size = len(lines)
    rate = lines["unit_price_currency"].map({"INR": 1.0, "GBP": 100.0})
    price = np.round(random.gamma(4, 100, size) / rate, 2)
    quantity, discount = random.integers(1, 4, size), random.choice([0.0, 0.1], size)
    listed = (quantity * price * rate).round(2)
    sold = (listed * (1 - discount)).round(2)
    back = random.random(size) < 0.03
    return lines.assign(
        category=random.choice(CATEGORIES, size),
        coupon_code=np.where(random.random(size) < 0.2, "save10", None),
        quantity=quantity,
        unit_price=price,
        list_amount=listed,
        discounted_amount=sold,
        converted_amount=sold,
        net_revenue=np.where(back, 0.0, sold),
        taxed_amount=(sold * 1.05).round(2),
        net_amount_inr=np.ceil(sold * 1.05),
        net_amount=(sold / rate).round(2),
        fx_rate_origin="landed",
    )


def make_warehouse(folder: Path, fact: pd.DataFrame | None = None) -> Path:
    """The fact and everything that follows from it; findings and a forecast beside it."""
    lines = make_fact() if fact is None else fact
    for table, rows in {**_sales(lines), **_findings(), **_ops()}.items():
        store(folder, table, rows)
    return folder


def _sales(fact: pd.DataFrame) -> dict[Table, pd.DataFrame]:
    lines = fact.assign(
        date=fact["transaction_date"],
        month=fact["transaction_date"].dt.to_period("M").dt.to_timestamp(),
        lines=1,
        cluster=fact["customer_id"].fillna("order:" + fact["transaction_id"]),
        is_known=fact["customer_id"].notna(),
    )
    firsts = lines[lines["seq_no"] == 1].assign(orders=1)
    sums = {"lines": "sum", "quantity": "sum", **dict.fromkeys(AMOUNTS, "sum")}
    day = ["date", "month"]
    customers = [*day, "country", "channel", "cluster", "is_known"]
    counted = firsts.groupby([*day, *PLACE]).agg(orders=("orders", "sum"), customers=("customer_id", "nunique"))
    daily = lines.groupby([*day, *PLACE]).agg(
        units=("quantity", "sum"), net_revenue=("net_revenue", "sum"), net_amount_inr=("net_amount_inr", "sum")
    )
    people = lines.dropna(subset="customer_id").drop_duplicates("customer_id")
    by_customer = lines.groupby(customers).agg(sums)
    return {
        GLD_FACT_ORDER_ITEMS: fact,
        GLD_DAILY_ORDERS: daily.join(counted).reset_index(),
        GLD_DAILY_CELLS: lines.groupby([*day, *PLACE, "category"]).agg(sums).reset_index(),
        GLD_DAILY_CUSTOMERS: by_customer.join(firsts.groupby(customers)["orders"].sum())
        .fillna({"orders": 0})
        .reset_index(),
        GLD_DIM_CUSTOMERS: people[["customer_id", "country", "region"]],
        GLD_CALENDAR: _calendar(),
        SLV_CATEGORY: pd.DataFrame([{"category_code": "TOY", "category_name": "Toys"}]),
        SLV_PROMOTIONS: _promotions(),
    }


def _promotions() -> pd.DataFrame:
    """Toys in India up to the last day, everything everywhere, and one that was over on the first."""
    rows = [("p1", "Toy week", "India", "TOY", LAST), ("p2", None, None, None, LAST), ("p3", "Over", "UK", None, FIRST)]
    columns = ["promo_id", "name", "country", "category_code", "end_date"]
    return pd.DataFrame(rows, columns=columns).assign(start_date=FIRST, discount_pct=Decimal("10.00"))


def _calendar() -> pd.DataFrame:
    days = pd.date_range(FIRST, "2025-12-31")
    rows = pd.concat([pd.DataFrame({"date": days, "country": country}) for country in PLACES], ignore_index=True)
    festival = (rows["country"] == "India") & rows["date"].between("2025-09-07", "2025-09-10")
    return rows.assign(is_festival=festival, festival=np.where(festival, "Onam", None), promotions=0)


def _findings() -> dict[Table, pd.DataFrame]:
    days = pd.date_range("2025-10-01", periods=31)
    quantiles = {f"q{level}": 4000.0 + 10 * level for level in range(10, 100, 10)}
    ahead = {"as_of": LAST, "series": "total", "date": days, "horizon": range(1, 32), "mean": 4500.0, "model": "Panel"}
    forecast = pd.concat([pd.DataFrame({**ahead, **quantiles, "measure": name}) for name in ("net_revenue", "orders")])
    scenario = forecast[forecast["measure"] == "net_revenue"].assign(
        scenario="sale", settings="promotion:2025-10-05..2025-10-09=1", baseline=4400.0, level="total"
    )
    change = forecast[forecast["measure"] == "net_revenue"][["as_of", "measure", "series", "date"]].assign(
        previous_as_of=date(2025, 9, 29), previous=4300.0, restated_history=10.0, new_data=150.0, covariates=40.0,
        model=0.0, current=4500.0,
    )  # fmt: skip
    month = {"as_of": LAST, "measure": "net_revenue", "series": "total", "month": date(2025, 10, 1), "mean": 139500.0,
             "q10": 130000.0, "q50": 139000.0, "q90": 150000.0}  # fmt: skip
    drift = {"as_of": LAST, "measure": "orders", "series": "total", "kind": "level", "days": 14, "size": -1.5,
             "drifted": True}  # fmt: skip
    claim = {
        "claim_id": "mobile", "text": "Mobile outperforms the website", "result": "broken", "estimate": 0.4, "low": 0.3,
        "high": 0.5, "unit": "share", "evidence": "Website led in September.", "test": "Compare the means.",
        "periods": "2025-09", "is_news": True, "broke_on": LAST,
    }  # fmt: skip
    dip = {
        "dip_id": "d1", "measure": "net_revenue", "unit": "INR", "series": "total", "kind": "month",
        "first_day": date(2025, 9, 1), "last_day": LAST, "rank": 1, "actual": 100000.0, "expected": 150000.0,
        "amount": -50000.0, "low": -60000.0, "high": -40000.0, "probability": 0.001, "q_value": 0.01,
        "expected_by": "the model fitted to days before", "course": "open", "as_of": LAST,
        "explanation": "orders below expectation",
    }  # fmt: skip
    asked = {
        "measure": "net_revenue", "unit": "INR", "baseline_first": date(2025, 8, 1), "baseline_last": date(2025, 8, 31),
        "period_first": date(2025, 9, 1), "period_last": LAST,
    }  # fmt: skip
    outage = {
        **asked, "position": 0, "code": "outage", "place": '{"region": "South", "channel": "Mobile"}',
        "first_day": date(2025, 9, 16), "last_day": date(2025, 9, 19), "driver": "orders_per_customer",
        "amount": -2100.0, "low": -3000.0, "high": -1200.0, "q_value": 0.001, "evidence": "Orders stopped.",
    }  # fmt: skip
    normal = {**asked, "position": 1, "code": "normal_variation", "place": "{}", "evidence": "The rest is noise."}
    advice = {
        "recommendation_id": "r1",
        "rank": 1,
        "text": "Look at September.",
        "reason": "It fell.",
        "owner": "Marketing",
    }
    places = '{"region": "South", "channel": "Mobile"}'
    lost = {"amount": -2100.0, "low": -3000.0, "high": -1200.0, "unit": "INR", "text": "Mend it.", "reason": "Lost."}
    findings = [
        f"gld_segments: net_revenue:2025-09-16to2025-09-19:outage:{places}",
        "gld_revenue_bridge: net_revenue:2025-09-01:2025-09-30:returns",
    ]
    more = [{**lost, "recommendation_id": f"r{n}", "rank": n, "finding": text} for n, text in enumerate(findings, 2)]
    return {
        GLD_FORECAST: forecast,
        GLD_FORECAST_MONTHS: pd.DataFrame([month]),
        GLD_FORECAST_SCENARIOS: scenario,
        GLD_FORECAST_CHANGE: change,
        GLD_FORECAST_DRIFT: pd.DataFrame([drift]),
        GLD_CLAIMS: pd.DataFrame([claim]),
        GLD_DIPS: pd.DataFrame([dip]),
        GLD_SEGMENTS: pd.DataFrame([outage, normal]),
        GLD_RECOMMENDATIONS: pd.DataFrame([advice, *more]),
    }


def _ops() -> dict[Table, pd.DataFrame]:
    source = {
        "name": "shop", "time_zone": "Asia/Kolkata", "reporting_currency": "INR", "has_legacy_measure": True,
        "first_day": FIRST, "last_day": LAST,
    }  # fmt: skip
    file = {"file_name": "a.csv", "feed": "order_items", "rows_landed": 9, "rows_kept": 7, "rows_quarantined": 2,
            "rows_superseded": 0, "state": "loaded"}  # fmt: skip
    quarantined = [
        {"feed": "order_items", "rule": "known_channel", "reason": "channel must be web or app", "line_number": n,
         "raw_text": "secret-line"} for n in (2, 3)
    ]  # fmt: skip
    runs = [
        {"run_id": name, "step": f"step{n}", "position": n, "seconds": 2.0, "rows": 5,
         "started_at": datetime(2025, 10, day, n, tzinfo=UTC)}
        for name, day in (("old", 1), ("new", 2)) for n in (1, 2)
    ]  # fmt: skip
    used = {"seconds": 2.0, "cpu_seconds": 3.0, "peak_memory_bytes": 5 * 10**8, "rows_read": 10, "bytes_read": 10**6,
            "rows_written": 5, "bytes_written": 10**6, "currency": "USD", "money": Decimal("0.00012")}  # fmt: skip
    costs = [{name: run[name] for name in ("run_id", "step", "position", "started_at")} | used for run in runs]
    storage = [
        {"run_id": name, "table_name": "gold.gld_daily_orders", "started_at": datetime(2025, 10, day, 1, tzinfo=UTC),
         "rows": 5, "files": 1, "bytes": 10**6 * day}
        for name, day in (("old", 1), ("new", 2))
    ]  # fmt: skip
    return {
        OPS_COSTS: pd.DataFrame(costs),
        OPS_STORAGE: pd.DataFrame(storage),
        OPS_SOURCE: pd.DataFrame([source]),
        OPS_FILES: pd.DataFrame([file]),
        OPS_QUARANTINE: pd.DataFrame(quarantined),
        OPS_RUNS: pd.DataFrame(runs),
    }
