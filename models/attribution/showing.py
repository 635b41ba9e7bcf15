"""An explanation in a notebook: its tables as HTML, its drivers as a waterfall."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

GAIN, LOSS, TOTAL = "#0072B2", "#D55E00", "#7A828C"  # Okabe and Ito: told apart by everybody


def waterfall(total: Mapping[str, float], drivers: pd.DataFrame, labels: tuple[str, str]) -> go.Figure:
    """From the baseline's total through the drivers to the period's, with 95% intervals where there are any.

    Args:
        total: ``baseline`` and ``period``.
        drivers: ``driver, amount, low, high``, in order.
        labels: What the baseline and the period are called.
    """
    moved = drivers[drivers["amount"] != 0]
    names = [labels[0], *(name.replace("_", " ") for name in moved["driver"]), labels[1]]
    bars = go.Waterfall(
        x=names,
        y=[total["baseline"], *moved["amount"], total["period"]],
        measure=["absolute", *["relative"] * len(moved), "total"],
        increasing={"marker": {"color": GAIN}},
        decreasing={"marker": {"color": LOSS}},
        totals={"marker": {"color": TOTAL}},
    )
    ends = total["baseline"] + moved["amount"].cumsum()
    return go.Figure([bars, _intervals(names[1:-1], ends, moved)], {"showlegend": False, "template": "plotly_white"})


def tables(title: str, shown: Mapping[str, pd.DataFrame]) -> str:
    """Tables under a title; every name in them is escaped."""
    parts = (f"<h4>{escape(name)}</h4>{table.to_html(index=False, na_rep='')}" for name, table in shown.items())
    return f"<div><h3>{escape(title)}</h3>{''.join(parts)}</div>"


def _intervals(names: list[str], ends: "pd.Series[float]", moved: pd.DataFrame) -> go.Scatter:
    """Intervals around the end of each bar; bars alone, without a mark."""
    error: dict[str, Any] = {
        "type": "data",
        "symmetric": False,
        "array": list(moved["high"] - moved["amount"]),
        "arrayminus": list(moved["amount"] - moved["low"]),
    }
    return go.Scatter(x=names, y=list(ends), error_y=error, mode="markers", marker={"opacity": 0}, hoverinfo="skip")
