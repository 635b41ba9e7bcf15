"""What the status says in words, to programs and to Prometheus."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from reports.status.checks import Check, last_run
from reports.status.freshness import Due, Freshness
from reports.status.prometheus import exposition
from reports.status.status import Coverage, Status

NOW = datetime(2025, 10, 31, 12, tzinfo=UTC)


def status(newest: date, *checks: Check, running: str | None = None) -> Status:
    freshness = Freshness(newest, Due(time(6), ZoneInfo("UTC")), NOW)
    champion, coverage = {"orders": "PanelRegression, version 2"}, {"orders": Coverage(0.79, "live")}
    return Status(freshness, None, running, champion, coverage, {'odd "rule"\\': 3}, checks)


def test_what_is_missing_and_what_fails_is_said_in_words():
    lines = dict(status(date(2025, 10, 27), Check("Rows", False, "3 missing"), running="Process 7 on host").lines())
    assert lines == {
        "Fresh": "no",
        "Newest business day": "2025-10-27, 3 days late, by 54 hours",
        "Next due": "2025-11-01 06:00 UTC",
        "Last good refresh": "none",
        "Works now": "Process 7 on host",
        "Champion": "orders: PanelRegression, version 2 (80% intervals held 79%, live)",
        "Quarantine": 'odd "rule"\\ 3',
        "Rows": "FAILS: 3 missing",
    }


@pytest.mark.parametrize(("newest", "holds", "fresh"), [(30, True, True), (29, True, False), (30, False, False)])
def test_it_is_fresh_where_nothing_is_late_and_nothing_fails(newest, holds, fresh):
    assert status(date(2025, 10, newest), Check("Rows", holds, "")).to_dict()["fresh"] is fresh


def test_every_line_of_the_metrics_has_the_form_that_prometheus_reads():
    text = exposition(status(date(2025, 10, 30), Check("Rows", True, "")))
    sample = re.compile(r'assay_\w+(\{\w+="(\\["\\n]|[^"\\])*"(,\w+="(\\["\\n]|[^"\\])*")*\})? -?[\d.e+]+')
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(sample.fullmatch(line) for line in samples)
    assert 'assay_quarantined_rows{rule="odd \\"rule\\"\\\\"} 3' in samples
    assert "assay_fresh 1" in samples
    assert f"assay_newest_business_day_end_seconds {datetime(2025, 10, 31, tzinfo=UTC).timestamp():.0f}" in samples
    assert 'assay_coverage_80_ratio{measure="orders",kind="live"} 0.79' in samples
    named = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(named) == len(set(named)) == text.count("# HELP")


def runs(*rows: tuple[str, str, int, str | None, str | None]) -> pd.DataFrame:
    names = ["run_id", "step", "position", "state", "error"]
    started = pd.to_datetime([f"2025-10-31T0{row[0]}:00:00" for row in rows])
    return pd.DataFrame(rows, columns=names).assign(started_at=started)


def test_the_newest_run_tells_which_step_failed_and_why():
    failed = ("2", "forecast", 2, "failed", "the disk is full")
    found = last_run(runs(("1", "etl", 1, "done", None), failed, ("2", "etl", 1, "done", None)))
    assert found == Check("Last run", False, "forecast failed: the disk is full")
    assert last_run(runs(failed, ("3", "etl", 1, None, None))) == Check("Last run", True, "1 steps done")
    assert last_run(runs()).holds
