"""Run a tracked job again, on the tables and models it had, and tell what came out otherwise."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mlflow
import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from etl.equality import differences, same
from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.periods import parse_period
from etl.replica import replica
from etl.stored import folder_of, holds_table, open_table
from etl.tables import table
from experiments import attribution, environment
from experiments.forecasting import jobs
from experiments.forecasting.registry import copy_models
from experiments.forecasting.settings import Settings
from experiments.records import Record, read_record
from experiments.tracking import REGISTRY_VARIABLE, TRACKING_VARIABLE, connected, git_commit, open_run, variables
from experiments.workspace import Workspace
from models.forecasting.scenario import parse_setting
from reports.question import Question

Progress = Callable[[str], None]
Asked = Mapping[str, Any]
RUN_ID = "run_id"
NAME_TAG, COMMIT_TAG = "mlflow.runName", "git_commit"


@dataclass(frozen=True)
class Reproduction:
    """A job run again: its two runs, and in sentences what differs in results and in what they were made with."""

    job: str
    run_id: str
    reproduced_by: str
    differences: list[str]
    made_with: list[str]

    @property
    def equal(self) -> bool:
        """Whether rows and metrics are equal."""
        return not self.differences

    def to_dict(self) -> dict[str, object]:
        """Its part of the JSON document of ``assay reproduce``."""
        return {**vars(self), "equal": self.equal}


def reproduce(workspace: Workspace, run_id: str, progress: Progress) -> list[Reproduction]:
    """Run the job of a run again, or each job of a refresh; the warehouse and the registry stay as they are.

    Raises ``InputError`` where there is no such run, it keeps no record, its tables are gone, or the warehouse lies in
    an object store.
    """
    warehouse = workspace.warehouse
    if not isinstance(warehouse, Path):
        raise InputError(
            f"Runs on {warehouse} cannot be reproduced there: copy it into a folder of this machine first."
        )
    with connected(warehouse):
        found = _jobs(run_id)
        with open_run(warehouse, "reproduce", {"reproduces": run_id}):
            return [_reproduced(workspace, warehouse, job_id, record, progress) for job_id, record in found.items()]


def _jobs(run_id: str) -> dict[str, Record]:
    """The run itself where it is of a job, else those of its parts that are, oldest first."""
    try:
        mlflow.get_run(run_id)
    except MlflowException as error:
        raise InputError(f"There is no run {run_id} in {mlflow.get_tracking_uri()}.") from error
    candidates = [run_id] if read_record(run_id) else [child.info.run_id for child in _children(run_id)]
    found = {each: record for each in candidates if (record := read_record(each)) is not None}
    if not found:
        raise InputError(f"Run {run_id} keeps no record to run it again from: it failed, or is no job's run.")
    return found


def _children(run_id: str) -> list[mlflow.entities.Run]:
    experiment = mlflow.get_run(run_id).info.experiment_id
    children = mlflow.MlflowClient().search_runs([experiment], f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{run_id}'")
    return sorted(children, key=lambda run: (run.info.start_time, run.info.run_id))


def _reproduced(workspace: Workspace, warehouse: Path, run_id: str, record: Record, progress: Progress) -> Reproduction:
    progress(f"reproduce: {record.job}, run {run_id}")
    with (
        replica(warehouse, record.before) as folder,
        replace(workspace, warehouse=folder).lakehouse() as lakehouse,
        _own_registry(record, folder),
    ):
        with open_run(folder, f"again: {record.job}", {}) as again:
            _run_again(lakehouse, record, workspace.engine.name, progress)
        (child,) = _children(again.info.run_id)
        before, after = _family(run_id), _family(child.info.run_id)
        found = [*_rows_differ(warehouse, folder, record, before, after), *_metrics_differ(before, after)]
    return Reproduction(record.job, run_id, child.info.run_id, found, _made_otherwise(run_id))


@contextmanager
def _own_registry(record: Record, folder: Path) -> Iterator[None]:
    """The models as they were, in a registry that may be changed; runs are tracked where they always are."""
    own = f"sqlite:///{folder}/models.db"
    copy_models(record.models, mlflow.get_registry_uri(), own)
    with variables({TRACKING_VARIABLE: mlflow.get_tracking_uri(), REGISTRY_VARIABLE: own}):
        yield


def _run_again(lakehouse: Lakehouse, record: Record, engine: str, progress: Progress) -> None:
    asked = record.asked
    if record.job == "explain":
        question = Question(asked["measure"], parse_period(asked["baseline"]), parse_period(asked["period"]))
        attribution.explain(lakehouse, question, tags={"engine": engine}, seed=asked["seed"])
        return
    settings = Settings.from_asked(asked["settings"], engine=engine, progress=progress)
    forecasting: dict[str, Callable[[], object]] = {
        "backtest": lambda: jobs.backtest(lakehouse, settings),
        "train": lambda: jobs.train(lakehouse, settings),
        "promote": lambda: jobs.promote(lakehouse, settings, force=asked["force"]),
        "watch": lambda: jobs.watch(lakehouse, settings),
        "forecast": lambda: jobs.forecast(lakehouse, settings),
        "what-if": lambda: jobs.what_if(
            lakehouse, settings, [parse_setting(text) for text in asked["what"]], asked["scenario"]
        ),
    }
    forecasting[record.job]()


def _family(run_id: str) -> dict[str, mlflow.entities.Run]:
    """A run and all runs inside it, by the path of their names; its own is empty."""
    found = {"": mlflow.get_run(run_id)}
    for child in _children(run_id):
        name = child.data.tags[NAME_TAG]
        found |= {f"{name}/{path}".rstrip("/"): run for path, run in _family(child.info.run_id).items()}
    return found


def _rows_differ(
    warehouse: Path,
    folder: Path,
    record: Record,
    before: Mapping[str, mlflow.entities.Run],
    after: Mapping[str, mlflow.entities.Run],
) -> Iterator[str]:
    for name in record.written:
        again = folder_of(folder, name)
        if not holds_table(again):
            yield f"{name} was not written."
            continue
        left = _rows(open_table(folder_of(warehouse, name), record.after[name]), before)
        right = _rows(open_table(again), after)
        yield from differences(left, right, table(name))


def _rows(stored: DeltaTable, runs: Mapping[str, mlflow.entities.Run]) -> pa.Table:
    """What these runs wrote to a table."""
    wrote = ds.field(RUN_ID).isin([run.info.run_id for run in runs.values()])
    return stored.to_pyarrow_dataset().to_table(filter=wrote)


def _metrics_differ(
    before: Mapping[str, mlflow.entities.Run], after: Mapping[str, mlflow.entities.Run]
) -> Iterator[str]:
    left, right = _metrics(before), _metrics(after)
    for name in sorted(left.keys() | right.keys()):
        ours, theirs = left.get(name), right.get(name)
        if not same(ours, theirs):
            yield f"Metric {name}: {ours} and {theirs}."


def _metrics(runs: Mapping[str, mlflow.entities.Run]) -> dict[str, float]:
    return {
        f"{path}: {name}".removeprefix(": "): float(value)
        for path, run in runs.items()
        for name, value in run.data.metrics.items()
    }


def _made_otherwise(run_id: str) -> list[str]:
    """What is otherwise in commit, interpreter and packages."""
    first = mlflow.get_run(run_id)
    while parent := first.data.tags.get(MLFLOW_PARENT_RUN_ID):
        first = mlflow.get_run(parent)
    text = mlflow.artifacts.load_text(f"runs:/{first.info.run_id}/{environment.FILE}")
    commits = (first.data.tags.get(COMMIT_TAG), git_commit())
    left, right = ({"commit": commit or "none"} for commit in commits)
    left, right = left | json.loads(text), right | environment.environment()
    return [
        f"{name}: {left.get(name, 'none')} then, {right.get(name, 'none')} now"
        for name in sorted(left.keys() | right.keys())
        if left.get(name) != right.get(name)
    ]
