"""AtoZ's published figures at a tenth of the size; at scale 1 they were measured when this was written."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.simulator import SimulationOptions, simulate
from etl.simulator.geography import COUNTRIES, STATES

SCALE = 0.1
MONTHS = {"2025-08": 621_676_303, "2025-09": 574_903_806, "2025-10": 618_137_101}
WEBSITE = {"2025-08": 17_300, "2025-09": 17_500, "2025-10": 17_900}
MOBILE = {"2025-08": 18_200, "2025-09": 18_400, "2025-10": 17_800}
CUSTOMERS = {"IN": 165_000, "US": 37_000, "GB": 31_000, "AE": 21_500, "SG": 18_500, "CA": 16_000, "AU": 15_500}
REGIONS = {"North": 17_700, "South": 15_800, "West": 13_700, "Abu Dhabi": 800, "Dubai": 750, "Sharjah": 750}
NUMBERS = {"quantity": int, "unit_price": float, "discount_pct": int, "tax_amount": float}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    options = SimulationOptions(scale=SCALE, start=date(2025, 8, 1), dirt=0.0)
    return simulate(tmp_path_factory.mktemp("published"), options)


@pytest.fixture(scope="module")
def customers(published):
    table = pd.read_csv(published.landing / "customers" / "customers.csv", dtype=str, keep_default_na=False)
    regions = {(country.code, state.code): state.region for country, state in STATES}
    table["region"] = [regions[pair] for pair in zip(table["country_code"], table["state"], strict=True)]
    return table


@pytest.fixture(scope="module")
def lines(published, customers):
    files = sorted((published.landing / "order_items" / "landing").iterdir())
    table = pd.concat([pd.read_csv(file, dtype=str, keep_default_na=False) for file in files]).astype(NUMBERS)
    gross = table["quantity"] * table["unit_price"]
    discount = np.ceil((gross * table["discount_pct"] / 100).round(6))
    table["net"] = gross - discount + table["tax_amount"]
    rates = {country.currency: country.fixed_rate / 100 for country in COUNTRIES}
    table["legacy"] = np.ceil((table["net"] * table["unit_price_currency"].map(rates)).round(6))
    return table.assign(month=table["dt"].str[:7]).merge(customers, on="customer_id")


@pytest.mark.parametrize("month", MONTHS)
def test_revenue_by_month_is_within_a_thousandth(published, month):
    assert published.months[month] == pytest.approx(MONTHS[month] * SCALE, rel=0.001)


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize(("channel", "figures"), [("Website", WEBSITE), ("Mobile", MOBILE)])
def test_revenue_per_customer_by_channel_is_within_two_percent(lines, channel, figures, month):
    found = lines[(lines["channel"] == channel) & (lines["month"] == month)]
    assert found["legacy"].sum() / found["customer_id"].nunique() == pytest.approx(figures[month], rel=0.02)


def test_customers_by_country_are_within_two_percent(customers):
    counts = customers["country_code"].value_counts()
    assert {code: counts[code] / SCALE for code in CUSTOMERS} == pytest.approx(CUSTOMERS, rel=0.02)
    assert counts.sum() / SCALE == pytest.approx(302_000, rel=0.002)


def test_average_revenue_per_region_mixes_currencies_and_countries(lines):
    """A month's local-currency net over its customers, by the region's name alone, averaged over the months."""
    months = lines.groupby(["region", "month"]).agg(net=("net", "sum"), customers=("customer_id", "nunique"))
    found = (months["net"] / months["customers"]).groupby("region").mean()
    assert {name: found[name] for name in REGIONS} == pytest.approx(REGIONS, rel=0.15)
    others = found.drop(list(REGIONS))
    assert others[["East", "England", "NorthEast", "Singapore", "SouthEast"]].between(0.2e3, 0.4e3).all()


def test_orders_lines_and_values(lines):
    august = lines[lines["month"] == "2025-08"]
    orders = august["order_id"].nunique() / SCALE
    assert orders == pytest.approx(42_000, rel=0.03)
    assert len(august) / SCALE == pytest.approx(105_000, rel=0.04)
    assert august["legacy"].sum() / august["order_id"].nunique() == pytest.approx(14_800, rel=0.03)


def test_a_tenth_of_the_customers_brings_a_large_part_of_the_revenue(lines):
    spent = lines.groupby("customer_id")["legacy"].sum().sort_values(ascending=False)
    assert spent.head(len(spent) // 10).sum() > 0.3 * spent.sum()
