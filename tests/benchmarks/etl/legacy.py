"""AtoZ's legacy job: one process, pandas, everything in memory, every run from the beginning.

Its rules are those of the pilot's notebooks: text in, one row per order line (the last file's last line), the legacy
measure at one fixed rate. It knows neither quarantine nor returns nor rates by date.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

RATES = {"INR": 1.0, "AED": 24.18, "AUD": 57.55, "CAD": 62.93, "GBP": 117.98, "SGD": 68.18, "USD": 88.29}
REGIONS = {
    "India": {"West": "MH GJ RJ", "South": "KA TN TS AP KL", "North": "UP WB DL"},
    "Australia": {"SouthEast": "VIC", "West": "WA", "East": "NSW", "NorthEast": "QLD"},
    "UK": {"England": "ENG", "Wales": "WLS", "Northern Ireland": "NIR", "Scotland": "SCT"},
    "US": {"NorthEast": "MA NJ NY", "South": "FL TX", "West": "CA"},
    "UAE": {"Abu Dhabi": "AUH", "Dubai": "DU", "Sharjah": "SHJ"},
    "Singapore": {"Singapore": "SG"},
    "Canada": {"West": "BC AB", "East": "ON QC NS", "Other": "IL"},
}
PLACE = ["country", "region", "channel"]


def main(landing: Path, out: Path) -> None:
    """Read everything below ``landing`` and write Bronze, Silver and Gold as Parquet below ``out``."""
    bronze = _read(landing / "order_items" / "landing")
    _write(bronze, out / "bronze" / "order_items.parquet")
    silver = _order_items(bronze)
    _write(silver, out / "silver" / "order_items.parquet")
    fact = _fact(silver, _customers(_read(landing / "customers")), _products(landing))
    _write(fact, out / "gold" / "fact.parquet")
    for name, keys in {"orders": PLACE, "cells": [*PLACE, "category"], "customers": ["country", "customer_id"]}.items():
        _write(_daily(fact, keys), out / "gold" / f"daily_{name}.parquet")


def _read(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob("*.csv"))
    return pd.concat((pd.read_csv(file, dtype=str).assign(file_name=file.name) for file in files), ignore_index=True)


def _write(rows: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(path, index=False)


def _order_items(bronze: pd.DataFrame) -> pd.DataFrame:
    rows = bronze.drop_duplicates(["order_id", "item_seq"], keep="last")
    seconds = pd.to_datetime(rows["order_ts"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    minutes = pd.to_datetime(rows["order_ts"], format="%d-%m-%Y %H:%M", errors="coerce")
    return rows.assign(
        dt=pd.to_datetime(rows["dt"], format="%Y-%m-%d"),
        order_ts=seconds.fillna(minutes),
        item_seq=rows["item_seq"].astype("int32"),
        quantity=rows["quantity"].replace("Two", "2").astype("int32"),
        unit_price=rows["unit_price"].str.replace("$", "", regex=False).astype("float64"),
        discount_pct=rows["discount_pct"].str.replace("%", "", regex=False).astype("float64"),
        tax_amount=rows["tax_amount"].str.replace(r"[^0-9.\-]", "", regex=True).astype("float64"),
        unit_price_currency=rows["unit_price_currency"].str.strip().str.upper(),
        coupon_code=rows["coupon_code"].str.strip().str.lower(),
        channel=rows["channel"].str.strip().replace({"web": "Website", "app": "Mobile"}),
    )


def _customers(bronze: pd.DataFrame) -> pd.DataFrame:
    rows = bronze.dropna(subset=["customer_id"]).drop_duplicates("customer_id", keep="last")
    regions = {
        (country, state): region
        for country, names in REGIONS.items()
        for region, states in names.items()
        for state in states.split()
    }
    places = pd.MultiIndex.from_frame(rows[["country", "state"]])
    return rows.assign(region=places.map(regions).fillna("Other"))[["customer_id", "country", "region"]]


def _products(landing: Path) -> pd.DataFrame:
    category = _read(landing / "category")
    names = category.assign(category_code=category["category_code"].str.strip().str.upper())
    names = names.drop_duplicates("category_code", keep="last").set_index("category_code")["category_name"].str.strip()
    products = _read(landing / "products").drop_duplicates("product_id", keep="last")
    codes = products["category_code"].str.strip().str.upper()
    return products.assign(category=codes.map(names).fillna("Not Available"))[["product_id", "category"]]


def _fact(silver: pd.DataFrame, customers: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    rows = silver.merge(customers, "left", "customer_id").merge(products, "left", "product_id")
    # rounded before each ceil: in doubles 300 x 7 / 100 is a little over 21, and would become 22
    gross = (rows["quantity"] * rows["unit_price"]).round(4)
    discount = np.ceil((gross * rows["discount_pct"] / 100).round(6))
    net = (gross - discount + rows["tax_amount"]).round(4)
    return rows.assign(
        gross_amount=gross,
        discount_amount=discount,
        net_amount=net,
        net_amount_inr=np.ceil((net * rows["unit_price_currency"].map(RATES)).round(6)),
        coupon_flag=rows["coupon_code"].notna().astype("int32"),
        date_id=rows["dt"].dt.strftime("%Y%m%d").astype("int32"),
        **{name: rows[name].fillna("Not Available") for name in (*PLACE, "category")},
    )


def _daily(fact: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return fact.groupby(["dt", *keys], as_index=False, dropna=False).agg(
        orders=("order_id", "nunique"),
        customers=("customer_id", "nunique"),
        units=("quantity", "sum"),
        net_amount_inr=("net_amount_inr", "sum"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
