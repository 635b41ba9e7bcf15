import numpy as np
import pandas as pd
import pytest

from models.forecasting.drift import KINDS, drifts

DAYS = pd.date_range("2025-01-01", periods=56)


def scores(seed: int = 0, series: int = 1, persistence: float = 0.3) -> pd.DataFrame:
    """Scores of forecasts that hold, whose errors last a little."""
    shocks = np.random.default_rng(seed).normal(size=(56, series))
    for day in range(1, 56):
        shocks[day] = persistence * shocks[day - 1] + np.sqrt(1 - persistence**2) * shocks[day]
    return pd.DataFrame(shocks, DAYS, [f"s{place}" for place in range(series)])


def named(found: pd.DataFrame) -> dict[str, set[str]]:
    flagged = found[found["drifted"]]
    return {str(series): set(rows["kind"]) for series, rows in flagged.groupby("series")}


def test_each_kind_of_drift_is_named_among_forty_series_that_hold():
    planted = scores(series=40)
    planted["s0"] += 2.0
    planted["s1"] += np.where(DAYS.dayofweek >= 5, 2.5, -1.0)
    planted["s2"] *= 3
    found = named(drifts(planted))
    assert "level" in found["s0"]
    assert "season" in found["s1"]
    assert found["s2"] == {"variance"}
    assert len(found) <= 4


def test_forecasts_that_hold_are_seldom_called_drifted():
    false = [len(named(drifts(scores(seed, series=20)))) for seed in range(40)]
    assert np.mean([count > 0 for count in false]) <= 0.25
    assert sum(false) <= 0.02 * 40 * 20


def test_sizes_are_in_standard_deviations_of_the_forecast():
    planted = scores(persistence=0.0)
    raised = drifts(planted + 1.0).set_index("kind")["size"]
    assert raised["level"] == pytest.approx(planted["s0"].mean() + 1)
    assert drifts(2 * planted).set_index("kind")["size"]["variance"] == pytest.approx(1, abs=0.4)
    weekend = drifts(planted + np.where(DAYS.dayofweek == 6, 7.0, 0.0)[:, None]).set_index("kind")["size"]
    assert weekend["season"] == pytest.approx(6, abs=0.8)


def test_a_short_series_is_not_tested_and_gaps_are_left_out():
    gapped = scores(series=2)
    gapped.iloc[:30, 0] = np.nan
    gapped.iloc[:10, 1] = np.nan
    found = drifts(gapped)
    assert found["series"].tolist() == ["s1"] * 3
    assert found["kind"].tolist() == sorted(KINDS)
    assert set(found["days"]) == {46}


def test_no_series_gives_no_rows_and_a_series_that_never_varies_is_answered():
    assert drifts(pd.DataFrame(index=DAYS)).empty
    flat = drifts(pd.DataFrame({"a": 0.0}, DAYS)).set_index("kind")
    assert flat.loc["level", "p_value"] == flat.loc["season", "p_value"] == 1
