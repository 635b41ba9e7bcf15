from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError
from models.forecasting.backtest import backtest
from models.forecasting.metrics import MEASURES, measured
from models.forecasting.panel import Panel
from models.forecasting.seasonal_naive import SeasonalNaive

DAYS = pd.date_range("2025-01-01", periods=120)
CUTOFFS = [DAYS[79], DAYS[99]]


@dataclass(frozen=True)
class Spy:
    """SeasonalNaive that remembers what it was shown."""

    seen: list[Panel] = field(default_factory=list)
    name: str = "Spy"

    def fit(self, panel, *, seed=0, jobs=None):
        self.seen.append(panel)
        return SeasonalNaive().fit(panel)

    def restore(self, state):
        return SeasonalNaive().restore(state)


@pytest.fixture
def panel() -> pd.DataFrame:
    noise = np.random.default_rng(0).normal(100, 10, (2, 120))
    early = pd.DataFrame({"series": "early", "date": DAYS, "value": noise[0]})
    late = pd.DataFrame({"series": "late", "date": DAYS[90:], "value": noise[1, 90:]})
    return pd.concat([early, late], ignore_index=True)


@pytest.fixture
def known(nothing_known):
    return lambda cutoff: nothing_known.assign(series=pd.Series(dtype=object))


def test_a_candidate_sees_each_series_up_to_the_cutoff_and_nothing_after(panel, known):
    spy = Spy()
    backtest(panel, [spy], horizon=14, cutoffs=CUTOFFS, known=known)
    assert [(seen.series, seen.dates[seen.length - 1]) for seen in spy.seen] == [
        (("early",), CUTOFFS[0]),
        (("early", "late"), CUTOFFS[1]),
    ]
    assert [seen.values.shape[1] for seen in spy.seen] == [80, 100]


def test_what_happens_after_a_cutoff_changes_no_forecast(panel, known):
    planted = panel.assign(value=panel["value"].where(panel["date"] <= CUTOFFS[0], 1e9))
    honest = backtest(panel, [SeasonalNaive()], horizon=14, cutoffs=CUTOFFS[:1], known=known)
    spoilt = backtest(planted, [SeasonalNaive()], horizon=14, cutoffs=CUTOFFS[:1], known=known)
    pd.testing.assert_frame_equal(honest.forecasts.drop(columns="actual"), spoilt.forecasts.drop(columns="actual"))
    assert (spoilt.accuracy["coverage_80"] == 0).all()


def test_the_calendar_is_asked_for_as_of_each_cutoff(panel, known):
    asked = []
    backtest(
        panel,
        [SeasonalNaive()],
        horizon=14,
        cutoffs=CUTOFFS,
        known=lambda cutoff: asked.append(cutoff) or known(cutoff),
    )
    assert asked == CUTOFFS


def test_accuracy_is_by_series_model_and_range_of_horizons(panel, known):
    found = backtest(panel, [SeasonalNaive(), Spy()], horizon=14, cutoffs=CUTOFFS, known=known)
    assert len(found.forecasts) == 2 * 3 * 14
    ranges = found.accuracy.set_index(["model", "series", "horizon_first"])
    assert ranges["cutoffs"].to_dict()[("Spy", "early", 1)] == 2
    assert ranges["cutoffs"].to_dict()[("Spy", "late", 8)] == 1
    assert set(ranges["horizon_last"]) == {7, 14}
    days = found.forecasts.query("model == 'Spy' and series == 'early' and horizon >= 8")
    by_hand = measured(days, ["series"])[MEASURES].iloc[0]
    np.testing.assert_allclose(ranges.loc[("Spy", "early", 8), MEASURES].astype(float), by_hand)


def test_actuals_are_those_of_the_forecast_day(panel, known):
    rows = backtest(panel, [SeasonalNaive()], horizon=14, cutoffs=CUTOFFS, known=known).forecasts
    day = rows.query("series == 'early' and horizon == 3").iloc[0]
    assert day["actual"] == panel.loc[82, "value"]
    assert (rows["date"] == rows["cutoff"] + pd.to_timedelta(rows["horizon"], "D")).all()


def test_cutoffs_that_cannot_be_judged_are_all_named(panel, known):
    with pytest.raises(InputError, match=r"(?s)2 problems.*2024-12-31 is before.*2025-04-20 has fewer than 14 days"):
        backtest(panel, [SeasonalNaive()], horizon=14, cutoffs=[DAYS[0] - pd.Timedelta(days=1), DAYS[109]], known=known)
    with pytest.raises(InputError, match="at least one cutoff"):
        backtest(panel, [SeasonalNaive()], horizon=14, cutoffs=[], known=known)
