import numpy as np
import pandas as pd
import pytest

from models.forecasting.backtest import Fold, accuracy, judge, judge_onwards
from models.forecasting.hierarchical_bayes.regression import PanelRegression
from models.forecasting.metrics import MEASURES, measured
from models.forecasting.quantiles import NAMES
from models.forecasting.seasonal_naive import SeasonalNaive


class Spy(SeasonalNaive):
    """SeasonalNaive that remembers what it was shown."""

    def __init__(self):
        object.__setattr__(self, "seen", [])

    def fit(self, panel, *, seed=0, jobs=None):
        self.seen.append(panel)
        return super().fit(panel, seed=seed, jobs=jobs)


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(100, 10, (2, 120))


@pytest.fixture
def fold(panel_of, values):
    return Fold(panel_of(values[:, :100]), values[:, 100:114])


def test_what_happened_stands_beside_what_was_forecast_for_the_day(fold, values):
    judged = judge(SeasonalNaive(), fold)
    assert len(judged) == 2 * 14
    row = judged.query("series == 's001' and horizon == 3").iloc[0]
    assert row["actual"] == values[1, 102]
    assert row["date"] == fold.cutoff + pd.Timedelta(days=3)
    assert row["mean"] == values[1, 95]
    assert row["scale"] == pytest.approx(np.abs(values[1, 7:100] - values[1, :93]).mean())


def test_a_candidate_is_shown_the_history_and_nothing_after(fold):
    spy = Spy()
    judge(spy, fold)
    assert [panel.length for panel in spy.seen] == [100]
    assert spy.seen[0].values.shape == (2, 100)


def test_what_happens_after_the_cutoff_changes_no_forecast(fold, panel_of, values):
    spoilt = Fold(fold.panel, fold.actual * 1e6)
    honest, other = (judge(SeasonalNaive(), each).drop(columns="actual") for each in (fold, spoilt))
    pd.testing.assert_frame_equal(honest, other)


@pytest.fixture
def later(panel_of, values):
    return Fold(panel_of(values[:, :106]), values[:, 106:120])


def test_what_does_not_last_is_fitted_at_every_origin(fold, later):
    spy = Spy()
    apart = pd.concat([judge(SeasonalNaive(), each) for each in (fold, later)], ignore_index=True)
    pd.testing.assert_frame_equal(judge_onwards(spy, [fold, later]), apart)
    assert [panel.length for panel in spy.seen] == [100, 106]


def test_what_lasts_is_learned_at_the_first_origin_unless_the_series_are_others(fold, later, monkeypatch):
    fits, fit = [], PanelRegression.fit
    monkeypatch.setattr(PanelRegression, "fit", lambda *seen, **how: fits.append(seen[1].length) or fit(*seen, **how))
    judged = judge_onwards(PanelRegression(), [fold, later])
    assert fits == [100]
    first = judged[judged["cutoff"] == fold.cutoff]
    pd.testing.assert_frame_equal(first, judge(PanelRegression(), fold))
    fits.clear()
    alone = Fold(later.panel.take(np.array([1])), later.actual[1:])
    judge_onwards(PanelRegression(), [fold, alone])
    assert fits == [100, 106]


def test_accuracy_is_by_series_model_and_range_of_horizons(fold, later):
    judged = pd.concat([judge(SeasonalNaive(), each) for each in (fold, later)], ignore_index=True)
    found = accuracy(judged, 14).set_index(["model", "series", "horizon_first"])
    assert set(found["cutoffs"]) == {2}
    assert set(found["horizon_last"]) == {7, 14}
    days = judged.query("series == 's000' and horizon >= 8")
    by_hand = measured(days, ["series"])[MEASURES].iloc[0]
    np.testing.assert_allclose(found.loc[("SeasonalNaive", "s000", 8), MEASURES].astype(float), by_hand)
    bias = days["mean"].sum() / days["actual"].sum() - 1
    assert found.loc[("SeasonalNaive", "s000", 8), "bias"] == pytest.approx(bias)
    assert set(NAMES) <= set(judged)
