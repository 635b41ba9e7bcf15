"""One look for every chart: colours that everybody can tell apart, on a light and on a dark page.

Text, grid and background take their colours from the page's style sheet, so that they follow its theme and print.
"""

from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

BLUE, VERMILLION, GREEN, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9"  # Okabe and Ito
SERIES = (BLUE, ORANGE, GREEN, VERMILLION, SKY)
GREY = "#7A828C"
CLEAR = "rgba(0,0,0,0)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def label(name: str) -> str:
    """A name from data as Plotly text, which is a small HTML of its own."""
    return escape(name, quote=False)


def shortened(name: str, width: int = 22) -> str:
    """A label of two lines at most, which leaves room for the chart on a phone."""
    lines = wrap(name, width, max_lines=2, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return "<br>".join(map(label, lines))


def figure(height: int, traces: list[Any], layout: dict[str, Any]) -> go.Figure:
    """A figure in the report's look."""
    base: dict[str, Any] = {
        "template": "none",
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 28},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 12},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"font": {"family": FONT, "size": 13, "color": "#ffffff"}, "bgcolor": "#22303c"},
    }
    return go.Figure(traces, {**base, **layout})


def number_axis(suffix: str, options: dict[str, Any]) -> dict[str, Any]:
    """An axis of amounts."""
    return {
        "ticksuffix": suffix,
        "separatethousands": True,
        "showgrid": True,
        "zeroline": False,
        "fixedrange": True,
        "nticks": 6,
        "tickangle": 0,
        **options,
    }


def name_axis(names: list[str]) -> dict[str, Any]:
    """An axis of names, the first on top."""
    return {
        "type": "linear",
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name) for name in names],
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "ticklabelstandoff": 6,
    }
