import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from models.forecasting.quantiles import LEVELS, NAMES
from models.forecasting.widths import UNKNOWN, Width, level_factors, widened

FOUR = (1.8, 1.6, 1.4, 1.2)


def published(levels: dict[str, float], days: int = 400) -> pd.DataFrame:
    """Normal noise of a spread of its own on each level, forecast as standard normal."""
    draws = np.random.default_rng(0).normal(size=(len(levels), days)) * np.array(list(levels.values()))[:, None]
    quantiles = pd.DataFrame(np.tile(norm.ppf(LEVELS), (draws.size, 1)), columns=NAMES)
    cutoffs = np.tile(np.arange(days) % 20, len(levels))
    return quantiles.assign(level=np.repeat(list(levels), days), cutoff=cutoffs, actual=draws.ravel())


def test_nothing_is_stretched_where_nothing_was_learned():
    np.testing.assert_array_equal(UNKNOWN.over(9, ["total", "country"]), np.ones((2, 9)))


def test_pairs_of_quantiles_have_a_factor_each_and_the_median_none():
    width = Width({"total": FOUR}, {}, 30)
    np.testing.assert_allclose(width.over(1, ["country", "total"]), [[1.0] * 9, [*FOUR, 1.0, *reversed(FOUR)]])


def test_squares_of_factors_grow_with_the_days_of_a_sum_up_to_a_month():
    width = Width({"total": (1.0,) * 4}, {"total": (2.0,) * 4}, 31)
    found = [width.over(days, ["total"])[0, 0] ** 2 for days in (1, 11, 21, 31, 60)]
    np.testing.assert_allclose(found, [1, 2, 3, 4, 4])


def test_a_shock_that_lasts_is_what_the_rule_is_right_for():
    """Paths of noise alone, where in truth a part of the variance lasts: the sum of n days is that much wider."""
    lasting, noise = 0.04, 1.0
    day = np.sqrt((noise + lasting) / noise)
    month = np.sqrt((30 * noise + 30**2 * lasting) / (30 * noise))
    width = Width({"total": (day,) * 4}, {"total": (month,) * 4}, 30)
    for days in (2, 7, 20):
        spread = np.sqrt(days * noise) * width.over(days, ["total"])[0, 0]
        assert spread == pytest.approx(np.sqrt(days * noise + days**2 * lasting))


def test_what_missed_since_widens_days_and_months_of_its_level():
    judged = published({"total": 2.0, "country": 1.0})
    before = Width({"total": FOUR}, {"total": FOUR, "country": FOUR}, 30)
    after, more = widened(before, judged), level_factors(judged)
    assert more["total"] == pytest.approx((2.0,) * 4, rel=0.2)
    assert more["country"] == pytest.approx((1.0,) * 4, rel=0.2)
    for level in ("total", "country"):
        for old, new in ((before.day, after.day), (before.month, after.month)):
            wanted = np.array(old.get(level, (1.0,) * 4)) * more[level]
            np.testing.assert_allclose(new[level], wanted)
    assert after.days == 30
