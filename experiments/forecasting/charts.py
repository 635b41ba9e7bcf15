"""The pages that jobs leave in MLflow: who won, forecasts against what happened, reliability, components."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from models.forecasting.quantiles import LEVELS, NAMES

BLUE, BAND = "#1f77b4", "rgba(31, 119, 180, 0.2)"
FESTIVAL = {"color": "#b8860b", "symbol": "diamond", "size": 6}


def forecast_chart(history: pd.DataFrame, judged: pd.DataFrame, events: pd.DataFrame, title: str) -> go.Figure:
    """The median and the 80% interval from each cutoff over what happened, and as many days before the first one.

    Args:
        history: date, value of one series.
        judged: Backtested forecasts of one model on that series: cutoff, date, q10, q50, q90.
        events: date, event: days to mark and what they are.
        title: What is shown.
    """
    cutoffs = sorted(pd.to_datetime(judged["cutoff"].unique()))
    shown = history[history["date"] > cutoffs[0] - (judged["date"].max() - cutoffs[0])]
    figure = go.Figure()
    for place, (_, ahead) in enumerate(judged.groupby("cutoff", sort=True)):
        edge = {"x": ahead["date"], "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(y=ahead["q10"], showlegend=False, **edge)
        figure.add_scatter(
            y=ahead["q90"], fill="tonexty", fillcolor=BAND, name="80% interval", showlegend=place == 0, **edge
        )
        figure.add_scatter(x=ahead["date"], y=ahead["q50"], name="median", line={"color": BLUE}, showlegend=place == 0)
    figure.add_scatter(x=shown["date"], y=shown["value"], name="actual", line={"color": "#444444", "width": 1})
    marked = shown.merge(events, on="date")
    figure.add_scatter(
        x=marked["date"], y=marked["value"], text=marked["event"], name="festival", mode="markers", marker=FESTIVAL
    )
    for cutoff in cutoffs:
        figure.add_vline(x=cutoff, line={"dash": "dot", "color": "grey"})
        label = f"from {cutoff.date()}"
        figure.add_annotation(x=cutoff, y=1, yref="paper", yanchor="bottom", text=label, showarrow=False)
    return figure.update_layout(title=title, template="plotly_white")


def reliability(judged: pd.DataFrame) -> pd.DataFrame:
    """How often what happened lay below each quantile: level, model, share; a value at the quantile counts half.

    Where a forecast says zero and nothing was sold, all quantiles that are zero were hit: neither above nor below.
    """
    actual = judged["actual"]
    shares = {
        level: ((actual < judged[name]) + 0.5 * (actual == judged[name])).groupby(judged["model"]).mean()
        for level, name in zip(LEVELS, NAMES, strict=True)
    }
    return pd.concat(shares, names=["level"]).rename("share").reset_index()


def reliability_chart(judged: pd.DataFrame, title: str) -> go.Figure:
    """The reliability of each model's nine quantiles; ``judged``: model, actual, q10 to q90."""
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], name="as promised", line={"dash": "dot", "color": "grey"}))
    for model, found in reliability(judged).groupby("model", sort=True):
        figure.add_scatter(x=found["level"], y=found["share"], name=str(model), mode="lines+markers")
    return figure.update_layout(
        title=title, template="plotly_white", xaxis_title="quantile", yaxis_title="share of days below it"
    )


def leaderboard_chart(scores: pd.DataFrame, title: str) -> go.Figure:
    """The mean SQL of each model, the best on top; ``scores``: model, sql, coverage_80, the best first."""
    ranked = scores.dropna(subset="sql").iloc[::-1]
    said = [f"{sql:.3f}, covers {covers:.0%}" for sql, covers in zip(ranked["sql"], ranked["coverage_80"], strict=True)]
    figure = go.Figure(go.Bar(x=ranked["sql"], y=ranked["model"], text=said, orientation="h"))
    return figure.update_layout(title=title, template="plotly_white", xaxis_title="SQL, lower is better")


def components_chart(parts: pd.DataFrame, title: str) -> go.Figure:
    """What each component of a panel regression adds to a series, with its 95% interval, one below the other.

    Args:
        parts: ds, component, effect, low, high (``models.forecasting.hierarchical_bayes.components``).
        title: What is shown.
    """
    names = list(dict.fromkeys(parts["component"]))
    figure = make_subplots(rows=len(names), cols=1, shared_xaxes=True, subplot_titles=names)
    for row, name in enumerate(names, start=1):
        one = parts[parts["component"] == name]
        edge = {"x": one["ds"], "line": {"width": 0}, "hoverinfo": "skip", "row": row, "col": 1}
        figure.add_scatter(y=one["low"], **edge)
        figure.add_scatter(y=one["high"], fill="tonexty", fillcolor=BAND, **edge)
        figure.add_scatter(x=one["ds"], y=one["effect"], name=name, line={"color": BLUE}, row=row, col=1)
    height = 120 * len(names) + 100
    return figure.update_layout(title=title, template="plotly_white", showlegend=False, height=height)


def page(name: str, figures: Mapping[str, go.Figure]) -> str:
    """One HTML page with all figures that opens without a network; the keys become the figures' ids."""
    parts = [
        figure.to_html(full_html=False, include_plotlyjs=place == 0, div_id=key)
        for place, (key, figure) in enumerate(figures.items())
    ]
    return f'<!doctype html><meta charset="utf-8"><title>{escape(name)}</title>{"".join(parts)}'
