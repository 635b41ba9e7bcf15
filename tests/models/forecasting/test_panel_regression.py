import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.moving_days import public_holidays
from models.forecasting import forecast_panel
from models.forecasting.hierarchical_bayes.components import components, effects
from models.forecasting.hierarchical_bayes.em import (
    Posterior,
    Prior,
    Sample,
    carried,
    first_posterior,
    first_prior,
    posterior,
    updated,
)
from models.forecasting.hierarchical_bayes.regression import LEVEL, PanelRegression, Problem
from models.forecasting.hierarchical_bayes.squares import Squares

DAYS = np.arange(200 + 14)
PROMOTED = (DAYS % 13 < 3) * 1.0
WEEKDAY = np.array([0, 0, 0, 0.1, 0.3, 0.5, -0.4])


@pytest.fixture(scope="module")
def shops(panel_of):
    """Twelve shops with weekdays, a promotion worth 40% on the logarithm, and a cold day that costs 10% a degree."""
    draws = np.random.default_rng(0)
    cold = draws.normal(0, 1, (12, 214))
    level = draws.uniform(3, 6, (12, 1))
    logs = level + WEEKDAY[DAYS % 7] + 0.4 * PROMOTED - 0.1 * cold + draws.normal(0, 0.05, (12, 214))
    known = {"promotion": np.tile(PROMOTED, (12, 1)), "cold": cold}
    return panel_of(np.exp(logs)[:, :200], known=known, static={"region": np.repeat([0, 1], 6)}), np.exp(logs)[:, 200:]


@pytest.fixture(scope="module")
def fitted(shops):
    return PanelRegression(offset=0.03).fit(shops[0])


def test_what_drives_sales_is_found_and_drawn_on(shops, fitted):
    panel, ahead = shops
    found = fitted.predict(panel)
    np.testing.assert_allclose(found.quantiles[:, :, 4], ahead, rtol=0.25)
    assert np.abs(np.log(found.quantiles[:, :, 4] / ahead)).mean() < 0.06
    inside = (ahead >= found.quantiles[:, :, 0]) & (ahead <= found.quantiles[:, :, 8])
    assert 0.7 < inside.mean() < 0.97


def test_components_add_up_and_their_intervals_hold_the_truth(shops, fitted):
    parts = components(fitted, shops[0], "s003")
    assert {"level", "weekday", "day of the month", "promotion", "cold"} == set(parts["component"])
    total = parts.groupby("ds")["effect"].sum().to_numpy()
    size = shops[0].values[3].mean()
    np.testing.assert_allclose(np.exp(total[200:]), shops[1][3] / size, rtol=0.3)
    promoted = parts[parts["component"] == "promotion"]
    assert promoted.loc[promoted["effect"] != 0, "low"].median() < 0.4 < promoted["high"].max()
    assert (parts["low"] <= parts["effect"]).all()


def test_effects_are_those_of_the_covariates(shops, fitted):
    found = effects(fitted, shops[0], "s000").set_index("column")
    assert found.loc["cold", "effect"] == pytest.approx(-0.1, abs=0.03)
    assert found.loc["cold", "low"] < -0.1 < found.loc["cold", "high"]
    assert found.loc["cold", "usual"] == pytest.approx(-0.1, abs=0.02)


def test_a_stored_prior_forecasts_the_same(shops, fitted):
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **fitted.state())
    file.seek(0)
    restored = PanelRegression(offset=0.03).restore(dict(np.load(file, allow_pickle=False)))
    assert np.array_equal(restored.predict(shops[0]).quantiles, fitted.predict(shops[0]).quantiles)


def test_what_was_learned_a_while_ago_forecasts_as_well_as_what_is_learned_now(shops, fitted):
    panel, ahead = shops
    earlier = PanelRegression(offset=0.03).fit(panel.until(165, 14))
    late, now = (np.abs(np.log(each.predict(panel).quantiles[:, :, 4] / ahead)).mean() for each in (earlier, fitted))
    assert late < 1.1 * now


def test_a_prior_is_carried_to_other_columns_by_what_they_are_of():
    known = Prior(np.array([1.0, 2.0, 3.0]), (np.array([[0.1, 0.2, 0.3]]),), np.array([4.0, 5.0, 6.0]), noise=0.7)
    weak = Prior(np.zeros(3), (np.zeros((1, 3)),), np.full(3, 9.0), noise=0.05)
    found = carried(known, ("level", "step 0", "gone"), weak, ("level", "new", "step 0"))
    assert found.centre.tolist() == [1, 0, 2]
    assert found.variance.tolist() == [4, 9, 5]
    assert found.shifts[0].tolist() == [[0.1, 0, 0.2]]
    assert found.noise == 0.7


def test_steps_of_the_level_are_known_by_how_far_back_they_lie(shops):
    model, panel = PanelRegression(), shops[0]
    today, yesterday = (Problem.of(each, model) for each in (panel, panel.until(199, 14)))
    assert today.keys == yesterday.keys
    assert today.columns.names != yesterday.columns.names
    assert {"step 0", "weekday 3", "promotion"} <= set(today.keys)
    assert len(set(today.keys)) == len(today.columns)


def test_futures_of_one_past_are_forecast_as_each_alone_and_so_are_those_of_two(shops, fitted):
    panel = shops[0]
    promoted = replace(panel, known={**panel.known, "promotion": np.where(DAYS < 200, panel.known["promotion"], 1.0)})
    colder = replace(panel, known={**panel.known, "cold": panel.known["cold"] + np.where(DAYS == 0, 3.0, 0.0)})
    one_past, model = Problem.of(panel, fitted.model), fitted.model
    assert [one_past.has_past_of(Problem.of(each, model)) for each in (promoted, colder)] == [True, False]
    for panels in ([panel, promoted], [panel, promoted, colder]):
        for beside, alone in zip(fitted.predict_each(panels), map(fitted.predict, panels), strict=True):
            np.testing.assert_array_equal(beside.quantiles, alone.quantiles)


def test_a_scenario_moves_the_forecast_by_the_effect(shops, fitted):
    panel = shops[0]
    ahead = np.where(DAYS < 200, panel.known["promotion"], 1.0)
    promoted = replace(panel, known={**panel.known, "promotion": ahead})
    lift = np.log(fitted.predict(promoted).quantiles[..., 4] / fitted.predict(panel).quantiles[..., 4])
    quiet = PROMOTED[200:] == 0
    assert lift[:, quiet].mean() == pytest.approx(0.4, abs=0.1)
    np.testing.assert_allclose(lift[:, ~quiet], 0, atol=1e-6)


def test_a_series_without_values_is_forecast_like_the_others(shops):
    panel = shops[0]
    values = panel.values.copy()
    values[4] = np.nan
    origins = np.where(np.arange(12) == 4, -1, panel.origins)
    unknown = replace(panel, values=values, origins=origins)
    found = PanelRegression(offset=0.03).fit(unknown).predict(unknown)
    usual = np.median(found.quantiles[:, :, 4].mean(axis=1))
    assert usual / 3 < found.quantiles[4, :, 4].mean() < usual * 3
    assert found.notes[4].startswith("no history")
    widths = found.quantiles[..., 8] / found.quantiles[..., 0]
    assert widths[4].mean() > 2 * np.median(widths)


def slow_posterior(sample, prior, noise):
    """Bayes' rule for each series on its own, in double precision."""
    means = []
    for row in range(len(sample.scaled)):
        design = np.concatenate([sample.shared, sample.own[row]], axis=1)[: sample.scaled.shape[1]].astype(float)
        weight = np.diag(sample.observed[row] / noise)
        precision = design.T @ weight @ design + np.diag(1 / prior.variance)
        pull = design.T @ weight @ sample.scaled[row] + prior.centre / prior.variance
        means.append(np.linalg.solve(precision, pull))
    return np.array(means)


@pytest.fixture
def sample():
    draws = np.random.default_rng(3)
    observed = (draws.random((5, 40)) < 0.8).astype(np.float32)
    shared, own = draws.normal(size=(44, 3)), draws.normal(size=(5, 44, 2))
    scaled = (shared[:40] @ [1, 2, 3] + own[:, :40] @ [4, 5] + draws.normal(0, 0.1, (5, 40))) * observed
    scaled, observed, shared, own = (part.astype(np.float32) for part in (scaled, observed, shared, own))
    return Sample(scaled, observed, shared, Squares.of(shared[:40]), own, groups=(), unlike=())


def test_the_posterior_is_that_of_each_series_alone(sample):
    prior = first_prior(["origin", "slope", "step", "own", "own"], ())
    found = posterior(sample, prior, first_posterior(sample, prior))
    np.testing.assert_allclose(found.mean, slow_posterior(sample, prior, 0.05), rtol=1e-3, atol=1e-3)


def test_em_finds_the_means_the_variances_and_the_noise(sample):
    families, separate = ["a", "b", "c", "d", "e"], np.ones(5, dtype=bool)
    prior = first_prior(families, ())
    found = first_posterior(sample, prior)
    for _ in range(30):
        found = posterior(sample, prior, found)
        prior = updated(prior, found, (), families, separate)
    np.testing.assert_allclose(prior.centre, [1, 2, 3, 4, 5], atol=0.03)
    assert prior.variance.max() < 0.01
    assert prior.noise == pytest.approx(0.01, rel=0.5)


def test_of_unlike_columns_each_series_has_its_own_variance(sample):
    """The third series has steps five times as large as those of the others, the fifth column is of no set."""
    steps = np.array([True, True, True, True, False])
    families, separate = np.where(steps, "step", "own"), ~steps
    truth = np.random.default_rng(1).normal(0, np.where(np.arange(5) == 2, 1.0, 0.2)[:, None], (5, 5))
    scaled = (
        truth[:, :3] @ sample.shared[:40].T + (sample.own[:, :40] @ truth[:, 3:, None])[:, :, 0]
    ) * sample.observed
    restless = replace(sample, scaled=scaled.astype(np.float32), unlike=(steps,))
    prior = first_prior(families, ())
    found = first_posterior(restless, prior)
    for _ in range(20):
        found = posterior(restless, prior, found)
        prior = updated(prior, found, (), families, separate)
    assert found.multiple[:, :4].argmax() // 4 == 2
    assert found.multiple[2, 0] > 1.5 * np.delete(found.multiple[:, 0], 2).max()
    assert np.array_equal(found.multiple[:, 4], np.ones(5))


def test_where_levels_are_unlike_a_series_that_wanders_is_forecast_wider_than_one_that_stays(panel_of):
    """Thirty series walk by 2% a day, thirty stay where they are but for noise of 2%."""
    draws = np.random.default_rng(4)
    walks = draws.normal(0, np.repeat([0.02, 0.0], 30)[:, None], (60, 364)).cumsum(axis=1)
    values = np.exp(5 + walks + draws.normal(0, 0.02, walks.shape))
    panel = panel_of(values[:, :350])
    inside, widths = {}, {}
    for unlike in ((), (LEVEL,)):
        quantiles = PanelRegression(unlike=unlike).fit(panel).predict(panel).quantiles
        reached = (quantiles[..., 0] < values[:, 350:]) & (values[:, 350:] < quantiles[..., 8])
        inside[unlike] = reached.reshape(2, -1).mean(axis=1)
        widths[unlike] = np.log(quantiles[..., 8] / quantiles[..., 0]).reshape(2, -1).mean(axis=1)
    assert widths[LEVEL,][0] > 2 * widths[LEVEL,][1]
    assert widths[LEVEL,][1] < 0.75 * widths[()][1]
    assert np.abs(inside[LEVEL,] - 0.8).max() < np.abs(inside[()] - 0.8).max()


def test_group_means_are_shrunk_more_the_less_groups_differ():
    draws = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], 20)
    for gap in (0.0, 3.0):
        mean = draws.normal(0, 0.5, (60, 1)) + gap * codes[:, None]
        found = Posterior(
            mean=mean,
            variance=np.full((60, 1), 0.01),
            noise=np.ones(60),
            weights=np.ones((60, 1), np.float32),
            root=np.zeros((60, 0, 0), np.float32),
            multiple=np.ones((60, 1)),
        )
        prior = updated(first_prior(["a"], (codes,)), found, (codes,), ["a"], np.array([True]))
        raw = [mean[codes == group].mean() - mean.mean() for group in range(3)]
        ratio = np.abs(prior.shifts[0][:, 0]).sum() / np.abs(raw).sum()
        assert ratio < 0.7 if gap == 0 else ratio > 0.95


@pytest.mark.parametrize(
    ("country", "name", "last"), [("GB", "Spring Bank Holiday", "2025-05-11"), ("IN", "Diwali", "2025-10-05")]
)
def test_a_holiday_that_moves_is_forecast_where_the_country_is_known(country, name, last):
    """Sales fall to 40% on a holiday that had two dates before and has a third one ahead."""
    days = pd.date_range(end=last, periods=800)
    holidays = public_holidays(pd.date_range(days[0], periods=828), country)[name].astype("datetime64[ns]")
    draws = np.random.default_rng(0)
    usual = 100 * np.exp(WEEKDAY[days.dayofweek] + draws.normal(0, 0.1, (6, 800)))
    sales = np.where(days.isin(holidays), 0.4 * usual, usual)
    rows = [pd.DataFrame({"unique_id": f"shop{k}", "ds": days, "y": each}) for k, each in enumerate(sales)]
    ahead = {
        known: forecast_panel(
            pd.concat(rows), 28, freq="D", country=known, candidate=PanelRegression(waves=1, knots=0), jobs=1
        )
        for known in (country, None)
    }
    on_the_day = {known: found[found["ds"].isin(holidays)] for known, found in ahead.items()}
    assert len(on_the_day[country]) == 6
    usually = 100 * np.exp(WEEKDAY[on_the_day[country]["ds"].dt.dayofweek])
    assert (on_the_day[country]["q0.5"] / usually).mean() == pytest.approx(0.4, abs=0.1)
    assert (on_the_day[None]["q0.5"] / usually).mean() == pytest.approx(1, abs=0.1)
