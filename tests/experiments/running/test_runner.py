"""Steps run once on the same inputs, and what becomes of each is recorded, whatever becomes of it."""

import json
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from etl.errors import InputError
from etl.maintenance import Stored, maintain
from etl.schemas.daily import GLD_FEATURES_DAILY
from etl.schemas.ops import OPS_RUNS, OPS_SOURCE
from experiments.running.ledger import Job, StepLedger
from experiments.running.limits import LimitError
from experiments.running.plan import Step
from experiments.running.runner import Runner, StepResult

NOW = datetime(2025, 11, 1, 6, tzinfo=UTC)


class Work:
    """What a step does, counted; it fails as often as asked to."""

    def __init__(self, rows: int = 5, error: BaseException | None = None) -> None:
        self.rows, self.error, self.done = rows, error, 0

    def __call__(self, _lakehouse) -> int:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.done += 1
        return self.rows


def write_source(lakehouse, last_day: date) -> int:
    """A new version of a table that steps read."""
    source = {"name": "atoz", "time_zone": "UTC", "reporting_currency": "INR", "has_legacy_measure": True}
    days = {"first_day": date(2025, 1, 1), "last_day": last_day}
    return lakehouse.write(OPS_SOURCE, lakehouse.frame(OPS_SOURCE, pd.DataFrame([source | days])))


def run(lakehouse, *steps: Step, name: str = "one", hour: int = 0, **options) -> list[StepResult]:
    job = Job(name, "atoz", NOW + timedelta(hours=hour), f"mlflow-{name}")
    return Runner(lakehouse, job, lambda _: None, **options).run(steps)


def why(lakehouse, step: Step) -> str:
    return StepLedger(lakehouse.warehouse).why(step)


@pytest.fixture
def read(lakehouse):
    write_source(lakehouse, date(2025, 9, 30))
    return lakehouse


def test_a_step_runs_once_on_the_same_inputs(read):
    work = Work()
    step = Step("explain", work, (OPS_SOURCE,), settings={"measure": "units"})
    assert why(read, step) == "it has not run yet"
    (first,) = run(read, step)
    assert (first.name, first.rows, first.skipped) == ("explain", 5, False)
    assert why(read, step) == ""
    assert run(read, step, name="two", hour=1) == [StepResult("explain", 0, 0.0, skipped=True)]
    assert work.done == 1


def test_a_new_version_of_a_table_that_is_read_runs_it_again(read):
    work = Work()
    step = Step("explain", work, (OPS_SOURCE,))
    run(read, step)
    write_source(read, date(2025, 10, 31))
    assert why(read, step) == "there is a new version of ops.ops_source"
    assert not run(read, step, name="two", hour=1)[0].skipped
    assert work.done == 2


def test_files_of_a_table_that_are_moved_or_removed_do_not(read):
    write_source(read, date(2025, 10, 31))
    step = Step("explain", Work(), (OPS_SOURCE,))
    run(read, step)
    before = read.version(OPS_SOURCE)
    (kept_up,) = maintain([Stored(OPS_SOURCE.full_name, read.path(OPS_SOURCE))], timedelta(0), lambda _: None)
    assert kept_up.files_removed
    assert read.version(OPS_SOURCE) > before
    assert why(read, step) == ""


def test_a_table_that_is_written_for_the_first_time_runs_it_again(lakehouse):
    step = Step("explain", Work(), (OPS_SOURCE, GLD_FEATURES_DAILY))
    run(lakehouse, step)
    write_source(lakehouse, date(2025, 9, 30))
    assert why(lakehouse, step) == "there is a new version of ops.ops_source"


def test_a_new_version_of_another_table_does_not(read):
    step = Step("features", Work(), (GLD_FEATURES_DAILY,))
    run(read, step)
    write_source(read, date(2025, 10, 31))
    assert why(read, step) == ""


@pytest.mark.parametrize("settings", [{"measure": "orders"}, {"measure": "units", "seed": "1"}, {}])
def test_other_settings_run_it_again(read, settings):
    run(read, Step("explain", Work(), (OPS_SOURCE,), settings={"measure": "units"}))
    assert why(read, Step("explain", Work(), (OPS_SOURCE,), settings=settings)) == "its settings changed"


def test_the_order_of_the_settings_does_not_matter(read):
    run(read, Step("forecast", Work(), settings={"seed": "0", "horizon": "61"}))
    assert why(read, Step("forecast", Work(), settings={"horizon": "61", "seed": "0"})) == ""


def test_a_result_that_is_gone_runs_it_again(read, tmp_path):
    page = tmp_path / "page.html"
    step = Step("report", lambda _: page.write_text("whole"), due=lambda: "" if page.is_file() else "there is no page")
    run(read, step)
    assert why(read, step) == ""
    page.unlink()
    assert why(read, step) == "there is no page"
    run(read, step, name="two", hour=1)
    assert page.read_text() == "whole"


def test_what_counts_is_the_last_run_not_any_run(read):
    asked = {name: Step("explain", Work(), settings={"measure": name}) for name in ("units", "orders")}
    run(read, asked["units"])
    run(read, asked["orders"], name="two", hour=1)
    assert (why(read, asked["orders"]), why(read, asked["units"])) == ("", "its settings changed")
    assert StepLedger(read.warehouse).newest_run == "two"


def test_a_clock_that_was_set_back_does_not_reorder_runs(read):
    run(read, Step("features", Work()))
    ledger = StepLedger(read.warehouse)
    assert ledger.not_before(NOW + timedelta(days=1)) == NOW + timedelta(days=1)
    assert NOW < ledger.not_before(NOW - timedelta(days=365)) < NOW + timedelta(seconds=1)


def test_a_crash_keeps_what_was_done_and_the_next_run_takes_it_up(read):
    early, late = Work(rows=3), Work(rows=4, error=RuntimeError("torn\nin two"))
    steps = [Step("features", early, (OPS_SOURCE,)), Step("forecast", late, (OPS_SOURCE,))]
    with pytest.raises(RuntimeError, match="torn"):
        run(read, *steps)
    records = read.pandas(OPS_RUNS).sort_values("position")
    assert records[["step", "state", "error"]].to_numpy().tolist() == [
        ["features", "done", None],
        ["forecast", "failed", "torn"],
    ]
    results = run(read, *steps, name="two", hour=1)
    assert [(each.name, each.rows, each.skipped) for each in results] == [("features", 0, True), ("forecast", 4, False)]
    assert (early.done, late.done) == (1, 1)


def test_a_signal_is_recorded_and_passed_on(read):
    with pytest.raises(KeyboardInterrupt):
        run(read, Step("forecast", Work(error=KeyboardInterrupt())))
    assert read.pandas(OPS_RUNS)[["state", "error"]].to_numpy().tolist() == [["stopped", "stopped by a signal"]]


def test_what_passes_is_tried_again_and_bad_data_are_not(read, monkeypatch):
    monkeypatch.setattr("experiments.running.retries.WAITS", (0.0,))
    work = Work(error=ConnectionResetError("gone"))
    assert run(read, Step("explain", work))[0].rows == 5
    bad = Work(error=InputError("no such day"))
    with pytest.raises(InputError):
        run(read, Step("claims", bad))
    assert bad.done == 0


def test_a_step_that_hangs_is_stopped_at_its_limit(read):
    def hang(_lakehouse) -> int:
        while True:
            pass

    with pytest.raises(LimitError, match=r"The step forecast was stopped after its limit of 0\.05 s"):
        run(read, Step("forecast", hang), limits={"forecast": 0.05})
    (record,) = read.pandas(OPS_RUNS).to_dict("records")
    assert (record["state"], record["error"].split(":")[0]) == (
        "failed",
        "The step forecast was stopped after its limit of 0.05 s",
    )


def test_a_record_tells_the_run_its_place_and_the_versions_read_and_written(read):
    step = Step("features", lambda lakehouse: write_source(lakehouse, date(2025, 10, 31)), (OPS_SOURCE,), (OPS_SOURCE,))
    before = read.version(OPS_SOURCE)
    run(read, step, Step("forecast", Work(rows=4)), name="it's one")
    records = read.pandas(OPS_RUNS).sort_values("position")
    assert records[["run_id", "step", "position", "source", "rows", "mlflow_run_id"]].to_numpy().tolist() == [
        ["it's one", "features", 1, "atoz", 1, "mlflow-it's one"],
        ["it's one", "forecast", 2, "atoz", 4, "mlflow-it's one"],
    ]
    first = records.iloc[0]
    assert json.loads(first["tables_read"]) == {"ops.ops_source": before}
    assert json.loads(first["tables_written"]) == {"ops.ops_source": before + 1}
    assert set(records["started_at"]) == {pd.Timestamp(NOW).tz_localize(None)}
    assert records["inputs"].str.fullmatch("[0-9a-f]{64}").all()


def test_a_skipped_step_keeps_its_place_and_leaves_no_record(read):
    first = Step("features", Work())
    run(read, first)
    run(read, first, Step("forecast", Work()), name="two", hour=1)
    records = read.pandas(OPS_RUNS)
    assert records.loc[records["run_id"] == "two", ["step", "position"]].to_numpy().tolist() == [["forecast", 2]]


def test_an_empty_ledger_knows_no_run(lakehouse):
    assert StepLedger(lakehouse.warehouse).newest_run == ""
