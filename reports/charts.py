"""The report's figures: pure functions from summaries to Plotly figures."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from etl.periods import Period
from reports import numbers
from reports.bridge import Bridge, Driver
from reports.numbers import Unit
from reports.summaries import Month
from reports.theme import BLUE, CLEAR, GREY, VERMILLION, figure, label, name_axis, number_axis

ROW_HEIGHT, DENSE_ROW_HEIGHT = 34, 26
RIGHT_COLUMN = 58


def waterfall(bridge: Bridge, baseline: str, period: str, links: Mapping[str, str] | None = None) -> go.Figure:
    """From the baseline's total down to the period's: one bar a driver, pale where its interval holds zero.

    ``links`` lead from a driver's bar to another page.
    """
    shown = [driver for driver in bridge.drivers if driver.amount]
    scale, suffix = numbers.scale_of(max(abs(bridge.baseline), abs(bridge.period)), bridge.unit)
    starts = list(accumulate([driver.amount for driver in shown], initial=bridge.baseline))[:-1]
    names = [baseline, *(driver.label for driver in shown), period]
    amounts = [numbers.signed_short(driver.amount, bridge.unit, bridge.baseline) for driver in shown]
    right = [numbers.short(total, bridge.unit) for total in (bridge.baseline, bridge.period)]
    traces = [_driver_bars(shown, starts, bridge.unit, scale, links or {}), _totals(bridge, len(names), scale)]
    axis = number_axis(suffix, {"range": _range(shown, starts, scale, (bridge.baseline, bridge.period))})
    steps = _steps([bridge.baseline, *starts[1:], bridge.period], scale)
    return rows_figure(names, [right[0], *amounts, right[1]], traces, {"xaxis": axis, "shapes": steps})


def contributions(parts: pd.DataFrame, unit: Unit, links: Mapping[str, str] | None = None) -> go.Figure:
    """What each value of one dimension added to the change; ``links`` lead from a value's bar to another page."""
    amounts = [float(amount) for amount in parts["amount"]]
    largest = max(map(abs, amounts), default=0.0)
    scale, suffix = numbers.scale_of(largest, unit)
    names = [str(name) for name in parts["name"]]
    bars = go.Bar(
        orientation="h",
        y=list(range(len(names))),
        x=[amount / scale for amount in amounts],
        marker={"color": [_colour(amount) for amount in amounts]},
        customdata=[
            [label(name), numbers.signed(amount, unit), (links or {}).get(name)]
            for name, amount in zip(names, amounts, strict=True)
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )
    right = [numbers.signed_short(amount, unit, largest) for amount in amounts]
    return rows_figure(names, right, [bars], {"xaxis": number_axis(suffix, {"nticks": 4, "zeroline": True})})


def month_bars(months: list[Month], unit: Unit, compared: tuple[Period, Period]) -> go.Figure:
    """Revenue of each month from zero; hatched where the data covers only a part."""
    scale, suffix = numbers.scale_of(max((abs(month.revenue) for month in months), default=0.0), unit)
    names = [month.period.label for month in months]
    colours = [BLUE if any(_touch(month.period, period) for period in compared) else GREY for month in months]
    bars = go.Bar(
        orientation="h",
        y=list(range(len(months))),
        x=[month.revenue / scale for month in months],
        marker=_marker(colours, [not month.is_whole for month in months]),
        text=[numbers.amount(month.revenue, unit) for month in months],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    right = [numbers.short(month.revenue, unit) for month in months]
    layout = {"xaxis": number_axis(suffix, {"rangemode": "tozero", "nticks": 4})}
    return rows_figure(names, right, [bars], layout, DENSE_ROW_HEIGHT)  # two years fit on a sheet below a heading


def _driver_bars(
    shown: list[Driver], starts: list[float], unit: Unit, scale: float, links: Mapping[str, str]
) -> go.Bar:
    return go.Bar(
        orientation="h",
        y=list(range(1, len(shown) + 1)),
        base=[start / scale for start in starts],
        x=[driver.amount / scale for driver in shown],
        error_x=_errors(shown, scale),
        marker=_marker([_colour(driver.amount) for driver in shown], [not driver.stands for driver in shown]),
        customdata=[[label(driver.label), _hover(driver, unit), links.get(driver.name)] for driver in shown],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )


def _marker(colours: list[str], hatched: list[bool]) -> dict[str, Any]:
    """Bars in their colours, the hatched ones only outlined and striped."""
    stripes = {"shape": ["/" if hatch else "" for hatch in hatched], "fgcolor": colours, "bgcolor": CLEAR}
    outline = {"color": colours, "width": 1}
    return {"color": colours, "line": outline, "pattern": {**stripes, "fillmode": "replace", "size": 5}}


def _errors(shown: list[Driver], scale: float) -> dict[str, Any]:
    """Interval ends around the end of each bar."""
    above = [None if driver.high is None else (driver.high - driver.amount) / scale for driver in shown]
    below = [None if driver.low is None else (driver.amount - driver.low) / scale for driver in shown]
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "thickness": 1.4,
        "width": 4,
        "color": GREY,
    }


def _hover(driver: Driver, unit: Unit) -> str:
    text = numbers.signed(driver.amount, unit)
    if driver.low is None or driver.high is None:
        return f"{text}, {driver.certainty.value}"
    return f"{text}<br>95% interval {numbers.interval(driver.low, driver.high, unit)}<br>{driver.certainty.value}"


def _totals(bridge: Bridge, rows: int, scale: float) -> go.Scatter:
    totals = [bridge.baseline, bridge.period]
    return go.Scatter(
        mode="markers",
        x=[total / scale for total in totals],
        y=[0, rows - 1],
        marker={"symbol": "diamond", "size": 13, "color": GREY},
        text=[numbers.amount(total, bridge.unit) for total in totals],
        hovertemplate="%{text}<extra></extra>",
    )


def _steps(levels: list[float], scale: float) -> list[dict[str, Any]]:
    """Thin lines that carry the running total from one row to the next."""
    line = {"color": GREY, "width": 1, "dash": "dot"}
    ends = [(level / scale, row) for row, level in enumerate(levels)]
    return [
        {"type": "line", "x0": x, "x1": x, "y0": row, "y1": row + 1, "line": line, "layer": "below"}
        for x, row in ends[:-1]
    ]


def _range(shown: list[Driver], starts: list[float], scale: float, totals: tuple[float, float]) -> list[float]:
    ends = [
        start + end
        for driver, start in zip(shown, starts, strict=True)
        for end in (0.0, driver.amount, driver.low or 0.0, driver.high or 0.0)
    ]
    low, high = min([*ends, *totals]), max([*ends, *totals])
    room = (high - low or abs(high) or scale) * 0.06
    return [(low - room) / scale, (high + room) / scale]


def right_labels(texts: list[str]) -> list[dict[str, Any]]:
    """Amounts in a column right of the bars, where nothing can cover them."""
    place = {"xref": "paper", "x": 1.0, "xanchor": "right", "xshift": RIGHT_COLUMN - 4, "showarrow": False}
    return [{**place, "y": row, "text": text} for row, text in enumerate(texts)]


def _colour(amount: float) -> str:
    return BLUE if amount > 0 else VERMILLION


def rows_figure(
    names: list[str], right: list[str], traces: list[Any], layout: dict[str, Any], row_height: int = ROW_HEIGHT
) -> go.Figure:
    """Horizontal bars, one row for each name, with a column of numbers on the right."""
    rows = {
        "yaxis": name_axis(names),
        "margin": {"l": 8, "r": RIGHT_COLUMN, "t": 8, "b": 28},
        "bargap": 0.35,
        "annotations": right_labels(right),
    }
    return figure(row_height * len(names) + 36, traces, {**rows, **layout})


def _touch(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last
