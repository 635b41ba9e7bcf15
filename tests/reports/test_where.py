import pytest

from reports.bridge import read_bridge
from reports.narrative.where import leading
from reports.sections import where
from reports.summaries import contributions, shortened, tells_apart


def test_contributions_add_up_to_the_change_whatever_the_dimension(atoz):
    change = read_bridge(atoz.bridge).change
    for dimension in ("country", "region", "channel", "category"):
        parts = contributions(atoz, dimension)
        assert parts["amount"].sum() == pytest.approx(change)
        assert (parts["volume"] + parts["aov"]).tolist() == pytest.approx(parts["amount"].tolist())


def test_a_region_is_named_with_its_country(atoz):
    names = set(contributions(atoz, "region")["name"])
    assert {"West, India", "West, United States", "West, Australia"} <= names


def test_the_largest_part_is_told_beside_the_share_it_had_before(atoz):
    bridge = read_bridge(atoz.bridge)
    told = leading(atoz, "country", bridge)
    india = atoz.cells.loc[atoz.cells["country"] == "India", "amount"].sum()
    august = atoz.orders[atoz.orders["date"].between("2025-08-01", "2025-08-31")]
    share = august.loc[august["country"] == "India", "net_revenue"].sum() / august["net_revenue"].sum()
    assert told.values["amount"].number == pytest.approx(india)
    assert told.values["shares.share"].number == pytest.approx(india / bridge.change)
    assert told.values["shares.beside.share"].number == pytest.approx(share)


def test_the_section_says_that_contributions_are_not_causes(atoz):
    section = where.section(atoz, read_bridge(atoz.bridge))
    assert [chart.name for chart in section.charts] == [
        f"chart-where-{dimension}" for dimension in ("country", "region", "channel", "category")
    ]
    assert "not causes" in section.caution.text


def test_dimensions_that_divide_nothing_are_said_to_be_missing(wholesaler):
    section = where.section(wholesaler, read_bridge(wholesaler.bridge))
    assert [chart.name for chart in section.charts] == ["chart-where-country"]
    assert section.sentences[-1].text == (
        "The source has no regions within its countries; the source has one sales channel, or none; "
        "the source has one category, or none."
    )


def test_a_bridge_without_cells_says_so(quiet):
    assert "does not say how the change divides" in where.section(quiet, read_bridge(quiet.bridge)).sentences[0].text


def test_what_is_left_out_is_added_up(wholesaler):
    parts = contributions(wholesaler, "country")
    short = shortened(parts, 8)
    assert short["name"].iloc[-1] == "32 others"
    assert short["amount"].sum() == pytest.approx(parts["amount"].sum())
    assert shortened(parts.head(9), 8).equals(parts.head(9))


def test_regions_divide_only_where_a_country_has_several(atoz, wholesaler):
    assert tells_apart(atoz.orders, "region")
    assert not tells_apart(wholesaler.orders, "region")
