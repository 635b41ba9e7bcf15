"""Gold of a small shop on a real warehouse, with jobs that take a second each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etl.engine import Engine, open_session
from etl.lakehouse import Lakehouse
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_CELLS, GLD_DAILY_ORDERS
from etl.schemas.gold import GLD_DIM_PRODUCTS
from etl.schemas.silver import SLV_PROMOTIONS
from experiments.forecasting.settings import Settings

FIRST = pd.Timestamp("2025-01-01")
PLACES = [("India", "West", "Mobile"), ("India", "North", "Website"), ("UK", "Wales", "Mobile")]
CATEGORIES = ["Books", "Toys"]
SETTINGS = Settings(source="shop", horizon=14, jobs=1, measures=("orders",))
OWN = "tests.experiments.forecasting.candidates:"


def cells(days: int) -> pd.DataFrame:
    """Sales by place and category, from a seed: more days change no day before."""
    index = pd.MultiIndex.from_product([pd.date_range(FIRST, periods=days), range(3), CATEGORIES])
    rows = index.set_names(["date", "place", "category"]).to_frame(index=False)
    weekend = 1 + 0.4 * (rows["date"].dt.dayofweek >= 5)
    size = rows["place"].map({0: 60, 1: 25, 2: 12}) * rows["category"].map({"Books": 1.0, "Toys": 0.5}) * weekend
    sold = np.random.default_rng(0).poisson(size)
    places = pd.DataFrame(PLACES, columns=["country", "region", "channel"])
    named = places.iloc[rows["place"]].reset_index(drop=True)
    amounts = dict.fromkeys(("list_amount", "discounted_amount", "converted_amount", "net_revenue"), sold * 25.0)
    days = pd.DataFrame({"date": rows["date"], "month": rows["date"].dt.to_period("M").dt.to_timestamp()})
    return days.join(named).assign(category=rows["category"], lines=sold, quantity=sold, **amounts)


def orders(sales: pd.DataFrame) -> pd.DataFrame:
    """As many orders as units: every order is of one."""
    by_place = sales.groupby(["date", "month", "country", "region", "channel"], as_index=False)
    rows = by_place[["quantity", "net_revenue"]].sum().rename(columns={"quantity": "units"})
    return rows.assign(orders=rows["units"], customers=0)


def promotion(first: str, last: str, announced: str, country: str | None = None) -> dict[str, object]:
    return {
        "promo_id": f"{country} {first}",
        "country": country,
        "start_date": pd.Timestamp(first),
        "end_date": pd.Timestamp(last),
        "discount_pct": 20.0,
        "announced_on": pd.Timestamp(announced),
    }


PROMOTIONS = (promotion("2025-03-03", "2025-03-05", "2025-02-01"),)


@dataclass(frozen=True)
class Shop:
    """A warehouse, and its Gold written anew."""

    lakehouse: Lakehouse

    def fill(self, days: int, sales: pd.DataFrame | None = None, promotions=PROMOTIONS) -> None:
        rows = cells(days) if sales is None else sales
        ahead = pd.MultiIndex.from_product([pd.date_range(FIRST, periods=400), ["India", "UK"]])
        calendar = ahead.set_names(["date", "country"]).to_frame(index=False).assign(
            country_code="IN", is_holiday=False, is_festival=False, promotions=0, weekday=1, days_in_month=31,
            weekdays_in_month=4,
        )  # fmt: skip
        products = pd.DataFrame({"product_id": ["1", "2"], "category_code": ["B", "T"], "category_name": CATEGORIES})
        announced = pd.DataFrame(promotions).assign(file_name="p.csv", line_number=range(len(promotions)))
        for table, frame in (
            (GLD_DAILY_CELLS, rows),
            (GLD_DAILY_ORDERS, orders(rows)),
            (GLD_CALENDAR, calendar),
            (GLD_DIM_PRODUCTS, filled(GLD_DIM_PRODUCTS, products)),
            (SLV_PROMOTIONS, filled(SLV_PROMOTIONS, announced)),
        ):
            self.lakehouse.write(table, self.lakehouse.frame(table, frame))

    def rows(self, table) -> pd.DataFrame:
        return self.lakehouse.pandas(table)


def filled(table, frame: pd.DataFrame) -> pd.DataFrame:
    """Something in every required column."""
    absent = [column for column in table.columns if column.required and column.name not in frame]
    words = {"string": "-", "int": 0, "bigint": 0, "timestamp": pd.Timestamp("2025-01-01", tz="UTC")}
    return frame.assign(**{column.name: words[column.type] for column in absent})


@pytest.fixture(scope="module")
def make_shop(tmp_path_factory) -> Iterator[Callable[[], Shop]]:
    """Makes warehouses on one session: tables are read by path, so that each has its own."""
    with open_session(Engine()) as session:

        def make() -> Shop:
            for layer in ("gold", "silver"):
                session.sql(f"drop database if exists {layer} cascade")
            return Shop(Lakehouse(session, Path(tmp_path_factory.mktemp("shop"))))

        yield make


@pytest.fixture(scope="session")
def settings() -> Callable[..., Settings]:
    def build(*candidates: str, **other: object) -> Settings:
        names = tuple(name if name == "SeasonalNaive" else OWN + name for name in candidates)
        return replace(SETTINGS, candidates=names, **other)

    return build
