import json
from pathlib import Path

import pytest

STEPS = ["etl", "features", "watch", "forecast", "explain", "dips", "claims", "recommendations", "report"]
SMALL = ("--scale", "0.0005", "--start", "2025-08-01", "--end", "2025-09-30")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_simulate_tells_what_it_wrote(assay, tmp_path):
    answer = assay("simulate", "out", *SMALL, "--json")
    assert answer.code == 0
    assert answer.message == ""
    document = answer.json
    assert list(document) == ["landing", "truth", "orders", "lines", "files", "months"]
    assert (document["landing"], document["truth"]) == ("out/raw", "out/truth.json")
    assert list(document["months"]) == ["2025-08", "2025-09"]
    assert len([name for name in contents(tmp_path / "out" / "raw") if name.endswith(".csv")]) == document["files"]
    truth = json.loads((tmp_path / "out" / "truth.json").read_text())
    assert (truth["seed"], truth["scale"], truth["months"]) == (7, 0.0005, document["months"])
    assert sum(row["amount"] for row in truth["rows"]) == truth["change"]
    assert truth["change"] == document["months"]["2025-09"] - document["months"]["2025-08"]


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(assay, tmp_path):
    for name, seed in {"one": 3, "two": 3, "three": 4}.items():
        assert assay("simulate", name, *SMALL, "--seed", seed).code == 0
    one, two, three = (contents(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one != three


def test_simulate_says_in_a_sentence_where_the_files_are(assay):
    answer = assay("simulate", "out", *SMALL)
    assert answer.code == 0
    assert answer.out.strip().endswith("files: out/raw")


def test_all_problems_of_the_options_are_in_one_message(assay, listing):
    options = ("--seed", -1, "--scale", 0, "--dirt", -1, "--start", "2025-09-30", "--end", "2025-09-01")
    answer = assay("simulate", "out", *options, "--faults", "flood,all")
    assert (answer.code, answer.out) == (2, "")
    assert answer.message.startswith("assay: 5 problems:\n")
    for said in ("seed is -1", "scale is 0.0", "dirt is -1.0", "end 2025-09-01 is before start", "fault 'flood'"):
        assert answer.message.count(said) == 1
    assert listing() == []


@pytest.mark.parametrize(("option", "value"), [("--start", "yesterday"), ("--scale", "big"), ("--seed", "1.5")])
def test_a_value_that_is_none_is_wrong_use(assay, listing, option, value):
    answer = assay("simulate", "out", option, value)
    assert (answer.code, answer.out) == (2, "")
    assert value in answer.err
    assert listing() == []


def test_simulate_refuses_a_folder_with_files_and_leaves_it_alone(assay_script, tmp_path):
    (tmp_path / "out" / "raw").mkdir(parents=True)
    (tmp_path / "out" / "raw" / "mine.csv").write_text("a,b\n")
    (tmp_path / "out" / "truth.json").write_text("mine")
    before = contents(tmp_path)
    answer = assay_script("simulate", tmp_path / "out", *SMALL)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message == (
        f"assay: {tmp_path}/out/raw already holds files: remove it, or simulate into another folder"
    )
    assert contents(tmp_path) == before


def test_the_demo_answers_why_september_fell_by_the_published_measure(demonstrated, rows):
    assert demonstrated.answer.code == 0
    document = demonstrated.answer.json
    assert list(document) == ["warehouse", "report", "run_id", "steps"]
    assert [step["name"] for step in document["steps"]] == STEPS
    bridge = rows(demonstrated.warehouse, "gold/gld_revenue_bridge")
    assert {"net_amount_inr", "net_revenue"} == set(bridge["measure"])
    assert set(bridge["period_first"].astype(str)) == {"2025-09-01"}
    assert set(bridge["baseline_first"].astype(str)) == {"2025-08-01"}
    truth = json.loads((demonstrated.landing.parent / "truth.json").read_text())
    legacy = bridge[(bridge["measure"] == "net_amount_inr") & (bridge["scope"] == "total")].set_index("driver")
    assert {name: int(legacy.loc[name, "amount"]) for name in ("baseline", "period")} == {
        "baseline": truth["months"]["2025-08"],
        "period": truth["months"]["2025-09"],
    }
    assert "September 2025" in Path(document["report"]).read_text(encoding="utf-8")


def test_the_demo_forecasts_with_the_benchmark_where_data_are_few(demonstrated, rows):
    forecast = rows(demonstrated.warehouse, "gold/gld_forecast")
    assert (forecast.groupby(["measure", "series"]).size() == 61).all()
    assert set(forecast["measure"]) == {"orders", "net_revenue", "units"}
    assert {"total", "country=India", "channel=Website"} <= set(forecast["series"])
    assert forecast["note"].str.endswith("too little data to backtest 61 days ahead: the benchmark is used").all()


@pytest.mark.parametrize("there", [True, False], ids=["an empty folder", "no folder"])
def test_the_demo_simulates_where_there_are_no_files(assay, tmp_path, there):
    if there:
        (tmp_path / "atoz" / "raw").mkdir(parents=True)
    (tmp_path / "warehouse").write_text("in the way, so that the demo ends here")
    answer = assay("demo", "--landing", "atoz/raw", "--scale", "0.0001", "--seed", "5")
    assert answer.code == 3
    assert "cannot be written" in answer.message
    truth = json.loads((tmp_path / "atoz" / "truth.json").read_text())
    assert (truth["seed"], truth["scale"]) == (5, 0.0001)
    assert any((tmp_path / "atoz" / "raw").iterdir())


def test_the_demo_simulates_into_a_folder_named_raw_only(assay, listing):
    answer = assay("demo", "--landing", "files")
    assert (answer.code, answer.out) == (2, "")
    assert answer.message == "assay: demo simulates into a local folder named raw: give --landing DIR/raw."
    assert listing() == []


def test_etl_answers_with_its_step(refined, rows):
    assert refined.answer.code == 0
    document = refined.answer.json
    assert list(document) == ["warehouse", "steps"]
    assert document["warehouse"] == str(refined.warehouse)
    (step,) = document["steps"]
    assert (step["name"], step["skipped"]) == ("etl", False)
    assert step["rows"] == len(rows(refined.warehouse, "gold/gld_fact_order_items")) > 400


def test_etl_does_nothing_where_nothing_new_has_landed(assay, refined, versions):
    before = versions(refined.warehouse)
    answer = assay("etl", "--landing", refined.landing, "--as-of", "2025-09-20", *refined.options)
    assert (answer.code, answer.out) == (0, "Nothing new has landed.\n")
    assert versions(refined.warehouse) == before


def test_the_refresh_says_in_the_terminal_what_was_skipped(assay, refreshed):
    answer = assay("refresh", "--landing", refreshed.landing, *refreshed.options)
    assert answer.code == 0
    assert answer.out.count("unchanged, skipped") == len(STEPS)
    assert "net_revenue: September 2025 to October 2025" in answer.out
    assert answer.out.rstrip().endswith(f"Report: {refreshed.warehouse}/reports/site/index.html")
