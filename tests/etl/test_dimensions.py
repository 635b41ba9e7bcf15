from datetime import date, timedelta

import pytest

from etl.dimensions import dim_customers, dim_date, dim_products
from etl.schemas.gold import GLD_DIM_CUSTOMERS, GLD_DIM_DATE, GLD_DIM_PRODUCTS
from etl.schemas.silver import SLV_BRANDS, SLV_CALENDAR, SLV_CATEGORY, SLV_CUSTOMERS, SLV_PRODUCTS
from etl.source import load_source
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

# atoz.md, word for word
REGIONS = {
    "India": {"West": "MH GJ RJ", "South": "KA TN TS AP KL", "North": "UP WB DL"},
    "Australia": {"SouthEast": "VIC", "West": "WA", "East": "NSW", "NorthEast": "QLD"},
    "UK": {"England": "ENG", "Wales": "WLS", "Northern Ireland": "NIR", "Scotland": "SCT"},
    "US": {"NorthEast": "MA NJ NY", "South": "FL TX", "West": "CA"},
    "UAE": {"Abu Dhabi": "AUH", "Dubai": "DU", "Sharjah": "SHJ"},
    "Singapore": {"Singapore": "SG"},
    "Canada": {"West": "BC AB", "East": "ON QC NS", "Other": "IL"},
}


def test_every_state_has_the_region_of_its_country(session):
    homes = [
        (country, state, region)
        for country, regions in REGIONS.items()
        for region, states in regions.items()
        for state in states.split()
    ]
    elsewhere = [("India", "CA", "Other"), ("US", "MH", "Other"), ("Brazil", "SP", "Other"), ("India", "mh", "Other"),
                 ("India", None, "Other"), (None, "MH", "Other"), (None, None, "Other")]  # fmt: skip
    rows = [
        {"customer_id": f"C{n:03}", "country": country, "state": state}
        for n, (country, state, _) in enumerate([*homes, *elsewhere])
    ]
    found = dim_customers(literal(session, SLV_CUSTOMERS, rows), load_source("atoz").regions)
    assert found.columns == list(GLD_DIM_CUSTOMERS.column_names)
    regions = [row["region"] for row in found.orderBy("customer_id").collect()]
    assert regions == [region for _, _, region in [*homes, *elsewhere]]


def test_a_source_without_regions_says_so(session):
    found = dim_customers(literal(session, SLV_CUSTOMERS, [{"customer_id": "C1", "country": "France"}]), {})
    assert [row["region"] for row in found.collect()] == ["Not Available"]


PRODUCTS = [
    {"product_id": "P1", "category_code": "TOY", "brand_code": "B1"},
    {"product_id": "P2", "category_code": "XXX", "brand_code": None},
]


def test_products_have_category_and_brand_by_name(session):
    category = literal(session, SLV_CATEGORY, [{"category_code": "TOY", "category_name": "Toys"}])
    brands = literal(session, SLV_BRANDS, [{"brand_code": "B1", "brand_name": "Brand", "category_code": "TOY"}])
    found = dim_products(literal(session, SLV_PRODUCTS, PRODUCTS), category, brands)
    assert found.columns == list(GLD_DIM_PRODUCTS.column_names)
    rows = [
        (row["product_id"], row["category_name"], row["brand_name"]) for row in found.orderBy("product_id").collect()
    ]
    assert rows == [("P1", "Toys", "Brand"), ("P2", "Not Available", "Not Available")]


def test_without_categories_and_brands_no_product_is_lost(session):
    found = dim_products(literal(session, SLV_PRODUCTS, PRODUCTS), None, None)
    assert {(row["category_name"], row["brand_name"]) for row in found.collect()} == {
        ("Not Available", "Not Available")
    }
    assert found.count() == 2


def test_derived_days_are_what_pythons_calendar_says(session):
    first, last = date(2023, 12, 25), date(2025, 1, 6)
    rows = dim_date(session, None, (first, last)).orderBy("date_id").collect()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [
        tuple(
            row[name] for name in ("date_id", "date", "year", "month_name", "day_name", "is_weekend", "quarter", "week")
        )
        for row in rows
    ] == [
        (
            int(f"{day:%Y%m%d}"),
            day,
            day.year,
            f"{day:%B}",
            f"{day:%A}",
            int(day.isoweekday() >= 6),
            f"Q{(day.month + 2) // 3}-{day.year}",
            f"Week{day.isocalendar().week}-{day.year}",
        )
        for day in days
    ]


def test_the_sources_own_days_are_kept_as_they_are(session):
    own = {"date": date(2025, 8, 3), "year": 2025, "day_name": "Sunday", "quarter": "Q3-2025", "week": "Week31-2025"}
    found = dim_date(session, literal(session, SLV_CALENDAR, [own]), (date(2025, 1, 1), date(2025, 12, 31)))
    assert found.columns == list(GLD_DIM_DATE.column_names)
    (row,) = found.collect()
    kept = {name: row[name] for name in (*own, "date_id", "month_name", "is_weekend")}
    assert kept == own | {"date_id": 20250803, "month_name": "August", "is_weekend": 1}
