import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError, UsageError
from models.forecasting.fitted_panel import FittedPanel, fit_panel
from models.forecasting.prophet import Prophet
from models.forecasting.quantiles import NAMES
from models.forecasting.registry import candidate
from models.forecasting.seasonal_naive import SeasonalNaive

DAYS = pd.date_range("2025-01-01", periods=90)
ASKED = pd.DataFrame({"series": ["b", "a"], "horizon": [3, 2]})


@pytest.fixture
def panel(weekly) -> pd.DataFrame:
    long = pd.DataFrame({"series": "a", "date": DAYS, "value": weekly[:90]})
    short = pd.DataFrame({"series": "b", "date": DAYS[60:], "value": np.arange(30.0)})
    return pd.concat([long, short], ignore_index=True)


@pytest.fixture
def known(nothing_known) -> pd.DataFrame:
    return nothing_known.assign(series=pd.Series(dtype=object))


def test_it_answers_in_the_order_asked_and_starts_after_the_cutoff(panel, known):
    rows = fit_panel(panel, SeasonalNaive(), cutoff=DAYS[79], known=known).predict(ASKED)
    assert rows["series"].tolist() == ["b", "b", "b", "a", "a"]
    assert rows["date"].min() == DAYS[80]
    assert rows.loc[rows["series"] == "a", "mean"].tolist() == panel["value"][73:75].tolist()


def test_a_stored_panel_forecasts_the_same_fallbacks_included(panel, known):
    fitted = fit_panel(panel, Prophet(), cutoff=DAYS[79], known=known, stretch=(2.0, 2.0, 1.5, 1.0))
    rows = fitted.to_frame()
    assert rows["model"].tolist() == ["Prophet", "SeasonalNaive"]
    restored = FittedPanel.from_frame(rows, fitted.stretch)
    pd.testing.assert_frame_equal(restored.predict(ASKED), fitted.predict(ASKED), check_exact=True)


def test_results_do_not_depend_on_the_number_of_workers(panel, known, monkeypatch):
    monkeypatch.setattr("models.forecasting.parallel.run.__kwdefaults__", {"jobs": None, "serial_seconds": 0.0})
    alone = fit_panel(panel, Prophet(), cutoff=DAYS[-1], known=known, jobs=1)
    pooled = fit_panel(panel, Prophet(), cutoff=DAYS[-1], known=known, jobs=2)
    pd.testing.assert_frame_equal(alone.predict(ASKED), pooled.predict(ASKED), check_exact=True)


def test_the_calibration_stretches_the_intervals_only(panel, known):
    raw = fit_panel(panel, SeasonalNaive(), cutoff=DAYS[-1], known=known).predict(ASKED)
    wide = fit_panel(panel, SeasonalNaive(), cutoff=DAYS[-1], known=known, stretch=(2.0, 2.0, 2.0, 2.0)).predict(ASKED)
    assert wide["mean"].equals(raw["mean"])
    a = raw["series"] == "a"
    np.testing.assert_allclose((wide["q90"] - wide["q50"])[a], 2 * (raw["q90"] - raw["q50"])[a])
    assert (wide[NAMES].min(axis=1) >= 0).all()


def test_what_cannot_be_answered_is_all_named(panel, known):
    fitted = fit_panel(panel, SeasonalNaive(), cutoff=DAYS[-1], known=known)
    with pytest.raises(InputError, match=r"(?s)2 problems.*horizon of 0 days.*no series 'z'"):
        fitted.predict(pd.DataFrame({"series": ["z", "a"], "horizon": [1, 0]}))


def test_candidates_go_by_name():
    assert candidate("Prophet") == Prophet()
    with pytest.raises(UsageError, match="SeasonalNaive, Prophet"):
        candidate("Oracle")
