import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.forecasting.paths import KNOTS, dependence, independent, normal_scores, sample_paths


def drawn_from(dependence, days: int, count: int, generator) -> np.ndarray:
    return np.concatenate([scores for _, scores in dependence.draw(days, count, generator)])


LEVELS = np.arange(1, 10) / 10
QUANTILES = np.sort(np.random.default_rng(0).normal(100, 20, (3, 5, 9)), axis=-1)
MEAN = QUANTILES.mean(axis=-1)


def test_a_quantile_s_score_is_its_own_and_back():
    scores = normal_scores(QUANTILES, QUANTILES[..., 6])
    np.testing.assert_allclose(scores, KNOTS[6])
    np.testing.assert_allclose(sample_paths(QUANTILES, MEAN, scores[..., None])[..., 0], QUANTILES[..., 6])


@given(arrays(float, (3, 5, 2), elements=st.floats(-3.9, 1.28)))
@settings(max_examples=30, deadline=None)
def test_scores_and_values_are_each_other_s_inverse_and_never_change_order(scores):
    values = sample_paths(QUANTILES, MEAN, scores)
    for each in range(2):
        np.testing.assert_allclose(normal_scores(QUANTILES, values[..., each]), scores[..., each], atol=1e-6)
    ordered = np.sign(scores[..., 1] - scores[..., 0]) * (values[..., 1] - values[..., 0])
    assert (ordered >= -1e-9).all()


def test_values_are_interpolated_as_one_series_at_a_time_would_be():
    scores = np.random.default_rng(1).uniform(KNOTS[0], KNOTS[-1], (3, 5, 4))
    found = sample_paths(QUANTILES, MEAN, scores)
    for series, day, draw in np.ndindex(scores.shape):
        own = np.interp(scores[series, day, draw], KNOTS, QUANTILES[series, day])
        assert found[series, day, draw] == pytest.approx(own)


def test_paths_have_the_quantiles_they_were_drawn_from():
    scores = drawn_from(independent(3), 5, 20_000, np.random.default_rng(0))
    drawn = np.quantile(sample_paths(QUANTILES, MEAN, scores), LEVELS, axis=-1)
    np.testing.assert_allclose(np.moveaxis(drawn, 0, -1), QUANTILES, atol=2)


def test_series_that_erred_together_are_drawn_together_and_errors_last():
    generator = np.random.default_rng(0)
    common = generator.normal(size=(6, 1, 60))
    for day in range(1, 60):
        common[..., day] = 0.7 * common[..., day - 1] + np.sqrt(1 - 0.7**2) * common[..., day]
    past = np.concatenate([common, common, -common, generator.normal(size=(6, 1, 60))], axis=1)
    found = dependence(past)
    drawn = drawn_from(found, 40, 4000, generator)
    together = np.corrcoef(drawn[:, 20])
    assert together[0, 1] > 0.9
    assert together[0, 2] < -0.9
    assert abs(together[0, 3]) < 0.2
    np.testing.assert_allclose(drawn.std(axis=(1, 2)), 1, atol=0.05)
    assert np.corrcoef(drawn[0, 19], drawn[0, 20])[0, 1] == pytest.approx(found.persistence, abs=0.05)
    assert 0.4 < found.persistence < 0.8  # three of the four series keep their errors


def test_unrelated_series_are_drawn_almost_apart():
    found = dependence(np.random.default_rng(0).normal(size=(2, 40, 20)))
    assert found.shrinkage > 0.8
    assert found.persistence < 0.1


def test_series_without_a_past_vary_on_their_own():
    past = np.random.default_rng(0).normal(size=(3, 3, 20))
    past[:, 2] = 0
    drawn = drawn_from(dependence(past), 5, 5000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.std(axis=(1, 2)), 1, atol=0.05)


def test_quantiles_without_width_give_one_value():
    flat = np.full((1, 1, 9), 7.0)
    assert set(sample_paths(flat, flat[..., 0], np.array([[[-3.0, 0.0, 3.0]]])).ravel()) == {7.0}
    assert np.isfinite(normal_scores(flat, np.array([[9.0]]))).all()


def test_too_few_steps_tell_nothing():
    assert dependence(np.ones((1, 4, 2))).scores.shape == (4, 0)


@pytest.mark.parametrize("quantiles", [np.zeros(9), np.arange(9.0), np.array([0, 0, 0, 0, 0, 0, 1, 1, 3.0])])
@pytest.mark.parametrize("above", [0.3, 2.0])
def test_paths_have_the_mean_that_was_forecast_above_what_the_quantiles_tell(quantiles, above):
    mean = np.array([[quantiles.mean() + above]])
    drawn = sample_paths(quantiles[None, None], mean, drawn_from(independent(1), 1, 200_000, np.random.default_rng(0)))
    assert drawn.mean() == pytest.approx(mean.item(), rel=0.03)
    np.testing.assert_allclose(np.quantile(drawn, LEVELS), quantiles, atol=0.05)


def test_a_mean_below_what_the_quantiles_tell_changes_no_quantile():
    scores = drawn_from(independent(1), 1, 50_000, np.random.default_rng(0))
    drawn = sample_paths(np.arange(9.0)[None, None], np.zeros((1, 1)), scores)
    np.testing.assert_allclose(np.quantile(drawn, LEVELS), np.arange(9.0), atol=0.1)
