import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from experiments.tracking import connected

CALENDAR = ["days", "weekday_mix", "events"]
VOLUME = [*CALENDAR, "customers", "orders_per_customer"]
UNITS = ["lines_per_order", "mix", "quantity"]
SOLD = [*UNITS, "price", "discount", "fx", "returns"]
DRIVERS = {
    "net_revenue": [*VOLUME, *SOLD],
    "net_amount_inr": [*VOLUME, *SOLD, "tax", "rounding"],
    "units": [*VOLUME, *UNITS],
    "orders": VOLUME,
}
CURRENCY = {"net_revenue": "INR", "net_amount_inr": "INR", "units": "units", "orders": "orders"}
DOCUMENT = [
    "period", "baseline", "measure", "currency", "total", "drivers", "calendar", "volume", "aov",
    "segments", "verdicts", "method",
]  # fmt: skip
ENTRY = ["amount", "low", "high", "distinguishable"]
PERIODS = {
    "month": ("2025-09", "2025-08"),
    "quarter": ("2025-Q3", "2025-Q2"),
    "year": ("2024", "2023"),
    "days": ("2025-09-01:2025-09-14", "2025-08-01:2025-08-14"),
    "day": ("2025-09-10", "2025-09-03"),
    "unlike": ("2025-08", "2025-Q1"),
}


def decimal(number: float) -> Decimal:
    """A number of a JSON document as it was written."""
    return Decimal(str(number))


@pytest.fixture(scope="module")
def refreshed(refreshed, tmp_path_factory):
    """The refreshed warehouse once more, since every answer is published to it."""
    warehouse = tmp_path_factory.mktemp("explained") / "warehouse"
    return replace(refreshed, warehouse=Path(shutil.copytree(refreshed.warehouse, warehouse)))


@pytest.fixture(scope="module")
def explained(assay, refreshed):
    """The answer on a measure and two periods, each asked once."""
    answers = {}

    def asked(measure: str = "net_revenue", period: str = "2025-09", baseline: str = "2025-08"):
        question = ("--measure", measure, "--period", period, "--baseline", baseline)
        if question not in answers:
            answers[question] = assay("explain", *question, "--json", *refreshed.options)
        assert answers[question].code == 0
        return answers[question].json

    return asked


@pytest.fixture(scope="module")
def fact(refreshed, rows) -> pd.DataFrame:
    return rows(refreshed.warehouse, "gold/gld_fact_order_items")


@pytest.fixture(scope="module")
def bridge(refreshed, rows):
    return lambda: rows(refreshed.warehouse, "gold/gld_revenue_bridge")


def total(fact: pd.DataFrame, measure: str, first: str, last: str) -> Decimal:
    """The measure from the lines of the fact, summed exactly."""
    days = fact["transaction_date"]
    lines = fact[(days >= date.fromisoformat(first)) & (days <= date.fromisoformat(last))]
    if measure == "orders":
        return Decimal(lines["transaction_id"].nunique())
    if measure == "units":
        return Decimal(int(lines["quantity"].sum()))
    return sum(lines[measure], Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("measure", DRIVERS)
def test_the_document_is_the_promised_one(explained, measure):
    document = explained(measure)
    assert list(document) == DOCUMENT
    assert (document["period"], document["baseline"], document["measure"]) == ("2025-09", "2025-08", measure)
    assert document["currency"] == CURRENCY[measure]
    assert list(document["total"]) == ["baseline", "period", "change"]
    assert [row["driver"] for row in document["drivers"]] == DRIVERS[measure]
    assert all(list(row) == ["driver", *ENTRY] for row in document["drivers"])
    assert list(document["calendar"]) == list(document["volume"]) == list(document["aov"]) == ENTRY
    assert document["segments"] == []
    assert [row["code"] for row in document["verdicts"] if row["code"] != "calendar"] == ["normal_variation"]
    assert list(document["method"]["method_spread"]) == DRIVERS[measure]


@pytest.mark.parametrize("measure", DRIVERS)
@pytest.mark.parametrize("kind", PERIODS)
def test_everything_adds_up_to_the_last_decimal(explained, measure, kind):
    document = explained(measure, *PERIODS[kind])
    amounts = {row["driver"]: decimal(row["amount"]) for row in document["drivers"]}
    total = {name: decimal(amount) for name, amount in document["total"].items()}
    volume, aov = decimal(document["volume"]["amount"]), decimal(document["aov"]["amount"])
    assert total["period"] - total["baseline"] == total["change"] == volume + aov
    assert sum(amounts.values()) == total["change"]
    assert sum(amounts[driver] for driver in VOLUME) == volume
    assert sum(amounts[driver] for driver in CALENDAR) == decimal(document["calendar"]["amount"])


@pytest.mark.parametrize("measure", DRIVERS)
def test_an_interval_holds_its_amount_and_is_missing_only_where_the_amount_is_arithmetic(explained, measure):
    document = explained(measure)
    identities = {"net_amount_inr": {"fx", "returns"}}.get(measure, set())
    for row in document["drivers"]:
        if row["driver"] in {"days", *identities}:
            assert (row["low"], row["high"]) == (None, None)
        else:
            assert row["low"] <= row["amount"] <= row["high"]
            assert row["distinguishable"] == (row["low"] > 0 or row["high"] < 0)
    assert all(row["amount"] == 0 for row in document["drivers"] if row["driver"] in identities)
    assert document["volume"]["low"] < document["volume"]["amount"] < document["volume"]["high"]


@pytest.mark.parametrize("measure", DRIVERS)
def test_the_totals_are_those_of_the_order_lines(explained, fact, measure):
    found = explained(measure)["total"]
    assert decimal(found["baseline"]) == total(fact, measure, "2025-08-01", "2025-08-31")
    assert decimal(found["period"]) == total(fact, measure, "2025-09-01", "2025-09-30")


@pytest.mark.parametrize(
    ("kind", "period", "baseline"),
    [
        ("quarter", ("2025-07-01", "2025-09-30"), ("2025-04-01", "2025-06-30")),
        ("year", ("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        ("days", ("2025-09-01", "2025-09-14"), ("2025-08-01", "2025-08-14")),
        ("day", ("2025-09-10", "2025-09-10"), ("2025-09-03", "2025-09-03")),
    ],
)
def test_a_period_of_every_form_takes_the_days_it_names_and_no_other(explained, fact, kind, period, baseline):
    found = explained("net_revenue", *PERIODS[kind])
    assert (found["period"], found["baseline"]) == PERIODS[kind]
    assert decimal(found["total"]["period"]) == total(fact, "net_revenue", *period)
    assert decimal(found["total"]["baseline"]) == total(fact, "net_revenue", *baseline)


def test_the_missing_day_of_september_is_told_apart(explained):
    days = explained()["drivers"][0]
    assert days["driver"] == "days"
    assert days["amount"] < 0
    assert days["distinguishable"]


@pytest.mark.parametrize("measure", DRIVERS)
def test_what_is_published_is_what_was_answered(explained, bridge, measure):
    document, published = explained(measure), bridge()
    rows = published[(published["measure"] == measure) & (published["period_first"] == date(2025, 9, 1))]
    rows = rows[(rows["period_last"] == date(2025, 9, 30)) & (rows["baseline_first"] == date(2025, 8, 1))]
    rows = rows[rows["scope"] == "total"].sort_values("position")
    assert rows["driver"].tolist() == ["baseline", *DRIVERS[measure], "period", "volume", "aov", "calendar"]
    amounts = dict(zip(rows["driver"], rows["amount"], strict=True))
    assert {row["driver"]: decimal(row["amount"]) for row in document["drivers"]} == {
        driver: amounts[driver] for driver in DRIVERS[measure]
    }
    assert amounts["volume"] == decimal(document["volume"]["amount"])
    assert set(rows["unit"]) == {CURRENCY[measure]}
    assert set(rows["as_of"]) == {date(2025, 10, 31)}


@pytest.mark.parametrize("measure", ["net_revenue", "net_amount_inr", "units"])
def test_the_cells_add_up_to_the_drivers(explained, bridge, measure):
    explained(measure)
    published = bridge()
    rows = published[(published["measure"] == measure) & (published["period_first"] == date(2025, 9, 1))]
    rows = rows[(rows["period_last"] == date(2025, 9, 30)) & (rows["baseline_first"] == date(2025, 8, 1))]
    cells = rows[rows["scope"] == "cell"]
    assert len(cells) > 100
    assert cells[["country", "region", "channel", "category"]].notna().all(axis=None)
    amounts = rows[(rows["scope"] == "total")].set_index("driver")["amount"]
    summed = {driver: sum(of, Decimal(0)) for driver, of in cells.groupby("driver")["amount"]}
    assert summed == {driver: amounts[driver] for driver in DRIVERS[measure]}


def test_a_cell_s_drivers_are_what_the_cell_changed_by(explained, fact, bridge):
    explained()
    published = bridge()
    rows = published[(published["measure"] == "net_revenue") & (published["baseline_first"] == date(2025, 8, 1))]
    rows = rows[(rows["scope"] == "cell") & (rows["period_last"] == date(2025, 9, 30))]
    rows = rows[rows["period_first"] == date(2025, 9, 1)]
    keys = ["country", "region", "channel", "category"]
    changes = rows.assign(amount=rows["amount"].astype(float)).groupby(keys)["amount"].sum()
    months = pd.to_datetime(fact["transaction_date"]).dt.strftime("%Y-%m")
    revenue = fact.assign(amount=fact["net_revenue"].astype(float), month=months)
    sums = revenue.groupby([*keys, "month"])["amount"].sum().unstack(fill_value=0.0)
    expected = (sums["2025-09"] - sums["2025-08"]).loc[changes.index]
    # each of a cell's drivers is rounded to 0.01
    pd.testing.assert_series_equal(changes, expected, check_names=False, rtol=0, atol=0.5)


def test_explaining_again_changes_no_amount(assay, changeable, rows):
    question = ("explain", "--period", "2025-09", "--baseline", "2025-08", "--json", *changeable.options)
    first, before = assay(*question), rows(changeable.warehouse, "gold/gld_revenue_bridge")
    second, after = assay(*question), rows(changeable.warehouse, "gold/gld_revenue_bridge")
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    keys = ["scope", "country", "region", "channel", "category", "position", "measure", "period_first"]
    before, after = (each.drop(columns="run_id").sort_values(keys, ignore_index=True) for each in (before, after))
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_the_run_holds_the_question_the_amounts_and_the_versions_of_what_was_read(explained, refreshed, bridge):
    document, published = explained(), bridge()
    rows = published[(published["measure"] == "net_revenue") & (published["period_last"] == date(2025, 9, 30))]
    (run_id,) = rows[(rows["baseline_first"] == date(2025, 8, 1)) & (rows["scope"] == "total")]["run_id"].unique()
    with connected(refreshed.warehouse):
        run = mlflow.get_run(run_id)
        kept = json.loads(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/bridge.json"))
    assert run.info.status == "FINISHED"
    assert run.data.params == {
        "measure": "net_revenue", "baseline": "2025-08", "period": "2025-09", "seed": "0",
    }  # fmt: skip
    assert run.data.metrics["change"] == document["total"]["change"]
    assert {name: run.data.metrics[name] for name in DRIVERS["net_revenue"]} == {
        row["driver"]: row["amount"] for row in document["drivers"]
    }
    assert kept == document
    read = {each.dataset.name: json.loads(each.dataset.source) for each in run.inputs.dataset_inputs}
    assert set(read) == {"gold.gld_fact_order_items", "gold.gld_daily_orders", "gold.gld_calendar"}
    assert all(source["delta_table_version"] >= 1 and Path(source["path"]).is_dir() for source in read.values())


def test_json_leaves_standard_output_to_the_document(assay_script, refreshed, explained):
    answer = assay_script("explain", "--period", "2025-09", "--baseline", "2025-08", "--json", *refreshed.options)
    assert answer.code == 0
    assert answer.json == explained()
    assert answer.message == ""
    assert "explain: 2025-09 against 2025-08" in answer.err


def test_the_terminal_shows_the_drivers_in_order(assay, refreshed):
    answer = assay("explain", "--period", "2025-09", "--baseline", "2025-08", *refreshed.options)
    assert answer.code == 0
    assert "net_revenue: August 2025 to September 2025" in answer.out
    shown = ["Baseline", "Days in the period", "Weekday mix", "Festivals and events", "Customers", "Mix", "Returns"]
    places = [answer.out.index(name) for name in shown]
    assert places == sorted(places)


def test_without_periods_the_newest_two_whole_months_are_compared(assay, refreshed, demonstrated, tmp_path):
    document = assay("explain", "--json", *refreshed.options).json
    assert (document["period"], document["baseline"]) == ("2025-10", "2025-09")
    shorter = shutil.copytree(demonstrated.warehouse, tmp_path / "warehouse")
    document = assay("explain", "--json", "--warehouse", shorter).json
    assert (document["period"], document["baseline"]) == ("2025-09", "2025-08")
