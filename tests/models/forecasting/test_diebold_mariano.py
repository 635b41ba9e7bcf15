import math

import numpy as np
import pytest
from scipy import stats

from models.forecasting.diebold_mariano import diebold_mariano, long_run_variance


def slow_long_run_variance(values, lags: int) -> float:
    """Every pair of values within ``lags`` of each other, weighted by how near they are."""
    mean = sum(values) / len(values)
    total = 0.0
    for i, first in enumerate(values):
        for j, second in enumerate(values):
            if abs(i - j) <= lags:
                total += (1 - abs(i - j) / (lags + 1)) * (first - mean) * (second - mean)
    return total / len(values)


@pytest.mark.parametrize(("steps", "lags"), [(5, 0), (20, 3), (50, 49)])
def test_the_variance_is_that_of_a_loop_over_pairs(steps, lags):
    values = np.random.default_rng(steps).normal(size=steps)
    assert long_run_variance(values, lags) == pytest.approx(slow_long_run_variance(values.tolist(), lags))


def test_the_statistic_follows_its_formula():
    values = np.random.default_rng(3).normal(-0.2, 1, 100)
    found = diebold_mariano(values, horizon=14)
    n, h, lags = 100, 14, 13
    corrected = math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    expected = values.mean() / math.sqrt(slow_long_run_variance(values.tolist(), lags) / n) * corrected
    assert found.statistic == pytest.approx(expected)
    assert found.p_value == pytest.approx(stats.t.cdf(expected, 1.5 * n / (lags + 1)))
    assert (found.mean, found.steps) == (pytest.approx(values.mean()), 100)


def moving_average(generator, steps: int, order: int):
    return np.convolve(generator.normal(size=steps + order - 1), np.ones(order), "valid")


def rejected(make, horizon: int, trials: int = 1000) -> float:
    return float(np.mean([diebold_mariano(make(), horizon).p_value < 0.05 for _ in range(trials)]))


@pytest.mark.parametrize(("steps", "horizon", "order"), [(183, 7, 1), (183, 7, 4), (183, 61, 20), (90, 14, 7)])
def test_equal_forecasts_are_told_apart_in_about_one_case_of_twenty(steps, horizon, order):
    generator = np.random.default_rng(0)
    size = rejected(lambda: moving_average(generator, steps, order), horizon)
    assert 0.01 <= size <= 0.085


def test_losses_that_depend_over_the_whole_horizon_do_not_fool_it_much():
    generator = np.random.default_rng(0)
    naive = float(np.mean([stats.ttest_1samp(moving_average(generator, 183, 61), 0).pvalue < 0.1 for _ in range(300)]))
    assert rejected(lambda: moving_average(generator, 183, 61), 61) < 0.12 < 0.5 < naive


def test_a_clear_advantage_is_found():
    generator = np.random.default_rng(0)
    assert rejected(lambda: moving_average(generator, 183, 7) - 1.5, 7, trials=200) > 0.9


def test_one_window_of_a_whole_horizon_proves_nothing():
    values = np.random.default_rng(0).normal(-1, 1, 61)
    assert diebold_mariano(values, horizon=61).p_value > 0.4


@pytest.mark.parametrize(("level", "p_value"), [(-1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_differences_that_never_vary_are_decided_by_their_sign(level, p_value):
    found = diebold_mariano(np.full(30, level), horizon=7)
    assert math.isnan(found.statistic)
    assert found.p_value == p_value
