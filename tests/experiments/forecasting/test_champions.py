"""Challengers and champions, played through on MLflow's real store."""

import subprocess
import sys
from dataclasses import replace

import mlflow
import numpy as np
import pandas as pd
import pytest

from etl.errors import InputError, UsageError
from etl.schemas.results import GLD_CHAMPION_DECISIONS, GLD_FORECAST_ACCURACY
from experiments.forecasting.jobs import backtest, forecast, promote, train
from experiments.forecasting.registry import CHALLENGER, CHAMPION, by_alias, tag
from experiments.tracking import connected, own_store
from models.forecasting.quantiles import NAMES
from tests.experiments.forecasting.candidates import Counted
from tests.experiments.forecasting.conftest import OWN, PROMOTIONS, SETTINGS, cells, promotion

AMOUNTS = ["lines", "quantity", "net_revenue"]


@pytest.fixture(scope="module")
def shop(make_shop):
    made = make_shop()
    made.fill(days=120)
    return made


@pytest.fixture(scope="module")
def story(shop, settings):
    """What each decision was, in order: trained, replaced, defended, forced."""
    lakehouse = shop.lakehouse
    told = {"first": train(lakehouse, settings("SeasonalNaive"))["orders"][1]}
    told["same"] = promote(lakehouse, settings())["orders"]
    train(lakehouse, settings("WeekdayMean"))
    told["better"] = promote(lakehouse, settings())["orders"]
    train(lakehouse, settings("Doubled"))
    told["worse"] = promote(lakehouse, settings())["orders"]
    told["forced"] = promote(lakehouse, settings(), force=True)["orders"]
    return told


def test_the_first_model_is_champion_a_better_one_replaces_it_and_a_worse_one_does_not(story):
    assert (story["first"].name, story["first"].challenger.training.algorithm) == ("first", "SeasonalNaive")
    assert story["same"] is None
    assert story["better"].name == "promoted"
    assert story["better"].champion.training.algorithm == "SeasonalNaive"
    assert story["better"].decision.evidence.gain > 0.1
    assert story["worse"].name == "kept"
    assert "adds " in story["worse"].decision.reason
    assert story["forced"].name == "forced"
    assert "forced, although it adds " in story["forced"].decision.reason


def test_every_decision_is_a_row_with_its_evidence(shop, story):
    rows = shop.rows(GLD_CHAMPION_DECISIONS).set_index("decision")
    assert sorted(rows.index) == ["first", "forced", "kept", "promoted"]
    assert rows.loc["promoted", ["champion_version", "challenger_version"]].tolist() == ["1", "2"]
    assert rows.loc["promoted", "challenger_loss"] < rows.loc["promoted", "champion_loss"]
    assert rows.loc["promoted", "p_value"] < 0.05 < rows.loc["kept", "p_value"]
    assert rows["as_of"].eq(pd.Timestamp("2025-04-30")).all()
    assert pd.isna(rows.loc["first", "champion"])


def test_the_aliases_and_tags_tell_the_same(shop, story):
    with connected(shop.lakehouse.warehouse):
        champion, challenger = (by_alias("orders", alias) for alias in (CHAMPION, CHALLENGER))
        tags = mlflow.MlflowClient().get_model_version("assay-orders", "2").tags
    assert champion.number == challenger.number == "3"
    assert tags["decision.decision"] == "promoted"
    assert tags["decision.reason"] == story["better"].decision.reason
    assert tags["algorithm"].endswith("WeekdayMean")


def test_a_champion_reloads_in_a_fresh_process(shop, story):
    code = (
        "import mlflow, pandas as pd, sys\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.pyfunc.load_model('models:/assay-orders@champion')\n"
        "rows = model.predict(pd.DataFrame({'series': ['total', 'country=UK'], 'horizon': [3, 2]}))\n"
        "print(rows.to_json(orient='records', double_precision=15))\n"
    )
    store = own_store(shop.lakehouse.warehouse)
    answer = subprocess.run([sys.executable, "-c", code, store], capture_output=True, text=True, check=True)
    rows = pd.read_json(answer.stdout.splitlines()[-1])
    with connected(shop.lakehouse.warehouse):
        here = by_alias("orders", CHAMPION).load().forecast()[0]
    total = here[here["series"] == "total"].head(3)
    assert rows["series"].tolist() == ["total"] * 3 + ["country=UK"] * 2
    np.testing.assert_allclose(rows.loc[:2, ["mean", *NAMES]], total[["mean", *NAMES]], rtol=1e-12)


def test_the_stored_model_is_code_and_arrays_with_pinned_requirements(shop, story):
    artifacts = shop.lakehouse.warehouse / "mlartifacts"
    names = {path.name for path in artifacts.rglob("*") if path.is_file()}
    assert {"model.py", "forecaster.npz", "requirements.txt"} <= names
    assert not [name for name in names if name.endswith(".pkl")]
    requirements = next(artifacts.rglob("requirements.txt")).read_text().split()
    assert all("==" in line for line in requirements)


def test_a_model_trained_by_another_version_says_so(shop, story):
    with connected(shop.lakehouse.warehouse):
        trained = by_alias("orders", CHAMPION).training
    assert trained.warning == ""
    assert "trained by assay-workbench 0.0.1" in type(trained)(**(vars(trained) | {"package_version": "0.0.1"})).warning


def test_a_champion_that_another_version_stored_is_named_until_training_makes_one_in_its_place(make_shop, settings):
    shop = make_shop()
    shop.fill(days=119)
    forecast(shop.lakehouse, settings("SeasonalNaive"))
    shop.fill(days=120)
    with connected(shop.lakehouse.warehouse):
        tag(by_alias("orders", CHAMPION), {"format": "1"})
    with pytest.raises(InputError, match=r"Version 1 of the model assay-orders .* does not read: assay train makes"):
        forecast(shop.lakehouse, settings())
    version, decided = train(shop.lakehouse, settings("SeasonalNaive"))["orders"]
    assert (decided.name, decided.champion.number, version.number) == ("promoted", "1", "2")
    assert shop.rows(GLD_CHAMPION_DECISIONS)["reason"].str.startswith("can be read").any()
    assert set(forecast(shop.lakehouse, settings())["model_version"]) == {"2"}


def test_a_backtest_publishes_every_candidate_on_every_series_and_range(shop, settings):
    board = backtest(shop.lakehouse, settings("SeasonalNaive", "WeekdayMean"))
    rows = shop.rows(GLD_FORECAST_ACCURACY).query("kind == 'backtest'")
    models = {"SeasonalNaive", board.evaluations["orders"].algorithm, board.evaluations["orders"].model}
    assert set(rows["model"]) == models
    assert len(rows) == board.rows == 3 * 14 * 2  # models, series, ranges
    assert board.scores["model"].iloc[-1] == "SeasonalNaive"
    assert set(rows["cutoffs"]) == {len(board.cutoffs)} == {3}
    assert (rows["bias"].abs() < 0.5).all()


def test_a_backtest_is_one_run_with_a_child_for_each_model_and_what_it_read(shop, settings):
    board = backtest(shop.lakehouse, settings("SeasonalNaive", measures=("units",), by=("category",)))
    with connected(shop.lakehouse.warehouse):
        found = mlflow.search_runs(
            experiment_names=["assay"], filter_string=f"tags.mlflow.parentRunId = '{board.run_id}'"
        )
        parent = mlflow.get_run(board.run_id)
        page = mlflow.artifacts.load_text(f"{parent.info.artifact_uri}/backtest.html")
    assert sorted(found["tags.mlflow.runName"]) == ["units SeasonalNaive", "units SeasonalNaive coherent"]
    assert {"metrics.sql", "metrics.sql_1_7", "metrics.sql_8_14", "metrics.sql_category"} <= set(found)
    assert {entry.dataset.name for entry in parent.inputs.dataset_inputs} == {
        "gold.gld_daily_orders",
        "gold.gld_daily_cells",
        "gold.gld_calendar",
        "gold.gld_dim_products",
        "silver.slv_promotions",
    }
    assert all(f'id="units-{name}"' in page for name in ("leaderboard", "forecast", "reliability"))
    levels = {series.partition("=")[0] for series in board.evaluations["units"].judged["series"]}
    assert levels == {"total", "category"}


def test_what_cannot_be_asked_is_said_before_anything_runs(shop, settings):
    with pytest.raises(UsageError, match=r"by shelf: choose from .*own dimensions are explained, not forecast"):
        backtest(shop.lakehouse, settings("SeasonalNaive", by=("shelf",)))
    with pytest.raises(UsageError, match="orders cannot be told apart by category: choose from country, region, ch"):
        backtest(shop.lakehouse, settings("SeasonalNaive", by=("category",)))
    with pytest.raises(UsageError, match="There is no candidate 'Magic'"):
        backtest(shop.lakehouse, replace(settings(), candidates=("Magic",)))
    with pytest.raises(InputError, match="There is no model of units yet: assay train makes one"):
        promote(shop.lakehouse, settings(measures=("units",)))


def test_a_champion_trained_today_is_fitted_again_only_to_newer_data_or_from_another_seed(make_shop, settings):
    shop = make_shop()
    shop.fill(days=120)
    train(shop.lakehouse, settings("Counted"))
    Counted.fits.clear()
    first = forecast(shop.lakehouse, settings())
    assert Counted.fits == []
    forecast(shop.lakehouse, settings(seed=1))
    assert Counted.fits == [pd.Timestamp("2025-04-30")]
    shop.fill(days=121)
    second = forecast(shop.lakehouse, settings())
    assert Counted.fits[-1] == pd.Timestamp("2025-05-01")
    assert (first["date"].min(), second["date"].min()) == (pd.Timestamp("2025-05-01"), pd.Timestamp("2025-05-02"))


def test_training_leaves_a_picture_of_what_each_component_adds(make_shop):
    shop = make_shop()
    shop.fill(days=120)
    asked = replace(SETTINGS, candidates=("PanelRegression",))
    train(shop.lakehouse, asked)
    with connected(shop.lakehouse.warehouse):
        run = mlflow.get_run(mlflow.MlflowClient().get_model_version("assay-orders", "1").run_id)
        picture = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/components/orders.html")
    assert all(name in picture for name in ("level", "weekday", "promotion"))


def test_nothing_of_the_future_is_seen_by_a_backtest(make_shop, settings):
    """Sales after the origin are tripled, under a promotion that is announced only then: no forecast may know of it.

    The same promotion, announced before the origin, does move the forecasts.
    """

    def forecasts(promotions, times):
        shop = make_shop()
        sales = cells(days=120)
        after = sales["date"] > origin
        amounts = ["lines", "quantity", "net_revenue"]
        shop.fill(
            120, sales.assign(**{name: sales[name].where(~after, times * sales[name]) for name in amounts}), promotions
        )
        asked = replace(settings(origins=1), candidates=("PanelRegression", f"{OWN}Promoted"))
        judged = backtest(shop.lakehouse, asked).evaluations["orders"].judged
        assert judged["cutoff"].eq(origin).all()
        return judged

    origin = pd.Timestamp("2025-04-16")
    plain = forecasts(PROMOTIONS, 1)
    planted = forecasts((*PROMOTIONS, promotion("2025-04-20", "2025-04-25", announced="2025-04-17")), 3)
    announced = forecasts((*PROMOTIONS, promotion("2025-04-20", "2025-04-25", announced="2025-04-16")), 3)
    values = ["mean", *NAMES]
    assert (planted["actual"] == 3 * plain["actual"]).all()
    pd.testing.assert_frame_equal(planted[values], plain[values])
    promoted = plain["date"].between("2025-04-20", "2025-04-25")
    lift = announced["mean"] / plain["mean"]
    assert lift[promoted & (plain["model"] == f"{OWN}Promoted")].mean() == pytest.approx(1.5)
