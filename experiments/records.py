"""What a job's run keeps, so that it can be run again from its id alone: what was asked, tables, models."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import mlflow

from etl.errors import InputError
from etl.lakehouse import Lakehouse
from experiments.forecasting.registry import Registered, registered

FILE = "record.json"


@dataclass(frozen=True)
class Record:
    """What a job was asked, and on what.

    Attributes:
        job: Its name.
        asked: Its settings, as JSON holds them.
        before: The version of every table when it began, by full name.
        after: The same when it had ended.
        models: The registered models it could use when it began.
    """

    job: str
    asked: Mapping[str, Any]
    before: Mapping[str, int]
    after: Mapping[str, int]
    models: Sequence[Registered] = ()

    @property
    def written(self) -> list[str]:
        """The tables that it wrote."""
        return [name for name, version in self.after.items() if self.before.get(name) != version]


@contextmanager
def recorded(lakehouse: Lakehouse, job: str, asked: Mapping[str, Any], measures: Sequence[str] = ()) -> Iterator[None]:
    """Keep the record of a job that does its work within the block, in the active run.

    Args:
        lakehouse: The tables.
        job: The job's name.
        asked: Its settings.
        measures: Whose models it uses.
    """
    before, models = lakehouse.versions(), registered(measures)
    yield
    mlflow.log_dict(asdict(Record(job, asked, before, lakehouse.versions(), models)), FILE)


def read_record(run_id: str) -> Record | None:
    """The record of a run, None where it keeps none."""
    client = mlflow.MlflowClient()
    if FILE not in {each.path for each in client.list_artifacts(run_id)}:
        return None
    text = mlflow.artifacts.load_text(f"runs:/{run_id}/{FILE}")
    try:
        document = json.loads(text)
        models = tuple(Registered(**each) for each in document.pop("models"))
        return Record(**document, models=models)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"The record of run {run_id} was kept by another version of Assay: {error}") from error
