"""What is fitted on an engine's workers is what is fitted here."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from etl.lakehouse import Lakehouse
from experiments.forecasting.fanout import SparkPool, placed
from experiments.forecasting.settings import Settings
from models.forecasting.frames import panel_of
from models.forecasting.prophet import Prophet
from models.forecasting.statistical import Statistical

SETTINGS = Settings(source="shop", engine="spark")


@pytest.fixture(scope="module")
def panel():
    """Three shops with a week, a promotion and noise, and one too short for any model."""
    days = pd.date_range("2025-01-01", periods=84 + 7)
    draws = np.random.default_rng(0)
    rows = [
        pd.DataFrame({"unique_id": f"shop{k}", "ds": days, "promotion": (days.day < 4) * 1.0}).assign(
            y=lambda frame: 100 + 20 * (days.dayofweek > 4) + 30 * frame["promotion"] + draws.normal(0, 3, len(days))
        )
        for k in range(3)
    ]
    known = pd.concat([*rows, rows[0].assign(unique_id="short").iloc[78:]])
    past, ahead = known[known["ds"] < days[84]], known[known["ds"] >= days[84]]
    return panel_of(past, 7, "D", future=ahead.drop(columns="y"))


@pytest.mark.parametrize("candidate", [Statistical("AutoETS"), Prophet()], ids=["AutoETS", "Prophet"])
def test_an_engines_workers_forecast_what_this_process_does(panel, candidate, spark_session):
    pool = SparkPool(spark_session)  # the embedded engine's are threads of this process, which share Prophet's draws
    here, there = (candidate.fit(panel, jobs=jobs).predict(panel) for jobs in (1, pool))
    np.testing.assert_allclose(there.quantiles, here.quantiles, rtol=1e-6)
    np.testing.assert_allclose(there.mean, here.mean, rtol=1e-6)
    assert there.notes == here.notes
    assert there.notes[3].startswith("SeasonalNaive instead")


def test_answers_come_in_the_order_of_the_tasks(session):
    assert SparkPool(session).map(len, ["a" * size for size in range(40)]) == list(range(40))
    assert SparkPool(session).map(len, []) == []


def test_the_engines_workers_are_taken_unless_others_were_asked_for(session, tmp_path):
    lakehouse = Lakehouse(session, tmp_path)
    assert placed(SETTINGS, lakehouse).jobs == SparkPool(session)
    assert placed(replace(SETTINGS, jobs=2), lakehouse).jobs == 2
    assert placed(replace(SETTINGS, engine="embedded"), lakehouse).jobs is None
