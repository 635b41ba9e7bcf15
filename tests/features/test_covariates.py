import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError
from features.covariates import covariates
from features.hierarchy import CELL, PLACE, crossings, hierarchy

DAYS = pd.date_range("2025-11-01", periods=5)
CELLS = pd.DataFrame(
    [
        ("India", "West", "Mobile", "Toys", 30.0),
        ("India", "West", "Mobile", "Books", 10.0),
        ("UK", "Wales", "Mobile", "Toys", 60.0),
    ],
    columns=[*CELL, "usual"],
)
CALENDAR = pd.DataFrame(
    {
        "date": [*DAYS, *DAYS],
        "country": ["India"] * 5 + ["UK"] * 5,
        "is_holiday": [True, *[False] * 9],
        "festival": ["Diwali + Dussehra", "Diwali", *[None] * 8],
    }
)


def promotion(country=None, category=None, first=DAYS[2], last=DAYS[3], percent=10.0, announced="2025-10-01"):
    announced_on = pd.Timestamp(announced) if announced else pd.NaT
    return (country, category, first, last, percent, announced_on)


def found(*promotions, dimensions=PLACE, cutoff=DAYS[1], cells=CELLS):
    columns = ["country", "category", "start_date", "end_date", "discount_pct", "announced_on"]
    nodes = hierarchy(cells[list(dimensions)], crossings(dimensions)).nodes
    values = covariates(nodes, cells, CALENDAR, pd.DataFrame(promotions, columns=columns), DAYS, cutoff)
    return {name: pd.DataFrame(rows, nodes["series"], DAYS) for name, rows in values.items()}


def test_holidays_and_festivals_are_the_share_of_demand_that_keeps_them():
    known = found()
    assert sorted(known) == ["Diwali", "Dussehra", "discount", "holiday", "promotion"]
    assert known["holiday"].loc["country=India"].tolist() == [1, 0, 0, 0, 0]
    assert known["holiday"].loc["total"].tolist() == [0.4, 0, 0, 0, 0]
    assert known["Diwali"].loc["country=UK"].tolist() == [0] * 5
    assert known["Dussehra"].loc["channel=Mobile"].tolist() == [0.4, 0, 0, 0, 0]


def test_a_promotion_of_a_category_concerns_its_share_where_categories_are_not_told_apart():
    known = found(promotion("India", "Toys"))
    assert known["promotion"].loc["country=India"].tolist() == [0, 0, 0.75, 0.75, 0]
    assert known["promotion"].loc["total"].tolist() == pytest.approx([0, 0, 0.3, 0.3, 0])
    np.testing.assert_allclose(known["discount"].loc["country=India", DAYS[2]], 0.075)
    by_category = found(promotion("India", "Toys"), dimensions=CELL)["promotion"]
    assert by_category.loc["country=India/category=Toys", DAYS[2]] == 1
    assert by_category.loc["country=India/category=Books", DAYS[2]] == 0
    assert by_category.loc["category=Toys", DAYS[2]] == pytest.approx(1 / 3)


def test_of_several_promotions_the_deepest_counts():
    known = found(promotion(percent=10.0), promotion("UK", percent=25.0, last=DAYS[2]), promotion(percent=np.nan))
    assert known["discount"].loc["country=UK"].tolist() == [0, 0, 0.25, 0.1, 0]
    assert known["promotion"].loc["total"].tolist() == [0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("announced", "cutoff", "seen"),
    [
        ("2025-11-02", DAYS[1], [0, 0, 1, 1, 0]),
        ("2025-11-03", DAYS[1], [0, 0, 0, 0, 0]),
        ("2025-11-04", DAYS[2], [0, 0, 1, 0, 0]),
        (None, DAYS[1], [0, 0, 0, 0, 0]),
        (None, DAYS[4], [0, 0, 1, 1, 0]),
    ],
)
def test_what_was_not_announced_by_the_cutoff_is_not_known_after_it(announced, cutoff, seen):
    assert found(promotion(announced=announced), cutoff=cutoff)["promotion"].loc["total"].tolist() == seen


def test_a_series_that_sold_nothing_has_equal_shares():
    known = found(promotion(category="Toys"), cells=CELLS.assign(usual=0.0))
    assert known["promotion"].loc["country=India", DAYS[2]] == 0.5


def test_a_country_without_calendar_is_named():
    with pytest.raises(InputError, match="gld_calendar has no days of France"):
        found(cells=CELLS.assign(country=["India", "India", "France"]))
