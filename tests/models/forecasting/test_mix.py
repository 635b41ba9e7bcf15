import io
from dataclasses import dataclass, replace

import numpy as np
import pytest

from models.forecasting.blend import Blend
from models.forecasting.calibration import stretched, stretches
from models.forecasting.candidates import Settled, TooLittleHistoryError
from models.forecasting.members import Member
from models.forecasting.mix import Mix
from models.forecasting.origins import past_origins
from models.forecasting.panel import Forecast
from models.forecasting.quantiles import LEVELS
from models.forecasting.seasonal_naive import SeasonalNaive
from models.forecasting.weights import learned_weights, scaled_loss


@dataclass(frozen=True)
class Guess:
    """Normal quantiles around a multiple of what will be a hundred."""

    factor: float
    spread: float
    name: str = "Guess"

    def fit(self, panel, *, seed=0, jobs=None):
        from scipy.stats import norm

        quantiles = self.factor * 100 + self.spread * norm.ppf(LEVELS) + np.zeros((len(panel), panel.horizon, 1))
        return Settled(quantiles, quantiles.mean(axis=2), ("",) * len(panel))

    def restore(self, state):
        return Settled.restore(state)


@dataclass(frozen=True)
class Broken(Guess):
    error: type[Exception] = OSError

    def fit(self, panel, *, seed=0, jobs=None):
        raise self.error("libgomp.so.1 is not there")


@pytest.fixture(scope="module")
def noise(panel_of):
    """Forty series of a hundred, give or take ten."""
    return panel_of(np.random.default_rng(0).normal(100, 10, (40, 150)))


def mix(*candidates, weights=None):
    shares = weights or [1 / len(candidates)] * len(candidates)
    return Mix(tuple(Member(each, share) for each, share in zip(candidates, shares, strict=True)))


def test_origins_hold_nothing_of_what_came_after_and_all_that_then_happened(noise):
    origins = past_origins(noise, seed=0)
    assert [past.panel.length for past in origins] == [136]
    past = origins[0]
    assert np.array_equal(past.panel.values, noise.values[:, :136])
    assert np.array_equal(past.actual, noise.values[:, 136:])
    differences = [abs(noise.values[2, day] - noise.values[2, day - 7]) for day in range(7, 136)]
    assert past.unit[2] == pytest.approx(np.mean(differences))


def test_what_happens_after_the_last_origin_changes_nothing_learned_there(noise):
    later = replace(noise, values=np.where(np.arange(150) < 136, noise.values, 1e9))
    honest, spoilt = past_origins(noise, 0)[0], past_origins(later, 0)[0]
    assert np.array_equal(honest.panel.values, spoilt.panel.values)
    assert np.array_equal(honest.unit, spoilt.unit)


def test_the_better_member_weighs_more_and_the_prior_is_not_forgotten(panel_of):
    long = panel_of(np.random.default_rng(0).normal(100, 10, (40, 400)))
    fitted = mix(Guess(1.0, 10), Guess(2.0, 10)).fit(long, jobs=1)
    assert fitted.weights.sum() == pytest.approx(1)
    assert 0.6 < fitted.weights[0] < 1


def test_weights_are_never_worse_than_the_prior_at_the_origins(noise):
    origins = past_origins(noise, seed=0)
    members = (Guess(0.8, 20), Guess(1.1, 5), Guess(1.0, 40))
    blends = [Blend.of(past.panel, [each.fit(past.panel).predict(past.panel) for each in members]) for past in origins]
    prior = np.array([0.4, 0.4, 0.2])
    weights = learned_weights(origins, blends, prior, noise.length)
    losses = [scaled_loss(origins[0], blends[0].quantiles(each)) for each in (weights, prior)]
    assert losses[0] < losses[1]


def test_less_is_learned_from_an_origin_with_little_of_the_history_there_is_now(noise):
    origins = past_origins(noise, seed=0)
    members = (Guess(1.0, 10), Guess(2.0, 10))
    blends = [Blend.of(past.panel, [each.fit(past.panel).predict(past.panel) for each in members]) for past in origins]
    moved = [learned_weights(origins, blends, np.array([0.5, 0.5]), length)[0] - 0.5 for length in (150, 300)]
    assert moved[0] == pytest.approx(4 * moved[1])


@pytest.mark.parametrize("spread", [4.0, 25.0])
def test_intervals_that_were_too_narrow_or_too_wide_are_corrected(noise, spread):
    found = mix(Guess(1.0, spread)).fit(noise, jobs=1).predict(noise)
    ahead = np.random.default_rng(9).normal(100, 10, (40, 14))
    inside = (ahead > found.quantiles[..., 0]) & (ahead < found.quantiles[..., 8])
    raw = (np.abs(ahead - 100) < spread * 1.2816).mean()
    assert abs(inside.mean() - 0.8) < abs(raw - 0.8) / 1.9


def test_the_factor_is_the_nominal_quantile_of_the_scores_shrunk(noise):
    quantiles = np.tile(np.linspace(-4, 4, 9), (100, 6, 1))
    actual = np.random.default_rng(0).uniform(-8, 8, (100, 6))
    factors = stretches(quantiles, actual)
    assert factors.shape == (6, 9)
    assert np.array_equal(factors[:, 4], np.ones(6))
    assert np.array_equal(factors[:, 0], factors[:, 8])
    raw = np.quantile(np.abs(actual) / 4, 0.8)
    np.testing.assert_allclose(factors[:, 0].mean(), raw ** (0.8 * 600 / 630), rtol=0.05)
    wide = stretched(quantiles, factors)
    assert (np.diff(wide, axis=2) >= 0).all()
    assert np.array_equal(wide[..., 4], quantiles[..., 4])


def test_a_member_that_breaks_is_left_out_with_a_note_and_one_with_too_little_history_without(noise):
    found = mix(Guess(1.0, 10), Broken(1, 1, "Trees")).fit(noise, jobs=1).predict(noise)
    assert set(found.notes) == {"without Trees: libgomp.so.1 is not there"}
    quiet = mix(Guess(1.0, 10), Broken(1, 1, "Trees", TooLittleHistoryError)).fit(noise, jobs=1).predict(noise)
    assert set(quiet.notes) == {""}
    assert np.array_equal(found.quantiles, quiet.quantiles)


def test_where_all_break_the_first_says_why(noise):
    with pytest.raises(OSError, match="libgomp"):
        mix(Broken(1, 1)).fit(noise, jobs=1)


def test_a_stored_mix_forecasts_the_same(noise):
    model = mix(Guess(1.1, 10), Broken(1, 1), SeasonalNaive())
    fitted = model.fit(noise, jobs=1)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **fitted.state())
    file.seek(0)
    restored = model.restore(dict(np.load(file, allow_pickle=False))).predict(noise)
    expected = fitted.predict(noise)
    assert np.array_equal(restored.quantiles, expected.quantiles)
    assert restored.notes == expected.notes


def test_quantiles_that_are_no_numbers_take_the_other_members(noise):
    good = Guess(1.0, 10).fit(noise).predict(noise)
    bad = Forecast.of(np.full_like(good.quantiles, np.nan), good.mean)
    np.testing.assert_allclose(Blend.of(noise, [good, bad]).quantiles(np.array([0.5, 0.5])), good.quantiles)
