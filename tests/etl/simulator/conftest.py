"""Small simulations shared by the tests, and AtoZ's rules once more: slow, in decimals, from the raw files."""

import json
import math
import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from etl.simulator import SimulationOptions, simulate

WINDOW = {"start": date(2025, 7, 20), "end": date(2025, 10, 31), "scale": 0.02}
RATES = {"INR": "1", "AED": "24.18", "AUD": "57.55", "CAD": "62.93", "GBP": "117.98", "SGD": "68.18", "USD": "88.29"}


def run(out, **options):
    simulation = simulate(out, SimulationOptions(**options))
    truth = json.loads(simulation.truth.read_text(encoding="utf-8"))
    return SimpleNamespace(out=out, landing=simulation.landing, simulation=simulation, truth=truth)


def read(folder):
    """Every line of every file of a folder in order of names, as text, with the file's name."""
    frames = [
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(file=path.name) for path in sorted(folder.glob("*"))
    ]
    return pd.concat(frames, ignore_index=True)


def settle(landing):
    """Order lines by AtoZ's rules, one dictionary a line."""
    latest = {}
    for row in read(landing / "order_items" / "landing").to_dict("records"):
        latest[row["order_id"], row["item_seq"]] = row
    return pd.DataFrame([_settled(row) for row in latest.values()]).sort_values(["order_id", "item_seq"])


def _settled(row):
    quantity = 2 if row["quantity"] == "Two" else int(row["quantity"])
    currency = row["unit_price_currency"].strip().upper()
    price = Decimal(row["unit_price"].replace("$", ""))
    percent = Decimal(row["discount_pct"].replace("%", ""))
    tax = Decimal(re.sub(r"[^0-9.\-]", "", row["tax_amount"]))
    gross = quantity * price
    net = gross - math.ceil(gross * percent / 100) + tax
    stamp = row["order_ts"]
    return {
        "order_id": row["order_id"],
        "item_seq": int(row["item_seq"]),
        "dt": date.fromisoformat(row["dt"]),
        "minute": stamp[:16] if stamp[4] == "-" else f"{stamp[6:10]}-{stamp[3:5]}-{stamp[:2]} {stamp[11:]}",
        "customer_id": row["customer_id"],
        "product_id": row["product_id"],
        "channel": {"web": "Website", "app": "Mobile"}.get(row["channel"], row["channel"]),
        "coupon": row["coupon_code"].strip().lower(),
        "quantity": quantity,
        "currency": currency,
        "percent": percent,
        "net": net,
        "legacy": math.ceil(net * Decimal(RATES[currency])),
    }


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return run(tmp_path_factory.mktemp("small"), **WINDOW)


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    return run(tmp_path_factory.mktemp("clean"), dirt=0.0, **WINDOW)


@pytest.fixture(scope="session")
def small_lines(small):
    return settle(small.landing)


@pytest.fixture(scope="session")
def clean_lines(clean):
    return settle(clean.landing)


@pytest.fixture(scope="session")
def raw(small):
    """The raw folders of the small simulation, by name."""
    folders = ["brands", "category", "products", "customers", "date", "fx_rates", "promotions", "returns"]
    frames = {name: read(small.landing / name) for name in folders}
    return frames | {"order_items": read(small.landing / "order_items" / "landing")}


@pytest.fixture
def simulated(tmp_path):
    """Simulate with the given options into a fresh folder."""
    return lambda name="run", **options: run(tmp_path / name, **options)
