"""The records of a job's steps in ``ops_runs``: what each read and wrote, how it ended, and whether it is due again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pandas as pd

from etl.lakehouse import Lakehouse, sql_text
from etl.maintenance import content_version
from etl.schemas.ops import OPS_RUNS
from etl.storage import Location
from etl.stored import folder_of, newest_rows, versions_of
from experiments.running.plan import Step

DONE, FAILED, STOPPED = "done", "failed", "stopped"


@dataclass(frozen=True)
class Job:
    """The run that steps belong to: its id, its source, when it began (UTC), and its MLflow run, if it has one."""

    run_id: str
    source: str
    started_at: datetime
    mlflow_run_id: str | None = None


@dataclass(frozen=True)
class Record:
    """How a step ended; ``inputs`` is a digest of all it followed from, ``read`` and ``written`` are table versions."""

    step: str
    position: int
    state: str
    rows: int
    seconds: float
    inputs: str
    read: Mapping[str, int]
    written: Mapping[str, int]
    error: str | None = None


class StepLedger:
    """What is recorded of the steps of a warehouse, read without an engine."""

    def __init__(self, warehouse: Location) -> None:
        self._warehouse = warehouse
        rows = newest_rows(warehouse, OPS_RUNS)
        ended = rows[rows["state"].fillna(DONE) == DONE]  # an earlier version recorded only what was done
        self._done = ended.sort_values(["started_at", "position"], ignore_index=True)

    @property
    def newest_run(self) -> str:
        """The run that did something last, empty before the first."""
        return str(self._done["run_id"].iloc[-1]) if len(self._done) else ""

    def not_before(self, now: datetime) -> datetime:
        """``now``, or when the newest run began where the clock was set back: runs stay in the order they ran in."""
        if self._done.empty:
            return now
        newest = _utc(self._done["started_at"].iloc[-1])
        return max(now, (newest + pd.Timedelta(microseconds=1)).to_pydatetime())

    def has_done(self, step: str, started_at: datetime) -> bool:
        """Whether a run that began then has done the step."""
        return step in self._last and _utc(self._last[step]["started_at"]) == pd.Timestamp(started_at)

    def why(self, step: Step) -> str:
        """Why the step is to be run, empty where it last ran on exactly these inputs and its result is there."""
        if step.name not in self._last:
            return "it has not run yet"
        before = self._last[step.name]
        if before["inputs"] == inputs_of(self._warehouse, step):
            return step.due()
        return step.due() or _changed(before["tables_read"], versions_of(self._warehouse, step.reads))

    @cached_property
    def _last(self) -> dict[str, dict[str, object]]:
        newest = self._done.drop_duplicates("step", keep="last")
        return {str(row["step"]): row for row in newest.to_dict("records")}  # type: ignore[misc]

    def written(self) -> dict[str, int]:
        """The newest version of each table that a finished step is known to have written."""
        found: dict[str, int] = {}
        for text in self._done["tables_written"].dropna():
            found |= {name: max(version, found.get(name, 0)) for name, version in json.loads(text).items()}
        return found


def _utc(stored: object) -> pd.Timestamp:
    time = pd.Timestamp(stored)  # type: ignore[arg-type]
    return time.tz_localize(UTC) if time.tzinfo is None else time


def _changed(read_before: object, now: Mapping[str, int]) -> str:
    before = json.loads(str(read_before)) if isinstance(read_before, str) else {}
    changed = sorted(name for name in now if before.get(name) != now[name])
    return f"there is a new version of {', '.join(changed)}" if changed else "its settings changed"


def inputs_of(warehouse: Location, step: Step) -> str:
    """A digest of the step's settings and of the versions of the tables that it reads.

    Maintenance moves rows to other files, which is no reason to run a step again.
    """
    read = versions_of(warehouse, step.reads)
    versions = {name: content_version(folder_of(warehouse, name), version) for name, version in read.items()}
    content = json.dumps([versions, dict(step.settings)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def keep(lakehouse: Lakehouse, job: Job, record: Record) -> None:
    """Write the record of a step to ``ops_runs``; the same step of the same run replaces it."""
    row = {
        "run_id": job.run_id,
        "step": record.step,
        "position": record.position,
        "source": job.source,
        "state": record.state,
        "rows": record.rows,
        "inputs": record.inputs,
        "tables_read": json.dumps(dict(record.read), sort_keys=True),
        "tables_written": json.dumps(dict(record.written), sort_keys=True),
        "error": record.error,
        "mlflow_run_id": job.mlflow_run_id,
        "seconds": record.seconds,
        "started_at": pd.Timestamp(job.started_at),
    }
    frame = lakehouse.frame(OPS_RUNS, pd.DataFrame([row]))
    slice_ = f"run_id = {sql_text(job.run_id)} and step = {sql_text(record.step)}"
    lakehouse.write(OPS_RUNS, frame, replace_where=slice_)
