"""The daily line: revenue above, orders below, on one axis of time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from reports import numbers
from reports.marks import Mark
from reports.numbers import Unit
from reports.theme import BLUE, CLEAR, GREEN, GREY, VERMILLION, figure, number_axis

BANDS = (("q10", "q90", "rgba(0,158,115,0.18)"), ("q30", "q70", "rgba(0,158,115,0.30)"))
HEIGHT = 520
FAN_HEIGHT = 360
TOP = 0.93


@dataclass(frozen=True)
class DailyView:
    """The days on the chart, what was unusual among them, the forecast after them, and the festivals."""

    days: pd.DataFrame
    unusual: pd.DataFrame
    revenue: pd.DataFrame
    orders: pd.DataFrame
    marks: list[Mark]


def daily_figure(view: DailyView, money: Unit) -> go.Figure:
    """Two panels with shared days."""
    scale, suffix = numbers.scale_of(float(view.days["revenue"].max()), money)
    revenue = [*_forecast(view.revenue, money, scale, "y"), _line(view.days, "revenue", money, scale, "y")]
    orders = [*_forecast(view.orders, Unit("orders"), 1.0, "y2"), _line(view.days, "orders", Unit("orders"), 1.0, "y2")]
    return figure(
        HEIGHT, [*revenue, *orders, _circles(view.unusual)], {**_layout(suffix), **_marked(view.marks, money)}
    )


def fan_figure(days: pd.DataFrame, ahead: pd.DataFrame, money: Unit) -> go.Figure:
    """Revenue of the days seen, and the expected days after them with their bands, in one panel."""
    scale, suffix = numbers.scale_of(float(pd.concat([days["revenue"], ahead["mean"]]).max()), money)
    layout = _layout(suffix)
    panel = {
        "xaxis": {**layout["xaxis"], "anchor": "y"},
        "yaxis": number_axis(suffix, {"automargin": True, "nticks": 6}),
        "hovermode": "closest",
        "margin": layout["margin"],
    }
    return figure(FAN_HEIGHT, [*_forecast(ahead, money, scale, "y"), _line(days, "revenue", money, scale, "y")], panel)


def scenario_figure(days: pd.DataFrame, money: Unit) -> go.Figure:
    """The days ahead under a scenario with their bands, and the baseline's expectation dotted."""
    fan = fan_figure(days.iloc[:0].assign(revenue=0.0), days, money)
    scale, _ = numbers.scale_of(float(days["mean"].max()), money)
    fan.add_scatter(
        x=_dates(days),
        y=[value / scale for value in days["baseline"]],
        mode="lines",
        line={"color": GREY, "width": 1.8, "dash": "dot"},
        text=[numbers.amount(value, money) for value in days["baseline"]],
        hovertemplate="%{x}, baseline<br>%{text}<extra></extra>",
    )
    return fan


def _layout(suffix: str) -> dict[str, Any]:
    days = {"type": "date", "showgrid": False, "fixedrange": True, "anchor": "y2", "nticks": 6}
    return {
        "xaxis": {**days, "tickformat": "%-d %b<br>%Y", "hoverformat": "%a %-d %b %Y"},
        "yaxis": number_axis(suffix, {"domain": [0.54, TOP], "nticks": 5, "automargin": True}),
        "yaxis2": number_axis("", {"domain": [0.0, 0.40], "nticks": 5, "tickformat": ",.0f", "automargin": True}),
        "hovermode": "closest",
        "margin": {"l": 8, "r": 12, "t": 4, "b": 40},
    }


def _marked(marks: list[Mark], money: Unit) -> dict[str, Any]:
    numbered = [_number(number, mark) for number, mark in enumerate(marks, 1)]
    return {"shapes": [_shade(mark) for mark in marks], "annotations": [*_titles(money), *numbered]}


def _line(days: pd.DataFrame, column: str, unit: Unit, scale: float, axis: str) -> go.Scatter:
    return go.Scatter(
        x=_dates(days),
        y=[value / scale for value in days[column]],
        yaxis=axis,
        mode="lines",
        line={"color": BLUE, "width": 1.8},
        text=[numbers.amount(value, unit) for value in days[column]],
        hovertemplate="%{x}<br>%{text}<extra></extra>",
    )


def _forecast(days: pd.DataFrame, unit: Unit, scale: float, axis: str) -> list[go.Scatter]:
    if days.empty:
        return []
    bands = [_band(days, scale, axis, *band) for band in BANDS]
    expected = go.Scatter(
        x=_dates(days),
        y=[value / scale for value in days["mean"]],
        yaxis=axis,
        mode="lines",
        line={"color": GREEN, "width": 1.8},
        text=[
            f"{numbers.amount(m, unit)}<br>80%: {numbers.interval(lo, hi, unit)}"
            for m, lo, hi in zip(days["mean"], days["q10"], days["q90"], strict=True)
        ],
        hovertemplate="%{x}, expected<br>%{text}<extra></extra>",
    )
    return [*bands, expected]


def _band(days: pd.DataFrame, scale: float, axis: str, low: str, high: str, colour: str) -> go.Scatter:
    """One closed outline from the lower quantile forwards and the upper one back."""
    dates = _dates(days)
    ends = [*days[low], *reversed(list(days[high]))]
    line = {"color": CLEAR, "width": 0}
    return go.Scatter(
        x=[*dates, *reversed(dates)],
        y=[end / scale for end in ends],
        yaxis=axis,
        mode="lines",
        line=line,
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
    )


def _circles(unusual: pd.DataFrame) -> go.Scatter:
    unit = Unit("orders")
    return go.Scatter(
        x=_dates(unusual),
        y=list(unusual["orders"]),
        yaxis="y2",
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": VERMILLION, "line": {"width": 2.5}},
        text=[
            f"{numbers.amount(o, unit)}, expected {numbers.short(e, unit)}"
            for o, e in zip(unusual["orders"], unusual["expected"], strict=True)
        ],
        hovertemplate="%{x}, unusual<br>%{text}<extra></extra>",
    )


def _shade(mark: Mark) -> dict[str, Any]:
    """A mark's days, noon before to noon after, over both panels."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": f"{mark.first - timedelta(days=1)}T12:00",
        "x1": f"{mark.last}T12:00",
        "y0": 0,
        "y1": TOP,
        "fillcolor": GREY,
        "opacity": 0.2,
        "line": {"width": 0},
        "layer": "below",
    }


def _number(number: int, mark: Mark) -> dict[str, Any]:
    middle = mark.first + (mark.last - mark.first) / 2
    height = TOP if number % 2 else TOP - 0.03  # neighbours stand apart
    place = {"xref": "x", "yref": "paper", "y": height, "yanchor": "top", "showarrow": False}
    return {**place, "x": str(middle), "text": str(number), "font": {"size": 11}}


def _titles(money: Unit) -> list[dict[str, Any]]:
    place = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return [
        {**place, "y": TOP + 0.015, "text": f"<b>Revenue per day, {money.name}</b>"},
        {**place, "y": 0.41, "text": "<b>Orders per day</b>"},
    ]


def _dates(days: pd.DataFrame) -> list[str]:
    return [day.date().isoformat() for day in days["date"]]
