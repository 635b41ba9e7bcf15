"""Charts of estimates with their intervals: over months, by name, and how unequally something is shared."""

import pandas as pd
import plotly.graph_objects as go

from reports import numbers
from reports.charts import DENSE_ROW_HEIGHT, rows_figure
from reports.numbers import Unit
from reports.theme import GREY, SERIES, figure, label, number_axis

HEIGHT = 340


def estimate_lines(rows: pd.DataFrame, unit: Unit) -> go.Figure:
    """One line for each name over the months, its 95% intervals as bars, its name at its end.

    ``rows`` holds month, name, mean, low, high.
    """
    scale, suffix = numbers.scale_of(float(rows["mean"].max()), unit)
    names = list(dict.fromkeys(rows["name"]))
    parts = {name: rows[rows["name"] == name] for name in names}
    colours = dict(zip(names, SERIES * len(names), strict=False))
    traces = [_line(name, part, unit, scale, colours[name]) for name, part in parts.items()]
    layout = {
        "xaxis": {"type": "date", "showgrid": False, "fixedrange": True, "tickformat": "%b<br>%Y", "nticks": 8},
        "yaxis": number_axis(suffix, {"automargin": True}),
        "margin": {"l": 8, "r": 8, "t": 28, "b": 40},
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
    }
    return figure(HEIGHT, traces, layout)


def _line(name: str, part: pd.DataFrame, unit: Unit, scale: float, colour: str) -> go.Scatter:
    return go.Scatter(
        name=label(name),
        x=[day.date().isoformat() for day in part["month"]],
        y=list(part["mean"] / scale),
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"size": 7},
        error_y=_interval(part, scale, colour, width=3),
        text=[
            stated(mean, low, high, unit) for mean, low, high in part[["mean", "low", "high"]].itertuples(index=False)
        ],
        hovertemplate=f"{label(name)}, %{{x|%B %Y}}<br>%{{text}}<extra></extra>",
    )


def _interval(rows: pd.DataFrame, scale: float, colour: str, width: int) -> dict[str, object]:
    """Error bars from low to high around the mean; ``width`` of their ends in pixels."""
    return {
        "type": "data",
        "symmetric": False,
        "array": list((rows["high"] - rows["mean"]) / scale),
        "arrayminus": list((rows["mean"] - rows["low"]) / scale),
        "width": width,
        "thickness": 1.4,
        "color": colour,
    }


def estimate_dots(names: list[str], rows: pd.DataFrame, unit: Unit) -> go.Figure:
    """One dot a row with its interval, from zero; ``rows`` holds mean, low, high."""
    scale, suffix = numbers.scale_of(float(rows["mean"].max()), unit)
    dots = go.Scatter(
        mode="markers",
        x=list(rows["mean"] / scale),
        y=list(range(len(rows))),
        marker={"size": 9, "color": SERIES[0]},
        error_x=_interval(rows, scale, GREY, width=4),
        customdata=[
            [label(name), stated(mean, low, high, unit)]
            for name, (mean, low, high) in zip(names, rows[["mean", "low", "high"]].to_numpy(), strict=True)
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )
    right = [numbers.short(mean, unit) for mean in rows["mean"]]
    axis = number_axis(suffix, {"rangemode": "tozero", "nticks": 5})
    return rows_figure(names, right, [dots], {"xaxis": axis}, DENSE_ROW_HEIGHT)


def lorenz_curve(shares: tuple[float, ...]) -> go.Figure:
    """The share of revenue of the customers who buy least, against the line of equality."""
    percent = list(range(len(shares)))
    curve = go.Scatter(
        x=percent,
        y=[100 * share for share in shares],
        mode="lines",
        line={"color": SERIES[0], "width": 2.5},
        fill="tozeroy",
        fillcolor="rgba(0,114,178,0.15)",
        hovertemplate="the %{x}% who buy least<br>bring %{y:.1f}% of revenue<extra></extra>",
    )
    equal = go.Scatter(
        x=[0, 100], y=[0, 100], mode="lines", line={"color": GREY, "dash": "dot", "width": 1.5}, hoverinfo="skip"
    )
    axes = {"ticksuffix": "%", "range": [0, 100], "fixedrange": True, "zeroline": False, "nticks": 6}
    return figure(
        HEIGHT,
        [equal, curve],
        {
            "xaxis": {**axes, "title": {"text": "customers, from who buys least"}, "showgrid": False},
            "yaxis": {**axes, "title": {"text": "share of revenue"}},
            "margin": {"l": 56, "r": 12, "t": 8, "b": 48},
        },
    )


def stated(mean: float, low: float, high: float, unit: Unit) -> str:
    """The estimate with its interval, such as INR 17.9K (95%: INR 17.8K to 18.0K)."""
    told = numbers.amount(mean, unit)
    return told if pd.isna(low) else f"{told} (95%: {numbers.interval(low, high, unit)})"
