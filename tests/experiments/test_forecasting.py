import subprocess
import sys
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from etl.contracts import Table
from etl.errors import InputError
from etl.schemas.daily import GLD_CALENDAR, GLD_DAILY_ORDERS, GLD_FEATURES_DAILY
from etl.schemas.results import GLD_FORECAST, GLD_FORECAST_ACCURACY
from experiments.forecasting.evaluation import scores, verdict
from experiments.forecasting.jobs import backtest, forecast, train
from experiments.forecasting.registry import champion
from experiments.forecasting.settings import Settings
from experiments.tracking import connected, own_store
from features.panel import panel
from models.forecasting.quantiles import NAMES

VOLATILE = ["run_id", "model_version"]
SETTINGS = Settings(source="atoz", horizon=14, jobs=1)


class TablesInMemory:
    """The Lakehouse's reads and writes on pandas frames."""

    def __init__(self, warehouse: Path, tables: dict[Table, pd.DataFrame]) -> None:
        self.warehouse = warehouse
        self.tables = tables

    def pandas(self, table, columns=None, where=None):
        rows = self.tables[table]
        upto = rows if where is None else rows[rows["date"] <= pd.Timestamp(where.split("'")[1])]
        return upto if columns is None else upto[list(columns)]

    def frame(self, table, rows):
        assert not rows.empty, "an engine cannot make a frame without rows"
        return rows.reindex(columns=table.column_names)

    def write(self, table, rows, *, replace_where):
        assert not rows.duplicated(list(table.key)).any()
        required = [column.name for column in table.columns if column.required]
        assert rows[required].notna().all(axis=None)
        as_of = pd.Timestamp(replace_where.split("'")[1])
        kept = self.tables.get(table, rows.iloc[:0])
        self.tables[table] = pd.concat([kept[kept["as_of"] != as_of], rows], ignore_index=True)
        return len(rows)

    def version(self, table):
        return 7

    def path(self, table):
        return self.warehouse / table.layer / table.name


def gold(days: int) -> dict[Table, pd.DataFrame]:
    dates = pd.date_range("2025-01-01", periods=days)
    index = pd.MultiIndex.from_product([dates, ["India", "UK"], ["Mobile"]], names=["date", "country", "channel"])
    rows = index.to_frame(index=False)
    size = rows["country"].map({"India": 300, "UK": 60}) * (1 + 0.3 * (rows["date"].dt.dayofweek > 4))
    counts = np.random.default_rng(0).poisson(size)
    orders = rows.assign(region="North", orders=counts, net_revenue=counts * 25.0)
    ahead = pd.MultiIndex.from_product([pd.date_range("2025-01-01", periods=days + 14), ["India", "UK"]])
    calendar = ahead.set_names(["date", "country"]).to_frame(index=False)
    calendar = calendar.assign(is_holiday=False, holiday=None, is_festival=False, festival=None, promotions=0)
    calendar["promotion_announced_on"] = pd.NaT
    return {GLD_DAILY_ORDERS: orders, GLD_FEATURES_DAILY: panel(orders), GLD_CALENDAR: calendar}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def lakehouse(tmp_path_factory) -> TablesInMemory:
    return TablesInMemory(tmp_path_factory.mktemp("warehouse"), gold(110))


@pytest.fixture(scope="module")
def leaderboard(lakehouse):
    return backtest(lakehouse, SETTINGS)


@pytest.fixture(scope="module")
def champions(lakehouse, leaderboard):
    return train(lakehouse, SETTINGS, leaderboard)


def test_a_backtest_publishes_accuracy_for_every_model_and_range(lakehouse, leaderboard):
    rows = lakehouse.tables[GLD_FORECAST_ACCURACY]
    assert leaderboard.rows == len(rows) == 2 * 4 * 4 * 2  # measures, models, series, ranges
    assert set(rows["as_of"]) == {leaderboard.as_of} == {pd.Timestamp("2025-04-20")}
    assert set(rows["cutoffs"]) == {len(leaderboard.cutoffs)} == {3}
    assert len(leaderboard.scores) == 8
    assert backtest(lakehouse, SETTINGS).rows == len(lakehouse.tables[GLD_FORECAST_ACCURACY])


def test_a_backtest_is_one_run_with_a_child_for_each_measure_and_model(lakehouse, leaderboard):
    with connected(lakehouse.warehouse):
        children = mlflow.search_runs(
            experiment_names=["assay"], filter_string=f"tags.mlflow.parentRunId = '{leaderboard.run_id}'"
        )
        parent = mlflow.get_run(leaderboard.run_id)
        page = mlflow.artifacts.load_text(f"{parent.info.artifact_uri}/backtest.html")
    assert len(children) == 8
    assert {"metrics.sql", "metrics.sql_1_7", "metrics.sql_8_14", "metrics.coverage_80", "metrics.fallbacks"} <= set(
        children
    )
    assert {entry.dataset.name for entry in parent.inputs.dataset_inputs} == {
        "gold.gld_features_daily",
        "gold.gld_daily_orders",
        "gold.gld_calendar",
    }
    assert "orders-forecast" in page


def test_the_winner_has_the_lowest_mean_sql_over_series(leaderboard):
    raw = leaderboard.scores[~leaderboard.scores["model"].str.endswith("calibrated")]
    for measure, found in leaderboard.verdicts.items():
        table = raw[raw["measure"] == measure]
        assert found.algorithm == table.loc[table["sql"].idxmin(), "model"]
        assert len(found.stretch) == 4


def test_the_champion_reloads_in_a_fresh_process(lakehouse, champions):
    code = (
        "import mlflow, pandas as pd, sys\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.pyfunc.load_model('models:/assay-orders@champion')\n"
        "rows = model.predict(pd.DataFrame({'series': ['total', 'country=UK'], 'horizon': [3, 2]}))\n"
        "print(rows.to_json(orient='records', double_precision=15))\n"
    )
    store = own_store(lakehouse.warehouse)
    answer = subprocess.run([sys.executable, "-c", code, store], capture_output=True, text=True, check=True)
    rows = pd.read_json(answer.stdout.splitlines()[-1])
    with connected(lakehouse.warehouse):
        here = champion("orders").load().predict(pd.DataFrame({"series": ["total", "country=UK"], "horizon": [3, 2]}))
    assert champions["orders"].training.as_of == "2025-04-20"
    np.testing.assert_allclose(rows[["mean", *NAMES]], here[["mean", *NAMES]], rtol=1e-12)


def test_the_stored_model_is_code_and_data_with_pinned_requirements(lakehouse, champions):
    names = {path.name for path in (lakehouse.warehouse / "mlartifacts").rglob("*") if path.is_file()}
    assert {"model.py", "fitted.npz", "requirements.txt"} <= names
    assert not [name for name in names if name.endswith(".pkl")]
    requirements = next((lakehouse.warehouse / "mlartifacts").rglob("requirements.txt")).read_text().split()
    assert all("==" in line for line in requirements)


def test_forecasting_twice_changes_nothing_and_keeps_the_model(lakehouse, champions):
    first = forecast(lakehouse, SETTINGS)
    second = forecast(lakehouse, SETTINGS)
    pd.testing.assert_frame_equal(first.drop(columns="run_id"), second.drop(columns="run_id"), check_exact=True)
    assert set(second["model_version"]) == {champions["orders"].version}
    stored = lakehouse.tables[GLD_FORECAST]
    assert len(stored) == len(first) == 2 * 4 * 14
    assert stored["date"].min() == pd.Timestamp("2025-04-21")


def test_on_other_data_the_champion_s_algorithm_is_refitted_to_end_with_them(lakehouse, champions):
    rows = forecast(lakehouse, Settings(source="atoz", horizon=14, jobs=1, as_of=date(2025, 4, 10)))
    assert rows["date"].min() == pd.Timestamp("2025-04-11")
    assert set(rows.query("measure == 'orders'")["model"]) == {champions["orders"].training.model}
    with connected(lakehouse.warehouse):
        refitted = champion("orders")
    assert int(refitted.version) == int(champions["orders"].version) + 1
    assert refitted.training.as_of == "2025-04-10"
    assert refitted.training.stretch == champions["orders"].training.stretch
    again = forecast(lakehouse, SETTINGS)
    assert set(lakehouse.tables[GLD_FORECAST]["as_of"]) == {pd.Timestamp("2025-04-10"), pd.Timestamp("2025-04-20")}
    assert again["date"].min() == pd.Timestamp("2025-04-21")


def test_forty_days_are_forecast_by_the_benchmark_with_a_note(tmp_path):
    tiny = TablesInMemory(tmp_path, gold(40))
    said = []
    rows = forecast(tiny, Settings(source="atoz", jobs=1, progress=said.append))
    assert len(rows) == 2 * 4 * 61
    assert set(rows["model"]) == {"SeasonalNaive"}
    assert set(rows["note"]) == {"too little data to backtest 61 days ahead: the benchmark is used"}
    assert GLD_FORECAST_ACCURACY not in tiny.tables
    assert "47 days beyond the calendar" in said[-1]


def test_no_days_is_an_input_error_that_says_what_to_do(lakehouse):
    with pytest.raises(InputError, match="no days up to 2020-01-01: land files"):
        forecast(lakehouse, Settings(source="atoz", as_of=date(2020, 1, 1)))


def judged(sql: dict[str, float], scale: float = 1.0) -> pd.DataFrame:
    rows = [
        {"model": model, "series": "a", "cutoff": 0, "actual": 0.0, "scale": scale, **dict.fromkeys(NAMES, miss)}
        for model, miss in sql.items()
    ]
    return pd.DataFrame(rows)


def test_scores_are_sorted_best_first_and_equals_by_name():
    assert scores(judged({"b": 1, "c": 0.5, "a": 1}))["model"].tolist() == ["c", "a", "b"]


def test_where_nothing_can_be_scored_the_benchmark_wins():
    found = verdict(judged({"Prophet": 1}, scale=0.0))
    assert (found.algorithm, found.note[:10]) == ("SeasonalNaive", "no history")
