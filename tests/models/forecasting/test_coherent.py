import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from features.hierarchy import Hierarchy, Observed, crossings, hierarchy
from models.forecasting.coherent import adapted, coherent, learn, stretched, untaught
from models.forecasting.forecaster import Forecaster, fit, renewed
from models.forecasting.hierarchical_bayes.regression import PanelRegression
from models.forecasting.months import by_month, judged_sums
from models.forecasting.quantiles import LEVELS, NAMES
from models.forecasting.seasonal_naive import SeasonalNaive
from models.forecasting.widths import Width

CELLS = pd.DataFrame({"country": ["India", "India", "UK"], "channel": ["Mobile", "Website", "Mobile"]})
TREE = hierarchy(CELLS, crossings(["country", "channel"]))
SERIES = TREE.nodes["series"].tolist()
DAYS = 30


def actuals(shared: float, origins: int = 6):
    """Daily values of the bottom series around 100, whose errors have a part in common; summed up."""
    generator = np.random.default_rng(0)
    common = generator.normal(size=(origins, 1, DAYS))
    own = generator.normal(size=(origins, 3, DAYS))
    bottom = 100 + 10 * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    return np.stack([TREE.sums(each) for each in bottom])


def judged(actual, spread_of_total: float = 1.0) -> pd.DataFrame:
    """Forecasts that know the distribution of every series."""
    mean = TREE.sums(np.full(3, 100.0))
    spread = actual.std(axis=(0, 2)) * np.where(np.arange(len(SERIES)) == 0, spread_of_total, 1.0)
    places = np.indices(actual.shape).reshape(3, -1)
    rows = pd.DataFrame({"cutoff": places[0], "place": places[1], "horizon": places[2] + 1, "actual": actual.ravel()})
    center = mean[rows["place"]]
    quantiles = center[:, None] + spread[rows["place"]][:, None] * norm.ppf(LEVELS)
    nodes = TREE.nodes.iloc[rows["place"]].reset_index(drop=True)
    about = {"mean": center, "floor": 0.0, "floored": 0, "note": None, "scale": 10.0}
    frame = rows.join(nodes[["series", "level"]]).join(pd.DataFrame(quantiles, columns=NAMES))
    return frame.assign(**about).drop(columns="place")


def wider(level: str, day: float, month: float = 1.0, days: int = 30) -> Width:
    return Width({level: (day,) * 4}, {level: (month,) * 4}, days)


def newest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["cutoff"] == rows["cutoff"].max()].drop(columns="actual")


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_the_total_s_intervals_are_as_wide_as_its_parts_err_together(shared):
    actual = actuals(shared)
    rows = judged(actual)
    found = coherent(TREE, learn(TREE, rows), newest(rows), seed=0, paths=2000)
    width = found.quantiles[0, :, -1] - found.quantiles[0, :, 0]
    wanted = 2 * norm.ppf(0.9) * actual[:, 0].std()
    assert width.mean() == pytest.approx(wanted, rel=0.12)


def test_means_and_every_path_add_up():
    rows = judged(actuals(0.5))
    torn = newest(rows).assign(mean=lambda each: each["mean"] + np.random.default_rng(0).normal(0, 9, len(each)))
    found = coherent(TREE, learn(TREE, rows), torn, seed=0)
    np.testing.assert_allclose(found.mean, TREE.sums(found.mean[TREE.bottom]))
    np.testing.assert_allclose(found.paths.mean(axis=-1), found.mean[TREE.bottom])
    quantiles = np.quantile(TREE.sums(found.paths), LEVELS, axis=-1)
    np.testing.assert_allclose(np.moveaxis(quantiles, 0, -1), found.quantiles)


def test_intervals_are_stretched_on_the_level_that_missed():
    rows = judged(actuals(0.5), spread_of_total=0.25)
    taught = learn(TREE, rows)
    assert min(taught.stretch["total"]) > 2 > max(taught.stretch["country/channel"])
    wide = stretched(rows, taught.stretch)
    inside = wide["actual"].between(wide["q10"], wide["q90"]).groupby(wide["level"]).mean()
    assert inside["total"] > 0.65 > 0.35 > rows.query("level == 'total'").eval("q10 <= actual <= q90").mean()
    assert wide.index.equals(rows.index)


def test_what_adds_up_is_widened_on_its_level_and_paths_still_add_up():
    rows = judged(actuals(0.5))
    taught, ahead = learn(TREE, rows), newest(rows)
    narrow = coherent(TREE, taught, ahead, seed=0)
    wide = coherent(TREE, replace(taught, width=wider("total", 2.0)), ahead, seed=0)
    np.testing.assert_array_equal(wide.paths, narrow.paths)
    away = [found.quantiles - found.quantiles[..., 4:5] for found in (wide, narrow)]
    np.testing.assert_allclose(away[0][0], 2 * away[1][0])
    np.testing.assert_allclose(away[0][1:], away[1][1:])
    floored = coherent(TREE, replace(taught, width=wider("total", 99.0)), ahead, seed=0)
    assert floored.quantiles.min() == 0


def test_the_same_seed_gives_the_same_paths_and_another_one_does_not():
    rows = judged(actuals(0.5))
    taught, ahead = learn(TREE, rows), newest(rows)
    one, two, three = (coherent(TREE, taught, ahead, seed=seed).paths for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, three)


def test_nothing_falls_below_its_floor():
    rows = judged(actuals(0.5))
    ahead = newest(rows).assign(**{name: lambda each, name=name: each[name] - 100 for name in ("mean", *NAMES)})
    found = coherent(TREE, untaught(TREE), ahead, seed=0)
    assert found.paths.min() >= 0
    assert found.mean.min() >= 0
    free = coherent(TREE, untaught(TREE), ahead.assign(floor=-np.inf), seed=0)
    assert free.paths.min() < 0
    assert free.raised == (0, 0.0)


def test_a_series_that_has_not_begun_sells_nothing():
    rows = judged(actuals(0.5))
    without = rows[(rows["series"] != SERIES[-1]) | (rows["cutoff"] > 2)]
    taught = learn(TREE, without)
    late = newest(rows)[lambda each: each["series"] != SERIES[-1]]
    found = coherent(TREE, untaught(TREE), late, seed=0)
    assert found.mean[-1].tolist() == [0.0] * DAYS
    assert np.isfinite(taught.reconciliation.weights).all()
    assert len(found.fill(late)) == len(late)


def test_what_was_taught_is_carried_over_to_another_hierarchy():
    wider = hierarchy(pd.concat([CELLS, pd.DataFrame({"country": ["US"], "channel": ["App"]})]), crossings(list(CELLS)))
    taught = learn(TREE, judged(actuals(0.8)))
    same, nothing = adapted(taught, TREE, TREE)
    assert (same, nothing) == (taught, "")
    carried, note = adapted(taught, TREE, wider)
    assert note == "3 series are new and 0 gone since the champion was trained: assay train learns them"
    scores = dict(zip(wider.nodes["series"], carried.dependence.scores, strict=True))
    np.testing.assert_array_equal(scores["country=India"], taught.dependence.scores[SERIES.index("country=India")])
    assert not scores["country=US"].any()


def test_months_add_up_paths_and_what_is_known():
    rows = judged(actuals(0.5))
    found = coherent(TREE, untaught(TREE), newest(rows), seed=0)
    dates = pd.date_range("2025-01-01", "2025-02-20")
    values = TREE.sums(np.full((3, len(dates)), 10.0))
    months = by_month(Observed(TREE, dates, values), found).set_index(["series", "month"])
    february = months.loc[("total", pd.Timestamp("2025-02-01"))]
    assert (february["days_known"], february["days_expected"], february["known"]) == (20, 8, 600.0)
    assert february["mean"] == pytest.approx(600 + found.mean[0, :8].sum())
    paths = 600 + TREE.sums(found.paths)[0, :8].sum(axis=0)
    assert february["q90"] == pytest.approx(np.quantile(paths, 0.9))
    assert months.loc[("total", pd.Timestamp("2025-03-01")), "days_expected"] == 22


def test_sums_over_more_days_are_widened_more_and_means_stay():
    rows = judged(actuals(0.5))
    taught, ahead = learn(TREE, rows), newest(rows)
    narrow = coherent(TREE, taught, ahead, seed=0)
    wide = coherent(TREE, replace(taught, width=wider("total", 1.0, 3.0)), ahead, seed=0)
    np.testing.assert_array_equal(wide.quantiles, narrow.quantiles)
    for days, wanted in ((1, 1.0), (30, 3.0), (15, np.sqrt(1 + 8 * 14 / 29))):
        read, stretched_ = (found.over(slice(days)) for found in (narrow, wide))
        away = [quantiles - quantiles[:, 4:5] for quantiles in (read, stretched_)]
        np.testing.assert_allclose(away[1][0], wanted * away[0][0])
        np.testing.assert_allclose(away[1][1:], away[0][1:])


def test_sums_are_judged_by_the_days_they_are_of():
    rows = judged(actuals(0.5))
    last = rows[rows["cutoff"] == 5]
    found = coherent(TREE, untaught(TREE), last, seed=0)
    begun = last[last["series"] != SERIES[-1]]
    sums = judged_sums(found, begun, 14)
    assert list(sums.columns) == ["series", "level", "actual", *NAMES]
    assert sums.groupby("series").size().to_dict() == dict.fromkeys(SERIES[:-1], 2)
    total = begun[begun["series"] == "total"].set_index("horizon")["actual"]
    assert sums.loc[sums["series"] == "total", "actual"].tolist() == pytest.approx(
        [total[:14].sum(), total[14:28].sum()]
    )
    paths = TREE.sums(found.paths)[0, 14:28].sum(axis=0)
    assert sums.loc[sums["series"] == "total", "q90"].iloc[1] == pytest.approx(np.quantile(paths, 0.9))


@pytest.fixture
def sales(panel_of):
    """Sixty days of the tree's series, as a panel."""
    values = TREE.sums(np.random.default_rng(0).normal(100, 9, (3, 60)))
    order = np.argsort(SERIES)
    panel = panel_of(values[order], horizon=DAYS, static={"region": np.arange(len(SERIES)) % 2})
    return replace(panel, series=tuple(np.array(SERIES)[order]))


TAUGHT = learn(TREE, judged(actuals(0.5)))


def test_a_forecaster_is_the_same_after_it_was_stored(sales):
    taught = replace(TAUGHT, width=Width({"total": (1.5, 1.4, 1.3, 1.2)}, {"total": (2.5, 2.4, 2.3, 2.2)}, 14))
    made = fit(SeasonalNaive(), TREE, sales, taught, seed=3)
    file = io.BytesIO()
    np.savez(file, **made.state())
    file.seek(0)
    again = Forecaster.restore(dict(np.load(file, allow_pickle=False)))
    pd.testing.assert_frame_equal(made.forecast()[0], again.forecast()[0])
    np.testing.assert_array_equal(made.forecast()[1].over(slice(7)), again.forecast()[1].over(slice(7)))
    pd.testing.assert_frame_equal(again.tree.nodes, TREE.nodes, check_dtype=False)
    assert isinstance(again.tree, Hierarchy)


def test_the_mean_alone_is_that_of_the_whole_forecast(sales):
    made = fit(PanelRegression(), TREE, sales, TAUGHT)
    pd.testing.assert_frame_equal(made.means([sales])[0], made.forecast()[0][["series", "date", "mean"]])


def test_what_is_expected_beside_a_forecast_is_as_if_it_was_asked_alone(sales):
    promoted = np.tile(np.arange(len(sales.dates)) % 9 == 4, (len(sales), 1)).astype(float)
    panel, quiet = (
        replace(sales, known={"promotion": promoted * ahead})
        for ahead in (1, np.arange(len(sales.dates)) < sales.length)
    )
    for candidate in (PanelRegression(), SeasonalNaive()):
        made = fit(candidate, TREE, panel, TAUGHT)
        rows, _, beside = made.forecast_beside([quiet])
        pd.testing.assert_frame_equal(rows, made.forecast()[0])
        pd.testing.assert_frame_equal(beside[0], made.means([quiet])[0])


def test_what_was_learned_is_kept_for_other_days_of_the_same_series_only(sales):
    learned = fit(PanelRegression(), TREE, sales.until(55, DAYS), TAUGHT)
    assert renewed(learned, TREE, sales, TAUGHT).fitted is learned.fitted
    moved = replace(sales, static={"region": 1 - sales.static["region"]})
    for other in (sales.take(np.arange(2)), moved):
        anew = renewed(learned, TREE, other, TAUGHT)
        assert anew.fitted is not learned.fitted
        expected = fit(PanelRegression(), TREE, other, TAUGHT).means([other])
        pd.testing.assert_frame_equal(anew.means([other])[0], expected[0])


def test_a_forecast_that_is_settled_once_fitted_is_made_anew(sales):
    yesterday = fit(SeasonalNaive(), TREE, sales.until(59, DAYS), TAUGHT)
    today = renewed(yesterday, TREE, sales, TAUGHT)
    expected = fit(SeasonalNaive(), TREE, sales, TAUGHT).means([sales])
    pd.testing.assert_frame_equal(today.means([sales])[0], expected[0])
