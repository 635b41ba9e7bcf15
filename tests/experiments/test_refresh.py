import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import mlflow
import pytest

from etl.errors import UsageError
from etl.periods import parse_period
from experiments.asked import Asked, require_measure
from experiments.forecasting.settings import MEASURES
from experiments.tracking import connected

STEPS = ["etl", "features", "watch", "forecast", "explain", "dips", "claims", "recommendations", "report"]


def skipped(answer) -> dict[str, bool]:
    return {step["name"]: step["skipped"] for step in answer.json["steps"]}


def ran(answer) -> list[str]:
    return [name for name, left_out in skipped(answer).items() if not left_out]


@pytest.fixture(scope="module")
def run(refreshed):
    """The refresh's MLflow run."""
    with connected(refreshed.warehouse):
        return mlflow.get_run(refreshed.answer.json["run_id"])


@pytest.fixture(scope="module")
def children(refreshed, run):
    """The runs inside the refresh's, by name."""
    with connected(refreshed.warehouse):
        found = mlflow.search_runs(
            experiment_ids=[run.info.experiment_id],
            filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'",
            output_format="list",
        )
    return {each.info.run_name: each for each in found}


def test_the_document_is_the_promised_one(refreshed):
    assert refreshed.answer.code == 0
    document = refreshed.answer.json
    assert list(document) == ["warehouse", "report", "run_id", "steps"]
    assert document["warehouse"] == str(refreshed.made_in)
    assert document["report"] == str(refreshed.made_in / "reports" / "site" / "index.html")
    assert [step["name"] for step in document["steps"]] == STEPS
    for step in document["steps"]:
        assert list(step) == ["name", "rows", "seconds", "skipped"]
        assert step["skipped"] is False
        assert step["rows"] > 0 or step["name"] in ("watch", "dips", "recommendations")  # which need not find anything
        assert 0 <= step["seconds"] < 120


def test_only_the_document_is_on_standard_output_and_only_progress_on_standard_error(refreshed):
    assert refreshed.answer.out.startswith("{")
    assert refreshed.answer.message == ""
    for told in ("looking at the landing folder", "silver: order_items", "gold: fact", "explain: 2025-10 against"):
        assert f'"message": "{told}' in refreshed.answer.err
    ids = [json.loads(line)["run_id"] for line in refreshed.answer.err.splitlines()]
    assert ids == sorted(ids, key=lambda each: each is not None)  # null until there is something to do
    assert set(ids) == {None, refreshed.answer.json["run_id"]}


def test_the_steps_count_the_rows_that_they_wrote(refreshed, rows):
    counted = {step["name"]: step["rows"] for step in refreshed.answer.json["steps"]}
    assert counted["etl"] == len(rows(refreshed.warehouse, "gold/gld_fact_order_items")) == 9007
    assert counted["features"] == len(rows(refreshed.warehouse, "gold/gld_features_daily"))
    assert counted["forecast"] == len(rows(refreshed.warehouse, "gold/gld_forecast"))
    assert counted["report"] == 1


def test_the_forecast_has_61_days_of_every_series_of_the_hierarchy(refreshed, rows):
    forecast = rows(refreshed.warehouse, "gold/gld_forecast")
    assert set(forecast["measure"]) == set(MEASURES) == {"orders", "units", "net_revenue"}
    assert set(forecast["as_of"]) == {date(2025, 10, 31)}
    countries = ["Australia", "Canada", "India", "Singapore", "UAE", "UK", "US"]
    assert set(forecast[forecast["level"] == "country"]["series"]) == {f"country={name}" for name in countries}
    days = [date(2025, 11, 1) + timedelta(days=ahead) for ahead in range(61)]
    levels = {measure: set(found["level"]) for measure, found in forecast.groupby("measure")}
    assert {measure: len(found) for measure, found in levels.items()} == {"orders": 6, "units": 12, "net_revenue": 12}
    counts = forecast.groupby(["measure", "series"])["date"].agg(["min", "max", "nunique", "size"])
    assert (counts["min"] == days[0]).all()
    assert (counts["max"] == days[-1]).all()
    assert (counts[["nunique", "size"]] == 61).all(axis=None)
    quantiles = forecast[[f"q{level}" for level in range(10, 100, 10)]]
    assert (quantiles.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert (forecast["mean"] >= 0).all()


def test_the_report_is_a_folder_of_pages(refreshed):
    front = Path(refreshed.answer.json["report"])
    assert front == refreshed.made_in / "reports" / "site" / "index.html"
    assert "October 2025" in front.read_text(encoding="utf-8")
    assert len(list(front.parent.glob("*.html"))) >= 12


def test_the_run_is_finished_tagged_and_holds_the_jobs_inside(run, children):
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "refresh"
    assert (run.data.tags["source"], run.data.tags["engine"]) == ("atoz", "embedded")
    assert sorted(children) == ["explain", "forecast"]
    assert {child.info.status for child in children.values()} == {"FINISHED"}


def test_the_jobs_hold_parameters_metrics_and_the_versions_of_what_they_read(children, refreshed, versions, rows):
    forecast = children["forecast"]
    assert forecast.data.params == {"as_of": "2025-10-31", "horizon": "61", "seed": "0"}
    assert forecast.data.metrics["rows"] == len(rows(refreshed.warehouse, "gold/gld_forecast"))
    assert children["explain"].data.params == {
        "measure": "net_revenue", "baseline": "2025-09", "period": "2025-10", "seed": "0",
    }  # fmt: skip
    now = versions(refreshed.warehouse)
    for child in children.values():
        read = {each.dataset.name: json.loads(each.dataset.source) for each in child.inputs.dataset_inputs}
        assert {"gold.gld_daily_orders", "gold.gld_calendar"} < set(read)
        for name, source in read.items():
            assert source["delta_table_version"] == now[name.partition(".")[2]]
            assert Path(source["path"]) == refreshed.made_in / name.replace(".", "/")


def test_the_champions_are_registered_under_their_alias(refreshed, store, rows):
    client = mlflow.MlflowClient(store)
    forecast = rows(refreshed.warehouse, "gold/gld_forecast")
    for measure in MEASURES:
        champion = client.get_model_version_by_alias(f"assay-{measure}", "champion")
        used = forecast[forecast["measure"] == measure]
        assert set(used["model_version"]) == {str(champion.version)} == {"1"}
        assert champion.tags["as_of"] == "2025-10-31"
        assert all(model.startswith(champion.tags["algorithm"]) for model in used["model"])


def test_a_second_refresh_skips_every_step_and_writes_nothing(assay_script, refreshed, versions):
    before, report = versions(refreshed.warehouse), refreshed.warehouse / "reports" / "site" / "index.html"
    written = report.stat().st_mtime_ns
    answer = assay_script("refresh", "--landing", refreshed.landing, "--json", *refreshed.options)
    assert answer.code == 0
    assert answer.json["steps"] == [{"name": name, "rows": 0, "seconds": 0.0, "skipped": True} for name in STEPS]
    assert answer.json["run_id"] == refreshed.answer.json["run_id"]
    assert versions(refreshed.warehouse) == before
    assert report.stat().st_mtime_ns == written


def test_another_question_is_explained_and_reported_and_nothing_else_runs(assay, changeable, versions):
    before = versions(changeable.warehouse)
    question = ("--measure", "units", "--period", "2025-Q3", "--baseline", "2025-Q2")
    answer = assay("refresh", *question, "--landing", changeable.landing, "--json", *changeable.options)
    assert answer.code == 0
    assert ran(answer) == ["explain", "recommendations", "report"]
    changed = {name for name, version in versions(changeable.warehouse).items() if version != before[name]}
    published = {"gld_revenue_bridge", "gld_segments", "gld_recommendations"}
    assert changed == published | {"ops_runs", "ops_costs", "ops_storage"}
    assert "Q3 2025" in Path(answer.json["report"]).read_text(encoding="utf-8")


def test_a_report_that_was_removed_is_written_again(assay, changeable):
    report = changeable.warehouse / "reports" / "site" / "index.html"
    report.unlink()
    answer = assay("refresh", "--landing", changeable.landing, "--json", *changeable.options)
    assert answer.code == 0
    assert ran(answer) == ["report"]
    assert report.is_file()


def test_a_crash_in_the_last_step_leaves_the_others_done(assay, changeable):
    reports = changeable.warehouse / "reports"
    shutil.rmtree(reports)
    reports.write_text("a file in its place")
    command = ("refresh", "--measure", "units", "--landing", changeable.landing, "--json", *changeable.options)
    assert assay(*command).code == 1
    reports.unlink()
    answer = assay(*command)
    assert answer.code == 0
    assert ran(answer) == ["report"]


def test_a_new_file_runs_every_step_and_counts(assay, demonstrated, landing, tmp_path, rows):
    warehouse = Path(shutil.copytree(demonstrated.warehouse, tmp_path / "warehouse"))
    orders = landing / "order_items" / "landing"
    newest = max(orders.glob("*.csv"))
    (orders / newest.name.replace("2025-09-30", "2025-10-01")).write_text(
        newest.read_text().replace("2025-09-30", "2025-10-01").replace("ORD", "NEW")
    )
    answer = assay("refresh", "--landing", landing, "--warehouse", warehouse, "--json")
    assert answer.code == 0
    assert ran(answer) == STEPS
    assert rows(warehouse, "ops/ops_source")["last_day"].tolist() == [date(2025, 10, 1)]
    assert set(rows(warehouse, "gold/gld_forecast")["as_of"]) == {date(2025, 9, 30), date(2025, 10, 1)}


def test_files_that_arrived_after_the_as_of_day_are_not_looked_at(refined, rows):
    assert rows(refined.warehouse, "ops/ops_source")["last_day"].tolist() == [date(2025, 9, 20)]
    arrived = rows(refined.warehouse, "ops/ops_files")["arrival_date"].dropna()
    assert max(arrived) == date(2025, 9, 20)


def test_a_period_that_the_data_lack_fails_and_keeps_what_was_refined(assay, changeable, versions):
    before = versions(changeable.warehouse)
    question = ("--period", "2030-01", "--baseline", "2025-09")
    answer = assay("refresh", *question, "--landing", changeable.landing, "--json", *changeable.options)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith("assay: There are no data for 2030-01: the warehouse holds 2023-01-01")
    assert versions(changeable.warehouse) == before | {"ops_runs": before["ops_runs"] + 1}


def test_a_measure_that_the_source_lacks_is_told_before_anything_runs(assay, listing, tmp_path):
    (tmp_path / "raw").mkdir()
    answer = assay("refresh", "--source", "online_retail", "--landing", "raw", "--measure", "net_amount_inr")
    assert (answer.code, answer.out) == (2, "")
    assert answer.message == (
        "assay: Source online_retail has no measure 'net_amount_inr': net_revenue, orders, units."
    )
    assert listing() == ["raw"]


def test_only_the_legacy_measure_depends_on_the_source():
    require_measure("net_amount_inr", "atoz", legacy=True)
    require_measure("net_revenue", "shop", legacy=False)
    with pytest.raises(UsageError, match="Source shop has no measure 'net_amount_inr'"):
        require_measure("net_amount_inr", "shop", legacy=False)


@pytest.mark.parametrize(
    ("period", "baseline", "said"),
    [
        ("2025-09", None, "together, or neither"),
        (None, "2025-09", "together, or neither"),
        ("2025-09", "2025-09", "have days in common"),
        ("2025-09", "2025-08-01:2025-09-01", "have days in common"),
        ("2025-09-30", "2025", "have days in common"),
    ],
)
def test_periods_that_cannot_be_compared_are_refused(period, baseline, said):
    with pytest.raises(UsageError, match=said):
        Asked("units", *(text and parse_period(text) for text in (period, baseline)))


@pytest.mark.parametrize(("period", "baseline"), [("2025-09", "2025-08"), ("2025-08-31", "2025-09"), (None, None)])
def test_periods_without_a_common_day_are_taken(period, baseline):
    asked = Asked("units", *(text and parse_period(text) for text in (period, baseline)))
    assert (asked.period and asked.period.code, asked.baseline and asked.baseline.code) == (period, baseline)
