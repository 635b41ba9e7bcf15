import re
from datetime import UTC, date, datetime

import pytest
from deltalake import DeltaTable, write_deltalake

from etl.release import publish

KEYS = [
    "fresh", "newest_business_day", "days_late", "seconds_late", "due", "next_due", "last_good_refresh", "running",
    "champion", "coverage", "quarantine", "checks",
]  # fmt: skip


def test_the_document_is_the_promised_one(assay, refreshed):
    answer = assay("status", "--json", "--as-of", "2025-11-01", *refreshed.options)
    assert (answer.code, answer.err) == (0, "")
    document = answer.json
    assert list(document) == KEYS
    assert document["fresh"] is True
    assert date.fromisoformat(document["newest_business_day"]) == date(2025, 10, 31)
    assert datetime.fromisoformat(document["last_good_refresh"]).utcoffset().total_seconds() == 0
    assert set(document["champion"]) == {"orders", "net_revenue", "units"}
    assert all(re.fullmatch(r"[A-Z][A-Za-z ]+, version 1", told) for told in document["champion"].values())
    assert (document["due"], document["next_due"]) == ("06:00 Asia/Kolkata", "2025-11-02T06:00:00+05:30")
    assert (document["seconds_late"], document["running"]) == (0, None)
    assert set(document["coverage"]) == set(document["champion"])
    assert all(held["kind"] == "backtest" and 0 <= held["coverage_80"] <= 1 for held in document["coverage"].values())
    assert sum(document["quarantine"].values()) == 3
    assert [list(check) for check in document["checks"]] == [["name", "holds", "found"]] * len(document["checks"])
    assert all(check["holds"] is True for check in document["checks"])


@pytest.mark.parametrize(
    ("as_of", "code", "late"), [("2025-10-31", 0, 0), ("2025-11-01", 0, 0), ("2025-11-02", 6, 1), ("2025-12-01", 6, 30)]
)
def test_yesterday_is_the_newest_day_that_can_be_asked_for(assay, refreshed, as_of, code, late):
    answer = assay("status", "--json", "--as-of", as_of, *refreshed.options)
    assert answer.code == code
    assert (answer.json["fresh"], answer.json["days_late"]) == (code == 0, late)


def test_today_is_the_day_of_the_source_and_a_stale_warehouse_leaves_the_script_with_6(assay_script, refreshed):
    answer = assay_script("status", *refreshed.options)
    assert (answer.code, answer.err) == (6, "")
    assert re.search(r"Fresh +│ no ", answer.out)
    assert re.search(r"Newest business day +│ 2025-10-31, \d+ days late", answer.out)
    assert re.search(r"Rows accounted for +│ holds: 20,189 rows of 1,076 files, 3 quarantined", answer.out)


def test_rows_that_are_not_accounted_for_make_it_fail(assay, changeable, rows):
    files = rows(changeable.warehouse, "ops/ops_files")
    files.loc[0, "rows_kept"] += 1
    write_deltalake(changeable.warehouse / "ops" / "ops_files", files, mode="overwrite")
    publish(changeable.warehouse, versions_of(changeable.warehouse), "", datetime.now(UTC), whole=True)
    answer = assay("status", "--json", "--as-of", "2025-11-01", *changeable.options)
    assert answer.code == 6
    assert answer.json["fresh"] is False
    assert {check["name"]: check["holds"] for check in answer.json["checks"]}["Rows accounted for"] is False


def test_it_reads_a_release_and_tells_of_a_run_that_was_stopped_since(assay, changeable, rows):
    quality = rows(changeable.warehouse, "ops/ops_quality").assign(outcome="stops")
    write_deltalake(changeable.warehouse / "ops" / "ops_quality", quality, mode="overwrite")
    files = rows(changeable.warehouse, "ops/ops_files").assign(rows_kept=-1)
    write_deltalake(changeable.warehouse / "ops" / "ops_files", files, mode="overwrite")
    answer = assay("status", "--json", "--as-of", "2025-11-01", *changeable.options)
    assert answer.code == 6
    held = {check["name"]: check["holds"] for check in answer.json["checks"]}
    assert held == {"Rows accounted for": True, "Quality": False, "Tables": True, "Last run": True}
    shown = assay("show", "ops_files", "--limit", 1, "--json", *changeable.options).json
    asked = assay("query", "select min(rows_kept) as least from ops.ops_files", "--json", *changeable.options).json
    assert shown["rows"][0]["rows_kept"] >= 0
    assert asked[0]["least"] >= 0


def versions_of(warehouse):
    logs = warehouse.glob("*/*/_delta_log")
    return {f"{log.parent.parent.name}.{log.parent.name}": DeltaTable(log.parent).version() for log in logs}


def test_a_warehouse_that_was_only_refined_has_no_champion_and_no_refresh(assay, refined):
    answer = assay("status", "--json", "--as-of", "2025-09-21", *refined.options)
    assert answer.code == 0
    assert (answer.json["last_good_refresh"], answer.json["champion"]) == (None, {})
