from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from etl.maintenance import Stored, maintain
from etl.schemas.daily import GLD_FEATURES_DAILY
from etl.schemas.ops import OPS_RUNS, OPS_SOURCE
from experiments.steps import Step, StepLedger, StepResult

NOW = datetime(2025, 11, 1, 6, tzinfo=UTC)


class Work:
    """What a step does, counted; it fails as often as asked to."""

    def __init__(self, rows: int = 5, failures: int = 0) -> None:
        self.rows, self.failures, self.done = rows, failures, 0

    def __call__(self) -> int:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("torn")
        self.done += 1
        return self.rows


def write_source(lakehouse, last_day: date) -> None:
    """A new version of a table that steps read."""
    source = {"name": "atoz", "time_zone": "UTC", "reporting_currency": "INR", "has_legacy_measure": True}
    days = {"first_day": date(2025, 1, 1), "last_day": last_day}
    lakehouse.write(OPS_SOURCE, lakehouse.frame(OPS_SOURCE, pd.DataFrame([source | days])))


@pytest.fixture
def read(lakehouse):
    write_source(lakehouse, date(2025, 9, 30))
    return lakehouse


def test_a_step_runs_once_on_the_same_inputs(read):
    work = Work()
    step = Step("explain", work, (OPS_SOURCE,), {"measure": "units"})
    assert not StepLedger(read, "atoz").is_current(step)
    first = StepLedger(read, "atoz").run(step, "one", NOW)
    assert (first.name, first.rows, first.skipped) == ("explain", 5, False)
    assert first.seconds >= 0
    ledger = StepLedger(read, "atoz")
    assert ledger.is_current(step)
    assert ledger.run(step, "two", NOW + timedelta(hours=1)) == StepResult("explain", 0, 0.0, skipped=True)
    assert work.done == 1


def test_a_new_version_of_a_table_that_is_read_runs_it_again(read):
    work = Work()
    step = Step("explain", work, (OPS_SOURCE,))
    StepLedger(read, "atoz").run(step, "one", NOW)
    write_source(read, date(2025, 10, 31))
    assert not StepLedger(read, "atoz").run(step, "two", NOW + timedelta(hours=1)).skipped
    assert work.done == 2


def test_files_of_a_table_that_are_moved_or_removed_do_not(read):
    write_source(read, date(2025, 10, 31))
    step = Step("explain", Work(), (OPS_SOURCE,))
    StepLedger(read, "atoz").run(step, "one", NOW)
    before = read.version(OPS_SOURCE)
    (kept_up,) = maintain([Stored(OPS_SOURCE.full_name, read.path(OPS_SOURCE))], timedelta(0), lambda _: None)
    assert kept_up.files_removed
    assert read.version(OPS_SOURCE) > before
    assert StepLedger(read, "atoz").is_current(step)


def test_a_table_that_is_written_for_the_first_time_runs_it_again(lakehouse):
    work = Work()
    step = Step("explain", work, (OPS_SOURCE, GLD_FEATURES_DAILY))
    StepLedger(lakehouse, "atoz").run(step, "one", NOW)
    write_source(lakehouse, date(2025, 9, 30))
    assert not StepLedger(lakehouse, "atoz").is_current(step)


def test_a_new_version_of_another_table_does_not(read):
    step = Step("features", Work(), (GLD_FEATURES_DAILY,))
    StepLedger(read, "atoz").run(step, "one", NOW)
    write_source(read, date(2025, 10, 31))
    assert StepLedger(read, "atoz").is_current(step)


@pytest.mark.parametrize("settings", [{"measure": "orders"}, {"measure": "units", "seed": "1"}, {}])
def test_other_settings_run_it_again(read, settings):
    StepLedger(read, "atoz").run(Step("explain", Work(), (OPS_SOURCE,), {"measure": "units"}), "one", NOW)
    assert not StepLedger(read, "atoz").is_current(Step("explain", Work(), (OPS_SOURCE,), settings))


def test_a_result_that_is_gone_runs_it_again(read, tmp_path):
    page = tmp_path / "page.html"
    step = Step("report", lambda: page.write_text("whole"), (OPS_SOURCE,), {}, page.is_file)
    StepLedger(read, "atoz").run(step, "one", NOW)
    assert StepLedger(read, "atoz").is_current(step)
    page.unlink()
    assert not StepLedger(read, "atoz").run(step, "two", NOW + timedelta(hours=1)).skipped
    assert page.read_text() == "whole"


def test_the_order_of_the_settings_does_not_matter(read):
    StepLedger(read, "atoz").run(Step("forecast", Work(), (), {"seed": "0", "horizon": "61"}), "one", NOW)
    assert StepLedger(read, "atoz").is_current(Step("forecast", Work(), (), {"horizon": "61", "seed": "0"}))


def test_what_counts_is_the_last_run_not_any_run(read):
    asked = {name: Step("explain", Work(), (), {"measure": name}) for name in ("units", "orders")}
    StepLedger(read, "atoz").run(asked["units"], "one", NOW)
    StepLedger(read, "atoz").run(asked["orders"], "two", NOW + timedelta(hours=1))
    ledger = StepLedger(read, "atoz")
    assert (ledger.is_current(asked["orders"]), ledger.is_current(asked["units"])) == (True, False)
    assert ledger.newest_run == "two"


def test_a_crash_keeps_what_was_done_and_the_next_run_takes_it_up(read):
    early, late = Work(rows=3), Work(rows=4, failures=1)
    steps = [Step("features", early, (OPS_SOURCE,)), Step("forecast", late, (OPS_SOURCE,))]
    ledger = StepLedger(read, "atoz")
    ledger.run(steps[0], "one", NOW)
    with pytest.raises(RuntimeError, match="torn"):
        ledger.run(steps[1], "one", NOW)
    assert read.pandas(OPS_RUNS)["step"].tolist() == ["features"]
    again = StepLedger(read, "atoz")
    results = [again.run(step, "two", NOW + timedelta(hours=1)) for step in steps]
    assert [(result.name, result.rows, result.skipped) for result in results] == [
        ("features", 0, True),
        ("forecast", 4, False),
    ]
    assert (early.done, late.done) == (1, 1)


def test_a_record_tells_the_run_the_place_and_the_rows(read):
    ledger = StepLedger(read, "atoz")
    ledger.run(Step("features", Work(rows=3)), "it's one", NOW)
    ledger.run(Step("forecast", Work(rows=4)), "it's one", NOW)
    records = read.pandas(OPS_RUNS).sort_values("position")
    assert records[["run_id", "step", "position", "source", "rows"]].to_numpy().tolist() == [
        ["it's one", "features", 1, "atoz", 3],
        ["it's one", "forecast", 2, "atoz", 4],
    ]
    assert set(records["started_at"]) == {pd.Timestamp(NOW).tz_localize(None)}
    assert records["inputs"].str.fullmatch("[0-9a-f]{64}").all()


def test_a_skipped_step_keeps_its_place_and_leaves_no_record(read):
    first = Step("features", Work())
    StepLedger(read, "atoz").run(first, "one", NOW)
    ledger = StepLedger(read, "atoz")
    ledger.run(first, "two", NOW + timedelta(hours=1))
    ledger.run(Step("forecast", Work()), "two", NOW + timedelta(hours=1))
    records = read.pandas(OPS_RUNS)
    assert records.loc[records["run_id"] == "two", ["step", "position"]].to_numpy().tolist() == [["forecast", 2]]


def test_an_empty_ledger_knows_no_run(lakehouse):
    assert StepLedger(lakehouse, "atoz").newest_run == ""
