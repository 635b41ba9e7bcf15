import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InputError
from features.panel import main_country, members, panel, where

DAYS = pd.date_range("2025-08-01", periods=5)


def orders(*rows: tuple[int, str, str, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "country", "channel", "orders", "net_revenue"])
    return frame.assign(date=DAYS[frame["day"]], region="North").drop(columns="day")


SALES = orders(
    (0, "India", "Mobile", 3, 30.0),
    (0, "India", "Website", 2, 20.0),
    (1, "UK", "Website", 1, 15.0),
    (4, "India", "Mobile", 4, 44.0),
)


def values(rows: pd.DataFrame, series: str, measure: str = "orders") -> list[float]:
    return rows.loc[rows["series"] == series, measure].tolist()


def test_every_series_has_its_own_sums_on_every_day():
    rows = panel(SALES)
    assert values(rows, "total") == [5, 1, 0, 0, 4]
    assert values(rows, "country=India") == [5, 0, 0, 0, 4]
    assert values(rows, "channel=Website") == [2, 1, 0, 0, 0]
    assert values(rows, "total", "net_revenue") == [50, 15, 0, 0, 44]


def test_a_series_starts_on_its_first_day_and_ends_with_the_data():
    rows = panel(SALES)
    uk = rows[rows["series"] == "country=UK"]
    assert uk["date"].tolist() == list(DAYS[1:])
    assert uk["orders"].tolist() == [1, 0, 0, 0]
    assert uk["level"].unique().tolist() == ["country"]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ABC"), st.sampled_from("xy"), st.integers(1, 9)), min_size=1)
)
def test_countries_and_channels_each_add_up_to_the_total(rows):
    found = panel(orders(*((day, country, channel, count, count * 0.1) for day, country, channel, count in rows)))
    sums = found.groupby(["level", "date"])["orders"].sum().unstack("level")
    assert sums["country"].equals(sums["total"].rename("country"))
    assert sums["channel"].equals(sums["total"].rename("channel"))


def test_the_order_of_the_rows_changes_nothing_to_the_last_bit():
    rows = orders(*((0, "India", channel, 1, 0.1 * count) for count in range(20) for channel in ("a", "b")))
    pd.testing.assert_frame_equal(panel(rows), panel(rows.sample(frac=1, random_state=1)), check_exact=True)


def test_members_and_main_country():
    belonging = members(SALES)
    assert belonging[belonging["series"] == "total"].to_dict("list") == {
        "series": ["total", "total"],
        "country": ["India", "UK"],
        "orders": [9, 1],
    }
    assert dict(main_country(belonging).to_numpy())["channel=Website"] == "India"


def test_main_country_of_equals_is_the_first_by_name():
    even = pd.DataFrame({"series": "total", "country": ["B", "A"], "orders": [2, 2]})
    assert main_country(even)["country"].tolist() == ["A"]


def test_all_problems_come_in_one_message():
    with pytest.raises(InputError, match=r"lacks channel, net_revenue"):
        panel(SALES.drop(columns=["channel", "net_revenue"]))
    with pytest.raises(InputError, match=r"(?s)2 problems.*country has missing.*orders has missing"):
        panel(SALES.assign(country=None, orders=None))
    with pytest.raises(InputError, match="no rows"):
        panel(SALES.iloc[:0])


def test_a_part_of_two_dimensions_is_named_by_both():
    rows = orders((0, "India", "app", 3, 30.0), (0, "US", "app", 4, 40.0))
    found = panel(rows, [("country", "channel")])
    named = found[found["series"] != "total"]
    assert named["series"].tolist() == ["country=India/channel=app", "country=US/channel=app"]
    assert (named["level"].tolist(), named["orders"].tolist()) == (["channel", "channel"], [3.0, 4.0])


@pytest.mark.parametrize(
    ("series", "parts"),
    [
        ("total", {}),
        ("channel=app", {"channel": "app"}),
        ("country=India/region=South", {"country": "India", "region": "South"}),
        ("category=Home/Kitchen", {"category": "Home/Kitchen"}),
    ],
)
def test_a_series_names_its_place(series, parts):
    assert where(series) == parts
