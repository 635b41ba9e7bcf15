"""An explanation from numbered cells is the one that plain rows give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.attribution import MEASURES, decompose
from models.attribution.rows import bridge_rows
from reports.explanation import REPLICATES, computed
from reports.sold import Sold
from tests.reports.warehouse import make_fact

DIMENSIONS = ["country", "region", "channel", "category"]


@pytest.fixture(scope="module")
def sold(snapshot):
    return Sold(snapshot)


def by_plain_rows(question):
    """The same question put to the lines themselves, with the names of customers and places."""
    fact = make_fact().rename(columns={"transaction_date": "date"})
    for name, value in question.where:
        fact = fact[fact[name] == value]
    fact = fact.assign(lines=1, cluster=fact["customer_id"].fillna("order:" + fact["transaction_id"]))
    inside = fact[fact["date"] >= str(question.baseline.first)]
    inside = inside.assign(
        period=np.where(inside["date"] <= str(question.baseline.last), "baseline", "period"),
        customer_known=inside["customer_id"].notna(),
    )
    sums = list(MEASURES[question.measure].columns)
    sales = inside.groupby(["period", "cluster", *DIMENSIONS])[sums].sum().reset_index()
    keys = ["period", "cluster", "customer_known"]
    orders = inside.groupby(keys)["transaction_id"].nunique().rename("orders").reset_index()
    daily = fact.groupby("date")["transaction_id"].nunique().rename("orders").reset_index()
    onam = pd.DataFrame({"date": pd.date_range("2025-09-07", "2025-09-10"), "event": "Onam"})
    events = onam if (fact["country"] == "India").any() else onam.iloc[:0]
    bridge = decompose(
        sales, orders, daily, events,
        baseline=(question.baseline.first, question.baseline.last),
        period=(question.period.first, question.period.last),
        measure=question.measure, dimensions=DIMENSIONS, replicates=REPLICATES,
    )  # fmt: skip
    return bridge_rows(bridge).astype({"amount": float})


@pytest.mark.parametrize("measure", ["net_revenue", "units", "orders"])
@pytest.mark.parametrize("where", [(), (("country", "UK"),), (("category", "Toys"), ("channel", "Mobile"))])
def test_numbered_cells_tell_what_plain_rows_tell(sold, question, measure, where):
    asked = replace(question, measure=measure, where=where)
    columns = ["scope", "driver", "amount", "low", "high", *(DIMENSIONS if measure != "orders" else [])]
    found, expected = computed(sold, asked)[columns], by_plain_rows(asked)[columns]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
