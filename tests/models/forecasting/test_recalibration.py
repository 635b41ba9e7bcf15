import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from models.forecasting.quantiles import LEVELS, NAMES
from models.forecasting.recalibration import lost_coverage


def published(spread: float, days: int = 56, seed: int = 0) -> pd.DataFrame:
    """Two series of standard normal noise, forecast with a spread of their own."""
    generator = np.random.default_rng(seed)
    dates = np.tile(pd.date_range("2025-01-01", periods=days), 2)
    quantiles = pd.DataFrame(np.tile(spread * norm.ppf(LEVELS), (2 * days, 1)), columns=NAMES)
    levels = np.repeat(["total", "country"], days)
    return quantiles.assign(date=dates, level=levels, actual=generator.normal(size=2 * days))


def test_intervals_that_hold_are_left_alone():
    told = [lost_coverage(published(1.0, seed=seed)) for seed in range(100)]
    assert sum(each is not None for each in told) <= 4


@pytest.mark.parametrize("spread", [0.4, 3.0])
def test_intervals_that_are_too_narrow_or_too_wide_are_told(spread):
    assert "of the last 56 days" in lost_coverage(published(spread))


def test_a_few_days_are_not_judged():
    assert lost_coverage(published(0.1, days=20)) is None
