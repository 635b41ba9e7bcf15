import numpy as np
import pandas as pd
import pytest

from models.forecasting.calibration import NONE, PAIRS, calibrated, factors
from models.forecasting.quantiles import LEVELS, NAMES

NORMAL = np.array([-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816])


def cross_calibrated(judged):
    """Each cutoff's forecasts calibrated by the other cutoffs only: what calibration does to days it has not seen."""
    parts = [
        calibrated(held_out, factors(judged[judged["cutoff"] != cutoff]))
        for cutoff, held_out in judged.groupby("cutoff", sort=True)
    ]
    return pd.concat(parts)


def judged(claimed: float, true: float, cutoffs: int = 9, days: int = 400, floor: float = -np.inf) -> pd.DataFrame:
    """Forecasts around 100 that claim one spread, and what happened with another."""
    count = cutoffs * days
    frame = pd.DataFrame(np.tile(100 + claimed * NORMAL, (count, 1)), columns=NAMES)
    actual = 100 + true * np.random.default_rng(0).normal(size=count)
    return frame.assign(actual=actual, cutoff=np.repeat(np.arange(cutoffs), days), floor=floor, floored=0)


def coverage(frame: pd.DataFrame) -> list[float]:
    return [frame["actual"].between(frame[low], frame[high]).mean() for low, high in PAIRS]


def test_intervals_half_as_wide_as_the_noise_are_doubled_but_for_the_shrinkage():
    assert factors(judged(1, 2)) == pytest.approx([2**0.9] * 4, rel=0.06)


def test_honest_intervals_stay():
    assert factors(judged(2, 2)) == pytest.approx(NONE, rel=0.06)


def test_one_cutoff_counts_half():
    assert factors(judged(1, 2, cutoffs=1, days=4000))[0] == pytest.approx(2**0.5, rel=0.05)


def test_days_not_seen_are_covered_as_promised_after_calibration():
    narrow = judged(1, 2)
    assert coverage(narrow)[0] < 0.55
    assert coverage(cross_calibrated(narrow)) == pytest.approx([0.8, 0.6, 0.4, 0.2], abs=0.04)


def test_a_cutoff_is_calibrated_by_the_others_only():
    rows = judged(1, 2, cutoffs=3)
    spoilt = rows.assign(actual=rows["actual"].where(rows["cutoff"] != 2, 1e9))
    for before, after in zip(
        cross_calibrated(rows).groupby("cutoff"), cross_calibrated(spoilt).groupby("cutoff"), strict=True
    ):
        assert before[1][NAMES].equals(after[1][NAMES]) == (before[0] == 2)


def test_calibrated_quantiles_do_not_cross_and_keep_the_floor_and_the_median():
    rows = judged(60, 2, floor=0.0)
    found = calibrated(rows, (3.0, 1.0, 8.0, 0.1))
    assert (np.diff(found[NAMES].to_numpy(), axis=1) >= 0).all()
    assert found["q10"].min() == 0
    assert found["floored"].eq(found[NAMES].eq(0).sum(axis=1)).all()
    assert found["q50"].equals(rows["q50"])
    pd.testing.assert_frame_equal(calibrated(rows, NONE)[NAMES], rows[NAMES])


def test_intervals_without_width_are_left_as_they_are():
    flat = judged(0, 1)
    assert factors(flat) == NONE
    assert len(LEVELS) == 2 * len(PAIRS) + 1
