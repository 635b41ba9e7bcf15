from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from experiments.forecasting.evaluation import HeldOut, held_out
from features.hierarchy import crossings, hierarchy
from models.forecasting.calibration import by_level, factors, stretched
from models.forecasting.quantiles import LEVELS, NAMES
from models.forecasting.reconciliation import BOTTOM_UP
from models.forecasting.widths import Width

CELLS = pd.DataFrame({"country": ["India", "India", "UK"], "channel": ["Mobile", "Website", "Mobile"]})
TREE = hierarchy(CELLS, crossings(["country", "channel"]))
DAYS = 61


def judged(lasting: float, origins: int = 12) -> pd.DataFrame:
    """Forecasts of each day's distribution; of its variance a part is a shock that a whole origin shares."""
    generator = np.random.default_rng(0)
    shock = generator.normal(size=(origins, 1, 1)) * np.sqrt(lasting)
    noise = generator.normal(size=(origins, 3, DAYS)) * np.sqrt(1 - lasting)
    actual = np.stack([TREE.sums(each) for each in 100 + 10 * (shock + noise)])
    mean, spread = TREE.sums(np.full(3, 100.0)), actual.std(axis=(0, 2))
    cutoff, series, day = np.indices(actual.shape).reshape(3, -1)
    quantiles = pd.DataFrame(mean[series, None] + spread[series, None] * norm.ppf(LEVELS), columns=NAMES)
    nodes = TREE.nodes.iloc[series].reset_index(drop=True)
    about = {"cutoff": cutoff, "horizon": day + 1, "actual": actual.ravel(), "mean": mean[series], "model": "Known"}
    return nodes[["series", "level"]].join(quantiles).assign(**about, floor=0.0, floored=0, scale=10.0)


def covered(rows: pd.DataFrame) -> float:
    return float(rows["actual"].between(rows["q10"], rows["q90"]).mean())


def by_what_others_missed(rows: pd.DataFrame) -> pd.DataFrame:
    """Each origin's quantiles widened by the factors of the others."""
    parts = []
    for (cutoff, level), own in rows.groupby(["cutoff", "level"]):
        others = rows[(rows["cutoff"] != cutoff) & (rows["level"] == level)]
        wide = stretched(own[NAMES].to_numpy(), by_level(np.array(factors(others))))
        parts.append(own.assign(**dict(zip(NAMES, wide.T, strict=True))))
    return pd.concat(parts)


@pytest.fixture(scope="module")
def apart() -> HeldOut:
    return held_out(TREE, judged(lasting=0.1), BOTTOM_UP, seed=0)


def test_shocks_that_last_leave_sums_over_days_too_narrow_until_they_are_widened(apart):
    assert covered(apart.days) > 0.77
    assert covered(apart.sums) < 0.6
    assert 0.74 < covered(by_what_others_missed(apart.sums)) < 0.86
    width = apart.width()
    assert (width.days, set(width.month)) == (30, set(TREE.nodes["level"]))
    assert all(np.greater(width.month[level], 1.3).all() for level in width.month)


def test_noise_of_single_days_asks_for_no_more_over_a_month():
    width = held_out(TREE, judged(lasting=0.0, origins=24), BOTTOM_UP, seed=0).width()
    widest = {level: width.month[level][0] / width.day[level][0] for level in width.day}
    assert widest == pytest.approx(dict.fromkeys(widest, 1.0), rel=0.2)


def test_published_days_are_widened_by_the_other_origins_alone(apart):
    one = apart.days["cutoff"].max()
    lied = apart.days.assign(actual=lambda rows: rows["actual"].where(rows["cutoff"] != one, 1e6))
    before, after = (replace(apart, days=days).published() for days in (apart.days, lied))
    pd.testing.assert_frame_equal(before.query("cutoff == @one")[NAMES], after.query("cutoff == @one")[NAMES])
    assert not before.query("cutoff != @one")[NAMES].equals(after.query("cutoff != @one")[NAMES])


def test_one_origin_alone_teaches_nothing():
    rows = judged(0.0, origins=1)
    apart = held_out(TREE, rows, BOTTOM_UP, seed=0)
    assert (len(apart.published()), apart.width()) == (0, Width({}, {}, 30))
