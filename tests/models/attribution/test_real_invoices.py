"""November against October 2011 in real invoices (UCI Online Retail), held against plain sums.

Read critically: the rise of a third is orders (2,094 to 2,864), before Christmas. It cannot know whether that is more
than the season, which the months compared with do not have, nor who ordered: customers without a number went from 9% to
22% of revenue, more than half of the rise, so that customers and how often they order are not told apart. The largest
lines of the order value, units per line and list prices, offset each other and cannot be told from noise: a few
wholesale orders decide both. Small countries have one to five orders a day: what those hold is no fault in the data.
"""

import numpy as np
import pandas as pd
import pytest

from models.attribution import explain

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def invoices(online_retail):
    files = [path for path in sorted(online_retail.glob("*.csv")) if "2011" in path.name]
    lines = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in files], ignore_index=True)
    lines = lines[lines["StockCode"].str.strip().str.match(r"\d{5}")]
    return pd.DataFrame(
        {
            "order_id": lines["InvoiceNo"].str.strip(),
            "customer_id": lines["CustomerID"].str.strip().replace("", None),
            "order_date": pd.to_datetime(lines["InvoiceDate"]),
            "quantity": lines["Quantity"].astype(int),
            "list_price": lines["UnitPrice"].astype(float),
            "currency": "GBP",
            "country": lines["Country"].str.strip(),
        }
    )


@pytest.fixture(scope="module")
def months(invoices):
    month = invoices["order_date"].dt.strftime("%Y-%m")
    return invoices[month == "2011-10"], invoices[month == "2011-11"]


@pytest.fixture(scope="module")
def november(invoices, months):
    past = invoices[invoices["order_date"] < "2011-10-01"]
    return explain(pd.concat(months), period="2011-11", baseline="2011-10", dimensions=["country"], history=past)


def worth(lines):
    return float((lines["quantity"] * lines["list_price"]).sum())


def test_totals_and_sides_are_those_of_plain_sums(november, months):
    before, after = map(worth, months)
    assert november.total["baseline"] == pytest.approx(before, abs=0.01)
    assert november.total["period"] == pytest.approx(after, abs=0.01)
    orders = [lines.loc[lines["quantity"] > 0, "order_id"].nunique() for lines in months]
    volume = (after - before) / np.log(after / before) * np.log(orders[1] / orders[0])
    assert float(november.volume.amount) == pytest.approx(volume, rel=0.001)
    assert float(november.volume.amount + november.aov.amount) == pytest.approx(after - before, abs=0.01)


def test_most_of_the_rise_came_from_customers_without_a_number(november, months):
    before, after = (worth(lines[lines["customer_id"].isna()]) for lines in months)
    assert after - before > november.total["change"] / 2
    assert "customers" not in set(november.drivers["driver"])


def test_what_it_says_can_be_defended(november):
    assert november.volume.low > 0
    assert november.aov.low < 0 < november.aov.high
    (verdict,) = november.verdicts.to_dict("records")
    assert (verdict["code"], verdict["where"]) == ("normal_variation", {})
    assert "orders_per_day +3" in verdict["evidence"]
    assert november.segments.empty
