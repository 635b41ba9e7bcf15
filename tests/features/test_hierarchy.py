import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.hierarchy import CELL, PLACE, crossings, hierarchy, level_name, observe, series_names

ROWS = pd.DataFrame(
    [
        ("2025-01-01", "India", "West", "Mobile", 2.0),
        ("2025-01-01", "US", "West", "Mobile", 3.0),
        ("2025-01-03", "India", "West", "Mobile", 5.0),
        ("2025-01-03", "India", "West", "Website", 7.0),
    ],
    columns=["date", *PLACE, "orders"],
).assign(date=lambda rows: pd.to_datetime(rows["date"]))


def test_no_level_tells_regions_apart_without_their_countries():
    levels = [level_name(level) for level in crossings(PLACE)]
    assert levels == ["total", "country", "channel", "country/region", "country/channel", "country/region/channel"]
    assert len(crossings(CELL)) == 12


def test_every_series_has_its_days_from_its_first_one_with_zeros_between():
    seen = observe(ROWS, "orders", crossings(PLACE))
    values = dict(zip(seen.hierarchy.nodes["series"], seen.values.tolist(), strict=True))
    assert values["total"] == [5, 0, 12]
    assert values["country=India"] == [2, 0, 12]
    assert values["country=US"] == [3, 0, 0]
    np.testing.assert_equal(values["channel=Website"], [np.nan, np.nan, 7])
    np.testing.assert_equal(values["country=India/region=West/channel=Website"], [np.nan, np.nan, 7])
    assert len(seen.dates) == 3


def test_the_order_of_the_rows_changes_no_bit():
    rows = pd.concat([ROWS.assign(orders=[0.1, 0.2, 0.3, 0.4])] * 7, ignore_index=True)
    mixed = rows.sample(frac=1, random_state=1)
    once, again = (observe(each, "orders", crossings(PLACE)) for each in (rows, mixed))
    np.testing.assert_array_equal(once.values, again.values)
    pd.testing.assert_frame_equal(once.hierarchy.nodes, again.hierarchy.nodes)


def test_until_a_day_nothing_later_is_there():
    seen = observe(ROWS, "orders", crossings(PLACE)).until(pd.Timestamp("2025-01-02"))
    assert seen.values.shape == (len(seen.hierarchy.nodes), 2)
    assert np.isnan(seen.values[seen.hierarchy.nodes["series"] == "channel=Website"]).all()


def test_the_total_alone_is_a_hierarchy_and_the_finest_level_is_added():
    assert observe(ROWS, "orders", [()]).values.tolist() == [[5, 0, 12]]
    found = hierarchy(ROWS[list(PLACE)], [(), ("country",), ("channel",)])
    assert found.nodes["level"].tolist() == [
        "total",
        "country",
        "country",
        "channel",
        "channel",
        *["country/channel"] * 3,
    ]
    assert found.nodes["country"].isna().tolist() == [True, False, False, True, True, False, False, False]


def test_names_with_slashes_stay_apart():
    odd = pd.DataFrame({"country": ["a/region=b", "a", "a\\"], "region": ["c", "b/region=c", "/c"]})
    assert series_names(odd, ("country", "region")).is_unique


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.sampled_from("AB"), st.sampled_from("xy"), st.sampled_from("mw"), st.integers(0, 9)
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=30, deadline=None)
def test_every_series_is_what_a_filter_and_a_sum_give(drawn):
    rows = pd.DataFrame(drawn, columns=["date", *PLACE, "orders"])
    rows["date"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(rows["date"], "D")
    seen = observe(rows, "orders", crossings(PLACE))
    assert seen.hierarchy.nodes["series"].is_unique
    for place, node in seen.hierarchy.nodes.iterrows():
        own = rows[np.logical_and.reduce([(rows[name] == node[name]) | pd.isna(node[name]) for name in PLACE])]
        for day, value in zip(seen.dates, seen.values[place], strict=True):
            if day < own["date"].min():
                assert np.isnan(value)
            else:
                assert value == pytest.approx(own.loc[own["date"] == day, "orders"].sum())
