import pandas as pd

from experiments.findings.dips import CATEGORIES, PARTS, _of

DAYS = pd.date_range("2025-01-01", periods=3)
CALENDAR = pd.DataFrame(
    {"date": DAYS, "country": "India", "festival": None, "holiday": None},
).pipe(lambda rows: pd.concat([rows, rows.assign(country="Singapore")]))


def sold(*places):
    """One row a day for each (country, region, category): 2 orders of 10."""
    keys = pd.DataFrame(places, columns=["country", "region", "category"])
    rows = keys.merge(pd.DataFrame({"date": DAYS}), how="cross")
    return rows.assign(channel="app", orders=2, net_revenue=10.0)


def test_regions_are_series_within_their_country_unless_they_are_all_of_it():
    rows = sold(("India", "South", "Toys"), ("India", "West", "Toys"), ("Singapore", "Singapore", "Toys"))
    names = {series for _, series in _of(rows, PARTS, CALENDAR)}
    regions = {"country=India/region=South", "country=India/region=West"}
    assert names == {"total", "country=India", "country=Singapore", *regions}


def test_categories_are_series_with_the_days_of_all_countries():
    rows = sold(("India", "South", "Toys"), ("Singapore", "Singapore", "Toys"), ("India", "South", "Books"))
    found = _of(rows, CATEGORIES, CALENDAR)
    assert found[("net_revenue", "category=Toys")].values.tolist() == [20.0] * 3
    assert found[("orders", "category=Books")].values.tolist() == [2.0] * 3
