"""Run the steps of a refresh in order, leave out those whose inputs did not change, and keep their records."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from etl.contracts import Table
from etl.lakehouse import Lakehouse, sql_text
from etl.maintenance import content_version
from etl.schemas.ops import OPS_RUNS


@dataclass(frozen=True)
class Step:
    """A piece of the refresh: what it reads, what else its result depends on, and how it runs (returning rows).

    ``present`` tells whether what it wrote outside the tables is still there.
    """

    name: str
    run: Callable[[], int]
    reads: tuple[Table, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    present: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class StepResult:
    """What became of a step; ``rows`` were written, in ``seconds`` of wall time."""

    name: str
    rows: int
    seconds: float
    skipped: bool

    @classmethod
    def skip(cls, name: str) -> "StepResult":
        """A step whose inputs did not change."""
        return cls(name, 0, 0.0, skipped=True)


class StepLedger:
    """The steps' records in ``ops_runs``: which inputs each step last ran on."""

    def __init__(self, lakehouse: Lakehouse, source: str) -> None:
        self._lakehouse = lakehouse
        self._source = source
        records = _records(lakehouse)
        self._last = dict(zip(records["step"], records["inputs"], strict=True))
        self.newest_run = str(records["run_id"].iloc[-1]) if len(records) else ""
        self._position = 0

    def is_current(self, step: Step) -> bool:
        """Whether the step last ran on exactly these inputs and its result is still there."""
        return self._last.get(step.name) == self._inputs(step) and step.present()

    def run(self, step: Step, run_id: str, started_at: datetime) -> StepResult:
        """Run the step unless it is current, and keep its record in the run."""
        self._position += 1
        if self.is_current(step):
            return StepResult.skip(step.name)
        inputs = self._inputs(step)
        started = time.monotonic()
        rows = step.run()
        result = StepResult(step.name, rows, round(time.monotonic() - started, 3), skipped=False)
        self._record(result, inputs, run_id, started_at)
        return result

    def _inputs(self, step: Step) -> str:
        """A digest of the step's settings and of the versions of the tables that it reads.

        Maintenance moves rows to other files, which is no reason to run a step again.
        """
        lakehouse = self._lakehouse
        stored = [table for table in step.reads if lakehouse.exists(table)]
        versions = {t.full_name: content_version(lakehouse.path(t), lakehouse.version(t)) for t in stored}
        content = json.dumps([versions, dict(step.settings)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def _record(self, result: StepResult, inputs: str, run_id: str, started_at: datetime) -> None:
        row = {
            "run_id": run_id,
            "step": result.name,
            "position": self._position,
            "source": self._source,
            "rows": result.rows,
            "seconds": result.seconds,
            "inputs": inputs,
            "started_at": pd.Timestamp(started_at),
        }
        frame = self._lakehouse.frame(OPS_RUNS, pd.DataFrame([row]))
        slice_ = f"run_id = {sql_text(run_id)} and step = {sql_text(result.name)}"
        self._lakehouse.write(OPS_RUNS, frame, replace_where=slice_)


def _records(lakehouse: Lakehouse) -> pd.DataFrame:
    """``run_id, step, inputs`` of every step that ran, oldest first."""
    if not lakehouse.exists(OPS_RUNS):
        return pd.DataFrame({"run_id": [], "step": [], "inputs": []})
    return lakehouse.pandas(OPS_RUNS).sort_values(["started_at", "position"], ignore_index=True)
