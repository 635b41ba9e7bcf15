"""Everything generic about MLflow: where it stores, how a run opens, what a run says about its inputs."""

import hashlib
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import mlflow
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from etl.contracts import Table
from etl.errors import InputError
from etl.storage import Location
from experiments.environment import FILE, environment

EXPERIMENT = "assay"
EXPERIMENT_VARIABLE = "MLFLOW_EXPERIMENT_NAME"
TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"
REGISTRY_VARIABLE = "MLFLOW_REGISTRY_URI"
ADOPTED = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID")
SILENCE = {
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is for answers
}
HTTP_RETRIES_VARIABLE = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
VARIABLES = (TRACKING_VARIABLE, REGISTRY_VARIABLE, HTTP_RETRIES_VARIABLE, *SILENCE)
QUIETER = {
    "alembic": logging.WARNING,  # every table of a new store
    "mlflow": logging.WARNING,
    "mlflow.utils.environment": logging.ERROR,  # that an environment made by uv has no pip
}


def own_store(warehouse: Location) -> str:
    """The warehouse's own MLflow store; raises ``InputError`` for a warehouse in an object store, which has none."""
    if not isinstance(warehouse, Path):
        raise InputError(
            f"An object store holds no MLflow database, so {warehouse} needs one elsewhere: set MLFLOW_TRACKING_URI to "
            "that of an MLflow server, or to sqlite:////PATH/mlflow.db on this machine."
        )
    return f"sqlite:///{warehouse.resolve()}/mlflow.db"


@contextmanager
def connected(warehouse: Location) -> Iterator[None]:
    """MLflow on the stores that the environment names, else on the warehouse's own; afterwards as it was before.

    ``MLFLOW_TRACKING_URI`` and ``MLFLOW_REGISTRY_URI`` name them; without the latter, the registry is with the runs.
    """
    before = {name: os.environ.get(name) for name in VARIABLES}
    tracking = before[TRACKING_VARIABLE] or own_store(warehouse)
    mlflow.set_tracking_uri(tracking)
    mlflow.set_registry_uri(before[REGISTRY_VARIABLE] or tracking)
    os.environ.update(SILENCE)
    os.environ.setdefault(HTTP_RETRIES_VARIABLE, "2")  # MLflow's own patience is minutes for every call
    try:
        with _quiet():
            yield
    finally:
        _disconnect(before)


def tracks_elsewhere() -> bool:
    """Whether the environment names a tracking store, instead of the warehouse's own."""
    return bool(os.environ.get(TRACKING_VARIABLE))


def on_own_store() -> AbstractContextManager[None]:
    """Leave aside the stores that the environment names, for the length of the block."""
    return variables(dict.fromkeys([TRACKING_VARIABLE, REGISTRY_VARIABLE]))


@contextmanager
def open_run(warehouse: Location, name: str, tags: Mapping[str, str]) -> Iterator[mlflow.ActiveRun]:
    """A run of the experiment "assay", or of the one that ``MLFLOW_EXPERIMENT_NAME`` names, while ``connected``.

    It is inside the active run if there is one. Under ``mlflow run`` the environment names a run, which is adopted,
    and its experiment stays as it is. The run is tagged with ``tags`` and, from a checkout of Assay's sources, with its
    commit; one that is inside no other keeps the environment it is made with.
    """
    active = mlflow.active_run()
    experiment = active.info.experiment_id if active else _experiment(warehouse)
    commit = {"git_commit": found} if (found := git_commit()) else {}
    with mlflow.start_run(
        experiment_id=experiment, run_name=name, nested=active is not None, tags=dict(tags) | commit
    ) as run:
        if active is None:
            mlflow.log_dict(environment(), FILE)
        yield run


def active_run_id() -> str | None:
    """The run that is open, if one is."""
    active = mlflow.active_run()
    return active.info.run_id if active else None


def log_tables(run: mlflow.ActiveRun, tables: Sequence[tuple[Table, int, Location]]) -> None:
    """Log the tables a run reads, each with its Delta version and path."""
    tag = InputTag(MLFLOW_DATASET_CONTEXT, "input")
    mlflow.MlflowClient().log_inputs(run.info.run_id, [DatasetInput(_dataset(*read), [tag]) for read in tables])


def git_commit() -> str | None:
    """The commit of the checkout this file belongs to; None where it was installed elsewhere or git is missing."""
    folder = Path(__file__).parent
    command = ["git", "-C", str(folder), "rev-parse", "--show-prefix", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer[1] if answer[0] == f"{folder.name}/" else None


def _experiment(warehouse: Location) -> str | None:
    """The experiment's id, created where it is missing; None where the environment names a run or an experiment."""
    if any(os.environ.get(name) for name in ADOPTED):
        return None
    name = os.environ.get(EXPERIMENT_VARIABLE) or EXPERIMENT
    found = mlflow.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    with unless_exists():
        mlflow.create_experiment(name, artifact_location=_artifacts(warehouse))
    return _experiment(warehouse)


@contextmanager
def unless_exists() -> Iterator[None]:
    """Make something in MLflow; where another job made it meanwhile, that one will do."""
    try:
        yield
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise


def _artifacts(warehouse: Location) -> str | None:
    """Where the warehouse's own store keeps artifacts; None where another store has its own place for them."""
    if not isinstance(warehouse, Path) or mlflow.get_tracking_uri() != own_store(warehouse):
        return None
    return (warehouse.resolve() / "mlartifacts").as_uri()


def _dataset(table: Table, version: int, path: Location) -> Dataset:
    source = DeltaDatasetSource(path=str(path), delta_table_version=version).to_json()
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    return Dataset(name=table.full_name, digest=digest, source_type="delta_table", source=source)


@contextmanager
def variables(values: Mapping[str, str | None]) -> Iterator[None]:
    """Environment variables (None: unset) for the length of the block, which is how MLflow is told most things."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _disconnect(before: Mapping[str, str | None]) -> None:
    mlflow.set_tracking_uri(None)  # type: ignore[arg-type]  # None: as the environment says
    mlflow.set_registry_uri(None)  # type: ignore[arg-type]
    _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        os.environ.pop(name, None)
        os.environ.update({} if value is None else {name: value})


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what MLflow says of its own doings."""
    before = {name: logging.getLogger(name).level for name in QUIETER}
    _set_levels(QUIETER)
    try:
        yield
    finally:
        _set_levels(before)


def _set_levels(levels: Mapping[str, int]) -> None:
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
