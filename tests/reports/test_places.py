from dataclasses import replace

import pytest

from reports.sections import places
from reports.summaries import by_dimension, daily, main_country, months


def test_months_add_up_and_a_part_of_a_month_is_told_apart(wholesaler):
    found = months(wholesaler)
    assert sum(month.revenue for month in found) == pytest.approx(wholesaler.orders["net_revenue"].sum())
    assert [month.is_whole for month in found] == [True] * 7 + [False]
    assert found[-1].days == 9


def test_a_day_without_orders_counts_as_a_day(wholesaler):
    days = daily(wholesaler)
    saturdays = days[days["date"].dt.dayofweek == 5]
    assert len(saturdays) > 0
    assert not saturdays["orders"].any()


def test_both_periods_are_summed_for_every_place(atoz):
    rows = by_dimension(atoz, "channel", "net_revenue").set_index("name")
    september = atoz.orders[atoz.orders["date"].between("2025-09-01", "2025-09-30")]
    for channel, revenue in september.groupby("channel")["net_revenue"].sum().items():
        assert rows.loc[channel, "period"] == pytest.approx(revenue)


def test_the_legacy_measure_is_called_by_its_name(atoz):
    section = places.months_section(replace(atoz, measure="net_amount_inr"))
    assert section.charts[0].title == "Highest whole month: August 2025, INR 621.7M"


def test_a_table_of_regions_names_their_countries(atoz):
    table = places.dimension_table(atoz, "region")
    assert table.caption == "By region, INR"
    assert "West, India" in [row[0].text for row in table.rows]


def test_the_main_country_is_a_known_one(atoz, nothing):
    assert main_country(atoz) == "India"
    assert main_country(nothing) is None
    unknown = atoz.orders.assign(country="Not Available")
    assert main_country(replace(atoz, orders=unknown)) is None
