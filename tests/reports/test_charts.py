import pandas as pd
import pytest

from reports import charts
from reports.bridge import read_bridge
from reports.numbers import Unit
from reports.summaries import months


def test_the_waterfall_leads_from_one_total_to_the_other(atoz):
    bridge = read_bridge(atoz.bridge)
    bars, totals = charts.waterfall(bridge, "August 2025", "September 2025").data
    assert bars.base[0] == pytest.approx(bridge.baseline / 1e6)
    for row in range(1, len(bars.x)):
        assert bars.base[row] == pytest.approx(bars.base[row - 1] + bars.x[row - 1])
    assert bars.base[-1] + bars.x[-1] == pytest.approx(totals.x[1])


def test_drivers_of_nothing_are_left_out_of_the_picture_only(atoz):
    bridge = read_bridge(atoz.bridge)
    figure = charts.waterfall(bridge, "August 2025", "September 2025")
    assert bridge.driver("price") is not None
    assert "List prices" not in figure.layout.yaxis.ticktext


def test_bars_that_are_uncertain_are_hatched_and_have_their_interval(atoz):
    bridge = read_bridge(atoz.bridge)
    bars = charts.waterfall(bridge, "a", "b").data[0]
    shown = [driver for driver in bridge.drivers if driver.amount]
    assert [shape == "/" for shape in bars.marker.pattern.shape] == [not driver.stands for driver in shown]
    for driver, low, high in zip(shown, bars.error_x.arrayminus, bars.error_x.array, strict=True):
        if driver.low is not None:
            assert (driver.amount - low * 1e6, driver.amount + high * 1e6) == pytest.approx((driver.low, driver.high))
        else:
            assert low is None
            assert high is None


def test_everything_drawn_is_within_the_axis(any_data):
    bridge = read_bridge(any_data.bridge)
    if bridge is None:
        return
    figure = charts.waterfall(bridge, "a", "b")
    low, high = figure.layout.xaxis.range
    bars = figure.data[0]
    for start, size, more, less in zip(bars.base, bars.x, bars.error_x.array, bars.error_x.arrayminus, strict=True):
        assert low < min(start, start + size, start + size - (less or 0))
        assert max(start, start + size, start + size + (more or 0)) < high


def test_names_are_text_in_a_chart_too():
    parts = pd.DataFrame({"name": ["<b>A&B</b>"], "amount": [1.0]})
    figure = charts.contributions(parts, Unit("INR"))
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;A&amp;B&lt;/b&gt;",)
    assert figure.data[0].customdata[0][0] == "&lt;b&gt;A&amp;B&lt;/b&gt;"


def test_parts_of_months_are_hatched_and_the_compared_ones_blue(wholesaler):
    compared = (wholesaler.baseline, wholesaler.period)
    bars = charts.month_bars(months(wholesaler), Unit("GBP"), compared).data[0]
    assert list(bars.marker.pattern.shape) == [""] * 7 + ["/"]
    assert [colour == charts.BLUE for colour in bars.marker.color] == [False] * 4 + [True, True] + [False] * 2
