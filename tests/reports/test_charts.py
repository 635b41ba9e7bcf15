from datetime import date

import pandas as pd
import pytest

from etl.periods import Period
from reports import charts
from reports.bridge import read_bridge
from reports.numbers import Unit
from reports.summaries import Month, months


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


def test_a_long_name_takes_two_lines_and_no_more():
    names = ["30 October to 5 November 2023", "A name that goes on and on beyond any label's room"]
    figure = charts.contributions(pd.DataFrame({"name": names, "amount": [1.0, 2.0]}), Unit("INR"))
    assert figure.layout.yaxis.ticktext[0] == "30 October to 5<br>November 2023"
    assert figure.layout.yaxis.ticktext[1] == "A name that goes on<br>and on beyond any\N{HORIZONTAL ELLIPSIS}"


def test_two_years_of_months_fit_on_a_sheet_below_their_heading():
    span = Period(date(2023, 10, 1), date(2023, 10, 31))
    shown = [Month(span := span.following, span.days, 1.0, 1.0) for _ in range(25)]
    assert charts.month_bars(shown, Unit("INR"), (span, span)).layout.height < 720
