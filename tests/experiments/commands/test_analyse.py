import shutil
from pathlib import Path

import mlflow
import pytest

from experiments.tracking import connected

MEASURES = ["net_revenue", "orders", "units"]
CANDIDATES = ["SeasonalNaive", "Drift"]
SCORES = ["measure", "model", "sql", "mase", "wql", "wape", "coverage_80"]


@pytest.fixture(scope="module")
def trained(assay, demonstrated, tmp_path_factory):
    """The demo's warehouse after a backtest and a training five days ahead, with their answers."""
    warehouse = Path(shutil.copytree(demonstrated.warehouse, tmp_path_factory.mktemp("trained") / "warehouse"))
    options = ("--horizon", 5, "--jobs", 1, "--json", "--warehouse", warehouse)
    chosen = [word for name in CANDIDATES for word in ("--candidate", name)]
    return warehouse, assay("backtest", *options, *chosen), assay("train", *options, *chosen)


def test_a_backtest_answers_with_its_leaderboard(trained):
    warehouse, answer, _ = trained
    assert answer.code == 0
    assert list(answer.json) == ["run_id", "cutoffs", "leaderboard"]
    assert answer.json["cutoffs"] == ["2025-09-25"]
    board = answer.json["leaderboard"]
    assert all(list(row) == SCORES for row in board)
    assert {(row["measure"], row["model"]) for row in board} == {
        (measure, model) for measure in MEASURES for model in CANDIDATES
    }
    assert all(row["sql"] > 0 and 0 <= row["coverage_80"] <= 1 for row in board)
    for measure in MEASURES:
        scored = [row["sql"] for row in board if row["measure"] == measure]
        assert scored == sorted(scored)
    with connected(warehouse):
        assert mlflow.get_run(answer.json["run_id"]).data.params["horizon"] == "5"


def test_a_backtest_is_published_for_its_day(trained, rows):
    accuracy = rows(trained[0], "gold/gld_forecast_accuracy")
    assert set(accuracy["as_of"].astype(str)) == {"2025-09-30"}
    assert set(accuracy["kind"]) == {"backtest"}
    assert set(accuracy["measure"]) == set(MEASURES)
    assert set(CANDIDATES) <= set(accuracy["model"])
    assert {"total", "country=India", "channel=Website"} <= set(accuracy["series"])


def test_training_registers_the_winner_of_each_measure(trained):
    warehouse, backtest, answer = trained
    assert answer.code == 0
    assert all(list(row) == ["measure", "algorithm", "version", "alias"] for row in answer.json)
    assert {row["alias"] for row in answer.json} == {"challenger"}  # the demo's first models are the champions
    best = {row["measure"]: row["model"] for row in reversed(backtest.json["leaderboard"])}
    assert {row["measure"]: row["algorithm"] for row in answer.json} == best
    client = mlflow.MlflowClient(f"sqlite:///{warehouse}/mlflow.db")
    for row in answer.json:
        assert client.get_model_version_by_alias(f"assay-{row['measure']}", "challenger").version == int(row["version"])


def test_a_forecast_answers_with_the_total_of_each_measure(assay, trained, rows):
    warehouse = trained[0]
    answer = assay("forecast", "--horizon", 5, "--jobs", 1, "--json", "--warehouse", warehouse)
    assert answer.code == 0
    assert list(answer.json) == ["rows", "horizon", "total"]
    published = rows(warehouse, "gold/gld_forecast")
    assert (answer.json["rows"], answer.json["horizon"]) == (len(published), 5)
    assert [list(row) for row in answer.json["total"]] == [["measure", "model", "expected"]] * 3
    assert (published.groupby(["measure", "series"]).size() == 5).all()
    total = published[published["series"] == "total"].groupby("measure")["mean"].sum().round(2)
    assert {row["measure"]: row["expected"] for row in answer.json["total"]} == pytest.approx(total.to_dict())


def test_the_terminal_has_the_same_answers_as_tables(assay, trained):
    answer = assay("forecast", "--horizon", 5, "--jobs", 1, "--warehouse", trained[0])
    assert answer.code == 0
    assert "The next 5 days, expected" in answer.out
    assert "net_revenue" in answer.out


def test_a_report_is_written_where_it_is_asked_for(assay, refreshed, tmp_path):
    answer = assay("report", "--out", "new/folder/why.html", "--json", *refreshed.options)
    assert answer.code == 0
    assert answer.json == {"report": "new/folder/why.html"}
    assert (tmp_path / "new" / "folder" / "why.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["why.html"]


def test_a_report_explains_what_was_not_explained_yet_and_leaves_gold_alone(assay, changeable, versions, tmp_path):
    before = versions(changeable.warehouse)
    question = ("--measure", "orders", "--period", "2025-Q2", "--baseline", "2025-Q1", "--out", "q2.html")
    answer = assay("report", *question, *changeable.options)
    assert answer.code == 0
    assert answer.out == f"Report: {tmp_path}/q2.html\n"
    assert versions(changeable.warehouse) == before
    assert "Orders rose" in (tmp_path / "q2.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flag", "name"), [("--excel", "report.xlsx"), ("--markdown", "report.md"), ("--site", "site")]
)
def test_each_form_has_a_place_of_its_own(assay, changeable, flag, name):
    answer = assay("report", flag, "--json", *changeable.options)
    assert answer.code == 0
    written = Path(answer.json["report"])
    assert written.is_file()
    assert (changeable.warehouse / "reports" / name) in (written, written.parent)


def test_a_report_cannot_take_the_place_of_another_folder(assay, refreshed, listing, tmp_path):
    (tmp_path / "mine").mkdir()
    answer = assay("report", "--out", "mine", *refreshed.options)
    assert (answer.code, answer.out) == (2, "")
    assert "is there already and no report" in answer.err
    assert listing() == ["mine"]
