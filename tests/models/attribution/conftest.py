"""Small inputs to decompose, as builders."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.attribution import decompose

AUGUST = (date(2025, 8, 1), date(2025, 8, 31))
SEPTEMBER = (date(2025, 9, 1), date(2025, 9, 30))
JULY = (date(2025, 7, 1), date(2025, 7, 31))
COLUMNS = (
    "lines",
    "quantity",
    "list_amount",
    "discounted_amount",
    "converted_amount",
    "net_revenue",
    "taxed_amount",
    "net_amount_inr",
)


def sales_of(rows, dimensions=("country",)):
    """Rows of (period, cluster, *dimensions, *amounts); amounts not given repeat the last one."""
    width = 2 + len(dimensions)
    filled = [[*row, *[row[-1]] * (width + len(COLUMNS) - len(row))] for row in rows]
    return pd.DataFrame(filled, columns=["period", "cluster", *dimensions, *COLUMNS])


def orders_of(rows):
    return pd.DataFrame(rows, columns=["period", "cluster", "customer_known", "orders"])


def daily_of(orders, first="2025-07-01"):
    return pd.DataFrame({"date": pd.date_range(first, periods=len(orders)), "orders": np.asarray(orders)})


def events_of(rows=()):
    days = pd.to_datetime([day for day, _ in rows])
    return pd.DataFrame({"date": pd.DatetimeIndex(days), "event": [name for _, name in rows]})


def shop(seed=0, customers=40, history=92, known=True):
    """A shop with two countries, a missing channel, returns and prices, from the end of September backwards."""
    generator = np.random.default_rng(seed)
    days = pd.date_range(end="2025-09-30", periods=history)
    daily = pd.DataFrame({"date": days, "orders": generator.poisson(20 + 5 * (days.dayofweek == 5))})
    sales, orders = [], []
    for label, month in (("baseline", 8), ("period", 9)):
        count = int(daily.loc[daily["date"].dt.month == month, "orders"].sum())
        cluster = generator.integers(0, customers, count)
        lines = generator.poisson(0.8, count) + 1
        orders.append(pd.DataFrame({"period": label, "cluster": cluster, "customer_known": known, "orders": 1}))
        sales.append(_lines(generator, label, np.repeat(cluster, lines)))
    counted = pd.concat(orders).groupby(["period", "cluster", "customer_known"], as_index=False).sum()
    return (
        pd.concat(sales, ignore_index=True),
        counted,
        daily,
        events_of([("2025-07-20", "Fair"), ("2025-09-10", "Fair")]),
    )


def _lines(generator, label, cluster):
    size = len(cluster)
    frame = pd.DataFrame({"period": label, "cluster": cluster})
    frame["country"] = generator.choice(["IN", "US", "UK"], size)
    frame["channel"] = generator.choice(["app", "web", None], size)
    frame["lines"] = 1
    frame["quantity"] = generator.integers(1, 4, size)
    frame["list_amount"] = frame["quantity"] * generator.gamma(4, 100, size)
    frame["discounted_amount"] = frame["list_amount"] * (1 - 0.2 * generator.random(size))
    frame["converted_amount"] = frame["discounted_amount"] * (1.02 if label == "period" else 1)
    frame["net_revenue"] = frame["converted_amount"] * (generator.random(size) > 0.1)
    frame["taxed_amount"] = frame["discounted_amount"] * 1.18
    frame["net_amount_inr"] = np.ceil(frame["taxed_amount"])
    return frame


@pytest.fixture
def explain():
    """Decompose with the usual periods, September against August."""

    def call(sales, orders, daily, events=None, **options):
        usual = {"baseline": AUGUST, "period": SEPTEMBER, "measure": "net_revenue", "dimensions": ["country"]}
        return decompose(sales, orders, daily, events_of() if events is None else events, **{**usual, **options})

    return call


@pytest.fixture(name="shop")
def shop_fixture():
    return shop


@pytest.fixture
def build():
    """The builders by name."""
    return {"sales": sales_of, "orders": orders_of, "daily": daily_of, "events": events_of}
