import numpy as np
import pandas as pd
import pytest

from models.forecasting.gate import Evidence, compare, decide
from models.forecasting.metrics import quantile_loss
from models.forecasting.quantiles import NAMES

DAYS = pd.date_range("2025-01-01", periods=180)
SPREAD = np.linspace(-1.2816, 1.2816, 9)
GOOD = Evidence(1.0, 0.9, -3.0, 0.01, 180, 3, 0.8, 0.8, 0.01)


def judged(error: float, *, spread: float = 1.0, seed: int = 0, series=("total", "country=UK", "country=US")):
    """Three series of noise around zero, forecast with an error and a spread, from three origins of 60 days."""
    parts = []
    for place, name in enumerate(series):
        actual = np.random.default_rng([seed, place]).normal(size=180)
        miss = error * np.random.default_rng([seed, place, 1]).normal(size=180)
        frame = pd.DataFrame(miss[:, None] + spread * SPREAD, columns=NAMES)
        parts.append(
            frame.assign(
                series=name, level=name.partition("=")[0], date=DAYS, cutoff=DAYS[np.arange(180) // 60 * 60],
                actual=actual, scale=1.0,
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_a_step_is_one_observation_and_every_level_counts_the_same():
    champion, challenger = judged(1.0), judged(0.2)
    found = compare(champion, challenger, horizon=60)
    assert (found.steps, found.origins) == (180, 3)
    for rows, loss in ((champion, found.champion_loss), (challenger, found.challenger_loss)):
        by_level = {"total": [], "country": []}
        for _, day in rows.iterrows():
            own = quantile_loss(np.array([day["actual"]]), day[NAMES].to_numpy(float)[None, :]).mean()
            by_level[day["level"]].append(own)
        assert loss == pytest.approx(np.mean([np.mean(found) for found in by_level.values()]))


def test_a_better_challenger_is_promoted_with_its_evidence():
    found = decide(compare(judged(1.5), judged(0.2), horizon=14))
    assert found.promoted
    assert found.evidence is not None
    assert found.evidence.gain > 0.1
    assert "less (p = 0.0" in found.reason


def test_a_model_does_not_replace_itself():
    found = decide(compare(judged(1.0), judged(1.0), horizon=14))
    assert not found.promoted
    assert "saves 0.0%" in found.reason
    assert "may be chance" in found.reason


def test_days_that_only_one_was_judged_on_do_not_count():
    half = judged(0.2).query("date < '2025-03-02'")
    assert compare(judged(1.0), half, horizon=14).steps == 60


def test_without_a_scale_nothing_can_be_scored_and_nobody_is_promoted():
    found = decide(compare(judged(1.0).assign(scale=0.0), judged(0.1).assign(scale=0.0), horizon=14))
    assert (found.promoted, found.reason) == (False, "no day can be scored for both")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"challenger_loss": 0.995}, "saves 0.5%"),
        ({"challenger_loss": 1.2}, "adds 20.0% to the champion's loss"),
        ({"p_value": 0.06}, "may be chance"),
        ({"challenger_coverage": 0.6}, "covers 60%, the champion's 80%"),
        ({"challenger_coverage": 0.6, "champion_coverage": 0.59}, None),
        ({"challenger_coverage": 0.97}, "covers 97%"),
        ({"challenger_coverage": 0.75, "coverage_p_value": 0.2}, None),
    ],
)
def test_each_objection_keeps_the_champion(changed, said):
    found = decide(Evidence(**(vars(GOOD) | changed)))
    assert found.promoted == (said is None)
    assert said is None or said in found.reason


def test_a_loss_of_coverage_is_told_from_chance():
    honest = compare(judged(0.5), judged(0.5, seed=1), horizon=14)
    narrow = compare(judged(0.5), judged(0.5, spread=0.5), horizon=14)
    assert narrow.challenger_coverage < 0.6 < honest.challenger_coverage
    assert narrow.coverage_p_value < 0.001 < 0.05 < honest.coverage_p_value
