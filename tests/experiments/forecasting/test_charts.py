import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from experiments.forecasting.charts import (
    components_chart,
    forecast_chart,
    leaderboard_chart,
    page,
    reliability,
    reliability_chart,
)
from models.forecasting.quantiles import LEVELS, NAMES


def test_each_component_has_its_own_panel_with_its_interval():
    days = pd.date_range("2025-01-01", periods=3)
    parts = [
        pd.DataFrame({"ds": days, "component": name, "effect": [0.1, 0.2, 0.3], "low": 0.0, "high": 0.5})
        for name in ("level", "promotion")
    ]
    figure = components_chart(pd.concat(parts), "total")
    assert [each.text for each in figure.layout.annotations] == ["level", "promotion"]
    assert [trace.yaxis for trace in figure.data] == ["y"] * 3 + ["y2"] * 3
    assert list(figure.data[5].y) == [0.1, 0.2, 0.3]


def test_a_forecast_is_shown_from_each_cutoff_with_as_many_days_before_as_after():
    history = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=100), "value": range(100)})
    ahead = pd.DataFrame({"cutoff": np.repeat(history["date"].iloc[[79, 89]].to_numpy(), 10)})
    ahead = ahead.assign(date=history["date"].iloc[80:].to_numpy(), q10=1.0, q50=2.0, q90=3.0)
    events = pd.DataFrame({"date": history["date"].iloc[[10, 85]], "event": ["Holi", "Diwali"]})
    figure = forecast_chart(history, ahead, events, "total")
    actual, festivals = figure.data[-2:]
    assert (actual.name, list(actual.y)) == ("actual", list(range(60, 100)))
    assert [trace.name for trace in figure.data if trace.showlegend is not False] == [
        "80% interval",
        "median",
        "actual",
        "festival",
    ]
    assert list(zip(festivals.text, festivals.y, strict=True)) == [("Diwali", 85)]  # Holi lies before what is shown
    assert [each.text for each in figure.layout.annotations] == ["from 2025-03-21", "from 2025-03-31"]
    assert [len(trace.x) for trace in figure.data[:6]] == [10] * 6


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """One model that knows the spread, and one that takes it for half of what it is."""
    draws = np.random.default_rng(0).normal(0, 1, 4000)
    parts = [
        pd.DataFrame(np.tile(claimed * norm.ppf(LEVELS), (4000, 1)), columns=NAMES).assign(actual=draws, model=model)
        for model, claimed in (("honest", 1.0), ("narrow", 0.5))
    ]
    return pd.concat(parts)


def test_reliability_is_the_share_below_each_quantile(judged):
    found = reliability(judged).pivot(index="level", columns="model", values="share")
    assert found["honest"].to_numpy() == pytest.approx(LEVELS, abs=0.02)
    assert found.loc[0.1, "narrow"] == pytest.approx(norm.cdf(0.5 * norm.ppf(0.1)), abs=0.02)
    assert [trace.name for trace in reliability_chart(judged, "").data] == ["as promised", "honest", "narrow"]


def test_a_certain_zero_that_came_true_is_neither_above_nor_below():
    zero = pd.DataFrame(0.0, index=range(3), columns=[*NAMES, "actual"]).assign(model="zero")
    assert reliability(zero)["share"].eq(0.5).all()


def test_the_best_model_is_on_top_and_one_without_a_score_is_not_shown():
    scores = pd.DataFrame({"model": ["a", "b", "c"], "sql": [0.5, 0.7, np.nan], "coverage_80": [0.8, 0.6, np.nan]})
    bars = leaderboard_chart(scores, "").data[0]
    assert list(bars.y) == ["b", "a"]  # bars are drawn from below
    assert list(bars.text) == ["0.700, covers 60%", "0.500, covers 80%"]


def test_a_page_escapes_its_name_and_holds_every_figure(judged):
    html = page("<b>", {"one": reliability_chart(judged, ""), "two": reliability_chart(judged, "")})
    assert "<title>&lt;b&gt;</title>" in html
    assert 'id="one"' in html
    assert 'id="two"' in html
