import io

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
def fit(panel, nothing_known):
    known = nothing_known.assign(series=pd.Series(dtype=object))

    def build(chosen, cutoff=DAYS[79], **beside) -> FittedPanel:
        return fit_panel(panel, chosen, cutoff=cutoff, known=known, horizon=10, **beside)

    return build


def test_it_answers_in_the_order_asked_and_starts_after_the_cutoff(fit, panel):
    rows = fit(SeasonalNaive()).predict(ASKED)
    assert rows["series"].tolist() == ["b", "b", "b", "a", "a"]
    assert rows["date"].min() == DAYS[80]
    assert rows.loc[rows["series"] == "a", "mean"].tolist() == panel["value"][73:75].tolist()


def test_a_stored_panel_forecasts_the_same_fallbacks_included(fit):
    fitted = fit(Prophet(), stretch=(2.0, 2.0, 1.5, 1.0))
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **fitted.state())
    file.seek(0)
    restored = FittedPanel.restore(dict(np.load(file, allow_pickle=False)))
    rows = restored.predict(ASKED)
    pd.testing.assert_frame_equal(rows, fitted.predict(ASKED), check_exact=True)
    assert rows.groupby("series")["note"].first().notna().tolist() == [False, True]


def test_results_do_not_depend_on_the_number_of_workers(fit, monkeypatch):
    monkeypatch.setattr("models.forecasting.parallel.run.__kwdefaults__", {"jobs": None, "serial_seconds": 0.0})
    alone = fit(Prophet(), cutoff=DAYS[-1], jobs=1)
    pooled = fit(Prophet(), cutoff=DAYS[-1], jobs=2)
    pd.testing.assert_frame_equal(alone.predict(ASKED), pooled.predict(ASKED), check_exact=True)


def test_the_calibration_stretches_the_intervals_only(fit):
    raw = fit(SeasonalNaive(), cutoff=DAYS[-1]).predict(ASKED)
    wide = fit(SeasonalNaive(), cutoff=DAYS[-1], stretch=(2.0, 2.0, 2.0, 2.0)).predict(ASKED)
    assert wide["mean"].equals(raw["mean"])
    a = raw["series"] == "a"
    np.testing.assert_allclose((wide["q90"] - wide["q50"])[a], 2 * (raw["q90"] - raw["q50"])[a])
    assert (wide[NAMES].min(axis=1) >= 0).all()


def test_what_cannot_be_answered_is_all_named(fit):
    with pytest.raises(InputError, match=r"(?s)3 problems.*horizon of 0 days.*no series 'z'.*10 days ahead, not 11"):
        fit(SeasonalNaive()).predict(pd.DataFrame({"series": ["z", "a", "b"], "horizon": [1, 0, 11]}))


def test_candidates_go_by_name_and_one_s_own_by_module_and_class():
    assert candidate("Prophet") == Prophet()
    assert candidate("models.forecasting.seasonal_naive:SeasonalNaive") == SeasonalNaive()
    with pytest.raises(UsageError, match="SeasonalNaive, Drift, Prophet"):
        candidate("Oracle")
    with pytest.raises(UsageError, match="cannot be built"):
        candidate("nowhere:Nothing")
    with pytest.raises(UsageError, match="lacks name, fit, restore"):
        candidate("builtins:dict")
