import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.forecasting.change import EFFECTS, forecast_change


def forecast(*means: float, first: str = "2025-01-01") -> pd.DataFrame:
    days = pd.date_range(first, periods=len(means))
    return pd.DataFrame({"series": "total", "date": days, "mean": means})


def test_each_stage_is_charged_with_what_it_moved():
    found = forecast_change(
        forecast(10, 20),
        forecast(15, 29),
        restated=forecast(11, 20),
        extended=forecast(13, 22),
        informed=forecast(13, 25),
    )
    assert found[["previous", *EFFECTS, "current"]].to_numpy().tolist() == [
        [10, 1, 2, 0, 2, 15],
        [20, 0, 2, 3, 4, 29],
    ]


def test_without_restatement_news_and_a_new_model_everything_is_new_data():
    found = forecast_change(forecast(10), forecast(15))
    assert found[list(EFFECTS)].to_numpy().tolist() == [[0, 5, 0, 0]]


def test_another_model_is_charged_with_the_whole_difference_to_the_former():
    found = forecast_change(forecast(10), forecast(15), informed=forecast(12))
    assert found[list(EFFECTS)].to_numpy().tolist() == [[0, 2, 0, 3]]


def test_only_days_that_both_have_are_compared():
    found = forecast_change(forecast(1, 2, 3), forecast(5, 5, 5, first="2025-01-03"))
    assert found["date"].tolist() == [pd.Timestamp("2025-01-03")]


means = st.none() | st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3)


@given(means, means, means)
@settings(max_examples=50, deadline=None)
def test_the_effects_add_up_to_the_change(restated, extended, informed):
    stages = {
        name: made and forecast(*made)
        for name, made in {"restated": restated, "extended": extended, "informed": informed}.items()
        if made
    }
    found = forecast_change(forecast(1, 2, 3), forecast(3, 3, 3), **stages)
    for _, row in found.iterrows():
        assert row["previous"] + row[list(EFFECTS)].sum() == pytest.approx(row["current"], abs=1e-6)
